"""``total`` and ``dot`` of Values of a trace, in one call of C.

A trace consists mostly of sums of products, and Python takes longer to make their nodes one by
one than C takes to compile them.
"""

from micrograd_c._backend import backend
from micrograd_c.engine import Value
from micrograd_c.jit.traced_value import TracedValue

if backend == "c":
    from micrograd_c._c.bulk import ids_of
    from micrograd_c._c.node import IN_C, Node, mg_traced_dot, mg_traced_total

OWN_CLASSES = {Value, TracedValue}


def sum_by_ids(lists):
    """Do what Node._mg_traced_sum does, where Node is written in Python."""
    kinds = set().union(*(map(type, values) for values in lists))
    if TracedValue not in kinds or not kinds <= OWN_CLASSES:
        return None
    first, *others = map(ids_of, lists)
    if not others:
        return mg_traced_total(first, len(first))
    xs, start = others
    if not first or len(first) != len(xs):
        return None
    return mg_traced_dot(first, xs, len(xs), start[0] if start else 0)


def sum_in_operators(_lists):
    return None


# Takes a tuple of lists of Values: of those to add, or two to multiply and the start, if any.
# Returns None where operators must make the sum: for numbers and for subclasses of Value, and
# where C fails, because then they raise.
if backend != "c":
    sum_in_c = sum_in_operators
else:
    sum_in_c = Node._mg_traced_sum if IN_C else sum_by_ids
