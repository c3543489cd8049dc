"""``HasPrograms``: the programs of a jitted function, one for each shape of its arguments."""

from micrograd_c._backend import backend
from micrograd_c.jit.argument_arrays import checked_arrays, require_same_memory
from micrograd_c.jit.errors import inner_backward_error, several_outputs_error
from micrograd_c.jit.parameters import ParameterOrder
from micrograd_c.jit.ragged_arrays import RaggedArrays
from micrograd_c.jit.ragged_program import with_programs_for
from python_ref.core.tracing import current_trace

if backend == "c":
    from micrograd_c.jit.compiled import CompiledProgram as Program
else:
    from micrograd_c.jit.interpreted import InterpretedProgram as Program


class HasPrograms:
    """The base of ``jit``, which has the function and the options that programs are made with."""

    def _start_without_programs(self):
        self._programs = {}  # by the arguments' widths
        self._direct_calls = ()  # DirectCalls, of programs that were called more than once
        self._ragged = None  # the RaggedProgram of all lengths so far
        self._last_program = None

    @property
    def parameters(self):
        """The parameters, a tuple of Values: the order of ``params`` and of gradients.

        They are those given as ``jit(f, parameters=...)``, or those that f was found to read
        when it was last called, in the order in which its operators use them.

        Raises:
            RuntimeError: If none were given and f was not traced yet.
        """
        if self._given_parameters is not None:
            return self._given_parameters
        if self._last_program is None:
            raise RuntimeError(
                "the parameters are known when the function has been traced: call it once, or "
                "write jit(f, parameters=[...])"
            )
        return self._last_program.parameters_by_use

    def explain(self):
        """Print the program of the last call: what its slots hold, and its instructions."""
        if self._last_program is None:
            print("not traced yet: it is traced when first called")
        else:
            print("\n".join(self._last_program.explain()))

    def _prepare(self, arrays):
        """Return the program for these arguments, and the checked arrays to run it with."""
        arrays = checked_arrays(arrays, self._in_axes)
        return self._program_for(arrays), arrays

    def _program_for(self, arrays):
        """Return the program for CheckedArrays, after a check that they fit it."""
        program = self._program_of(arrays)
        program.argument_rules.check(arrays)
        if not isinstance(arrays, RaggedArrays):
            if program.was_called:
                self._call_directly(program)
            program.was_called = True
        return program

    def _call_directly(self, program):
        """Let later calls take the program's DirectCall, if it has one and they can."""
        for call in self._direct_calls:
            if call.program is program:
                return
        call = program.direct_call(self)
        if call is not None:
            self._direct_calls = call, *self._direct_calls

    def _program_of(self, arrays):
        """Return the program for the shapes of CheckedArrays or RaggedArrays."""
        if isinstance(arrays, RaggedArrays):
            program = with_programs_for(arrays, self._ragged, self._program_of)
            self._ragged = self._last_program = program
            return program
        widths = arrays.widths
        program = self._programs.get(widths)
        if program is None:
            # No lock: a fork or the interpreter's end could leave it taken for ever. So threads
            # that come first at once may trace once each, and the first program is kept.
            program = Program(self._function, widths, self._math)
            if self._native:
                program.compile_natively()
            program = self._programs.setdefault(widths, program)
            require_same_memory(arrays)  # the function may have changed them
        self._last_program = program
        return program

    def _order_of(self, program):
        """Return the program's ParameterOrder, which it keeps."""
        given = self._given_parameters
        if program.order is None:
            parameters = program.parameters_by_use if given is None else given
            program.order = ParameterOrder(program, parameters)
        return program.order

    def _prepare_for_gradients(self, arrays, method):
        """Do what ``_prepare`` does for ``backward`` and ``fit``, which need a single output."""
        if current_trace():
            raise inner_backward_error(f"{method}()")
        program, arrays = self._prepare(arrays)
        if not program.is_single:
            raise several_outputs_error(method, program)
        return program, arrays
