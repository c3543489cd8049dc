"""Two engines run the same random program and must leave the same numbers, bit for bit."""

import math
import struct
import sys
from collections import Counter
from typing import NamedTuple

from micrograd_c.parity import override_programs
from micrograd_c.parity.net_programs import makers
from micrograd_c.parity.programs import FORMS, Var, fallback
from python_ref import engine as reference
from python_ref.core.ops import OPS
from python_ref.core.walking import topological_sort

# How far gradients whose contributions are added in another order may be apart: this times the
# sum of the sizes of the contributions, and what subnormal numbers may lose.
TOLERANCE = 1e-12
SUBNORMAL = 1e-300
SMALLEST_NORMAL = sys.float_info.min


class Result(NamedTuple):
    """What a program leaves behind, in a form that ``==`` compares bit for bit."""

    errors: dict  # place of the step -> what it raised
    nodes: dict  # path to the node, as ``v3._prev[0]`` -> (op, number of operands, data, grad)
    slack: dict = {}  # path to a node -> how far its gradient may be from the other engine's


def run(program, value_class, mlp_class=None):
    """Run a program on the engine of ``value_class``.

    A step that raises gives its variable the first Value among its operands.
    """
    calls = {"leaf": value_class, **override_programs.makers(value_class)}
    if mlp_class:
        calls.update(makers(mlp_class))
    values, errors = {}, {}
    for place, step in enumerate(program):
        if step.form == "del":
            del values[step.operands[0]]
        else:
            perform(place, step, calls, values, errors)
    found = find_nodes(values)
    nodes = {path: describe(node) for path, node in found.items()}
    if value_class is not reference.Value or is_exact(program, errors):
        return Result(errors, nodes)
    if [step.form for step in program if step.form in CHANGES] == ["backward"]:
        scale = scales(values[program[-1].operands[0]])
        slack = {path: TOLERANCE * scale.get(node, 0.0) for path, node in found.items()}
    else:  # what the gradients are made of is not known any more
        slack = dict.fromkeys(found, math.inf)
    return Result(errors, nodes, slack)


def perform(place, step, calls, values, errors):
    """Do one step: its variable goes to ``values``, what it raises to ``errors``."""
    operands = [values[x] if isinstance(x, Var) else x for x in step.operands]
    call = calls.get(step.form) or FORMS[step.form].call
    try:
        made = call(*operands)
    except Exception as error:  # whatever it is, the other engine must raise it too
        errors[place] = f"{type(error).__name__}: {error}"
        made = values[fallback(step)]
    if step.makes:
        values[step.makes] = made


def find_nodes(values):
    """Every node that can be reached from the variables, interior constants included, by path."""
    found, seen = {}, set()
    stack = [root for var, value in reversed(list(values.items())) for root in roots(var, value)]
    while stack:
        path, node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        found[path] = node
        operands = node._prev
        stack.extend((f"{path}._prev[{i}]", operands[i]) for i in reversed(range(len(operands))))
    return found


def roots(var, value):
    """The Values of a variable: itself, those in a list of outputs, or a net's parameters."""
    if hasattr(value, "parameters"):
        return [(f"{var}.parameters()[{i}]", p) for i, p in enumerate(value.parameters())]
    if isinstance(value, list):
        return [(f"{var}[{i}]", output) for i, output in enumerate(value)]
    return [(repr(var), value)]


def describe(node):
    return (node._op, len(node._prev), bits(node.data), bits(node.grad))


def bits(x):
    """A float as 16 hexadecimal digits; every NaN is the same."""
    return "nan" if x != x else struct.pack(">d", x).hex()


# --- gradients that are added up in another order --------------------------------

CHANGES = ("backward", "by_hand", "set_data", "set_grad", "set_parameter", "step")


def is_exact(program, errors):
    """Whether no net is called twice, and no input of a net used twice."""
    same, uses, used_by_nets = {}, Counter(), set()
    for place, step in enumerate(program):
        if step.makes is None:
            continue
        operands = [same.get(x, x) for x in step.operands if isinstance(x, Var)]
        if place in errors:
            same[step.makes] = operands[0]
            continue
        uses.update(operands)
        if step.form == "call":
            used_by_nets.update(operands)
    return all(uses[x] == 1 for x in used_by_nets)


def scales(root):
    """For each node below a Value of the Python engine: the sum of the sizes of what reaches it.

    On its way each is taken for no smaller than the smallest normal number: below it
    a gradient has fewer digits, and what it is multiplied with enlarges that error.
    """
    order = topological_sort(root)
    scale = {**dict.fromkeys(order, 0.0), root: 1.0}
    for node in reversed(order):
        name, k, _ = node._recipe()
        if name is None:
            continue
        xs = [operand.data for operand in node._operands] + [k] * (k is not None)
        size = max(scale[node], SMALLEST_NORMAL) if scale[node] else 0.0
        for operand, derivative in zip(node._operands, OPS[name].derivatives):
            scale[operand] += abs(derivative(*xs, node.data, 1.0)) * size
    return scale


# --- comparing two engines -----------------------------------------------------


def differences(first, second):
    """Lines that say how two Results differ."""
    if first[:2] == second[:2]:
        return []
    slack = {**first.slack, **second.slack}
    lines = []
    for name in ("errors", "nodes"):
        mine, theirs = getattr(first, name), getattr(second, name)
        for key in dict.fromkeys([*mine, *theirs]):
            if mine.get(key) == theirs.get(key):
                continue
            if not (key in slack and are_close(mine.get(key), theirs.get(key), slack[key])):
                where = f"step {key}" if name == "errors" else key
                lines.append(f"{where}: {shown(mine.get(key))} != {shown(theirs.get(key))}")
    return lines


def are_close(mine, theirs, slack):
    """Whether two nodes are the same but for a small difference between their gradients."""
    if not mine or not theirs or mine[:3] != theirs[:3]:
        return False
    return not math.isfinite(slack) or abs(number(mine[3]) - number(theirs[3])) <= slack + SUBNORMAL


def shown(entry):
    if entry is None:
        return "nothing"
    if isinstance(entry, str):
        return entry
    op, n_operands, data, grad = entry
    return f"({op!r} of {n_operands}, data {number(data)}, grad {number(grad)})"


def number(digits):
    """The float that ``bits`` made digits of."""
    return math.nan if digits == "nan" else struct.unpack(">d", bytes.fromhex(digits))[0]
