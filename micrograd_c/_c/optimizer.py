"""Optimizers on the C engine: a step, or a whole training, in one call."""

from functools import lru_cache
from operator import attrgetter
from weakref import ref

from micrograd_c import _net_changes
from micrograd_c._c.node import check_memory
from micrograd_c._c.value import Value  # noqa: F401 - for optim/uninterrupted.py
from micrograd_c._native import ffi, lib
from python_ref.core.number_arrays import owner_of

DOUBLES = ffi.typeof("double[]")


@lru_cache(None)
def kind_in_c(name):
    """Return the number of a kind of optimizer in C, and the name of its flag.

    Raises KeyError if C has no rule for the kind.
    """
    kind = lib.mg_optimizer_find(name.encode())
    if kind < 0:
        raise KeyError(name)
    return kind, ffi.string(lib.mg_optimizer_describe(kind).flag).decode()


class Arrays:
    """An optimizer's arrays, which C reads and writes. An instance never changes."""

    def __init__(self, optimizer, before=None):
        """``before``: the Arrays that the optimizer had; its nodes are used again if they can."""
        self.names = optimizer.state_names
        self.state = optimizer._checked_state()
        views = [array.view() for array in self.state]  # nobody else can reshape a view
        self.guards = [ref(owner_of(view)) for view in views]  # an array with one is never resized
        self.buffers = [ffi.from_buffer(DOUBLES, view, True) for view in views]
        self.double = optimizer._count.dtype
        # Read before the nodes, so that nodes changed meanwhile are not taken for present ones.
        self.nodes_stamp = _net_changes.nodes_stamp
        self.params = optimizer._params  # keeps the nodes alive
        if before is not None and before.have_nodes_of(optimizer):
            self.ids = before.ids
        else:
            self.ids = ffi.new("mg_id[]", [p._mg_id for p in self.params])
        self.count = optimizer._count
        self.count_buffer = ffi.from_buffer(DOUBLES, self.count)
        self.read_numbers = attrgetter(*optimizer.hyperparameters())

    def have_nodes_of(self, optimizer):
        """True if the optimizer still has these Values, and they still have these nodes."""
        return self.params is optimizer._params and self.nodes_stamp is _net_changes.nodes_stamp

    def are_of(self, optimizer):
        """True if, besides, the optimizer still has these arrays, in the same memory."""
        if not self.have_nodes_of(optimizer) or self.count is not optimizer._count:
            return False
        state = optimizer.state
        for name, array, buffer in zip(self.names, self.state, self.buffers):
            if state.get(name) is not array or array.dtype is not self.double or array.ndim != 1:
                return False
            try:
                if ffi.from_buffer(DOUBLES, array, True) != buffer or len(array) != len(buffer):
                    return False
            except (ValueError, BufferError):  # not contiguous, or no longer writeable
                return False
        return True


class InC:
    """An ``mg_optimizer *`` and the memory that it points to, valid while the instance exists."""

    def __init__(self, optimizer, arrays):
        self.arrays, self.numbers = arrays, arrays.read_numbers(optimizer)
        struct = self.struct = ffi.new("mg_optimizer *")
        struct.kind, flag = kind_in_c(optimizer.kind)
        struct.n, struct.parameters = len(arrays.ids), arrays.ids
        struct.step_count = arrays.count_buffer
        struct.first_with_momentum = arrays.count_buffer + 1
        for i, buffer in enumerate(arrays.buffers):
            struct.state[i] = buffer
        for name, value in zip(optimizer.hyperparameters(), self.numbers):
            setattr(struct, "flag" if name == flag else name, value)


def in_c(optimizer):
    """Return the optimizer as it is now. The caller must hold the result until C has returned."""
    made = optimizer._in_c
    if made is not None and made.arrays.are_of(optimizer):
        arrays = made.arrays
        if arrays.read_numbers(optimizer) == made.numbers:
            return made
    else:
        arrays = Arrays(optimizer, made and made.arrays)
    made = optimizer._in_c = InC(optimizer, arrays)
    return made


def zero_grad(optimizer):
    """Do ``optimizer.zero_grad()`` in one call."""
    made = optimizer._in_c
    if made is None or not made.arrays.have_nodes_of(optimizer):
        made = in_c(optimizer)
    arrays = made.arrays
    lib.mg_zero_grad(arrays.ids, len(arrays.ids))


def step(optimizer):
    """Do ``optimizer.step()`` in one call. If it raises MemoryError, nothing has changed."""
    made = in_c(optimizer)
    check_memory(lib.mg_optimizer_step(made.struct))


def setting_data(values, data):
    """A change for ``optim/uninterrupted.py`` that sets the data of all Values."""
    ids, numbers = ffi.new("mg_id[]", [v._mg_id for v in values]), ffi.from_buffer(DOUBLES, data)
    return map(lib.mg_set_data_of, [ids], [len(ids)], [numbers])
