"""Tracing: a function called once with Values whose data nobody may look at.

An argument is a ``TracedValue``, and so is whatever is computed from one. Its data
is not known, it stands for every row of a batch at once. So a program that would go
one way or the other by its data cannot be traced, and is told so at that line.
"""

import itertools
import math
import operator
import os
import sys

from micrograd_c._backend import backend
from micrograd_c.engine import Value
from micrograd_c.grad_mode import is_grad_enabled
from python_ref.arrays import elementwise
from python_ref.numbers import describe, to_float
from python_ref.operators import Operators
from python_ref.ops import OPS
from python_ref.tracing import current_trace, tracing


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


def reflected(relation, of_operand):
    """A method for what stands to the left of a TracedValue, be it an array."""

    def method(self, other):
        if not self._is_operand(other):
            return elementwise(relation, other, self)
        return of_operand(other, self)

    return method


class TracedValue(Value):
    """A Value of a row that is not known yet."""

    __slots__ = ()

    def _apply(self, name, *others):
        return join(name, self, *others)

    def _apply_k(self, name, k, label):
        return make(name, k, label, (self,))

    def _apply_two(self, name, other):
        return self._apply(name, self._operand(other))

    def _apply_after(self, name, other):  # of a plain Value's _apply_two
        return join(name, other, self)

    def _item_of(self, items):
        """items[i], where this Value is i or next to it."""
        chosen = items[0]
        for i in range(1, len(items)):
            chosen = where(self - (i - 0.5), items[i], chosen)
        return chosen

    # Python asks these first when a plain Value stands to the left.
    __radd__ = reflected(operator.add, lambda other, x: join("add", other, x))
    __rmul__ = reflected(operator.mul, lambda other, x: join("mul", other, x))
    __rsub__ = reflected(operator.sub, lambda other, x: join("add", other, -x))
    __rtruediv__ = reflected(operator.truediv, lambda other, x: join("mul", other, x**-1))
    __rpow__ = reflected(operator.pow, lambda other, x: join("pow", other, x))

    # --- what cannot be traced ---

    @property
    def data(self):
        raise unknown("its data was read")

    @property
    def grad(self):
        raise unknown("its gradient was read")

    @property
    def _backward(self):
        raise unknown("its _backward was read")

    @property
    def _prev(self):
        raise unknown("its _prev was read")

    def __setattr__(self, name, x):
        if name in ("data", "grad"):
            raise unknown(f"its {name} was set")
        if name == "_backward":
            raise own_operator(users_line())
        super().__setattr__(name, x)

    def _has_own_backward(self):
        return False

    @classmethod
    def _refuse_bulk(cls):
        raise unknown("its data or gradient was to be read or set")

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
for name, method in vars(Operators).items():
    if callable(method) and name not in vars(TracedValue):
        setattr(TracedValue, name, method)


def unknown(what):
    return TraceError(
        f"{users_line()}: a Value depends on an argument of the jitted function, and {what}; "
        "what happens must be the same for every row: use where(cond_value, a, b), "
        "maximum or relu instead of branching"
    )


def own_operator(place):
    return TraceError(
        f"{place}: an operator with a _backward of its own cannot be traced; "
        "build it of Value's operators"
    )


def without_gradient():
    return TraceError(
        f"{users_line()}: no_grad() cannot be traced: use detach() on the Values that no "
        "gradient is to flow through"
    )


def of_another_trace(function):
    return TraceError(
        f"{line_of(function)}: the function uses a Value that depends on an argument of another "
        "trace: one kept from an earlier call, or of another jitted function"
    )


