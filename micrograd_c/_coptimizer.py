"""Optimizers on the C engine: a step, or a whole training, in one call."""

from operator import attrgetter

from micrograd_c import _watched
from micrograd_c._native import ffi, lib
from micrograd_c._node import check_memory

KINDS = {"sgd": lib.MG_SGD, "adam": lib.MG_ADAM, "adamw": lib.MG_ADAMW, "rmsprop": lib.MG_RMSPROP}
FLAGS = {"sgd": "nesterov", "adam": "amsgrad", "adamw": "amsgrad", "rmsprop": "centered"}


class InC:
    """The struct of an optimizer, and the arrays of ids and state that it points to."""

    def __init__(self, optimizer):
        arrays = optimizer._checked_state()
        self.state = list(zip(optimizer.state_names, arrays))
        self.params = optimizer.params  # whose nodes C must find alive
        self.ids = ffi.new("mg_id[]", [p._mg_id for p in self.params])
        self.buffers = [ffi.from_buffer("double[]", array) for array in arrays]
        self.struct = ffi.new("mg_optimizer *")
        self.struct.kind = KINDS[optimizer.kind]
        self.struct.n, self.struct.parameters = len(self.ids), self.ids
        self.count = optimizer._count
        self.count_buffer = self.struct.step_count = ffi.from_buffer("double[]", self.count)
        self.structure = _watched.structure
        self.read_numbers = attrgetter(*optimizer.hyperparameters())
        self.numbers = None  # the hyperparameters that the struct has
        for i, buffer in enumerate(self.buffers):
            self.struct.state[i] = buffer

    def is_of(self, optimizer):
        """Whether the optimizer still has the arrays and Values, and these the nodes, it had."""
        state = optimizer.state
        for name, array in self.state:
            if state.get(name) is not array:
                return False
        same = self.params is optimizer._params and self.count is optimizer._count
        return same and self.structure is _watched.structure


def in_c(optimizer):
    made = optimizer._in_c
    if made is None or not made.is_of(optimizer):
        made = optimizer._in_c = InC(optimizer)
    return made


def as_in_c(optimizer):
    """The optimizer as an ``mg_optimizer *``, its numbers as they are now."""
    made = in_c(optimizer)
    struct, numbers = made.struct, made.read_numbers(optimizer)
    if numbers != made.numbers:
        for name, value in optimizer.hyperparameters().items():
            setattr(struct, "flag" if name == FLAGS[optimizer.kind] else name, value)
        made.numbers = numbers
    return struct


def zero_grad(optimizer):
    """Its ``zero_grad()``, in one call."""
    made = in_c(optimizer)
    lib.mg_zero_grad(made.ids, len(made.ids))


def step(optimizer):
    """Its ``step()``, in one call. Raises MemoryError, and then nothing has changed."""
    check_memory(lib.mg_optimizer_step(as_in_c(optimizer)))
