"""CompiledProgram: a traced function, compiled by the C library (csrc/jit/program.h)."""

from functools import cached_property
from itertools import accumulate

from micrograd_c._c import pinning
from micrograd_c._c.node import owned
from micrograd_c._native import ffi, lib
from micrograd_c.jit.axes import Shared
from micrograd_c.jit.base_program import BaseProgram, NotFinite
from micrograd_c.jit.bound import BoundCall, CheckedCall
from micrograd_c.jit.direct import QUICK, ROWS_OF_A_BLOCK, direct_call, pointer_to_places
from micrograd_c.jit.errors import custom_operator_error, other_trace_error
from micrograd_c.jit.interpreted import InterpretedProgram
from micrograd_c.jit.native.attach import attach
from micrograd_c.jit.native.compiled_listing import listing_of_program
from micrograd_c.jit.ragged_compiled import CompiledRagged
from micrograd_c.jit.training_in_c import train_in_c
from micrograd_c.jit.user_code import definition_line

NO_MEMORY = "no memory to run a program"
DOUBLES, from_buffer = ffi.typeof("double[]"), ffi.from_buffer


class CompiledProgram(BaseProgram):
    """A traced function that C runs for blocks of rows at a time."""

    def _load(self, trace):
        is_shared = [isinstance(width, Shared) for width in self.widths]
        # C takes the arguments that all rows share after the others.
        self.inputs = sorted(range(len(is_shared)), key=is_shared.__getitem__)
        self.n_shared = sum(is_shared)
        self.columns = [trace.columns[i] for i in self.inputs]
        ends = list(accumulate(trace.columns))
        arguments = [
            x._mg_id
            for i in self.inputs
            for x in trace.arguments[ends[i] - trace.columns[i] : ends[i]]
        ]
        outputs = [x._mg_id for x in trace.outputs.values]
        status = ffi.new("mg_status *")
        with trace.entered():
            program = owned(
                lib.mg_program_free, lib.mg_compile,
                arguments, self.columns, len(self.columns), self.n_shared, outputs,
                len(outputs), self.math == "libm", status,
            )  # fmt: skip
        if status[0] == lib.MG_HAS_CUSTOM_BACKWARD:
            raise custom_operator_error(definition_line(self.function))
        if status[0] == lib.MG_OTHER_TRACE:
            raise other_trace_error(self.function)
        if program == ffi.NULL:
            raise MemoryError("no memory to compile a program")
        self._program = program
        self.size = lib.mg_program_describe(program).nodes

    @cached_property
    def parameters(self):
        n = lib.mg_program_describe(self._program).parameters
        ids = [lib.mg_program_parameter(self._program, i) for i in range(n)]
        return [pinning.value_of(node) for node in ids]

    def compile_natively(self):
        attach(self)

    def listing(self, parameters):
        return listing_of_program(self, parameters)

    def pointers(self, arrays):
        """Return a list that CFFI passes as ``double **``; the arrays must stay alive."""
        if self.n_shared == 0:
            return [from_buffer(DOUBLES, array) for array in arrays]
        return [from_buffer(DOUBLES, arrays[i]) for i in self.inputs]

    def forward(self, arrays, params=None):
        import numpy as np

        n = arrays.n
        out = np.empty((n, self.n_outputs))
        inputs = self.pointers(arrays)
        parameters = ffi.NULL if params is None else from_buffer(DOUBLES, params)
        status = lib.mg_program_forward(
            self._program, inputs, n, parameters, from_buffer(DOUBLES, out)
        )
        check_status(status)
        return out

    def backward(self, arrays, check_finite=False):
        inputs = self.pointers(arrays)
        mean, n = ffi.new("double *"), arrays.n
        status = lib.mg_program_backward(self._program, inputs, n, check_finite, mean)
        if status == lib.MG_NOT_FINITE:
            raise NotFinite(range(n))
        check_status(status)
        return mean[0]

    def value_and_grad(self, arrays, params, check_finite=False):
        import numpy as np

        inputs = self.pointers(arrays)
        mean, n = ffi.new("double *"), arrays.n
        gradient = np.empty(len(self.parameters))
        parameters = ffi.NULL if params is None else from_buffer(DOUBLES, params)
        status = lib.mg_program_value_and_grad(
            self._program, inputs, n, parameters, check_finite, mean,
            from_buffer(DOUBLES, gradient),
        )  # fmt: skip
        if status == lib.MG_NOT_FINITE:
            raise NotFinite(range(n))
        check_status(status)
        return mean[0], gradient

    def bound_call(self, binding):
        arrays, gradient = binding.arrays, binding.gradient
        bound = owned(
            lib.mg_bound_free, lib.mg_bind, self._program, self.pointers(arrays), arrays.n,
            pointer(binding.params), pointer_to_places(binding.order),
            pointer(binding.outputs), pointer(gradient), 0 if gradient is None else len(gradient),
            binding.check_finite,
        )  # fmt: skip
        if bound == ffi.NULL:
            raise MemoryError(NO_MEMORY)
        is_checked = self.argument_rules or (binding.check_finite and gradient is None)
        call = (CheckedCall if is_checked else BoundCall)(binding)
        blocks = -(-arrays.n // ROWS_OF_A_BLOCK)
        call._run_in_c(bound, self.size * blocks <= QUICK, gradient is None)
        return call

    def direct_call(self, jitted):
        return direct_call(self, jitted)

    @cached_property
    def parameters_by_use(self):
        place = {id(p): lib.mg_program_parameter_place(self._program, i)
                 for i, p in enumerate(self.parameters)}  # fmt: skip
        return tuple(sorted(self.parameters, key=lambda p: place[id(p)]))

    def train(self, arrays, order, batch_size, optimizer, scheduler, threads, sums, check_finite):
        given = self._program, self.pointers(arrays)
        options = batch_size, optimizer, scheduler, threads, sums, check_finite
        result = train_in_c(lib.mg_program_train, given, arrays.n, order, *options)
        return super().train(arrays, order, *options) if result is None else result

    def interpreted(self):
        return InterpretedProgram(self.function, self.widths, self.math)

    @staticmethod
    def together(programs):
        return CompiledRagged(programs)

    def what_is_not_finite(self, arrays, rows, params=None):
        interpreted = self.interpreted()
        if params is not None:  # they are in this program's order
            data = {id(p): x for p, x in zip(self.parameters, params.tolist())}
            params = [data.get(id(p), p.data) for p in interpreted.parameters]
        return interpreted.what_is_not_finite(arrays, rows, params)

    def describe(self):
        info = lib.mg_program_describe(self._program)
        return (
            f"{info.instructions} instructions, {info.inputs + info.shared} inputs, "
            f"{info.parameters} parameters, {info.outputs} outputs, "
            f"{16 * info.row_slots} bytes a row, {ffi.string(info.kernels).decode()}"
        )

    def explain(self):
        info = lib.mg_program_describe(self._program)
        listing = Listing(self._program)
        lines = [f"{info.nodes} nodes became {info.instructions} instructions"]
        lines += [f"    {line}" for line in listing.leaves(info, self)]
        lines.append("once a run:")
        for i in range(info.instructions):
            if i == info.uniform_instructions:
                lines.append("for each row:")
            lines.append("    " + listing.line(i))
        outputs = [lib.mg_program_output(self._program, i) for i in range(info.outputs)]
        return [*lines, "outputs: " + ", ".join(listing.slot("r", slot) for slot in outputs)]


def pointer(array):
    """Return a pointer to the doubles of an array, or NULL for None."""
    return ffi.NULL if array is None else from_buffer(DOUBLES, array)


def check_status(status):
    if status != lib.MG_OK:  # all other statuses have been handled
        raise MemoryError(NO_MEMORY)


SHOWN = 8  # parameters that are shown one by one


class Listing:
    """A program as text: u12 is uniform slot 12, the same for all rows; r3 is row slot 3."""

    def __init__(self, program):
        self.program = program
        self.index = lib.mg_program_index(program)

    def leaves(self, info, program):
        """Yield a line for each slot, or range of slots, that holds a value before any run."""
        first, parameters = {"r": 0, "u": info.parameters + info.constants}, program.parameters
        for place, (i, n) in enumerate(zip(program.inputs, program.columns)):
            kind = "r" if place < len(program.inputs) - program.n_shared else "u"
            if n:
                yield f"{span(kind, first[kind], n)} = argument {i}"
            first[kind] += n
        for i, p in enumerate(parameters[:SHOWN]):
            yield f"u{i} = parameter, now {p.data!r}" + (f", {p.label!r}" if p.label else "")
        if len(parameters) > SHOWN:
            yield f"{span('u', SHOWN, len(parameters) - SHOWN)} = more parameters"
        constants = lib.mg_program_constants(self.program)
        for i in range(info.constants):
            yield f"u{info.parameters + i} = constant {constants[i]!r}"

    def line(self, i):
        """Return instruction ``i`` as text."""
        ins = lib.mg_program_instruction(self.program, i)
        a, b, c = map(self.operand, (ins.a, ins.b, ins.c))
        text = ffi.string(ins.listing).decode().format(a=a, b=b, c=c, k=repr(ins.k))
        if ins.relu:
            text = f"relu({text})"
        if ins.sets > 1:
            text += f" for each of {ins.sets} sets of inputs"
        return f"{span('u' if ins.uniform else 'r', ins.out, ins.n)} = {text}"

    def operand(self, operand):
        kind = "u" if operand.uniform else "r"
        if not operand.listed:
            return span(kind, operand.first, operand.n)
        slots = [self.index[operand.first + i] for i in range(operand.n)]
        is_run = all(b == a + 1 for a, b in zip(slots, slots[1:]))
        if operand.n > 1 and is_run and slots[0] < lib.MG_UNIFORM_SLOT:
            return span(kind, slots[0], operand.n)
        shown = " ".join(self.slot(kind, slot) for slot in slots[:6])
        return f"[{shown}]" if operand.n <= 6 else f"[{shown} ... {operand.n} in all]"

    def slot(self, kind, slot):
        """Return the name of a slot of this kind, or of a uniform one if it has the tag."""
        is_tagged = slot & lib.MG_UNIFORM_SLOT
        return f"u{slot & ~lib.MG_UNIFORM_SLOT}" if is_tagged else f"{kind}{slot}"


def span(kind, first, n):
    """Return the name of n consecutive slots."""
    return f"{kind}{first}" if n == 1 else f"{kind}{first}..{first + n - 1}"
