"""Vector: a list of Values or numbers whose arithmetic goes element by element."""

import operator

from python_ref.core.numbers import describe, is_number
from python_ref.core.operators import Operators


class Vector(list):
    """A list whose ``+ - * / **`` are elementwise, and whose ``@`` is the dot product.

    The other operand is a number, a Value, or a sequence of numbers and Values of the same
    length; ValueError with both lengths otherwise. ``@`` takes a matrix, a sequence of rows,
    as well. A slice is a Vector; all else is a list's. ``+=`` and its like make a
    new Vector. A jitted function gets one for a row of an (n, k) argument.

    >>> v = Vector([1.0, 2.0, 3.0])
    >>> v * 2, 1 - v, v + [1, 1, 1], v @ v
    ([2.0, 4.0, 6.0], [0.0, -1.0, -2.0], [2.0, 3.0, 4.0], 14.0)
    """

    __slots__ = ()

    # So NumPy's arrays and scalars leave an operator with a Vector to the Vector.
    __array_priority__ = 1000.0

    def __getitem__(self, place):
        found = super().__getitem__(place)
        return Vector(found) if isinstance(place, slice) else found

    def copy(self):
        return Vector(self)

    def __neg__(self):
        return Vector([-x for x in self])

    def __pos__(self):
        return self.copy()

    def __abs__(self):
        return Vector([abs(x) for x in self])

    def __matmul__(self, other):
        if is_matrix(other):
            columns = zip(*elements(self, other, "@", is_row))
            return Vector([dot(self, column) for column in columns])
        others = elements(self, other, "@")
        return others if others is NotImplemented else dot(self, others)

    def __rmatmul__(self, other):
        if is_matrix(other):
            return Vector([dot(elements(self, row, "@"), self) for row in other])
        others = elements(self, other, "@")
        return others if others is NotImplemented else dot(others, self)


def elementwise(symbol, of_two):
    """The methods of an operator, for a Vector on its left and on its right."""

    def method(self, other):
        others = operands(self, other, symbol)
        return others if others is NotImplemented else Vector(map(of_two, self, others))

    def reflected(self, other):
        others = operands(self, other, symbol)
        return others if others is NotImplemented else Vector(map(of_two, others, self))

    return method, reflected


for _name, _symbol, _of_two in (
    ("add", "+", operator.add),
    ("sub", "-", operator.sub),
    ("mul", "*", operator.mul),
    ("truediv", "/", operator.truediv),
    ("pow", "**", operator.pow),
):
    _method, _reflected = elementwise(_symbol, _of_two)
    setattr(Vector, f"__{_name}__", _method)
    setattr(Vector, f"__r{_name}__", _reflected)
Vector.__iadd__, Vector.__imul__ = Vector.__add__, Vector.__mul__  # a list's would extend it


def operands(vector, other, symbol):
    """The other operand of each element."""
    return [other] * len(vector) if is_scalar(other) else elements(vector, other, symbol)


def elements(vector, other, symbol, is_element=None):
    """The elements of a sequence of the same length; NotImplemented for what is none."""
    kind, is_array = type(other), getattr(other, "ndim", 0) > 0
    is_sequence = hasattr(kind, "__len__") and hasattr(kind, "__getitem__")
    is_other = isinstance(other, (str, bytes, bytearray)) or hasattr(kind, "keys")
    if not is_array and (is_other or not is_sequence):
        return NotImplemented
    others = other.tolist() if is_array else list(other)  # plain numbers
    if len(others) != len(vector):
        joined = "; [*a, *b] joins two sequences" if symbol == "+" else ""
        raise ValueError(
            f"{symbol} of a Vector of {len(vector)} elements and {describe(other)} of "
            f"{len(others)} elements, expected as many{joined}"
        )
    for x in others:
        if not (is_element or is_scalar)(x):
            raise TypeError(
                f"expected a number, a Value or a sequence of them for {symbol} with a Vector, "
                f"got {describe(other)} with {describe(x)} in it"
            )
    return others


def is_scalar(x):
    return isinstance(x, Operators) or (not getattr(x, "ndim", 0) and is_number(x))


def is_matrix(x):
    return getattr(x, "ndim", 0) == 2 or (
        isinstance(x, (list, tuple)) and len(x) > 0 and all(map(is_row, x))
    )


def is_row(x):
    return isinstance(x, (list, tuple)) or getattr(x, "ndim", 0) == 1


def dot(xs, ys):
    """The sum of products, added from left to right from 0 on."""
    return sum(map(operator.mul, xs, ys))
