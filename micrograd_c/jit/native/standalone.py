"""Runs an interpreted program by the functions of its C file, as ``to_c`` writes it."""

from micrograd_c.jit.native.c_file import CFile
from micrograd_c.jit.native.compiler import library_of
from micrograd_c.jit.native.limits import is_too_long
from micrograd_c.jit.native.loading import loaded


def native_functions(program):
    """Return a StandAlone for an InterpretedProgram, or None if the program is too long."""
    file = CFile(program.listing(program.parameters), "program", program.is_single)
    if is_too_long(file.code.statements):
        return None
    declarations = [file.declaration("forward", True)]
    declarations += [file.declaration("gradient", True)] if program.is_single else []
    text = file.source().replace('#include "program.h"', file.header(), 1)
    text = text.replace("int program_", f"{EXPORT} int program_")
    path = library_of(text, file.code.is_long)
    return StandAlone(loaded(path, "".join(f"{line};" for line in declarations)))


EXPORT = """\
#if defined(_WIN32)
__declspec(dllexport)
#else
__attribute__((visibility("default")))
#endif
"""


class StandAlone:
    """The functions of a program's C file."""

    def __init__(self, library):
        self.library = library

    def arguments(self, program, arrays, params):
        import numpy as np

        if params is None:
            params = np.array([p.data for p in program.parameters], dtype=np.float64)
        from_buffer = self.library.ffi.from_buffer
        return [
            from_buffer("double[]", params), arrays.n,
            *(from_buffer("double[]", array) for array in arrays),
        ]  # fmt: skip

    def forward(self, program, arrays, params):
        import numpy as np

        out = np.empty((arrays.n, program.n_outputs))
        given = self.arguments(program, arrays, params)
        self.check(self.library.lib.program_forward_rows(
            *given, self.library.ffi.from_buffer("double[]", out)
        ))  # fmt: skip
        return out

    def mean_and_gradient(self, program, arrays, params):
        new = self.library.ffi.new
        value, gradient = new("double *"), new("double[]", max(1, len(program.parameters)))
        given = self.arguments(program, arrays, params)
        self.check(self.library.lib.program_gradient_rows(*given, value, gradient))
        return value[0], list(gradient)[: len(program.parameters)]

    @staticmethod
    def check(status):
        if status:
            raise MemoryError("no memory to run a program")