def line_of(function):
    """Where a function begins, as 'file:line'."""
    code = getattr(function, "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code else repr(function)


def users_line():
    """Where the user's code is, as 'file:line'."""
    frame = sys._getframe(1)
    while frame.f_back is not None and is_passed_through(frame):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


STANDARD_LIBRARY = os.path.dirname(os.__file__) + os.sep


def is_passed_through(frame):
    """Whether the code is ours, NumPy's or the standard library's."""
    package = frame.f_globals.get("__name__", "").split(".")[0]
    file = frame.f_code.co_filename
    is_standard = file.startswith(STANDARD_LIBRARY) and "site-packages" not in file
    return is_standard or package in ("micrograd_c", "python_ref", "numpy")


if backend == "c":
    from micrograd_c._cvalue import CODES, NO_MEMORY, new, number_types, set_id
    from micrograd_c._native import lib

    mg_traced, mg_leaf, mg_release = lib.mg_traced, lib.mg_leaf, lib.mg_release

    def make(name, k, _label, operands):
        """A TracedValue made by an operator; nothing is computed."""
        a, *rest = [operand._mg_id for operand in operands]
        return traced(mg_traced(CODES[name], a, rest[0] if rest else 0, 0.0 if k is None else k))

    def apply(self, name, *others):
        """One operator, on others that may be numbers."""
        others = [x if isinstance(x, Value) else Value(x) for x in others]
        return traced(mg_traced(CODES[name], self._mg_id, others[0]._mg_id if others else 0, 0.0))

    def add_or_mul(name):
        """The operator and its reflected form, short since a trace is full of them."""
        code = CODES[name]
        general = getattr(TracedValue, f"__{name}__")
        general_reflected = getattr(TracedValue, f"__r{name}__")

        def operator(self, other):
            if isinstance(other, Value):
                node = mg_traced(code, self._mg_id, other._mg_id, 0.0)
            elif type(other) in number_types:
                constant = mg_leaf(other)
                node = constant and mg_traced(code, self._mg_id, constant, 0.0)
                if constant:
                    mg_release(constant)
            else:
                return general(self, other)
            if not node:
                raise no_node()
            result = new(TracedValue)
            set_id(result, node)
            return result

        def reflected(self, other):
            if not isinstance(other, Value):
                known = type(other) in number_types
                return operator(self, other) if known else general_reflected(self, other)
            node = mg_traced(code, other._mg_id, self._mg_id, 0.0)
            if not node:
                raise no_node()
            result = new(TracedValue)
            set_id(result, node)
            return result

        return operator, reflected

    TracedValue._apply = apply
    TracedValue.__add__, TracedValue.__radd__ = add_or_mul("add")
    TracedValue.__mul__, TracedValue.__rmul__ = add_or_mul("mul")

    def argument():
        """A TracedValue that stands for an argument."""
        return traced(lib.mg_traced(0, 0, 0, 0.0))

    def made_in(leaf):
        """The number of the trace that made a leaf, below 0 of an argument, 0 for none."""
        return lib.mg_made_in(leaf._mg_id)

    def traced(node):
        if not node:
            raise no_node()
        result = new(TracedValue)
        set_id(result, node)
        return result

    def no_node():
        return MemoryError(NO_MEMORY) if is_grad_enabled() else without_gradient()

else:

    def make(name, k, label, operands):
        if not is_grad_enabled():
            raise without_gradient()
        return Value._make(name, k, label, operands, math.nan, TracedValue)

    def argument():
        value = object.__new__(TracedValue)
        value._fill(math.nan, (), "", k=-current_trace().number)
        return value

    def made_in(leaf):
        return leaf._recipe()[1] or 0


def join(name, *operands):
    operands = tuple(x if isinstance(x, Value) else Value(x) for x in operands)
    return make(name, None, OPS[name].label, operands)


numbers = itertools.count(1)


class Trace:
    """What calling ``function`` once made: its arguments and outputs, as Values.

    ``widths`` says for each argument how many columns it has; None is a single Value.
    Meanwhile operators don't raise: what they are given now is no matter.
    """

    def __init__(self, function, widths):
        self.function = function
        self.number = next(numbers)
        self.arguments, self.widths = [], []
        with self.entered():
            given = []
            for width in widths:
                columns = [argument() for _ in range(1 if width is None else width)]
                given.append(columns[0] if width is None else list(columns))
                self.arguments += columns
                self.widths.append(len(columns))
            self.outputs, self.is_single = outputs_of(function, function(*given))

    def entered(self):
        """Within it, this thread is in the trace: a leaf that is made is a constant of it."""
        return tracing(self)

    def refuse_own_operator(self):
        raise own_operator(users_line())

    def refuse_no_grad(self):
        raise without_gradient()


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
