"""A jitted function as a program of the C library: see csrc/program.h."""

from micrograd_c import _looking
from micrograd_c._coptimizer import as_in_c
from micrograd_c._native import ffi, lib
from micrograd_c._trace import Trace, own_operator
from python_ref.ops import OPS

NO_MEMORY = "no memory to run a program"


class CProgram:
    """The program of ``function`` for arguments with these ``widths``."""

    def __init__(self, function, widths):
        trace = Trace(function, widths)
        arguments = [x._mg_id for x in trace.arguments]
        outputs = [x._mg_id for x in trace.outputs]
        status = ffi.new("mg_status *")
        self.widths = trace.widths
        self.n_outputs, self.is_single = len(outputs), trace.is_single
        program = lib.mg_compile(
            arguments, self.widths, len(self.widths), outputs, len(outputs), status
        )
        if status[0] == lib.MG_HAS_OWN_BACKWARD:
            raise own_operator()
        if program == ffi.NULL:
            raise MemoryError("no memory to compile a program")
        self._program = ffi.gc(program, lib.mg_program_free)

    @property
    def parameters(self):
        n = lib.mg_program_describe(self._program).parameters
        ids = [lib.mg_program_parameter(self._program, i) for i in range(n)]
        return [_looking.value_of(node) for node in ids]

    def _inputs(self, arrays):
        """Pointers to the arrays' data, and what keeps it alive."""
        buffers = [ffi.from_buffer("double[]", array) for array in arrays]
        return ffi.new("double *[]", buffers), buffers

    def forward(self, arrays):
        import numpy as np

        n = len(arrays[0])
        out = np.empty((n, self.n_outputs))
        inputs, _kept = self._inputs(arrays)
        check(lib.mg_program_forward(self._program, inputs, n, ffi.from_buffer("double[]", out)))
        return out

    def backward(self, arrays):
        inputs, _kept = self._inputs(arrays)
        mean = ffi.new("double *")
        check(lib.mg_program_backward(self._program, inputs, len(arrays[0]), mean))
        return mean[0]

    def train(self, arrays, order, batch_size, optimizer, threads, repeats=1):
        inputs, _kept = self._inputs(arrays)
        n = len(arrays[0]) if order is None else order.size // repeats
        sums = ffi.new("double[]", repeats)
        rows = ffi.NULL if order is None else ffi.from_buffer("int64_t[]", order)
        c_optimizer = as_in_c(optimizer)
        check(
            lib.mg_program_train(
                self._program, inputs, rows, n, batch_size, repeats, c_optimizer, threads, sums
            )
        )
        optimizer.step_count = int(c_optimizer.step_count)
        return list(sums)

    def non_finite(self, arrays, row):
        inputs, _kept = self._inputs(arrays)
        name = ffi.new("const char **")
        check(lib.mg_program_non_finite(self._program, inputs, row, name))
        return None if name[0] == ffi.NULL else ffi.string(name[0]).decode()

    def describe(self):
        info = lib.mg_program_describe(self._program)
        return (
            f"{info.instructions} instructions, {info.inputs} inputs, "
            f"{info.parameters} parameters, {info.outputs} outputs, "
            f"{16 * info.row_slots} bytes a row, {ffi.string(info.kernels).decode()}"
        )

    def explain(self):
        info = lib.mg_program_describe(self._program)
        listing = Listing(self._program)
        lines = [f"{info.nodes} nodes became {info.instructions} instructions", "once a run:"]
        for i in range(info.instructions):
            if i == info.uniform_instructions:
                lines.append("for each row:")
            lines.append("    " + listing.line(i))
        return "\n".join(lines) + "\n"


def check(status):
    if status != lib.MG_OK:
        raise MemoryError(NO_MEMORY)


class Listing:
    """Instructions as text: u12 is uniform slot 12, r3 row slot 3, p5 parameter 5."""

    UNIFORM = {"a": 1, "b": 2, "c": 4}
    MARK = 1 << 31

    def __init__(self, program):
        self.program = program
        self.index = lib.mg_program_index(program)

    def line(self, i):
        ins = lib.mg_program_instruction(self.program, i)
        name = ffi.string(ins.name).decode()
        kind = "u" if ins.uniform else "r"
        if name == "layer":
            inputs = self.slots("r", ins.a, ins.m)
            return (
                f"{span(kind, ins.out, ins.n)} = layer(inputs {inputs}, "
                f"weights {span('u', ins.b, ins.n * ins.m)}, biases {span('u', ins.c, ins.n)})"
            )
        if name in ("dot", "sum"):
            terms = self.slots(kind, ins.a, ins.n)
            if name == "dot":
                terms += ", " + self.slots(kind, ins.b, ins.n)
            return f"{kind}{ins.out} = {name}({self.slot(kind, ins.c)}, {terms})"
        operands = [self.slots("u" if ins.flags & 1 else kind, ins.a, ins.n)]
        if name == "muladd":
            operands.append(self.slots("u" if ins.flags & 2 else kind, ins.b, ins.n))
            operands.append(self.slots("u" if ins.flags & 4 else kind, ins.c, ins.n))
        elif name in OPS and len(OPS[name].derivatives) == 2:
            operands.append(self.slots("u" if ins.flags & 2 else kind, ins.b, ins.n))
        elif name in ("pow_k", "leaky_relu"):
            operands.append(repr(ins.k))
        return f"{span(kind, ins.out, ins.n)} = {name}({', '.join(operands)})"

    def slot(self, kind, slot):
        return f"u{slot & ~self.MARK}" if slot & self.MARK else f"{kind}{slot}"

    def slots(self, kind, first, n):
        """n slots of the index list, runs of them shortened."""
        slots = [self.index[first + i] for i in range(n)]
        if n > 1 and all(b == a + 1 for a, b in zip(slots, slots[1:])) and slots[0] < self.MARK:
            return span(kind, slots[0], n)
        shown = [self.slot(kind, slot) for slot in slots[:6]]
        return "[" + " ".join(shown) + (f" ... {n} in all]" if n > 6 else "]")


def span(kind, first, n):
    return f"{kind}{first}" if n == 1 else f"{kind}{first}..{first + n - 1}"
