"""``Value``, on the engine that was chosen."""

import copyreg

from micrograd_c._backend import backend
from python_ref.core import copying

if backend == "c":
    from micrograd_c._c.value import Value
else:
    from python_ref.engine import Value

__all__ = ["Value"]


# The functions that pickles of a Value name. So a pickle loads on whichever engine is in use.
def rebuild_leaf(*args):
    return copying.rebuild_leaf(Value, *args)


def rebuild_graph(*args):
    return copying.rebuild_graph(Value, *args)


def reduce_neutrally(value):
    """Reduce a Value of the reference engine to a call of this module's functions."""
    rebuild, *rest = copying.reduce_value(value)
    is_leaf = rebuild is value._rebuild_leaf
    return (rebuild_leaf if is_leaf else rebuild_graph, *rest)


if backend == "c":
    Value._rebuild_leaf, Value._rebuild_graph = map(staticmethod, (rebuild_leaf, rebuild_graph))
else:
    copyreg.pickle(Value, reduce_neutrally)
