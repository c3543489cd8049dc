"""Tracing: a function called once with Values whose data nobody may look at.

An argument is a ``TracedValue``, and so is whatever is computed from one. Its data
is not known, it stands for every row of a batch at once. So a program that would go
one way or the other by its data cannot be traced, and is told so at that line.
"""

import functools
import math
import sys

from micrograd_c._backend import backend
from micrograd_c.engine import Value
from micrograd_c.functional import maximum
from micrograd_c.grad_mode import enable_grad, is_grad_enabled
from python_ref.numbers import describe, to_float
from python_ref.operators import Operators
from python_ref.ops import OPS


class TraceError(TypeError):
    """The function does what cannot be traced."""


def where(cond_value, a, b):
    """``a`` where ``cond_value`` > 0, else ``b`` (also for NaN), as a Value.

    The gradient goes to the one that was taken; the condition's is 0. Both are
    computed. This is how a jitted function branches on data.

    >>> where(Value(2.0), Value(10.0), 20.0)
    Value(data=10.0, grad=0.0)
    """
    cond, a, b = (x if isinstance(x, Value) else Value(x) for x in (cond_value, a, b))
    taken, other = as_operand(cond, a), as_operand(cond, b)
    return taken._apply("if_positive", a) + other._apply("if_not_positive", b)


def as_operand(x, other):
    """``x`` such that its operators know that ``other`` is traced."""
    return join("add", x, -0.0) if isinstance(other, TracedValue) else x  # x + -0.0 is x


class TracedValue(Value):
    """A Value of a row that is not known yet."""

    __slots__ = ()

    def _apply(self, name, *others):
        return join(name, self, *others)

    def _apply_k(self, name, k, label):
        return make(name, k, label, (self,))

    def _apply_after(self, name, other):
        return join(name, other, self)

    def detach(self):
        return make("detach", None, "detach", (self,))

    def _largest_of(self, values):
        """See ``functional.largest``; of each row."""
        m = functools.reduce(maximum, values)
        return where(math.inf - m.abs(), m, 0.0).detach()  # inf - inf is NaN

    def _item_of(self, items):
        """items[i], where this Value is i or next to it."""
        chosen = items[0]
        for i in range(1, len(items)):
            chosen = where(self - (i - 0.5), items[i], chosen)
        return chosen

    # Python asks these first when a plain Value stands to the left.
    def __radd__(self, other):
        return join("add", other, self) if self._is_operand(other) else NotImplemented

    def __rmul__(self, other):
        return join("mul", other, self) if self._is_operand(other) else NotImplemented

    def __rsub__(self, other):
        return join("add", other, -self) if self._is_operand(other) else NotImplemented

    def __rtruediv__(self, other):
        return join("mul", other, self**-1) if self._is_operand(other) else NotImplemented

    def __rpow__(self, other):
        return join("pow", other, self) if self._is_operand(other) else NotImplemented

    # --- what cannot be traced ---

    @property
    def data(self):
        raise unknown("its data was read")

    def __setattr__(self, name, x):
        if name == "data":
            raise unknown("its data was set")
        if name == "_backward":
            raise own_operator()
        super().__setattr__(name, x)

    def _compare(self, other):
        raise unknown("it was compared")

    __lt__ = __le__ = __gt__ = __ge__ = _compare

    def __float__(self):
        raise unknown("it was made a number")

    def backward(self):
        raise TraceError(f"{users_line()}: backward() was called inside of a jitted function")

    def __repr__(self):
        return "Value(traced)"


# Value may have faster operators of its own, for data that is known.
for name, operator in vars(Operators).items():
    if callable(operator) and name not in vars(TracedValue):
        setattr(TracedValue, name, operator)


def unknown(what):
    return TraceError(
        f"{users_line()}: a Value depends on an argument of the jitted function, and {what}; "
        "what happens must be the same for every row: use where(cond_value, a, b), "
        "maximum or relu instead of branching"
    )


