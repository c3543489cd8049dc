"""``functional``'s bulk helpers on the C engine, one call each.

Each returns None where the operators must do it: an operand is kept (see
``_looking.py``), or there is no memory, which they then find as well.
"""

from operator import attrgetter

from micrograd_c._cvalue import Value, new, set_id
from micrograd_c._native import ffi, lib
from python_ref.nn import NONLINEARITIES

PLAIN = {Value}

# What is done here in one call, and in nets. Who puts a method of his own in its place wants
# it called: this is read before anybody can.
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
    """Whether all of ``values`` are Values and no subclass's; true of none."""
    return set(map(type, values)) <= PLAIN


def are_original():
    """Whether Value's methods are its own still."""
    return methods_of(Value) == ORIGINAL


def ids_of(values):
    return [v._mg_id for v in values]


def value_on(node):
    if not node:
        return None
    value = new(Value)
    set_id(value, node)
    return value


def total(values):
    return value_on(lib.mg_total(ids_of(values), len(values))) if values else None


def dot(ws, xs, start):
    if not ws:
        return None
    return value_on(lib.mg_dot(ids_of(ws), ids_of(xs), len(ws), start[0]._mg_id if start else 0))


def logsumexp(values):
    return value_on(lib.mg_logsumexp(ids_of(values), len(values)))


def softmax(values):
    out = ffi.new("mg_id[]", len(values))
    if lib.mg_softmax(ids_of(values), len(values), out):
        return None
    return [value_on(node) for node in out]


READ = {"data": lib.mg_get_data, "grad": lib.mg_get_grad}
WRITE = {"data": lib.mg_set_data_of, "grad": lib.mg_set_grad_of}


def read(what, values, array):
    READ[what](ids_of(values), len(values), ffi.from_buffer("double[]", array))


def write(what, values, array):
    WRITE[what](ids_of(values), len(values), ffi.from_buffer("double[]", array))


def zero_grad(values):
    lib.mg_zero_grad(ids_of(values), len(values))
