"""Random programs over every operator, as data that can be run, shrunk and printed.

A program is a list of Steps. The other kinds of programs (with nets, overrides, functions for
jit) add their forms of steps to FORMS.
"""

import math
import operator
from typing import Callable, NamedTuple, Optional

from python_ref.core.ops import NAMED, UNARY, UNARY_K


class Var(NamedTuple):
    """A variable of a program."""

    number: int

    def __repr__(self):
        return f"v{self.number}"


class Form(NamedTuple):
    """A form of step: how it is written in Python, and the function that does it.

    In the template ``{}`` is one operand, ``{all}`` all operands, ``{rest}`` all but the first.
    A form without ``call`` needs a function of the engine, which ``compare.run`` supplies.
    """

    template: str
    call: Optional[Callable] = None


class Step(NamedTuple):
    """One line of a program."""

    form: str  # a key of FORMS
    operands: tuple  # Vars and numbers
    makes: Optional[Var] = None  # the variable that the step assigns

    def __str__(self):
        shown = [repr(x) for x in self.operands]
        if self.form in INFIX:  # Python reads -2.0 ** v1 as -(2.0 ** v1)
            shown = [f"({text})" if text.startswith("-") else text for text in shown]
        code = FORMS[self.form].template.format(
            *shown, all=", ".join(shown), rest=", ".join(shown[1:])
        )
        return f"{self.makes} = {code}" if self.makes else code


INFIX = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
}
METHODS = list(NAMED)


def method_form(op):
    argument = "" if op.kind == UNARY else "{}"
    return Form(f"{{}}.{op.name}({argument})", lambda x, *rest: getattr(x, op.name)(*rest))


FORMS = {
    "leaf": Form("Value({})"),
    "del": Form("del {}"),
    "neg": Form("-{}", operator.neg),
    "set_data": Form("{}.data = {}", lambda v, x: setattr(v, "data", x)),
    "set_grad": Form("{}.grad = {}", lambda v, x: setattr(v, "grad", x)),
    "backward": Form("{}.backward()", lambda v: v.backward()),
    **{symbol: Form(f"{{}} {symbol} {{}}", call) for symbol, call in INFIX.items()},
    **{op.name: method_form(op) for op in METHODS},
}

SPECIAL_NUMBERS = (
    0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, math.nan, 5e-324, -2.2e-308, 1e-20, 1e154, -1e308,
)  # fmt: skip
EXPONENTS = (2, 3, -1, 0, 1, 0.5, -0.5, 2.0, 1.5, -3)


# --- making programs -----------------------------------------------------------


def random_program(rng):
    """Return a random list of steps; ``rng`` is a ``random.Random``.

    The program shares operands, assigns ``.data`` and ``.grad`` of any node, deletes
    variables and runs backward several times. Its last step is a backward.
    """
    steps, alive = [], []

    def make(form, *operands):
        steps.append(Step(form, operands, Var(sum(step.makes is not None for step in steps))))
        alive.append(steps[-1].makes)

    for _ in range(rng.randint(1, 4)):
        make("leaf", random_number(rng))
    for _ in range(rng.randint(1, 24)):
        dice = rng.random()
        if dice < 0.04:
            make("leaf", random_number(rng))
        elif dice < 0.10:
            steps.append(Step("set_data", (rng.choice(alive), random_number(rng))))
        elif dice < 0.14:
            steps.append(Step("set_grad", (rng.choice(alive), rng.choice((0.0, 0.5)))))
        elif dice < 0.22:
            steps.append(Step("backward", (rng.choice(alive),)))
        elif dice < 0.25 and len(alive) > 1:
            steps.append(Step("del", (alive.pop(rng.randrange(len(alive))),)))
        else:
            make(*random_operation(rng, alive))
    steps.append(Step("backward", (alive[-1],)))
    return steps


def random_operation(rng, alive):
    """Return the form and the operands of a random operator on the variables ``alive``."""
    x = random_operand(rng, alive)
    if rng.random() < 0.4:
        symbol = rng.choice(sorted(INFIX))
        if rng.random() < 0.6:
            return symbol, x, random_operand(rng, alive)
        if symbol == "**" and rng.random() < 0.7:
            return symbol, x, rng.choice(EXPONENTS)
        number = random_number(rng)
        return (symbol, x, number) if rng.random() < 0.5 else (symbol, number, x)
    if rng.random() < 0.05:
        return "neg", x
    op = rng.choice(METHODS)
    if op.kind == UNARY_K:
        return op.name, x, rng.choice((0.01, 0.0, 0.3, -1.0))
    if op.kind == UNARY:
        return op.name, x
    return op.name, x, random_operand(rng, alive) if rng.random() < 0.8 else random_number(rng)


def random_operand(rng, alive):
    """Return a variable, often one of the newest, so that graphs become deep and shared."""
    return rng.choice(alive[-3:]) if rng.random() < 0.6 else rng.choice(alive)


def random_number(rng):
    dice = rng.random()
    if dice < 0.75:
        return rng.uniform(-3.0, 3.0)
    return rng.randint(-3, 3) if dice < 0.9 else rng.choice(SPECIAL_NUMBERS)


# --- printing programs ---------------------------------------------------------------


def as_python(program, errors=()):
    """Return the program as Python source. The steps at the places in ``errors`` raise."""
    lines = ["from math import inf, nan", "from micrograd_c.engine import Value"]
    for place, step in enumerate(program):
        if place not in errors:
            lines.append(str(step))
        else:
            instead = f"{step.makes} = {fallback(step)}" if step.makes else "pass"
            lines += ["try:", f"    {step}", f"except {errors[place].split(':')[0]}:"]
            lines += [f"    {instead}"]
    return "\n".join(lines)


def fallback(step):
    """Return the variable whose Value a failed step's variable gets: its first operand."""
    return next(x for x in step.operands if isinstance(x, Var))
