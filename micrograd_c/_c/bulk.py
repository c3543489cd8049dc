"""``functional``'s bulk helpers on the C engine, one call each.

Each returns None where the operators must do the work: an operand is pinned (see
``pinning.py``), or memory ran out, in which case the operators raise.
"""

from operator import attrgetter

from micrograd_c._c.node import IN_C, Ids, Node, mg_dot, mg_logsumexp, mg_take_id, mg_total
from micrograd_c._c.value import Value
from micrograd_c._native import ffi, lib
from python_ref.nn import NONLINEARITIES

PLAIN = {Value}  # a plain Value is an instance of Value itself, not of a subclass

# The methods that one call of C replaces, here and in nets. If a program assigns another
# method to Value, that must be called instead: so this is what they were at import.
METHODS = {
    name: getattr(Value, name)
    for name in (
        "__add__", "__radd__", "__mul__", "__rmul__", "__neg__", "__sub__", "__pow__", "exp",
        "log", *NONLINEARITIES,
    )
}  # fmt: skip
methods_of = attrgetter(*METHODS)
ORIGINAL = tuple(METHODS.values())


def are_plain(values):
    """Return True if the class of each of ``values`` is Value, not a subclass."""
    return set(map(type, values)) <= PLAIN


def are_original():
    """Return True if no program has replaced one of Value's METHODS."""
    return methods_of(Value) == ORIGINAL


def ids_of(values):
    return [v._mg_id for v in values]


def total(values):
    ids = ids_of(values)  # a copy: the list may change
    return mg_total(ids, len(ids)) if ids else None


def dot(ws, xs, start):
    ws, xs = ids_of(ws), ids_of(xs)
    if not ws or len(ws) != len(xs):
        return None
    return mg_dot(ws, xs, len(ws), start[0] if start else 0)


def logsumexp(values):
    ids = ids_of(values)
    return mg_logsumexp(ids, len(ids))


def softmax(values):
    ids = ids_of(values)
    out = Ids(len(ids))
    if lib.mg_softmax(ids, len(ids), out.at[0]):
        return None
    return [mg_take_id(out.at[0], i) for i in range(len(ids))]


# The argument ``what`` of Node._mg_bulk: see node_methods.c.
READ_AT_ONCE, WRITE_AT_ONCE, ZERO_AT_ONCE = {"data": 0, "grad": 1}, {"data": 2, "grad": 3}, 4
# Returns None where the functions below must do the work: for a subclass of Value, or where the
# number of doubles is another.
at_once = Node._mg_bulk if IN_C else lambda values, what, doubles: None


READ = {"data": lib.mg_get_data, "grad": lib.mg_get_grad}
WRITE = {"data": lib.mg_set_data_of, "grad": lib.mg_set_grad_of}


def read(what, values, array):
    ids, doubles = ids_of(values), ffi.from_buffer("double[]", array)
    READ[what](ids, smaller(ids, doubles), doubles)


def write(what, values, array):
    ids, doubles = ids_of(values), ffi.from_buffer("double[]", array)
    WRITE[what](ids, smaller(ids, doubles), doubles)


def smaller(ids, doubles):
    """Return the smaller length, so that C goes past the end of neither."""
    return min(len(ids), len(doubles))


def zero_grad(values):
    ids = ids_of(values)
    lib.mg_zero_grad(ids, len(ids))
