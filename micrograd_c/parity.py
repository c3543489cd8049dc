"""Two engines run the same random programs and must leave the same numbers, bit for bit."""

import math
import random
import struct
from typing import NamedTuple, Optional

from micrograd_c.random_programs import FORMS, Step, Var, fallback, random_program


class Result(NamedTuple):
    """What a program leaves behind, in a form that ``==`` compares bit for bit."""

    errors: dict  # place of the step -> what it raised
    nodes: dict  # path to the node, as ``v3._prev[0]`` -> (op, number of operands, data, grad)


def run(program, value_class):
    """Run a program on the engine of ``value_class``.

    A step that raises gives its variable the first Value among its operands.
    """
    values, errors = {}, {}
    for place, step in enumerate(program):
        if step.form == "del":
            del values[step.operands[0]]
            continue
        operands = [values[x] if isinstance(x, Var) else x for x in step.operands]
        call = value_class if step.form == "leaf" else FORMS[step.form].call
        try:
            made = call(*operands)
        except Exception as error:  # whatever it is, the other engine must raise it too
            errors[place] = f"{type(error).__name__}: {error}"
            made = values[fallback(step)]
        if step.makes:
            values[step.makes] = made
    return Result(errors, describe_nodes(values))


def describe_nodes(values):
    """Every node that can be reached from the variables, interior constants included."""
    described, seen = {}, set()
    stack = [(repr(var), node) for var, node in reversed(list(values.items()))]
    while stack:
        path, node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        operands = node._prev
        described[path] = (node._op, len(operands), bits(node.data), bits(node.grad))
        stack.extend((f"{path}._prev[{i}]", operands[i]) for i in reversed(range(len(operands))))
    return described


def bits(x):
    """A float as 16 hexadecimal digits; every NaN is the same."""
    return "nan" if x != x else struct.pack(">d", x).hex()


# --- comparing two engines -----------------------------------------------------


def differences(first, second):
    """Lines that say how two Results differ."""
    lines = []
    for name in ("errors", "nodes"):
        mine, theirs = getattr(first, name), getattr(second, name)
        for key in dict.fromkeys([*mine, *theirs]):
            if mine.get(key) != theirs.get(key):
                where = f"step {key}" if name == "errors" else key
                lines.append(f"{where}: {shown(mine.get(key))} != {shown(theirs.get(key))}")
    return lines


def shown(entry):
    if entry is None:
        return "nothing"
    if isinstance(entry, str):
        return entry
    op, n_operands, data, grad = entry
    return f"({op!r} of {n_operands}, data {number(data)}, grad {number(grad)})"


def number(digits):
    return digits if digits == "nan" else repr(struct.unpack(">d", bytes.fromhex(digits))[0])


class Report(NamedTuple):
    graphs: int
    nodes: int
    differences: int  # graphs that came out differently
    seed: Optional[int]  # of the first of them
    program: Optional[list]  # the smallest program found that shows it


def check(graphs, seed, first, second, advance=lambda text: None):
    """Run ``graphs`` random programs on two classes of Value and report what differs.

    Program number i is made with seed + i, so that it can be made again alone.
    ``advance`` is called with the count of differences after each.
    """
    nodes = found = 0
    worst_seed = smallest = None
    for i in range(graphs):
        program = random_program(random.Random(seed + i))
        left, right = run(program, first), run(program, second)
        nodes += len(right.nodes)
        if left != right:
            found += 1
            if smallest is None:
                worst_seed = seed + i
                smallest = shrink(program, lambda p: run(p, first) != run(p, second))
        advance(f"{found} differences")
    return Report(graphs, nodes, found, worst_seed, smallest)


# --- making a program smaller ------------------------------------------------------


def shrink(program, differs):
    """A program no step of which can be left out or made simpler while it still ``differs``."""
    smaller = True
    while smaller:
        smaller = False
        for place in reversed(range(len(program))):
            for candidate in simpler(program, place):
                if differs(candidate):
                    program, smaller = candidate, True
                    break
    return renumbered(program)


def simpler(program, place):
    """Versions of a program in which the step at ``place`` is gone, a leaf, or rounder."""
    if place >= len(program):
        return
    before, step, after = program[:place], program[place], program[place + 1 :]
    operands = [x for x in step.operands if isinstance(x, Var)]
    if step.makes is None:
        yield before + after
    elif not any(step.makes in other.operands for other in after):
        yield before + after
    elif operands:
        yield before + replaced(after, step.makes, operands[0])
    if step.makes and step.form != "leaf":
        for x in (0.5, -2.0):
            yield [*before, Step("leaf", (x,), step.makes), *after]
    for i, x in enumerate(step.operands):
        if not isinstance(x, Var):
            for rounder in (1.0, 2.0, 0.5, 0.0, float(round(x)) if math.isfinite(x) else x):
                if repr(rounder) == repr(x):
                    break
                changed = (*step.operands[:i], rounder, *step.operands[i + 1 :])
                yield [*before, step._replace(operands=changed), *after]


def replaced(steps, old, new):
    """Steps that use ``new`` for ``old`` and forget neither."""
    return [
        step._replace(operands=tuple(new if x == old else x for x in step.operands))
        for step in steps
        if step.form != "del" or step.operands[0] not in (old, new)
    ]


def renumbered(program):
    """The same program with variables v0, v1, v2, …"""
    made = [step.makes for step in program if step.makes is not None]
    new = {var: Var(i) for i, var in enumerate(made)}
    return [
        Step(step.form, tuple(new.get(x, x) for x in step.operands), new.get(step.makes))
        for step in program
    ]
