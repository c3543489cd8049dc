"""``functional``'s bulk helpers on the C engine, one call each.

Each returns None where the operators must do it: an operand is kept (see
``_looking.py``), or there is no memory, which they then find as well.
"""

from micrograd_c._cvalue import Value
from micrograd_c._native import ffi, lib
from micrograd_c._node import Ids, mg_claim, mg_dot, mg_logsumexp, mg_total

PLAIN = {Value}


def are_plain(values):
    """Whether all of ``values`` are Values and no subclass's; true of none."""
    return set(map(type, values)) <= PLAIN


def ids_of(values):
    return [v._mg_id for v in values]


def total(values):
    return mg_total(ids_of(values), len(values)) if values else None


def dot(ws, xs, start):
    if not ws:
        return None
    return mg_dot(ids_of(ws), ids_of(xs), len(ws), start[0] if start else 0)


def logsumexp(values):
    return mg_logsumexp(ids_of(values), len(values))


def softmax(values):
    n = len(values)
    out = Ids(n)
    if lib.mg_softmax(ids_of(values), n, out.at[0]):
        return None
    return [mg_claim(out.at[0], i) for i in range(n)]


READ = {"data": lib.mg_get_data, "grad": lib.mg_get_grad}
WRITE = {"data": lib.mg_set_data_of, "grad": lib.mg_set_grad_of}


def read(what, values, array):
    READ[what](ids_of(values), len(values), ffi.from_buffer("double[]", array))


def write(what, values, array):
    WRITE[what](ids_of(values), len(values), ffi.from_buffer("double[]", array))


def zero_grad(values):
    lib.mg_zero_grad(ids_of(values), len(values))
