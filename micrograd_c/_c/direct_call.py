"""``RunsDirectly``: the base class of direct calls on the C engine: see ``direct_call.c``."""

from micrograd_c._c.node import IN_C
from micrograd_c._native import lib


class NothingRunsDirectly:
    """The base class where that is not compiled."""

    __slots__ = ()


RunsDirectly = lib.mg_direct_call_type() if IN_C else NothingRunsDirectly