def own_operator():
    return TraceError(
        f"{users_line()}: an operator with a _backward of its own cannot be traced; "
        "build it of Value's operators"
    )


def without_gradient():
    return TraceError(
        f"{users_line()}: no_grad() cannot be traced: use detach() on the Values that no "
        "gradient is to flow through"
    )


def users_line():
    """Where the user's code is, as 'file:line'."""
    frame = sys._getframe(1)
    while frame.f_back is not None and is_ours(frame.f_globals.get("__name__", "")):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


def is_ours(module):
    return module.split(".")[0] in ("micrograd_c", "python_ref")


if backend == "c":
    from micrograd_c._cvalue import CODES, NO_MEMORY, new, number_types, set_id
    from micrograd_c._native import lib

    mg_traced, mg_leaf, mg_release = lib.mg_traced, lib.mg_leaf, lib.mg_release

    def make(name, k, _label, operands):
        """A TracedValue made by an operator; nothing is computed."""
        a, b = operands if len(operands) == 2 else (*operands, None)
        return traced(mg_traced(CODES[name], a._mg_id, 0 if b is None else b._mg_id, k or 0.0))

    def add_or_mul(name, reflected=False):
        """The operator as a method, short since a trace is full of them."""
        code = CODES[name]
        general = getattr(TracedValue, f"__r{name}__" if reflected else f"__{name}__")

        def operator(self, other):
            if isinstance(other, Value):
                a, b = (other, self) if reflected else (self, other)
                return traced(mg_traced(code, a._mg_id, b._mg_id, 0.0))
            if type(other) not in number_types:
                return general(self, other)
            constant = mg_leaf(other)
            node = constant and mg_traced(code, self._mg_id, constant, 0.0)
            if constant:
                mg_release(constant)
            return traced(node)

        return operator

    for name in "add", "mul":
        setattr(TracedValue, f"__{name}__", add_or_mul(name))
        setattr(TracedValue, f"__r{name}__", add_or_mul(name, reflected=True))

    def argument():
        """A TracedValue that stands for an argument."""
        return traced(lib.mg_traced(0, 0, 0, 0.0))

    def traced(node):
        if not node:
            raise MemoryError(NO_MEMORY) if is_grad_enabled() else without_gradient()
        result = new(TracedValue)
        set_id(result, node)
        return result

else:

    def make(name, k, label, operands):
        if not is_grad_enabled():
            raise without_gradient()
        return Value._make(name, k, label, operands, math.nan, TracedValue)

    def argument():
        return TracedValue(math.nan)


def join(name, *operands):
    operands = tuple(x if isinstance(x, Value) else Value(x) for x in operands)
    return make(name, None, OPS[name].label, operands)


class Trace:
    """What calling ``function`` once made: its arguments and outputs, as Values.

    ``widths`` says for each argument how many columns it has; None is a single Value.
    """

    def __init__(self, function, widths):
        self.arguments, self.widths = [], []
        given = []
        for width in widths:
            columns = [argument() for _ in range(1 if width is None else width)]
            given.append(columns[0] if width is None else list(columns))
            self.arguments += columns
            self.widths.append(len(columns))
        with enable_grad():  # the first call may stand inside of a no_grad()
            self.outputs, self.is_single = outputs_of(function, function(*given))


def outputs_of(function, result):
    """The Values that ``function`` returned, and whether it was just one."""
    is_single = not isinstance(result, (list, tuple))
    outputs = [result] if is_single else list(result)
    name = getattr(function, "__name__", repr(function))
    if not outputs:
        raise TypeError(f"expected {name} to return at least one Value, got none")
    for i, output in enumerate(outputs):
        if not isinstance(output, Value):
            if not Value._is_operand(output):
                raise TypeError(
                    f"expected {name} to return a Value or a list or tuple of Values, "
                    f"got {describe(result if is_single else output)}"
                )
            outputs[i] = Value(to_float(output))
    return outputs, is_single
