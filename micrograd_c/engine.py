"""``Value``, on the engine that was chosen."""

import copyreg

from micrograd_c._backend import backend
from python_ref.core import copying

if backend == "c":
    from micrograd_c._c.value import Value
else:
    from python_ref.engine import Value

__all__ = ["Value"]


# What pickles of a Value name: they load on whichever engine is then in use.
def rebuild_leaf(*args):
    return copying.rebuild_leaf(Value, *args)


def rebuild_graph(*args):
    return copying.rebuild_graph(Value, *args)


def reduce_neutrally(value):
    """A reference engine's Value, pickled as this module's."""
    rebuild, *rest = copying.reduce_value(value)
    is_leaf = rebuild is value._rebuild_leaf
    return (rebuild_leaf if is_leaf else rebuild_graph, *rest)


if backend == "c":
    Value._rebuild_leaf, Value._rebuild_graph = map(staticmethod, (rebuild_leaf, rebuild_graph))
else:
    copyreg.pickle(Value, reduce_neutrally)
