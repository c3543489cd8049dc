"""Runs a random program on an engine, and compares what it left on two engines bit for bit."""

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

# Two gradients whose contributions are added in different orders may differ by TOLERANCE times
# the sum of the contributions' absolute values, plus SUBNORMAL for digits lost near zero.
TOLERANCE = 1e-12
SUBNORMAL = 1e-300
SMALLEST_NORMAL = sys.float_info.min


class Result(NamedTuple):
    """What a program left behind, in a form that ``==`` compares bit for bit."""

    errors: dict  # the step's place in the program -> what the step raised
    nodes: dict  # path to a node, such as ``v3._prev[0]`` -> (op, number of operands, data, grad)
    tolerances: dict = {}  # path to a node -> by how much its gradient may differ


def run(program, value_class, mlp_class=None, calls=()):
    """Run a program on the engine of ``value_class`` and return its Result.

    Where a step raises, its variable becomes the first Value among the step's operands.
    ``calls``: functions of further forms of steps.
    """
    calls = {"leaf": value_class, **override_programs.makers(value_class), **dict(calls)}
    if mlp_class:
        calls.update(makers(mlp_class))
    values, errors = {}, {}
    for place, step in enumerate(program):
        if step.form == "del":
            del values[step.operands[0]]
        else:
            run_step(place, step, calls, values, errors)
    found = find_nodes(values)
    nodes = {path: describe(node) for path, node in found.items()}
    if value_class is not reference.Value or is_exact(program, errors):
        return Result(errors, nodes)
    if [step.form for step in program if step.form in CHANGES] == ["backward"]:
        scale = gradient_scales(values[program[-1].operands[0]])
        tolerances = {path: TOLERANCE * scale.get(node, 0.0) for path, node in found.items()}
    else:  # other steps changed the gradients, so the sizes of their contributions are unknown
        tolerances = dict.fromkeys(found, math.inf)
    return Result(errors, nodes, tolerances)


def run_step(place, step, calls, values, errors):
    """Run one step. Its variable is added to ``values``, and what it raises to ``errors``.

    ``calls``: the functions of those forms of steps that depend on the engine.
    """
    operands = [values[x] if isinstance(x, Var) else x for x in step.operands]
    call = calls.get(step.form) or FORMS[step.form].call
    try:
        made = call(*operands)
    except Exception as error:  # of any kind: the other engine must raise the same
        errors[place] = f"{type(error).__name__}: {error}"
        made = values[fallback(step)]
    if step.makes:
        values[step.makes] = made


def find_nodes(values):
    """Return every node that is reachable from the variables, constants included, by path."""
    found, seen = {}, set()
    stack = [
        path_and_value
        for var, value in reversed(list(values.items()))
        for path_and_value in values_of(var, value)
    ]
    while stack:
        path, node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        found[path] = node
        operands = node._prev
        stack.extend((f"{path}._prev[{i}]", operands[i]) for i in reversed(range(len(operands))))
    return found


def values_of(var, value):
    """Return (path, Value) pairs for a variable: a Value, a list of outputs, or a net.

    A net's Values are its parameters.
    """
    if hasattr(value, "parameters"):
        return [(f"{var}.parameters()[{i}]", p) for i, p in enumerate(value.parameters())]
    if isinstance(value, list):
        return [(f"{var}[{i}]", output) for i, output in enumerate(value)]
    return [(repr(var), value)]


def describe(node):
    return (node._op, len(node._prev), bits(node.data), bits(node.grad))


def bits(x):
    """Return a float as 16 hexadecimal digits, the same text for every NaN."""
    return "nan" if x != x else struct.pack(">d", x).hex()


# --- gradients whose contributions are added in another order ---------------------

# Forms of steps that change data or gradients.
CHANGES = ("backward", "node_backward", "set_data", "set_grad", "set_parameter", "step")


def is_exact(program, errors):
    """True if no net is called twice and no input of a net is used twice.

    Both engines then add each gradient's contributions in the same order.
    """
    same, uses, used_by_nets = {}, Counter(), set()  # same: a failed step's variable -> another
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


def gradient_scales(root):
    """Return, for each node below ``root``, the sum of the sizes of its gradient's contributions.

    ``root`` is a Value of the Python engine. A contribution on its way down counts as no smaller
    than the smallest normal number: a subnormal number has fewer digits, and later factors
    enlarge that error.
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
    """Return lines that say how two Results differ; none if they agree."""
    if first[:2] == second[:2]:
        return []
    tolerances = {**first.tolerances, **second.tolerances}
    lines = []
    for name in ("errors", "nodes"):
        mine, theirs = getattr(first, name), getattr(second, name)
        for key in dict.fromkeys([*mine, *theirs]):
            if mine.get(key) == theirs.get(key):
                continue
            if not are_close(mine.get(key), theirs.get(key), tolerances.get(key)):
                where = f"step {key}" if name == "errors" else key
                lines.append(f"{where}: {shown(mine.get(key))} != {shown(theirs.get(key))}")
    return lines


def are_close(mine, theirs, tolerance):
    """True if two nodes agree but for their gradients, and these up to ``tolerance``.

    None is no tolerance at all.
    """
    if tolerance is None or not mine or not theirs or mine[:3] != theirs[:3]:
        return False
    difference = abs(number(mine[3]) - number(theirs[3]))
    return not math.isfinite(tolerance) or difference <= tolerance + SUBNORMAL


def shown(entry):
    if entry is None:
        return "nothing"
    if isinstance(entry, str):
        return entry
    op, n_operands, data, grad = entry
    return f"({op!r} of {n_operands}, data {number(data)}, grad {number(grad)})"


def number(digits):
    """Return the float that ``bits`` turned into these digits."""
    return math.nan if digits == "nan" else struct.unpack(">d", bytes.fromhex(digits))[0]
