"""Operators that a program assigned to ``Value``, such as ``Value.__mul__ = ...``, in traces.

TracedValue has operators of its own, which do not read data. Where a program has replaced an
operator or method of ``Value``, a trace calls the replacement, as an eager program does.
"""

from micrograd_c.engine import Value
from micrograd_c.jit.traced_value import TracedValue, deferring_to_subclasses
from python_ref.core.operators import Operators

BINARY = ("add", "mul", "sub", "truediv", "pow")
METHODS = [name for name in vars(Operators) if not name.startswith("_") and name != "detach"]
NAMES = [f"__{name}__" for name in BINARY]
NAMES += [f"__r{name}__" for name in BINARY] + ["__neg__", "__abs__", *METHODS]

ORIGINAL = {name: getattr(Value, name) for name in NAMES}
TRACED = {name: vars(TracedValue)[name] for name in NAMES}
last_seen = dict(ORIGINAL)  # Value's operators at the last trace


def follow_patches():
    """Give TracedValue the operators that Value has now. Call it before each trace."""
    now = {name: getattr(Value, name) for name in NAMES}
    if now == last_seen:
        return
    operators = TRACED if now == ORIGINAL else operators_for_traces(now)
    for name, operator in operators.items():
        setattr(TracedValue, name, operator)
    last_seen.update(now)


def has_original_operators():
    """True if no operator of Value was replaced at the last trace."""
    return last_seen == ORIGINAL


def operators_for_traces(now):
    """Return TracedValue's operators for Value's operators ``now``, some of which are replaced.

    Every operator is taken from Value, because one may call another that is replaced.
    """
    operators = dict(now)
    for name in BINARY:
        operators[f"__{name}__"] = deferring_to_subclasses(name, now[f"__{name}__"])
        operators[f"__r{name}__"] = reflected(now[f"__{name}__"], now[f"__r{name}__"])
    return operators


def reflected(operator, reflected_operator):
    """Return TracedValue's reflected operator.

    TracedValue is a subclass of Value, so Python calls its reflected operator first, even when
    the left operand is a Value, whose own operator then applies.
    """

    def method(self, other):
        return (
            operator(other, self) if isinstance(other, Value) else reflected_operator(self, other)
        )

    return method
