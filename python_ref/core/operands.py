"""``_prev``: a node's operands as a sequence in order, which also behaves like a set."""

from collections.abc import Set

from python_ref.core.numbers import describe, to_float

READING = ("union", "intersection", "difference", "symmetric_difference", "issubset", "issuperset")
CHANGING = (
    "add", "append", "clear", "difference_update", "discard", "extend", "insert",
    "intersection_update", "pop", "remove", "symmetric_difference_update", "update",
)  # fmt: skip


class Operands(tuple):
    """The distinct operands of a node, in their order. They cannot be changed.

    Compared with a set, it compares as a set. ``| & - ^``, and the methods of sets that change
    nothing, return sets.

    >>> Operands("ab") == {"b", "a"}, Operands("ab") | {"c"} == {"a", "b", "c"}
    (True, True)
    """

    __slots__ = ()
    __hash__ = tuple.__hash__

    def __getattr__(self, name):
        if name in CHANGING:
            raise AttributeError(
                f"_prev has no {name}: a node's operands cannot be changed; "
                "change a copy, set(v._prev), or make a node: Value(data, operands, 'op')"
            )
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def isdisjoint(self, other):
        return set(self).isdisjoint(other)

    def copy(self):
        return set(self)


def comparison(name):
    as_tuple, as_set = getattr(tuple, name), getattr(set, name)

    def compare(self, other):
        if isinstance(other, Set) and not isinstance(other, Operands):
            return as_set(set(self), set(other))
        return as_tuple(self, other)

    compare.__name__ = name
    return compare


def operation(name):
    on_sets = getattr(set, name)

    def operate(self, other):
        return on_sets(set(self), set(other)) if isinstance(other, Set) else NotImplemented

    operate.__name__ = name
    return operate


def method(name):
    on_sets = getattr(set, name)

    def call(self, *others):
        return on_sets(set(self), *others)

    call.__name__ = name
    call.__doc__ = on_sets.__doc__
    return call


for _name in ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"):
    setattr(Operands, _name, comparison(_name))
for _name in ("or", "and", "sub", "xor"):
    setattr(Operands, f"__{_name}__", operation(f"__{_name}__"))
    setattr(Operands, f"__r{_name}__", operation(f"__r{_name}__"))
for _name in READING:
    setattr(Operands, _name, method(_name))
Set.register(Operands)


def refuse_operands(given):
    """Raise TypeError unless ``given``, assigned to ``_prev``, is an empty set, tuple or list."""
    if not isinstance(given, (tuple, list, Set)) or given:
        raise TypeError(
            "a node's operands cannot be replaced; assign () or set() to _prev to release them, "
            "or make another node: Value(data, operands, 'op')"
        )


def distinct(values):
    """Return the values without repetitions of an object; a subclass may compare data."""
    values = tuple(values)
    if len(values) < 2 or (len(values) == 2 and values[0] is not values[1]):
        return values
    return tuple({id(value): value for value in values}.values())


def made_of(value_class, children, op, local_grads):
    """Return the operands, ``_op``, and local gradients or None of a constructor's arguments.

    Local gradients may be given in place of ``_op``. Without them, an operand that is given twice
    counts once, as in a set; with them, it counts each time. Raises TypeError for anything else.
    """
    if not isinstance(op, str):
        if local_grads is not None:
            raise TypeError(f"expected a str as _op, got {describe(op)}")
        op, local_grads = "", op
    if isinstance(children, value_class):
        raise TypeError("expected a tuple of Values as _children, got one Value: write (x,)")
    children = () if children is None else tuple(children)
    for child in children:
        if not isinstance(child, value_class):
            raise TypeError(f"expected Values as _children, got {describe(child)}")
    if local_grads is None:
        return distinct(children), op, None
    return children, op, local_gradients(children, local_grads)


def either_name(name, by_place, by_name):
    """Return an argument that may be given by another name: ``Value(data, children=(a, b))``."""
    if by_name is not None and by_place:
        raise TypeError(f"got both _{name} and {name}")
    return by_place if by_name is None else by_name


def local_gradients(children, given):
    """Return the local gradients as a tuple of floats, one for each child; None for no child."""
    if not isinstance(given, (tuple, list)) and getattr(given, "ndim", 0) != 1:
        raise TypeError(
            "expected a str as _op, or local gradients, a number for each operand, "
            f"got {describe(given)}"
        )
    if len(given) != len(children):
        raise TypeError(
            f"expected a local gradient for each of {len(children)} operands, got {len(given)}"
        )
    return tuple(map(to_float, given)) or None
