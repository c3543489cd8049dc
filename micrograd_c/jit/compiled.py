"""A jitted function as a program of the C library: see csrc/jit/program.h."""

from micrograd_c._c import pinning
from micrograd_c._c.node import owned
from micrograd_c._c.optimizer import in_c
from micrograd_c._native import ffi, lib
from micrograd_c.jit.errors import line_of, of_another_trace, own_operator
from micrograd_c.jit.interpreted import InterpretedProgram, NotFinite, train_by_steps
from micrograd_c.jit.trace import Trace
from python_ref.core.ops import BINARY, OPS, UNARY_K

NO_MEMORY = "no memory to run a program"
DOUBLES, from_buffer = ffi.typeof("double[]"), ffi.from_buffer


class CProgram:
    """The program of ``function`` for arguments with these ``widths``."""

    def __init__(self, function, widths):
        self.function, self.widths = function, widths
        trace = Trace(function, widths)
        self.columns = trace.widths
        self.n_outputs, self.is_single = len(trace.outputs), trace.is_single
        self.requirements = trace.requirements
        arguments = [x._mg_id for x in trace.arguments]
        outputs = [x._mg_id for x in trace.outputs]
        status = ffi.new("mg_status *")
        with trace.entered():
            program = owned(
                lib.mg_program_free, lib.mg_compile,
                arguments, self.columns, len(self.columns), outputs, len(outputs), status,
            )  # fmt: skip
        if status[0] == lib.MG_HAS_CUSTOM_BACKWARD:
            raise own_operator(line_of(function))
        if status[0] == lib.MG_OTHER_TRACE:
            raise of_another_trace(function)
        if program == ffi.NULL:
            raise MemoryError("no memory to compile a program")
        self._program = program
        self.size = lib.mg_program_describe(program).nodes

    @property
    def parameters(self):
        n = lib.mg_program_describe(self._program).parameters
        ids = [lib.mg_program_parameter(self._program, i) for i in range(n)]
        return [pinning.value_of(node) for node in ids]

    @staticmethod
    def pointers(arrays):
        """``double **`` for CFFI: pointers to the data of the arrays, which must stay alive."""
        return [from_buffer(DOUBLES, array) for array in arrays]

    def forward(self, arrays):
        import numpy as np

        n = len(arrays[0])
        out = np.empty((n, self.n_outputs))
        inputs = self.pointers(arrays)
        check(lib.mg_program_forward(self._program, inputs, n, ffi.from_buffer("double[]", out)))
        return out

    def backward(self, arrays, check_finite=False):
        inputs = self.pointers(arrays)
        mean, n = ffi.new("double *"), len(arrays[0])
        status = lib.mg_program_backward(self._program, inputs, n, check_finite, mean)
        if status == lib.MG_NOT_FINITE:
            raise NotFinite(range(n))
        check(status)
        return mean[0]

    def train(self, arrays, order, batch_size, optimizer, threads, sums, check_finite):
        """Train len(sums) times on all rows or those in ``order``; sums with the losses added."""
        if not optimizer._is_in_c():
            return train_by_steps(self, arrays, order, batch_size, optimizer, sums, check_finite)
        import numpy as np

        n = len(arrays[0]) if order is None else order.size // len(sums)
        rows = ffi.NULL
        if order is not None:
            order = np.ascontiguousarray(order, dtype=np.int64).ravel()  # else int32 on Windows
            rows = ffi.from_buffer("int64_t[]", order)
        inputs = self.pointers(arrays)
        c_sums, before, made = ffi.new("double[]", sums), optimizer.step_count, in_c(optimizer)
        status = lib.mg_program_train(
            self._program, inputs, rows, n, batch_size, len(sums), made.struct, threads,
            check_finite, c_sums,
        )  # fmt: skip
        if status == lib.MG_NOT_FINITE:
            repeat, batch = divmod(optimizer.step_count - before, -(-n // batch_size))
            some = range(batch * batch_size, min((batch + 1) * batch_size, n))
            raise NotFinite(some if order is None else [int(order[repeat * n + i]) for i in some])
        check(status)
        return list(c_sums)

    def what_is_not_finite(self, arrays, rows):
        return InterpretedProgram(self.function, self.widths).what_is_not_finite(arrays, rows)

    def describe(self):
        info = lib.mg_program_describe(self._program)
        return (
            f"{info.instructions} instructions, {info.inputs} inputs, "
            f"{info.parameters} parameters, {info.outputs} outputs, "
            f"{16 * info.row_slots} bytes a row, {ffi.string(info.kernels).decode()}"
        )

    def explain(self):
        """The lines of text that show it."""
        info = lib.mg_program_describe(self._program)
        listing = Listing(self._program)
        lines = [f"{info.nodes} nodes became {info.instructions} instructions"]
        lines += [f"    {line}" for line in listing.leaves(info, self.columns, self.parameters)]
        lines.append("once a run:")
        for i in range(info.instructions):
            if i == info.uniform_instructions:
                lines.append("for each row:")
            lines.append("    " + listing.line(i))
        outputs = [lib.mg_program_output(self._program, i) for i in range(info.outputs)]
        return [*lines, "outputs: " + ", ".join(listing.slot("r", slot) for slot in outputs)]


def check(status):
    if status != lib.MG_OK:
        raise MemoryError(NO_MEMORY)


SHOWN = 8  # parameters that are shown one by one


class Listing:
    """A program as text: u12 is uniform slot 12, the same for all rows; r3 is row slot 3."""

    UNIFORM = {"a": 1, "b": 2, "c": 4}
    MARK = 1 << 31

    def __init__(self, program):
        self.program = program
        self.index = lib.mg_program_index(program)

    def leaves(self, info, columns, parameters):
        """What is in slots before any instruction has run."""
        first = 0
        for i, n in enumerate(columns):
            if n:
                yield f"{span('r', first, n)} = argument {i}"
            first += n
        for i, p in enumerate(parameters[:SHOWN]):
            yield f"u{i} = parameter, now {p.data!r}" + (f", {p.label!r}" if p.label else "")
        if len(parameters) > SHOWN:
            yield f"{span('u', SHOWN, len(parameters) - SHOWN)} = more parameters"
        constants = lib.mg_program_constants(self.program)
        for i in range(info.constants):
            yield f"u{info.parameters + i} = constant {constants[i]!r}"

    def line(self, i):
        ins = lib.mg_program_instruction(self.program, i)
        name = ffi.string(ins.name).decode()
        kind = "u" if ins.uniform else "r"
        if name in ("layer", "relu_layer"):
            inputs = self.slots("r", ins.a, ins.m)
            weights, biases = span("u", ins.b, ins.n * ins.m), span("u", ins.c, ins.n)
            layer = f"layer(inputs {inputs}, weights {weights}, biases {biases})"
            text = layer if name == "layer" else f"relu({layer})"
            return f"{span(kind, ins.out, ins.n)} = {text}"
        if name in ("dot", "sum"):
            terms = self.slots(kind, ins.a, ins.n)
            if name == "dot":
                terms += ", " + self.slots(kind, ins.b, ins.n)
            return f"{kind}{ins.out} = {name}({self.slot(kind, ins.c)}, {terms})"
        operands = [self.slots("u" if ins.flags & 1 else kind, ins.a, ins.n)]
        if name == "muladd":
            operands.append(self.slots("u" if ins.flags & 2 else kind, ins.b, ins.n))
            operands.append(self.slots("u" if ins.flags & 4 else kind, ins.c, ins.n))
        elif name in OPS and OPS[name].kind == BINARY:
            operands.append(self.slots("u" if ins.flags & 2 else kind, ins.b, ins.n))
        elif name in OPS and OPS[name].kind == UNARY_K:
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
