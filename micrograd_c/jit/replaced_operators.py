"""Operators that a program puts in place of Value's, as traces see them.

A traced Value has operators of its own, which do not ask for data. Where a program has
assigned to ``Value.__mul__``, ``Value.tanh`` or another of them, a trace calls what stands
there now, as an eager program does.
"""

from micrograd_c.engine import Value
from micrograd_c.jit.traced_value import TracedValue, but_for_users_own
from python_ref.core.operators import Operators

BINARY = ("add", "mul", "sub", "truediv", "pow")
METHODS = [name for name in vars(Operators) if not name.startswith("_") and name != "detach"]
NAMES = [f"__{name}__" for name in BINARY]
NAMES += [f"__r{name}__" for name in BINARY] + ["__neg__", "__abs__", *METHODS]

ORIGINAL = {name: getattr(Value, name) for name in NAMES}
OWN = {name: vars(TracedValue)[name] for name in NAMES}
seen = dict(ORIGINAL)


def follow():
    """Give traced Values the operators that Value has now; to be called before a trace."""
    now = {name: getattr(Value, name) for name in NAMES}
    if now == seen:
        return
    operators = OWN if now == ORIGINAL else all_of(now)
    for name, operator in operators.items():
        setattr(TracedValue, name, operator)
    seen.update(now)


def all_of(now):
    """A traced Value's operators where one of Value's was replaced, which others may call."""
    operators = dict(now)
    for name in BINARY:
        operators[f"__{name}__"] = but_for_users_own(name, now[f"__{name}__"])
        operators[f"__r{name}__"] = reflected(now[f"__{name}__"], now[f"__r{name}__"])
    return operators


def reflected(operator, of_number):
    """For what stands to the left: Python asks a traced Value first, be that a Value or not."""

    def method(self, other):
        return operator(other, self) if isinstance(other, Value) else of_number(self, other)

    return method
