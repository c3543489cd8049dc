"""The Values of a trace, whose data nobody may look at.

An argument is a ``TracedValue``, and so is whatever is computed from one. Its data
is not known, it stands for every row of a batch at once. So a program that would go
one way or the other by its data cannot be traced, and is told so at that line.
"""

import math
import operator
import sys

from micrograd_c._backend import backend
from micrograd_c.engine import Value
from micrograd_c.grad_mode import is_grad_enabled
from micrograd_c.jit.errors import (
    INDEXING,
    ITSELF,
    NO_OPERATOR,
    ONE_EXAMPLE,
    TraceError,
    equality,
    gradients_inside,
    is_ours,
    made_a_number,
    own_operator,
    unknown,
    users_line,
    without_gradient,
)
from python_ref.core.arrays import elementwise
from python_ref.core.operators import Operators
from python_ref.core.ops import OPS
from python_ref.core.tracing import current_trace


def where(cond_value, a, b):
    """``a`` where ``cond_value`` > 0, else ``b`` (also for NaN), as a Value.

    ``cond_value`` may be a comparison, such as ``x < 1``: then ``a`` where that holds. Inside
    of a jitted function ``& |`` join comparisons. The gradient goes to the one that was taken,
    none to the condition. Both are computed. This is how a jitted function branches on data.
    What is left out may be infinite, as 1 / x at 0 is; but a product needs a second ``where``
    inside, see the FAQ.

    >>> from micrograd_c import Value, where
    >>> where(Value(2.0) > 1, 10.0, 20.0)
    Value(data=10.0, grad=0.0)
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
    _refuses_reads = True

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
        raise unknown("its data was read", ITSELF)

    @property
    def grad(self):
        raise unknown("its gradient was read", ITSELF)

    @property
    def _backward(self):
        raise unknown("its _backward was read", ITSELF)

    @property
    def _prev(self):
        raise unknown("its _prev was read", ITSELF)

    def __setattr__(self, name, x):
        if name in ("data", "grad"):
            raise unknown(f"its {name} was set", ITSELF)
        if name == "_backward":
            raise own_operator(users_line())
        super().__setattr__(name, x)

    def _has_custom_backward(self):
        return False

    @classmethod
    def _refuse_bulk(cls):
        raise unknown("its data or gradient was to be read or set", ITSELF)

    def _compare(self, relation, other):
        if not current_trace():
            raise unknown("it was compared")
        if not self._is_operand(other):
            return elementwise(relation, self, other)
        return compared(relation, self, other)

    def __bool__(self):
        raise unknown("its truth value was asked for")

    def __eq__(self, other):
        if self._is_operand(other) or isinstance(other, Operators) or getattr(other, "ndim", 0):
            raise equality()
        return NotImplemented

    __ne__ = __eq__

    def __hash__(self):
        if current_trace() and not is_ours(sys._getframe(1)):  # our own code may, by identity
            raise unknown("it was looked up in a dict or set")
        return object.__hash__(self)

    def _as_number(self, *_):
        raise made_a_number()

    __float__ = __int__ = __round__ = __trunc__ = __floor__ = __ceil__ = _as_number

    def __getitem__(self, _place):  # also for loops over it
        raise TraceError(f"{users_line()}: a Value has no elements; {ONE_EXAMPLE}")

    def _lacks(self, _other):
        raise TraceError(f"{users_line()}: Values have no %, // and divmod; {NO_OPERATOR}")

    __mod__ = __rmod__ = __floordiv__ = __rfloordiv__ = __divmod__ = __rdivmod__ = _lacks

    def __index__(self):
        raise unknown("it was used as an index or a count", INDEXING)

    def __format__(self, how):
        if how:
            raise made_a_number()
        return str(self)

    def backward(self):
        raise gradients_inside()

    def __repr__(self):
        return "Value(traced)"


class Comparison(TracedValue):
    """A comparison within a trace: 1 where it holds, else 0. It passes on no gradient."""

    __slots__ = ()
    __array_ufunc__ = None  # NumPy's bools leave & and | to it

    def __bool__(self):
        """The result where only parameters are compared, whose data the trace may read."""
        holds = vars(self).get("_holds")
        if holds is None:
            raise unknown("it was compared")
        return holds

    def __and__(self, other):
        return joined(operator.and_, "mul", self, other)

    def __or__(self, other):
        return joined(operator.or_, "maximum", self, other)

    __rand__, __ror__ = __and__, __or__

    def __invert__(self):
        raise TraceError(
            f"{users_line()}: ~ of a comparison is no condition, ~True is -2: write the opposite "
            "comparison, or where(cond_value, b, a) for where(~cond_value, a, b)"
        )


# Value may have faster operators, which read the data.
for name, method in vars(Operators).items():
    if callable(method) and name not in vars(TracedValue):
        setattr(TracedValue, name, method)


def answers_itself(other, name):
    """Whether the right operand is of a user's class with its own reflected operator.

    Python would call that first if a plain Value stood on the left.
    """
    kind = type(other)
    if kind is Value or not issubclass(kind, Value) or issubclass(kind, TracedValue):
        return False
    return getattr(kind, f"__r{name}__") is not getattr(Value, f"__r{name}__")


def but_for_users_own(name, method):
    def operator(self, other):
        return NotImplemented if answers_itself(other, name) else method(self, other)

    return operator


for name in ("add", "mul", "sub", "truediv", "pow"):
    method = but_for_users_own(name, getattr(TracedValue, f"__{name}__"))
    setattr(TracedValue, f"__{name}__", method)


if backend == "c":
    from micrograd_c._c.node import NO_MEMORY, mg_leaf, mg_traced
    from micrograd_c._c.value import CODES, number_types
    from micrograd_c._native import lib

    TracedValue._mg_register(1)  # what mg_traced returns

    def make(name, k, _label, operands):
        """A TracedValue made by an operator; nothing is computed."""
        a, *rest = operands
        return traced(mg_traced(CODES[name], a, rest[0] if rest else 0, 0.0 if k is None else k))

    def apply(self, name, *others):
        """One operator, on others that may be numbers."""
        others = [x if isinstance(x, Value) else Value(x) for x in others]
        return traced(mg_traced(CODES[name], self, others[0] if others else 0, 0.0))

    PLAIN = {Value, TracedValue}

    def add_or_mul(name):
        """The operator and its reflected form, short since a trace is full of them."""
        code = CODES[name]
        general = getattr(TracedValue, f"__{name}__")
        general_reflected = getattr(TracedValue, f"__r{name}__")

        def operator(self, other):
            if type(other) in PLAIN:
                result = mg_traced(code, self, other, 0.0)
            elif type(other) in number_types:
                constant = mg_leaf(other)
                result = constant and mg_traced(code, self, constant, 0.0)
            else:
                return general(self, other)
            return traced(result)

        def reflected(self, other):
            if not isinstance(other, Value):
                known = type(other) in number_types
                return operator(self, other) if known else general_reflected(self, other)
            return traced(mg_traced(code, other, self, 0.0))

        return operator, reflected

    TracedValue._apply = apply
    TracedValue.__add__, TracedValue.__radd__ = add_or_mul("add")
    TracedValue.__mul__, TracedValue.__rmul__ = add_or_mul("mul")

    def argument():
        """A TracedValue that stands for an argument."""
        return traced(mg_traced(0, 0, 0, 0.0))

    def made_in(leaf):
        """The number of the trace that made a leaf, below 0 of an argument, 0 for none."""
        return lib.mg_made_in(leaf._mg_id)

    def traced(result):
        if result is None:
            raise MemoryError(NO_MEMORY) if is_grad_enabled() else without_gradient()
        return result

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


COMPARISONS = {  # the operator, and whether to swap the operands
    operator.lt: ("less", False),
    operator.gt: ("less", True),
    operator.le: ("less_equal", False),
    operator.ge: ("less_equal", True),
}


def compared(relation, x, y):
    """The comparison of two Values or numbers within a trace."""
    name, is_turned = COMPARISONS[relation]
    result = join(name, *((y, x) if is_turned else (x, y)))
    if isinstance(x, TracedValue) or isinstance(y, TracedValue):
        return comparison(result, None)
    x, y = (v.data if isinstance(v, Value) else v for v in (x, y))
    return comparison(result, relation(x, y))


def joined(relation, name, x, y):
    """``x & y`` or ``x | y`` of two comparisons, one of which may be a bool."""
    if not isinstance(y, Comparison):
        if type(y).__name__ not in ("bool", "bool_"):
            return NotImplemented
        holds = bool(y)
    else:
        holds = vars(y).get("_holds")
    known = None if None in (holds, vars(x).get("_holds")) else relation(bool(x), bool(y))
    return comparison(join(name, x, y), known)


def comparison(result, holds):
    result = make("detach", None, "detach", (result,))
    object.__setattr__(result, "__class__", Comparison)
    vars(result)["_holds"] = holds
    return result
