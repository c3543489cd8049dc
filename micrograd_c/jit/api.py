"""The class ``jit``, used as a decorator, with its methods ``backward``, ``fit``, and ``check``."""

import functools

from micrograd_c.jit.argument_arrays import checked_arrays
from micrograd_c.jit.axes import checked_in_axes
from micrograd_c.jit.base_program import NotFinite, checked_math
from micrograd_c.jit.bound import Binding, require_bindable
from micrograd_c.jit.branches import where
from micrograd_c.jit.check import compare_with_eager
from micrograd_c.jit.errors import TraceError, inner_backward_error, several_outputs_error
from micrograd_c.jit.fit import fit
from micrograd_c.jit.jacobian import jacobian_of
from micrograd_c.jit.methods import bound_to
from micrograd_c.jit.native.c_file import write
from micrograd_c.jit.outputs import arrays_from
from micrograd_c.jit.parameters import checked_parameters
from micrograd_c.jit.pickling import dask_token, is_pickled_by_name, reduce_bound
from micrograd_c.jit.programs import HasPrograms
from micrograd_c.jit.ragged_arrays import RaggedArrays
from micrograd_c.jit.value_calls import (
    call_with_values,
    call_without_rows,
    extends_a_graph,
    has_values,
)
from python_ref.core.anomalies import checks_finite
from python_ref.core.numbers import describe
from python_ref.core.tracing import current_trace

__all__ = ["jit", "where", "TraceError"]


