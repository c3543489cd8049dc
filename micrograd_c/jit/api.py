"""The class ``jit``, used as a decorator, with its methods ``backward``, ``fit``, and ``check``."""

import functools

from micrograd_c._backend import backend
from micrograd_c.jit.argument_arrays import checked_arrays, require_same_memory
from micrograd_c.jit.axes import checked_in_axes
from micrograd_c.jit.base_program import NotFinite, checked_math
from micrograd_c.jit.bound import Binding, require_bindable
from micrograd_c.jit.check import compare_with_eager
from micrograd_c.jit.errors import TraceError, inner_backward_error, several_outputs_error
from micrograd_c.jit.fit import fit
from micrograd_c.jit.jacobian import jacobian_of
from micrograd_c.jit.methods import bound_to
from micrograd_c.jit.native.c_file import write
from micrograd_c.jit.outputs import arrays_from
from micrograd_c.jit.parameters import ParameterOrder, checked_parameters
from micrograd_c.jit.pickling import dask_token, is_pickled_by_name, reduce_bound
from micrograd_c.jit.ragged_arrays import RaggedArrays
from micrograd_c.jit.ragged_program import with_programs_for
from micrograd_c.jit.traced_value import where
from micrograd_c.jit.value_calls import (
    call_with_values,
    call_without_rows,
    extends_a_graph,
    has_values,
)
from python_ref.core.anomalies import checks_finite
from python_ref.core.numbers import describe
from python_ref.core.tracing import current_trace

if backend == "c":
    from micrograd_c.jit.compiled import CompiledProgram as Program
else:
    from micrograd_c.jit.interpreted import InterpretedProgram as Program

__all__ = ["jit", "where", "TraceError"]


