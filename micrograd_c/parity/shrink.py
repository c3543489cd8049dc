"""Making a random program smaller while it still shows what it shows."""

import math

from micrograd_c.parity.programs import Step, Var

# Forms whose numbers are sizes and places, and forms that go with one operand fewer.
UNROUNDED = ("Neuron", "Layer", "MLP", "item", "step")
ANY_NUMBER = ("return", "sum")


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
    for i in range(len(step.operands)):
        fewer = (*step.operands[:i], *step.operands[i + 1 :])
        if step.form in ANY_NUMBER and fewer:
            yield [*before, step._replace(operands=fewer), *after]
        elif step.form == "argument" and fewer:  # without this row
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
