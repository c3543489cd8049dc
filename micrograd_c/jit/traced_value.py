"""TracedValue: a Value of a trace, whose data is unknown.

Each argument of a traced function is a ``TracedValue``, and so is each result computed from
one. It stands for every row of a batch, so it has no data. A function that reads the data, to
branch on it for example, cannot be traced; the TraceError names the line.
"""

import math
import operator
import sys

from micrograd_c._backend import backend
from micrograd_c.engine import Value
from micrograd_c.grad_mode import is_grad_enabled
from micrograd_c.jit.errors import (
    COMPUTE_BEFORE,
    DO_NOT_INDEX,
    ONE_EXAMPLE,
    USE_THE_VALUE,
    TraceError,
    conversion_error,
    custom_operator_error,
    equality_error,
    inner_backward_error,
    no_grad_error,
    unknown_data_error,
)
from micrograd_c.jit.user_code import is_our_code, user_line
from python_ref.core.arrays import elementwise
from python_ref.core.numbers import is_value
from python_ref.core.operators import Operators
from python_ref.core.ops import OPS
from python_ref.core.tracing import current_trace


def select(cond_value, a, b):
    """Return what ``where`` does, see ``branches.py``."""
    given = (cond_value, a, b)
    kinds = [x._plain_class for x in given if is_value(x) and not isinstance(x, Value)]
    kind = kinds[0] if kinds else Value  # the other engine's, if one is that engine's
    cond, a, b = (x if is_value(x) else kind(x) for x in given)
    taken, other = as_traced_with(cond, a), as_traced_with(cond, b)
    return taken._apply("if_positive", a) + other._apply("if_not_positive", b)


def as_traced_with(x, other):
    """Return ``x`` as a TracedValue if ``other`` is one, so that their operators are traced."""
    # x + -0.0 has the bits of x
    return apply_operator("add", x, -0.0) if isinstance(other, TracedValue) else x


def reflected(relation, of_operand):
    """Return a reflected operator: ``of_operand(other, self)``, or elementwise for an array."""

    def method(self, other):
        if not self._is_operand(other):
            return elementwise(relation, other, self)
        return of_operand(other, self)

    return method


class TracedValue(Value):
    """A Value that stands for every row of a batch. Reading its data raises TraceError."""

    __slots__ = ()
    _refuses_reads = True

    def _apply(self, name, *others):
        return apply_operator(name, self, *others)

    def _apply_k(self, name, k, label):
        return make_traced(name, k, label, (self,))

    def _apply_two(self, name, other):
        return self._apply(name, self._operand(other))

    def _apply_after(self, name, other):  # the left operand ``other`` is not traced and calls this
        return apply_operator(name, other, self)

    def _item_of(self, items):
        """Return ``items[i]`` for the index i nearest to this Value."""
        chosen = items[0]
        for i in range(1, len(items)):
            chosen = select(self - (i - 0.5), items[i], chosen)
        return chosen

    # When a Value is the left operand, Python calls these first: TracedValue is a subclass.
    __radd__ = reflected(operator.add, lambda other, x: apply_operator("add", other, x))
    __rmul__ = reflected(operator.mul, lambda other, x: apply_operator("mul", other, x))
    __rsub__ = reflected(operator.sub, lambda other, x: apply_operator("add", other, -x))
    __rtruediv__ = reflected(operator.truediv, lambda other, x: apply_operator("mul", other, x**-1))
    __rpow__ = reflected(operator.pow, lambda other, x: apply_operator("pow", other, x))

    # --- what cannot be traced ---

    @property
    def data(self):
        raise unknown_data_error("its data was read", USE_THE_VALUE)

    @property
    def grad(self):
        raise unknown_data_error("its gradient was read", USE_THE_VALUE)

    @property
    def _backward(self):
        raise unknown_data_error("its _backward was read", USE_THE_VALUE)

    @property
    def _prev(self):
        raise unknown_data_error("its _prev was read", USE_THE_VALUE)

    def __setattr__(self, name, x):
        if name in ("data", "grad"):
            raise unknown_data_error(f"its {name} was set", USE_THE_VALUE)
        if name == "_backward":
            raise custom_operator_error(user_line())
        super().__setattr__(name, x)

    def _has_custom_backward(self):
        return False

    @classmethod
    def _refuse_bulk(cls):
        raise unknown_data_error("its data or gradient was to be read or set", USE_THE_VALUE)

    def _compare(self, relation, other):
        if not current_trace():
            raise unknown_data_error("it was compared")
        if not self._is_operand(other):
            return elementwise(relation, self, other)
        return compare(relation, self, other)

    def __bool__(self):
        raise unknown_data_error("its truth value was asked for")

    def __eq__(self, other):
        if self._is_operand(other) or isinstance(other, Operators) or getattr(other, "ndim", 0):
            raise equality_error()
        return NotImplemented

    __ne__ = __eq__

    def __hash__(self):
        if current_trace() and not is_our_code(sys._getframe(1)):  # our code hashes by identity
            raise unknown_data_error("it was looked up in a dict or set")
        return object.__hash__(self)

    def _as_number(self, *_):
        raise conversion_error()

    __float__ = __int__ = __round__ = __trunc__ = __floor__ = __ceil__ = _as_number

    def __getitem__(self, _place):  # also called by loops
        raise TraceError(f"{user_line()}: a Value has no elements; {ONE_EXAMPLE}")

    def _has_no_operator(self, _other):
        raise TraceError(f"{user_line()}: Values have no %, // and divmod; {COMPUTE_BEFORE}")

    __mod__ = __rmod__ = __floordiv__ = __rfloordiv__ = __divmod__ = __rdivmod__ = _has_no_operator

    def __index__(self):
        raise unknown_data_error("it was used as an index or a count", DO_NOT_INDEX)

    def __format__(self, how):
        if how:
            raise conversion_error()
        return str(self)

    def backward(self):
        raise inner_backward_error()

    def __repr__(self):
        return "Value(traced)"


