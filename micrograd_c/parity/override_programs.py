"""Random programs with operators that users changed: subclasses, patched classes, strangers.

An override of ``__add__`` or ``__mul__`` must affect everything that is defined by them:
reflected operators, differences, quotients, sums, and the functions ``total`` and ``dot``, which
are otherwise one call of C.
"""

from micrograd_c import functional
from micrograd_c.parity import programs
from micrograd_c.parity.programs import FORMS, INFIX, Form, Step, Var, as_python

FORMS.update(
    {
        "Half": Form("Half({})"),
        "patched": Form("patched(lambda: 2 * {0} - {1} / 3 + sum([1 - {1}, -{0}]))"),
        "patched_total": Form("patched(lambda: total([{all}]))"),
        "local": Form("Value(2.0, ({0}, {1}, {0}), (0.5, {2}, -3.0))"),
        "total": Form("total([{all}])", lambda *xs: functional.total(xs)),
        "dot": Form("dot([{0}, {1}], [{1}, {2}])", lambda x, y, k: functional.dot([x, y], [y, k])),
        "linear": Form(
            "linear([{0}, {1}, {0}], [[{1}, {0}, {0}], [{0}, {1}, {0}]], [{1}, {0}])[1]",
            lambda x, y: functional.linear([x, y, x], [[y, x, x], [x, y, x]], [y, x])[1],
        ),
        "rms_norm": Form("rms_norm([{0}, {1}])[1]", lambda x, y: functional.rms_norm([x, y])[1]),
        "log_softmax": Form(
            "log_softmax([{0}, {1}])[0]", lambda x, y: functional.log_softmax([x, y])[0]
        ),
        "clear_prev": Form("{}._prev = ()", lambda v: setattr(v, "_prev", ())),
        "stranger_left": Form("Stranger() * {}", lambda x: Stranger() * x),
        "stranger_right": Form("{} + Stranger()", lambda x: x + Stranger()),
    }
)


class Stranger:
    """A class that is no number. Its reflected operators call the plain ones, as micrograd's do."""

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other


def changed(value_class):
    """Return operators that give 1 more than a sum and half of a product of ``value_class``."""
    add, mul = value_class.__add__, value_class.__mul__

    def changed_add(self, other):
        out = add(self, other)
        return out if out is NotImplemented else add(out, 1.0)

    def changed_mul(self, other):
        out = mul(self, other)
        return out if out is NotImplemented else mul(out, 0.5)

    return {"__add__": changed_add, "__mul__": changed_mul}


def half(value_class):
    """Return a subclass of ``value_class`` with these operators."""
    return type("Half", (value_class,), changed(value_class))


def patched(value_class):
    """Return a function that calls another one while ``value_class`` itself has these operators."""

    def call(function):
        methods = changed(value_class)
        own = {name: vars(value_class).get(name) for name in methods}
        try:
            for name, method in methods.items():
                setattr(value_class, name, method)
            return function()
        finally:
            for name, method in own.items():
                if method is None:
                    delattr(value_class, name)
                else:
                    setattr(value_class, name, method)

    return call


def makers(value_class):
    """Return the functions of those forms of steps that need the engine's Value class."""
    within = patched(value_class)
    return {
        "Half": half(value_class),
        "patched": lambda x, y: within(lambda: 2 * x - y / 3 + sum([1 - y, -x])),
        "patched_total": lambda *xs: within(lambda: functional.total(xs)),
        "local": lambda x, y, k: value_class(2.0, (x, y, x), (0.5, k, -3.0)),
    }


def random_program(rng):
    """Return a program of ``programs`` in which some steps have the forms of this module."""
    return with_overrides(rng, programs.random_program(rng))


def with_overrides(rng, program):
    """Return the program with the forms of this module in place of some of its steps."""
    steps = []
    for step in program:
        vars_in = [x for x in step.operands if isinstance(x, Var)]
        dice = rng.random()
        if step.form == "leaf" and dice < 0.5:
            steps.append(step._replace(form="Half"))
        elif step.form in INFIX and dice < 0.4:
            x, y = vars_in[0], vars_in[-1]
            form = rng.choice(
                ("patched", "patched_total", "local", "total", "dot", "stranger_left",
                 "stranger_right", "linear", "rms_norm", "log_softmax")
            )  # fmt: skip
            if form in ("local", "dot"):
                operands = (x, y, programs.random_number(rng))
            else:
                operands = (x,) if form.startswith("stranger") else (x, y)
            steps.append(Step(form, operands, step.makes))
        else:
            steps.append(step)
            if step.form == "set_grad" and dice < 0.3:
                steps.append(Step("clear_prev", vars_in))
    return steps


def as_python_with_overrides(program, errors=()):
    """Return the program as Python source, with what its forms of steps need."""
    first, *lines = as_python(program, errors).split("\n")
    setup = [
        "from micrograd_c.functional import dot, linear, log_softmax, rms_norm, total",
        "from micrograd_c.parity.override_programs import Stranger, half, patched",
    ]
    made = ["Half, patched = half(Value), patched(Value)"]
    return "\n".join([first, *setup, lines[0], *made, *lines[1:]])
