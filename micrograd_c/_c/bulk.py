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


# --- functions that make a row of Values ---------------------------------------------------

ROW_CODES = {"softmax": 0, "log_softmax": 1, "rms_norm": 2, "layer_norm": 3}
LINEAR = attrgetter("__add__", "__radd__", "__mul__", "__rmul__")
ORIGINAL_LINEAR = LINEAR(Value)


def row(name, values, eps, weight, bias):
    return make_row(ROW_CODES[name], values, eps, weight, bias)


def linear(x, weights, bias):
    return make_linear(x, weights, bias) if LINEAR(Value) == ORIGINAL_LINEAR else None


def row_by_ids(code, values, eps, weight, bias):
    """Do what Node._mg_row does, where Node is written in Python: see bulk_methods.c."""
    others = [None if row is None else ids_of_row(row, len(values)) for row in (weight, bias)]
    ids = ids_of_row(values, None)
    if not ids or [] in others:
        return None
    weight, bias = (ffi.NULL if row is None else ffi.new("mg_id[]", row) for row in others)
    n, out = len(ids), Ids(len(ids))
    if code == 0:
        status = lib.mg_softmax(ids, n, out.at[0])
    elif code == 1:
        status = lib.mg_log_softmax(ids, n, out.at[0])
    elif code == 2:
        status = lib.mg_rms_norm(ids, n, eps, out.at[0])
    else:
        status = lib.mg_layer_norm(ids, n, weight, bias, eps, out.at[0])
    return None if status else [mg_take_id(out.at[0], i) for i in range(n)]


def linear_by_ids(x, weights, bias):
    """Do what Node._mg_linear does, where Node is written in Python."""
    ids, is_list = ids_of_row(x, None), type(weights) in (list, tuple)
    rows = [ids_of_row(row, len(ids)) for row in weights] if ids and is_list else []
    starts = [] if bias is None else ids_of_row(bias, len(rows))
    if not rows or [] in rows or (bias is not None and not starts):
        return None
    out = Ids(len(rows))
    flat = [node for row in rows for node in row]
    starts = ffi.new("mg_id[]", starts) if starts else ffi.NULL
    if lib.mg_linear(ids, len(ids), flat, len(rows), starts, out.at[0]):
        return None
    return [mg_take_id(out.at[0], i) for i in range(len(rows))]


def ids_of_row(row, n):
    """Return the ids of a list or tuple of n plain Values, [] if it is anything else."""
    values = tuple(row) if type(row) in (list, tuple) else ()
    fits = are_plain(values) and (n is None or len(values) == n)
    return ids_of(values) if fits else []


make_row, make_linear = (Node._mg_row, Node._mg_linear) if IN_C else (row_by_ids, linear_by_ids)


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