class Comparison(TracedValue):
    """A comparison within a trace: 1 where it holds, else 0. No gradient flows through it."""

    __slots__ = ()
    __array_ufunc__ = None  # so that & and | with a NumPy bool call the methods below

    def __bool__(self):
        """The result if only parameters were compared, whose data is known. Else TraceError."""
        holds = vars(self).get("_holds")
        if holds is None:
            raise unknown_data_error("it was compared")
        return holds

    def __and__(self, other):
        return combine(operator.and_, "mul", self, other)

    def __or__(self, other):
        return combine(operator.or_, "maximum", self, other)

    __rand__, __ror__ = __and__, __or__

    def __invert__(self):
        raise TraceError(
            f"{user_line()}: ~ of a comparison is no condition, ~True is -2: write the opposite "
            "comparison, or where(cond_value, b, a) for where(~cond_value, a, b)"
        )


# Value may have faster operators, which read the data: take the general ones.
for name, method in vars(Operators).items():
    if callable(method) and name not in vars(TracedValue):
        setattr(TracedValue, name, method)


def has_own_reflected(other, name):
    """True if the right operand ``other`` is of a user's subclass with its own ``__r{name}__``.

    Python would call that first if a Value of exactly the class Value were on the left.
    """
    kind = type(other)
    if kind is Value or not issubclass(kind, Value) or issubclass(kind, TracedValue):
        return False
    return getattr(kind, f"__r{name}__") is not getattr(Value, f"__r{name}__")


def deferring_to_subclasses(name, method):
    """Return ``method``, made to defer to a right operand that ``has_own_reflected``."""

    def operator(self, other):
        return NotImplemented if has_own_reflected(other, name) else method(self, other)

    return operator


for name in ("add", "mul", "sub", "truediv", "pow"):
    method = deferring_to_subclasses(name, getattr(TracedValue, f"__{name}__"))
    setattr(TracedValue, f"__{name}__", method)