class jit(HasPrograms):  # noqa: N801 - used as a decorator
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
    ``in_axes``. Without an argument that has rows, or without any, ``f`` is computed once: a call
    returns a float, or arrays without the axis of rows.

    As a decorator, ``@jit``, or with options ``@jit(in_axes=(0, None))``.

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

    Args:
        function: ``f``. It may be left out, as in ``@jit(in_axes=(0, None))``.
        in_axes: What it is for JAX's ``vmap``: ``in_axes=(0, None)`` shares the second argument,
            whose whole array is given to ``f``: as a Value, a list of Values, or, for shape
            (m, k), m lists.
        parameters: The Values that the attribute ``parameters`` is to have, in their order:
            that of ``params`` and of gradients.
        math: Elementary functions, such as exp, sin and ``**``, are micrograd_c's own,
            ``"portable"``: at most 1 unit in the last place from the true value, and the same bits
            on any machine. ``"libm"`` takes those of the C library, as eager Values do, which are
            slower.
        native: True has each program compiled by the system's C compiler when it is first needed,
            and keeps the library in a cache folder: the bits are the same, and irregular programs
            are several times as fast. A program that is too long stays interpreted, with a
            RuntimeWarning. See ``docs/native.md``.

    Raises:
        TraceError: Where ``f`` reads data that depends on an argument.
        TypeError: For an array that does not fit, naming the argument and its shape, for a masked
            array and for other ``in_axes``.
        ValueError: For an array that does not fit and for other ``in_axes``.
        RuntimeError: With ``native=True``, if there is no compiler or no safe cache folder.
        MemoryError: If memory runs out.

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
        self._start_without_programs()
        return self

    def __call__(self, *arrays, params=None, check_finite=False):
        """Apply f to each example.

        Args:
            *arrays: The arguments, as the class describes them.
            params: An array in the order of ``parameters``, which stands in for their data.
            check_finite: True raises FloatingPointError for a result that is not finite.

        Returns:
            An array of float64, of shape (n,) if f returns a Value, (n, k) for a list or tuple of k
            Values, (n, m, k) for m lists of k. If the elements of a list or tuple have different
            shapes, the result is a list or tuple with an array for each; for a dict, it is a dict
            of arrays. For rows of several lengths, it is a list of all examples' results if their
            shapes differ. The tuples that ``value_and_grad``, ``jvp``, ``vjp`` and several
            ``argnums`` give stay tuples, too. Without rows, a Value gives a float, and arrays
            have no axis of rows.
        """
        direct = self._direct_calls
        if direct and not check_finite:
            result = direct[0]._mg_forward(direct, self, arrays, params, False)
            if result is not None:
                return result
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
        """Add the gradient of the mean of f over the examples to the parameters' ``grad``.

        The order in which the rows' gradients are added depends only on the number of rows, so
        the same batch gives the same bits on any machine.

        Args:
            *arrays: The arguments, as in a call.
            check_finite: True raises FloatingPointError if the mean or its gradient is not finite;
                then nothing has been added.

        Returns:
            The mean.
        """
        direct = self._direct_calls
        if direct:
            mean = direct[0]._mg_backward(direct, self, arrays, None, check_finite)
            if mean is not None:
                return mean
        program, arrays = self._prepare_for_gradients(arrays, "backward")
        try:
            return program.backward(arrays, checks_finite(check_finite))
        except NotFinite as found:
            raise program.not_finite_error(arrays, found.rows) from None

    def value_and_grad(self, *arrays, params=None, check_finite=False):
        """Return the mean of f over the examples, and its gradient.

        No Value changes: neither ``data`` nor ``grad``.

        Args:
            *arrays: The arguments, as in a call.
            params: An array of shape (p,), which stands in for the parameters' data.
            check_finite: True raises FloatingPointError if the mean or its gradient is not finite.

        Returns:
            The mean, a float, and an array of shape (p,), in the order of ``parameters``.

        Raises:
            TypeError: For ``params`` that do not fit.
            ValueError: For ``params`` that do not fit.
        """
        direct = self._direct_calls
        if direct:
            result = direct[0]._mg_value_and_grad(direct, self, arrays, params, check_finite)
            if result is not None:
                return result
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

        The program is the one for the arrays' shapes as they are now. Otherwise a run raises what
        ``f(X, Y, check_finite=...)`` raises. BoundCall tells of threads and lifetime.

        Args:
            *arrays: NumPy arrays of float64 in C order, because a copy would not show what is
                written into them later. A number is also taken, and stays.
            params: Such an array of shape (p,), which stands in for the parameters' data.
            grad: False leaves the gradient out. True raises if f returns no single Value.
            check_finite: True raises as in a call; the arrays then hold what was computed.

        Raises:
            TypeError: For other arrays.

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
        """Return each example's derivatives with respect to the parameters.

        Args:
            *arrays: The arguments, as in a call.
            params: As in ``value_and_grad``.

        Returns:
            An array of shape (n, m, p), where m is the number of Values that f returns and p that
            of ``parameters``; for an f that returns a single Value, of shape (n, p). Without rows,
            the first axis is missing.

        Raises:
            ValueError: For rows of several lengths.
        """
        return jacobian_of(self, jit, arrays, params)

    def fit(
        self, *arrays, optimizer, epochs=1, batch_size=None, shuffle=None, seed=0,
        callback=None, threads=1, progress=False, check_finite=False, scheduler=None,
    ):  # fmt: skip
        """Train: for each batch, the gradient of the mean, then ``optimizer.step()``, all in C.

        Ctrl-C stops between two batches. Then, and after a MemoryError, parameters and optimizer
        are as after the last step.

        Args:
            *arrays: The arguments, as in a call.
            optimizer: Any of ``micrograd_c.optim``. It continues from its state and updates it.
                Parameters of f that it does not have stay as they are. Afterwards ``grad`` is the
                last batch's gradient. An optimizer with an update rule of its own, in Python, works
                too; then each batch returns to Python.
            epochs: How many times to go through the examples, an int >= 0.
            batch_size: None takes all examples as one batch, in their order. Otherwise each epoch
                takes the rows in the order ``rng.permutation(n)``, with one
                ``rng = numpy.random.default_rng(seed)`` for all epochs; the last batch may be
                smaller. A ``batch_size`` of n or more means the full batch, which is not shuffled.
                A function without rows takes one step an epoch.
            shuffle: False takes the rows in their order.
            seed: That of ``rng``. It may also be a Generator of NumPy's.
            callback: ``callback(epoch, loss)`` is called after each epoch; training stops if it
                returns True.
            threads: How many threads compute; it changes no bit of the result.
            progress: True shows a bar; it needs tqdm.
            check_finite: True raises FloatingPointError before the first step whose loss or
                gradient is not finite: parameters and optimizer are as after the step before.
            scheduler: One of ``micrograd_c.lr_scheduler`` for this optimizer, which is stepped
                after each batch. With a class of your own, each batch returns to Python.

        Returns:
            A list with the mean of f in each epoch, each batch's as it was before its step.

        Raises:
            TypeError: For options that do not fit.
            ValueError: For options that do not fit, also ``batch_size`` and ``shuffle=True``
                where f has no rows; and before the epoch if the ``permutation`` of a Generator
                does not return each row once.
            IndexError: In the same way, for a ``permutation`` of other numbers than 0 to n - 1.
        """
        program, arrays = self._prepare_for_gradients(arrays, "fit")
        return fit(
            program, arrays, optimizer, scheduler, epochs, batch_size, shuffle, seed, callback,
            threads, progress, checks_finite(check_finite),
        )  # fmt: skip

    def check(self, *arrays):
        """Compare the program with f applied to eager Values, for every example.

        If f returns several Values, gradients are not compared. Meanwhile eager Values do not
        raise for their data either. Afterwards every gradient is as it was.

        Raises:
            AssertionError: Naming the first value, or gradient of the mean, that differs by more
                than 1e-12 relative. For a gradient, that is relative to the sum of the absolute
                values that the examples add to it.
        """
        program, arrays = self._prepare(arrays)
        compare_with_eager(program, self._function, arrays)

    def to_c(self, path):
        """Write the program of the last call as a C file: ``path``, and its header beside it.

        For ``loss.c`` the header declares ``loss_forward`` and, if f returns a single Value,
        ``loss_gradient``, for one row; and ``loss_forward_rows`` and ``loss_gradient_rows`` for
        n rows. They give the bits of a call and of ``value_and_grad``, in C11 that needs nothing
        but the C library. The parameters are an array in the order of ``parameters``; others
        that f reads are written as the numbers that they are now.

        Raises:
            RuntimeError: If f was not traced yet.
            ValueError: For a path that does not end in ``.c`` or whose name cannot begin that of a
                C function.
            OSError: If it cannot be written.
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


def jit_again(function, parameters, options):
    """Called when a jitted function is copied or unpickled; it is traced anew."""
    return jit(function, parameters=parameters, **options)
