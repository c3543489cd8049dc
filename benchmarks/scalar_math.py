"""exp, log, tanh, sqrt, erf and relu for each kind of scalar that a workload computes with.

micrograd's Value has only relu. The others are added as Karpathy's lecture adds tanh and exp:
by a function that makes a Value and sets its ``_backward``.
"""

import math
from types import SimpleNamespace

# The Values of micrograd_c and python_ref have all of them as methods.
METHODS = SimpleNamespace(
    exp=lambda v: v.exp(),
    log=lambda v: v.log(),
    tanh=lambda v: v.tanh(),
    sqrt=lambda v: v.sqrt(),
    erf=lambda v: v.erf(),
    relu=lambda v: v.relu(),
)


def lecture_function(Value, name, value, derivative):
    """Return an operator for micrograd. ``derivative``: of the operand's and the result's data."""

    def operator(v):
        out = Value(value(v.data), (v,), name)

        def _backward():
            v.grad += derivative(v.data, out.data) * out.grad

        out._backward = _backward
        return out

    return operator


def for_micrograd(Value):
    """Return the functions for micrograd's Value."""
    two_over_root_pi = 2.0 / math.sqrt(math.pi)
    rows = {
        "exp": (math.exp, lambda x, y: y),
        "log": (math.log, lambda x, y: 1.0 / x),
        "tanh": (math.tanh, lambda x, y: 1.0 - y * y),
        "sqrt": (math.sqrt, lambda x, y: 0.5 / y),
        "erf": (math.erf, lambda x, y: two_over_root_pi * math.exp(-x * x)),
    }
    functions = {name: lecture_function(Value, name, *row) for name, row in rows.items()}
    return SimpleNamespace(relu=lambda v: v.relu(), **functions)