if backend == "c":
    from micrograd_c._c.node import IN_C, NO_MEMORY, mg_leaf, mg_node, mg_traced
    from micrograd_c._c.value import CODES, number_types
    from micrograd_c._native import lib

    TracedValue._mg_register(1)  # makes it the class of what mg_traced returns

    def make_traced(name, k, _label, operands):
        """Return the TracedValue of an operator; nothing is computed."""
        a, *rest = operands
        return checked(mg_traced(CODES[name], a, rest[0] if rest else 0, 0.0 if k is None else k))

    def make_taken(operands):
        if not is_grad_enabled():
            raise no_grad_error()
        ids = [operand._mg_id for operand in operands]
        result = mg_node(CODES["take"], ids, len(ids), 0.0, 0, math.nan)
        object.__setattr__(checked(result), "__class__", TracedValue)
        return result

    def apply(self, name, *others):
        """Apply one operator; ``others`` may be numbers."""
        if not others:
            return checked(mg_traced(CODES[name], self, 0, 0.0))
        others = [x if isinstance(x, Value) else Value(x) for x in others]
        return checked(mg_traced(CODES[name], self, others[0], 0.0))

    OWN_CLASSES = {Value, TracedValue}

    def add_or_mul(name):
        """Return the operator and its reflected form, with the common cases first."""
        code = CODES[name]
        general = getattr(TracedValue, f"__{name}__")
        general_reflected = getattr(TracedValue, f"__r{name}__")

        def operator(self, other):
            if type(other) in OWN_CLASSES:
                result = mg_traced(code, self, other, 0.0)
            elif type(other) in number_types:
                constant = mg_leaf(other)
                result = constant and mg_traced(code, self, constant, 0.0)
            else:
                return general(self, other)
            return checked(result)

        def reflected(self, other):
            if not isinstance(other, Value):
                known = type(other) in number_types
                return operator(self, other) if known else general_reflected(self, other)
            return checked(mg_traced(code, other, self, 0.0))

        return operator, reflected

    def apply_two(self, name, other):
        if type(other) in OWN_CLASSES:
            return checked(mg_traced(CODES[name], self, other, 0.0))
        return self._apply(name, self._operand(other))

    TracedValue._apply, TracedValue._apply_two = apply, apply_two
    # A trace consists mostly of these two operators, so traced_operators.c does the common cases.
    methods = zip(("add", "radd", "mul", "rmul"), (*add_or_mul("add"), *add_or_mul("mul")))
    for name, method in methods:
        if IN_C:
            setattr(TracedValue, f"_general_{name}", method)
            method = getattr(TracedValue, f"_mg_traced_{name}")
        setattr(TracedValue, f"__{name}__", method)

    def new_argument():
        """Return a TracedValue that stands for an argument."""
        return checked(mg_traced(0, 0, 0, 0.0))

    def trace_number_of(leaf):
        """Return the number of the trace that made a leaf: 0 for none, < 0 for an argument."""
        return lib.mg_made_in(leaf._mg_id)

    def checked(result):
        """Return ``result``. Raises for None, which mg_traced returns where it fails."""
        if result is None:
            raise MemoryError(NO_MEMORY) if is_grad_enabled() else no_grad_error()
        return result

else:

    def make_traced(name, k, label, operands):
        if not is_grad_enabled():
            raise no_grad_error()
        return Value._make(name, k, label, operands, math.nan, TracedValue)

    def make_taken(operands):
        return make_traced("take", None, "take", operands)

    def new_argument():
        value = object.__new__(TracedValue)
        value._fill(math.nan, (), "", k=-current_trace().number)
        return value

    def trace_number_of(leaf):
        return leaf._recipe()[1] or 0


def apply_operator(name, *operands):
    """Return the TracedValue of an operator; the operands are Values or numbers."""
    operands = tuple(x if isinstance(x, Value) else Value(x) for x in operands)
    return make_traced(name, None, OPS[name].label, operands)


def entry_at(index, entries):
    """Return the TracedValue of ``take``: an entry, of Values and numbers, in each row."""
    entries = [x if isinstance(x, Value) else Value(x) for x in entries]
    return make_taken((index, *entries))


COMPARISONS = {  # Python's operator -> the operator of OPS, and True to swap the operands
    operator.lt: ("less", False),
    operator.gt: ("less", True),
    operator.le: ("less_equal", False),
    operator.ge: ("less_equal", True),
}


def compare(relation, x, y):
    """Return the Comparison of two Values or numbers within a trace."""
    name, is_swapped = COMPARISONS[relation]
    result = apply_operator(name, *((y, x) if is_swapped else (x, y)))
    if isinstance(x, TracedValue) or isinstance(y, TracedValue):
        return as_comparison(result, None)
    x, y = (v.data if isinstance(v, Value) else v for v in (x, y))
    return as_comparison(result, relation(x, y))


def combine(relation, name, x, y):
    """Return ``x & y`` or ``x | y`` for a Comparison ``x`` and a Comparison or bool ``y``.

    ``name``: the operator that computes it from 0 and 1.
    """
    if not isinstance(y, Comparison):
        if type(y).__name__ not in ("bool", "bool_"):
            return NotImplemented
        holds = bool(y)
    else:
        holds = vars(y).get("_holds")
    known = None if None in (holds, vars(x).get("_holds")) else relation(bool(x), bool(y))
    return as_comparison(apply_operator(name, x, y), known)


def as_comparison(result, holds):
    """Return ``result`` as a Comparison. ``holds``: its truth value, None if it is unknown."""
    result = make_traced("detach", None, "detach", (result,))
    object.__setattr__(result, "__class__", Comparison)
    vars(result)["_holds"] = holds
    return result
