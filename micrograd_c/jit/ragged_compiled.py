"""CompiledRagged: the programs of several lengths, run and trained by C (csrc/jit/programs.h)."""

from functools import cached_property

from micrograd_c._c import pinning
from micrograd_c._c.node import owned
from micrograd_c._native import ffi, lib
from micrograd_c.jit.base_program import NotFinite
from micrograd_c.jit.ragged_program import RaggedProgram
from micrograd_c.jit.training_in_c import train_in_c

NO_MEMORY = "no memory to run a program"


class CompiledRagged(RaggedProgram):
    """A RaggedProgram of CompiledPrograms."""

    def __init__(self, programs):
        super().__init__(programs)
        given = [program._program for program in self.programs]
        self._all = owned(lib.mg_programs_free, lib.mg_programs_new, given, len(given))
        if self._all == ffi.NULL:
            raise MemoryError(NO_MEMORY)

    @cached_property
    def parameters(self):
        n = lib.mg_programs_parameters(self._all)
        return [pinning.value_of(lib.mg_programs_parameter(self._all, i)) for i in range(n)]

    @cached_property
    def places(self):
        return [
            ffi.unpack(lib.mg_programs_places(self._all, i), len(program.parameters))
            for i, program in enumerate(self.programs)
        ]

    def backward(self, arrays, check_finite=False):
        return self._gradient(arrays, None, check_finite, None)

    def value_and_grad(self, arrays, params, check_finite=False):
        import numpy as np

        gradient = np.empty(len(self.parameters))
        return self._gradient(arrays, params, check_finite, gradient), gradient

    def _gradient(self, arrays, params, check_finite, gradient):
        """Return the mean; write the gradient into an array, or add it to each ``grad``."""
        mean, examples = ffi.new("double *"), Examples(self, arrays)
        status = lib.mg_programs_gradient(
            self._all, examples.struct, pointer(params), check_finite, mean, pointer(gradient)
        )
        if status == lib.MG_NOT_FINITE:
            raise NotFinite(range(arrays.n))
        if status != lib.MG_OK:
            raise MemoryError(NO_MEMORY)
        return mean[0]

    def train(self, arrays, order, batch_size, optimizer, scheduler, threads, sums, check_finite):
        examples = Examples(self, arrays)
        given = self._all, examples.struct
        options = batch_size, optimizer, scheduler, threads, sums, check_finite
        result = train_in_c(lib.mg_programs_train, given, arrays.n, order, *options)
        return super().train(arrays, order, *options) if result is None else result


class Examples:
    """An ``mg_examples *`` and the memory that it points to, valid while the instance exists."""

    def __init__(self, ragged, arrays):
        import numpy as np

        numbers = [ragged.number_of[bucket.widths] for bucket in arrays.buckets]
        self.program = np.array(numbers, np.uint32)[arrays.bucket_of]
        self.arrays = arrays
        self.pointers = [ffi.NULL] * len(ragged.programs)
        for number, bucket in zip(numbers, arrays.buckets):
            pointers = ragged.programs[number].pointers(bucket)
            self.pointers[number] = ffi.new("double *[]", pointers)
        self.inputs = ffi.new("double **[]", self.pointers)
        struct = self.struct = ffi.new("mg_examples *")
        struct.n, struct.inputs = arrays.n, self.inputs
        struct.program = ffi.from_buffer("uint32_t[]", self.program)
        struct.row = ffi.from_buffer("int64_t[]", arrays.row_of)


def pointer(array):
    return ffi.NULL if array is None else ffi.from_buffer("double[]", array)