class jit:  # noqa: N801 - used as a decorator
    """``jit(f, *, in_axes=0, parameters=None, ...)``: f for arrays of examples.

    ``f`` is written for one example. Each of its arguments is a Value, or a list of k Values
    whose ``+ - * / ** @`` are elementwise, with numbers, Values and sequences of its length.
    It returns a Value, or lists, tuples and dicts of Values, nested.

    ``jit(f)`` takes, for each argument, an array with the examples along its first axis:
    of shape (n,) for a Value, (n, k) for a list of k Values. Anything that NumPy converts to
    float64 will do, with NaN and infinities in it. All arrays have the same n > 0.
    The first call traces ``f``, and so does the first call with other numbers k.

    An argument may also be a list of rows, one-dimensional, of different lengths, such as words:
    ``f`` gets a list of that many Values, and is traced once for each length. ``backward``,
    ``fit`` and ``value_and_grad`` take such rows too; see ``docs/sequences.md``.

    All examples share an argument that is a single number, or has None as its entry of
    ``in_axes``, which means what it does for JAX's ``vmap``: ``in_axes=(0, None)`` shares the
    second argument, whose whole array is given to ``f``: as a Value, a list of Values, or, for
    shape (m, k), m lists. Without an argument that has rows, or without any, ``f`` is computed
    once: a call returns a float, or arrays without the axis of rows.

    Elementary functions, such as exp, sin and ``**``, are micrograd_c's own: at most 1 unit in
    the last place from the true value, and the same bits on any machine. ``math="libm"`` takes
    those of the C library, as eager Values do, which are slower.

    ``native=True`` has each program compiled by the system's C compiler when it is first needed,
    and keeps the library in a cache folder: the bits are the same, and irregular programs are
    several times as fast. Raises RuntimeError if there is no compiler or no safe cache folder; a
    program that is too long stays interpreted, with a RuntimeWarning. See ``docs/native.md``.

    As a decorator, ``@jit``, or with options ``@jit(in_axes=(0, None))``.

    Raises TraceError where ``f`` reads data that depends on an argument; TypeError (also for a
    masked array) and ValueError for an array that does not fit, naming the argument and its
    shape, and for other ``in_axes``; MemoryError.

    - A method can be decorated: each instance has its own trace. For a class method,
      write ``@jit`` above ``@classmethod``.
    - Called with Values, ``jit(f)`` calls ``f`` itself, and so it does within another jitted
      function where no argument has rows: operators then extend the graph of the caller. In
      eager code a call without rows returns a float, through which no gradient flows.
    - If targets of a loss of ``micrograd_c.losses`` or indices of ``take`` are arguments, they
      are checked for the whole batch before anything runs.
    - No operator raises for its data, unlike those of eager Values: ``log`` of -1 is NaN and
      1 / 0 is inf, as in IEEE arithmetic. With ``check_finite=True``, a result that is not
      finite raises FloatingPointError, naming the example and the first operator that gave an
      infinity or NaN for it. ``backward`` and ``fit`` also check the parameters' gradients.
      An intermediate infinity that reaches no result is accepted.

    >>> from micrograd_c import Value, jit
    >>> w = Value(2.0)
    >>> @jit
    ... def loss(x, y):
    ...     return (w * x - y) ** 2
    >>> loss([1.0, 2.0], [3.0, 3.0]).tolist()
    [1.0, 1.0]
    >>> loss.backward([1.0, 2.0], [3.0, 3.0])
    1.0
    >>> w.grad
    1.0
    """

    _is_staticmethod = False

    def __new__(cls, function=..., *, in_axes=0, parameters=None, math="portable", native=False):
        in_axes, parameters = checked_in_axes(in_axes), checked_parameters(parameters)
        options = {"in_axes": in_axes, "math": checked_math(math), "native": bool(native)}
        if function is ...:  # @jit(in_axes=...); not None, which may be given by mistake
            return functools.partial(cls, parameters=parameters, **options)
        self = super().__new__(cls)
        if isinstance(function, staticmethod):
            function = function.__func__
            self._is_staticmethod = True
        inner = function.__func__ if isinstance(function, classmethod) else function
        if not callable(inner):
            raise TypeError(f"expected a function of Values, got {describe(function)}")
        functools.update_wrapper(self, inner, updated=())
        self._function = function
        self._binding = None  # of a bound method: (the unbound jit, the instance or class)
        self._in_axes, self._math, self._native = in_axes, options["math"], options["native"]
        self._given_parameters, self._options = parameters, options
        self._jacobian = None  # a jit of the outputs' gradients, see jacobian.py
        self._programs = {}  # by the arguments' widths
        self._ragged = None  # the RaggedProgram of all lengths so far
        self._last_program = None
        return self

    def __call__(self, *arrays, params=None, check_finite=False):
        """Apply f to each example. Returns an array of float64.

        Its shape is (n,) if f returns a Value, (n, k) for a list or tuple of k Values, (n, m, k)
        for m lists of k. If the elements of a list or tuple have different shapes, the result is
        a list or tuple with an array for each; for a dict, it is a dict of arrays. For rows of
        several lengths, it is a list of all examples' results if their shapes differ. The tuples
        that ``value_and_grad``, ``jvp``, ``vjp`` and several ``argnums`` give stay tuples, too.
        Without rows, a Value gives a float, and arrays have no axis of rows.
        ``params``, an array in the order of ``parameters``, stands in for their data.
        """
        given = arrays
        try:
            arrays = checked_arrays(given, self._in_axes)
        except (TypeError, ValueError):
            has_arrays = not (given and (isinstance(given[0], type) or has_values(given)))
            if has_arrays or params is not None:
                raise
            if isinstance(given[0], type):  # @classmethod above @jit, since CPython 3.13
                return self.__get__(given[0], given[0])(*given[1:], check_finite=check_finite)
            return call_with_values(self._function, given)
        if not arrays.has_rows and params is None and extends_a_graph():
            return call_without_rows(self._function, arrays)
        program = self._program_for(arrays)
        given_params = None if params is None else self._order_of(program).to_program(params)
        is_checked = checks_finite(check_finite)
        if isinstance(arrays, RaggedArrays):
            return program.results(arrays, given_params, is_checked)
        out = program.forward(arrays, given_params)
        if is_checked:
            program.require_finite(arrays, out, given_params)
        return arrays_from(program.layout, out if arrays.has_rows else out[0])

    def backward(self, *arrays, check_finite=False):
        """Return the mean of f over the examples; add its gradient to the parameters' ``grad``.

        The order in which the rows' gradients are added depends only on the number of rows, so
        the same batch gives the same bits on any machine. Where
        ``check_finite=True`` raises, nothing has been added.
        """
        program, arrays = self._prepare_for_gradients(arrays, "backward")
        try:
            return program.backward(arrays, checks_finite(check_finite))
        except NotFinite as found:
            raise program.not_finite_error(arrays, found.rows) from None

    @property
    def parameters(self):
        """The parameters, a tuple of Values: the order of ``params`` and of gradients.

        They are those given as ``jit(f, parameters=...)``, or those that f was found to read
        when it was last called, in the order in which its operators use them.
        Raises RuntimeError if none were given and f was not traced yet.
        """
        if self._given_parameters is not None:
            return self._given_parameters
        if self._last_program is None:
            raise RuntimeError(
                "the parameters are known when the function has been traced: call it once, or "
                "write jit(f, parameters=[...])"
            )
        return self._last_program.parameters_by_use

    def value_and_grad(self, *arrays, params=None, check_finite=False):
        """Return the mean of f over the examples, and its gradient: an array of shape (p,).

        The gradient is in the order of ``parameters``. ``params``, an array of shape (p,),
        stands in for the parameters' data. No Value changes: neither ``data`` nor ``grad``.
        Raises TypeError and ValueError for ``params`` that do not fit.
        """
        program, arrays = self._prepare_for_gradients(arrays, "value_and_grad")
        order = self._order_of(program)
        params = order.to_program(params)
        try:
            mean, gradient = program.value_and_grad(arrays, params, checks_finite(check_finite))
        except NotFinite as found:
            raise program.not_finite_error(arrays, found.rows, params) from None
        return mean, order.from_program(gradient)

    def bind(self, *arrays, params=None, grad=None, check_finite=False):
        """Return a BoundCall: ``run = f.bind(X, Y)``, then ``run()`` as often as wanted.

        ``run()`` reads the numbers that X, Y and ``params`` hold by then, and without ``params``
        the data of the parameters. For an f that returns a single Value, it returns the mean of f
        over the examples, and writes what f gives for each into ``run.value`` and the gradient of
        the mean, in the order of ``parameters``, into ``run.grad``. With ``grad=False``, and for
        any other f, it leaves the gradient out and returns ``run.value``: what ``f(X, Y)``
        returns, as arrays that each run overwrites. No Value changes.

        X, Y and ``params`` must be NumPy arrays of float64 in C order, because a copy would not
        show what is written into them later: else TypeError. A number is also taken, and stays.
        The program is the one for the arrays' shapes as they are now. Otherwise a run raises what
        ``f(X, Y, check_finite=...)`` raises; with ``check_finite``, the arrays then hold what was
        computed. BoundCall tells of threads and lifetime.

        >>> import numpy as np
        >>> from micrograd_c import Value, jit
        >>> w, x = Value(2.0), np.array([1.0, 2.0])
        >>> run = jit(lambda x: w * x * x).bind(x)
        >>> run(), run.value.tolist(), run.grad.tolist()
        (5.0, [2.0, 8.0], [2.5])
        >>> x[1] = 3.0
        >>> run(), run.grad.tolist()
        (10.0, [5.0])
        """
        if current_trace():
            raise inner_backward_error("bind()")
        require_bindable(arrays, params)
        arrays = checked_arrays(arrays, self._in_axes)
        program = self._program_of(arrays)
        if grad and not program.is_single:
            raise several_outputs_error("bind(grad=True)", program)
        wants_grad = program.is_single if grad is None else bool(grad)
        order = self._order_of(program)
        return program.bound_call(
            Binding(program, arrays, order, params, wants_grad, checks_finite(check_finite))
        )

    def jacobian(self, *arrays, params=None):
        """Return each example's derivatives with respect to the parameters: shape (n, m, p).

        m is the number of Values that f returns, p that of ``parameters``; for an f that returns
        a single Value, the shape is (n, p). Without rows, the first axis is missing. ``params``
        is as in ``value_and_grad``.
        """
        return jacobian_of(self, jit, arrays, params)

    def fit(
        self, *arrays, optimizer, epochs=1, batch_size=None, shuffle=None, seed=0,
        callback=None, threads=1, progress=False, check_finite=False, scheduler=None,
    ):  # fmt: skip
        """Train: for each batch, the gradient of the mean, then ``optimizer.step()``, all in C.

        Returns a list with the mean of f in each epoch, each batch's as it was before its step.

        - ``optimizer`` is any of ``micrograd_c.optim``. It continues from its state and
          updates it. Parameters of f that it does not have stay as they are. Afterwards
          ``grad`` is the last batch's gradient. An optimizer with an update rule of its own,
          in Python, works too; then each batch returns to Python.
        - ``batch_size=None`` takes all examples as one batch, in their order. Otherwise each
          epoch takes the rows in the order ``rng.permutation(n)``, with one
          ``rng = numpy.random.default_rng(seed)`` for all epochs, or in their order if
          ``shuffle=False``; the last batch may be smaller. A ``batch_size`` of n or more
          means the full batch, which is not shuffled. A function without rows takes one step
          an epoch; ``batch_size`` and ``shuffle=True`` raise ValueError then.
        - ``seed`` may also be a Generator of NumPy's. If its ``permutation`` does not return each
          row once, ValueError or IndexError is raised before the epoch.
        - ``callback(epoch, loss)`` is called after each epoch; training stops if it returns True.
        - ``threads`` changes no bit of the result.
        - ``scheduler``, one of ``micrograd_c.lr_scheduler`` for this optimizer, is stepped after
          each batch. With a class of your own, each batch returns to Python.
        - ``progress=True`` shows a bar; it needs tqdm.
        - ``check_finite=True`` raises before the first step whose loss or gradient is not
          finite: parameters and optimizer are as after the step before.

        Ctrl-C stops between two batches. Then, and after a MemoryError, parameters and optimizer
        are as after the last step. Raises TypeError and ValueError for options that do not fit.
        """
        program, arrays = self._prepare_for_gradients(arrays, "fit")
        return fit(
            program, arrays, optimizer, scheduler, epochs, batch_size, shuffle, seed, callback,
            threads, progress, checks_finite(check_finite),
        )  # fmt: skip

    def check(self, *arrays):
        """Compare the program with f applied to eager Values, for every example.

        Raises AssertionError naming the first value, or gradient of the mean, that differs
        by more than 1e-12 relative. For a gradient, that is relative to the sum of the
        absolute values that the examples add to it. If f returns several Values, gradients
        are not compared. Meanwhile eager Values do not raise for their data either.
        Afterwards every gradient is as it was.
        """
        program, arrays = self._prepare(arrays)
        compare_with_eager(program, self._function, arrays)

    def explain(self):
        """Print the program of the last call: what its slots hold, and its instructions."""
        if self._last_program is None:
            print("not traced yet: it is traced when first called")
        else:
            print("\n".join(self._last_program.explain()))

    def to_c(self, path):
        """Write the program of the last call as a C file: ``path``, and its header beside it.

        For ``loss.c`` the header declares ``loss_forward`` and, if f returns a single Value,
        ``loss_gradient``, for one row; and ``loss_forward_rows`` and ``loss_gradient_rows`` for
        n rows. They give the bits of a call and of ``value_and_grad``, in C11 that needs nothing
        but the C library. The parameters are an array in the order of ``parameters``; others
        that f reads are written as the numbers that they are now.

        Raises RuntimeError if f was not traced yet, ValueError for a path that does not end in
        ``.c`` or whose name cannot begin that of a C function, OSError if it cannot be written.
        """
        if self._last_program is None:
            raise RuntimeError("nothing to write yet: call the function once, so that it is traced")
        program = self._last_program
        write(program.listing(self.parameters), path, program.is_single)

    def __get__(self, instance, owner=None):
        """Return the jitted method of an instance, which the instance keeps."""
        if self._is_staticmethod:
            return self
        return bound_to(self, instance, owner, functools.partial(jit, **self._options))

    def __reduce__(self):
        if self._binding:
            return reduce_bound(self)
        if is_pickled_by_name(self):
            return self.__qualname__
        return jit_again, (self._function, self._given_parameters, self._options)

    def __dask_tokenize__(self):
        return dask_token(self)

    def __repr__(self):
        name = getattr(self._function, "__name__", repr(self._function))
        program = self._last_program
        return f"<jit {name}: {'not traced yet' if program is None else program.describe()}>"

    def _prepare(self, arrays):
        """Return the program for these arguments, and the checked arrays to run it with."""
        arrays = checked_arrays(arrays, self._in_axes)
        return self._program_for(arrays), arrays

    def _program_for(self, arrays):
        """Return the program for CheckedArrays, after a check that they fit it."""
        program = self._program_of(arrays)
        program.argument_rules.check(arrays)
        return program

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


def jit_again(function, parameters, options):
    """Called when a jitted function is copied or unpickled; it is traced anew."""
    return jit(function, parameters=parameters, **options)
