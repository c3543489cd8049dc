"""Makes a random program smaller while a condition, such as a difference, still holds."""

import math

from micrograd_c.parity.programs import Step, Var

UNROUNDED = ("Neuron", "Layer", "MLP", "item", "step")  # their numbers are sizes and places
ANY_NUMBER_OF_OPERANDS = ("return", "sum", "gradients")


def shrink(program, differs):
    """Return a program of which no step can be left out or made simpler if it is to differ.

    ``differs(program)`` returns True while the condition holds.
    """
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
    """Yield versions of a program that are simpler at ``place``.

    The step there is left out, is replaced by a leaf, or has fewer operands or rounder numbers.
    """
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
    for i in range(len(step.operands)):
        fewer = (*step.operands[:i], *step.operands[i + 1 :])
        if step.form in ANY_NUMBER_OF_OPERANDS and fewer:
            yield [*before, step._replace(operands=fewer), *after]
        elif step.form == "argument" and fewer:  # leave out row i of every column
            yield [
                x._replace(operands=(*x.operands[:i], *x.operands[i + 1 :]))
                if x.form in ("argument", "column")
                else x
                for x in program
            ]
    for i, x in enumerate(step.operands):
        if not isinstance(x, Var) and step.form not in UNROUNDED:
            for rounder in (1.0, 2.0, 0.5, 0.0, float(round(x)) if math.isfinite(x) else x):
                if repr(rounder) == repr(x):
                    break
                changed = (*step.operands[:i], rounder, *step.operands[i + 1 :])
                yield [*before, step._replace(operands=changed), *after]


def replaced(steps, old, new):
    """Return the steps with ``new`` in place of ``old``, without those that delete either."""
    return [
        step._replace(operands=tuple(new if x == old else x for x in step.operands))
        for step in steps
        if step.form != "del" or step.operands[0] not in (old, new)
    ]


def renumbered(program):
    """Return the same program with its variables numbered v0, v1, v2, …"""
    made = [step.makes for step in program if step.makes is not None]
    new = {var: Var(i) for i, var in enumerate(made)}
    return [
        Step(step.form, tuple(new.get(x, x) for x in step.operands), new.get(step.makes))
        for step in program
    ]
