"""Python's operators on a Value, written with the few methods that an engine provides.

Both engines' Values inherit from this class, so that an expression builds the same graph on
either: ``a - b`` is ``a + (-b)``, ``-a`` is ``a * -1``, ``a / b`` is ``a * b**-1``.

An engine provides ``data``, ``_apply(name, *others)`` for an operator whose operands are nodes,
``_apply_k(name, k, op)`` for one with a number k that is no node, where ``op`` is the node's
``_op``, and ``_plain_class``, its own Value. Operator names are those of ``ops.py``.
"""

import math
import operator

from python_ref.core.arrays import array_function, elementwise
from python_ref.core.copying import reduce_value, restore_attributes
from python_ref.core.hints import Hints
from python_ref.core.number_reads import number_of
from python_ref.core.numbers import describe, is_number, to_float
from python_ref.core.operands import Operands, distinct, refuse_operands
from python_ref.core.ops import BINARY, NAMED, UNARY, UNARY_K
from python_ref.core.templates import copy_for
from python_ref.core.tracing import current_trace


class Operators(Hints):
    __slots__ = ()

    __array_ufunc__ = array_function  # NumPy's functions and operators call it
    _op_priority = 1000.0  # so that SymPy's numbers leave operators with a Value to it

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        value_class = getattr(cls, "_plain_class", None)  # None for an engine's Value itself
        for name in ("data", "grad") if value_class and not cls._refuses_reads else ():
            owner = next(base for base in cls.__mro__ if name in vars(base))
            if owner is not value_class:
                raise TypeError(
                    f"{cls.__name__} has a {name!r} of its own, which the engine would bypass: "
                    "give it another name, or override __setattr__ to see what a program sets"
                )

    _refuses_reads = False  # True in a subclass whose data and grad always raise

    def __add__(self, other):
        if not self._is_operand(other):
            return self._with_array(operator.add, self, other)
        return self._apply("add", other)

    def __mul__(self, other):
        if not self._is_operand(other):
            return self._with_array(operator.mul, self, other)
        return self._apply("mul", other)

    def __pow__(self, other):
        if self._is_value(other):
            return self._apply_two("pow", other)
        if not self._is_operand(other):
            return self._with_array(operator.pow, self, other)
        return self._apply_k("pow_k", to_float(other), f"**{other}")

    # The reflected methods call __add__ and __mul__, so that an override of these affects them too,
    # as in micrograd. An operator in place of the call would call ``other`` again, without end.

    def __radd__(self, other):  # other + self
        return self.__add__(other)

    def __rmul__(self, other):  # other * self
        return self.__mul__(other)

    def __rpow__(self, other):  # other ** self
        if not self._is_operand(other):
            return self._with_array(operator.pow, other, self)
        return self._constant(other) ** self

    def __neg__(self):  # -self
        return self * -1

    def __sub__(self, other):  # self - other
        if self._is_value(other):
            return self + (-other)
        if type(other) is int or type(other) is float:
            return self + -other
        if not self._is_operand(other):
            return self._with_array(operator.sub, self, other)
        return self + -to_float(other)  # NumPy's unsigned and bool scalars have no negatives

    def __rsub__(self, other):  # other - self
        if not self._is_operand(other):
            return self._with_array(operator.sub, other, self)
        return (-self).__radd__(other)

    def __truediv__(self, other):  # self / other
        if self._is_value(other):
            return self * other**-1
        if type(other) is int or type(other) is float:
            return self * float(other) ** -1
        if not self._is_operand(other):
            return self._with_array(operator.truediv, self, other)
        return self * to_float(other) ** -1

    def __rtruediv__(self, other):  # other / self
        if not self._is_operand(other):
            return self._with_array(operator.truediv, other, self)
        return (self**-1).__rmul__(other)

    def __abs__(self):
        return self._apply("abs")

    # Methods such as tanh and maximum are at the end of this file.

    def _apply_two(self, name, other):
        if not self._is_value(other):
            return self._apply(name, self._operand(other))
        if other._apply_after:
            return other._apply_after(name, self)
        return self._apply(name, other)

    # A method where results are of the class of self, also with self as the right operand.
    _apply_after = None

    def clip(self, low, high):
        """self within [low, high].

        It is ``maximum(self, low)``, then ``minimum`` of that and ``high``. The derivative is 1
        from low to high, also at these, and 0 outside.

        Args:
            low: The lower bound, a Value or a number; None for none.
            high: The upper bound, in the same way.

        Raises:
            ValueError: If the bounds are numbers and low > high.
        """
        check_bounds(low, high)
        lifted = self if low is None else self._apply_two("maximum", low)
        return lifted if high is None else lifted._apply_two("minimum", high)

    # --- a Value among numbers ---

    def __lt__(self, other):
        return self._compare(operator.lt, other)

    def __le__(self, other):
        return self._compare(operator.le, other)

    def __gt__(self, other):
        return self._compare(operator.gt, other)

    def __ge__(self, other):
        return self._compare(operator.ge, other)

    def _compare(self, relation, other):
        if not self._is_operand(other):
            return self._with_array(relation, self, other)
        if current_trace():
            return current_trace().compare(relation, self, other)
        return relation(self.data, to_float(other))

    # A Value as a number. Only float() warns, because math's functions call it too.

    def __float__(self):
        return number_of(self, stacklevel=2)

    def __int__(self):
        return int(self._number())

    def __round__(self, ndigits=None):
        return round(self._number(), ndigits)

    def __trunc__(self):
        return math.trunc(self._number())

    def __floor__(self):
        return math.floor(self._number())

    def __ceil__(self):
        return math.ceil(self._number())

    def __format__(self, spec):
        return format(self._number(), spec) if spec else str(self)

    def _number(self):
        """Return the data. While jit traces, the trace may refuse: it would keep this number."""
        if current_trace():
            current_trace().refuse_number(self)
        return self.data

    # --- what Values do not have, with what to write instead ---

    def _without_derivative(self, other):
        if not self._is_operand(other):
            return NotImplemented
        raise TypeError(
            "Values have no //, % and divmod, whose gradient would be 0 nearly everywhere; "
            "use v.data for the number alone"
        )

    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = _without_derivative
    __divmod__ = __rdivmod__ = _without_derivative

    # --- gradients ---

    def zero_grad(self):
        """Set the gradient of this Value alone to 0."""
        self.grad = 0.0

    def detach(self):
        """Return a new leaf with the same data: no gradient flows through it to self."""
        return self._apply("detach") if current_trace() else self._constant(self.data)

    def __repr__(self):
        return f"Value(data={self.data}, grad={self.grad})"

    __reduce_ex__ = reduce_value
    __setstate__ = restore_attributes

    @property
    def _prev(self):
        """The distinct operands, in order. Assigning () releases them."""
        return Operands(distinct(self._operands))

    @_prev.setter
    def _prev(self, operands):
        refuse_operands(operands)
        if self._operands:
            self._release_operands()

    # --- operands ---

    @classmethod
    def _is_value(cls, x):
        return isinstance(x, cls._plain_class)

    @classmethod
    def _constant(cls, x):
        return cls._plain_class(x)

    @classmethod
    def _is_operand(cls, x):
        """Return True for a Value of this engine or a number; not for an array."""
        if type(x) is int or type(x) is float:
            return True
        if cls._is_value(x):
            return True
        if getattr(x, "ndim", 0) or hasattr(x, "_backward") or not is_number(x):
            return False
        return getattr(getattr(x, "dtype", None), "kind", "f") != "O"  # a Value in an array

    @staticmethod
    def _with_array(operator, x, y):
        """The operator with an array; NotImplemented if the other object may have the operator."""
        for other in (x, y):
            if type(other).__name__ == "Value" and not isinstance(other, Operators):
                raise TypeError(f"a {of_class(x)} and a {of_class(y)} do not mix")
        if isinstance(x, Operators) and isinstance(y, Operators):
            raise TypeError(f"a {of_class(x)} and a {of_class(y)} do not mix")
        return elementwise(operator, x, y)

    @classmethod
    def _operand(cls, x):
        if cls._is_operand(x):
            return x
        raise TypeError(f"expected a Value or a real number, got {describe(x)}")


def check_bounds(low, high):
    """Raise ValueError if the bounds of clip are numbers and ``low`` is the larger."""
    are_numbers = not any(x is None or isinstance(x, Operators) for x in (low, high))
    if are_numbers and to_float(low) > to_float(high):
        raise ValueError(f"clip to [{low!r}, {high!r}], expected low <= high")


def of_class(value):
    return f"{type(value).__module__}.{type(value).__qualname__}"


# --- the methods of the operator table's rows, see templates.py ---


def unary_template(self):
    return self._apply("NAME")


def unary_k_template(self, k):
    return self._apply_k("NAME", to_float(k), "LABEL")


def binary_template(self, other):
    return self._apply_two("NAME", other)


_TEMPLATES = {UNARY: unary_template, UNARY_K: unary_k_template, BINARY: binary_template}

for _op in NAMED:
    _method = copy_for(_op, _TEMPLATES[_op.kind], _op.doc, _op.second)
    _method.__qualname__ = f"Operators.{_op.name}"
    setattr(Operators, _op.name, _method)
