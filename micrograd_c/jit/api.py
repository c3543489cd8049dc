"""The decorator ``jit``: its calls, ``backward``, ``fit``, ``check`` and ``explain``."""

import functools
import time
from contextlib import nullcontext

from micrograd_c._backend import backend
from micrograd_c._progress import ProgressBar
from micrograd_c.engine import Value
from micrograd_c.jit import check
from micrograd_c.jit.batch import as_matrices, require_same_memory
from micrograd_c.jit.binding import (
    bound_to,
    called_with_values,
    holds_values,
    is_pickled_by_name,
    reduce_bound,
)
from micrograd_c.jit.errors import TraceError, gradients_inside, of_one_column
from micrograd_c.jit.interpreted import InterpretedProgram, NotFinite
from micrograd_c.jit.traced_value import where
from micrograd_c.optim import Optimizer
from python_ref.core.numbers import describe
from python_ref.core.requirements import check_arguments
from python_ref.core.tracing import current_trace

if backend == "c":
    from micrograd_c.jit.compiled import CProgram as Program
else:
    Program = InterpretedProgram

__all__ = ["jit", "where", "TraceError"]

# How long C may run before Python looks for Ctrl-C, in seconds, and what a node may take
# for a row: most take less than a tenth of it.
PATIENCE = 0.1
SECONDS_A_NODE = 1e-8

MOST_THREADS = 1024


class jit:  # noqa: N801 - used as a decorator
    """``jit(f)``: a function of Values, to be called with arrays of examples.

    ``f`` takes one example: a Value for each argument, or a list of k Values, and returns a
    Value or a list or tuple of them. The list's ``+ - * / ** @`` are elementwise, with numbers,
    Values and sequences of its length. ``jit(f)`` takes arrays whose first axis is the
    examples, of shape (n,) for a Value and (n, k) for a list, of anything that NumPy turns
    into float64; n must be the same and not 0. NaN and infinities in them are let through,
    masked arrays are a TypeError.
    The first call, and the first with another k, traces ``f``.

    Raises TraceError where ``f`` looks at data that depends on an argument; TypeError and
    ValueError for arrays that do not fit, naming the argument and its shape; MemoryError.
    As a decorator it serves methods too: each instance has its own trace. For a class method,
    write ``@jit`` above ``@classmethod``. Called with Values, as in another jitted function,
    it is ``f`` itself. A loss of ``micrograd_c.losses`` checks targets that are arguments, for
    the whole batch before anything runs.
    Nothing raises for the data it is given, as an eager Value would: ``log`` of -1 is NaN,
    1 / 0 is inf, as in IEEE arithmetic. With ``check_finite=True`` a result that is not
    finite raises FloatingPointError instead, naming the example and the operator that
    first gave an infinity or NaN for it. ``backward`` and ``fit`` look at the gradients of the
    parameters too. What is infinite on the way, but in no result, is let through.

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

    _is_static = False

    def __init__(self, function):
        if isinstance(function, staticmethod):
            function = function.__func__
            self._is_static = True
        inner = function.__func__ if isinstance(function, classmethod) else function
        if not callable(inner):
            raise TypeError(f"expected a function of Values, got {describe(function)}")
        functools.update_wrapper(self, inner, updated=())
        self._function = function
        self._method = None  # for a method: of what, and of which instance
        self._programs = {}  # by the arguments' widths
        self._last = None

    def __call__(self, *arrays, check_finite=False):
        """f of each example: shape (n,) if f returns a Value, else (n, k), float64."""
        import numpy as np

        given = arrays
        try:
            program, arrays = self._prepare(given)
        except (TypeError, ValueError):
            if not given or not (isinstance(given[0], type) or holds_values(given)):
                raise
            program = None
        if program is None:
            if isinstance(given[0], type):  # @classmethod above @jit, since CPython 3.13
                return self.__get__(given[0], given[0])(*given[1:], check_finite=check_finite)
            return called_with_values(self._function, given)
        out = program.forward(arrays)
        if check_finite:
            bad = np.flatnonzero(~np.isfinite(out).all(axis=1))
            if len(bad):
                raise not_finite(program, arrays, bad[:1].tolist())
        return out[:, 0] if program.is_single else out

    def backward(self, *arrays, check_finite=False):
        """The mean of f over the examples; adds its gradient to the parameters' ``grad``.

        A batch's rows are added in an order that only their number fixes: the same batch
        gives the same bits on any machine with the same math library. With
        ``check_finite``, nothing has been added when it raises.
        """
        program, arrays = self._prepare(arrays)
        require_no_trace("backward()")
        require_single(program, "backward")
        try:
            return program.backward(arrays, bool(check_finite))
        except NotFinite as found:
            raise not_finite(program, arrays, found.rows) from None

    def fit(
        self, *arrays, optimizer, epochs=1, batch_size=None, shuffle=True, seed=0,
        callback=None, threads=1, progress=False, check_finite=False,
    ):  # fmt: skip
        """Train: for each batch, the mean's gradient, then ``optimizer.step()``, all in C.

        Returns a list with each epoch's mean of f, as it was before its batch's step.

        - ``batch_size=None`` takes all examples in one batch, in their order. Else each epoch
          takes the rows in the order ``rng.permutation(n)``, with one
          ``rng = numpy.random.default_rng(seed)`` for all epochs, or with ``shuffle=False`` as
          they are; the last batch may be smaller. A ``batch_size`` of n or more is the full
          batch, and is not shuffled.
        - ``optimizer`` is any of ``micrograd_c.optim``; its state goes on from where it is and
          is kept. Parameters of f that it does not have stay as they are. Afterwards ``grad``
          is the last batch's gradient. One with an update rule of its own, in Python, works
          too, with a return to Python for each batch.
        - ``callback(epoch, loss)`` is called after each epoch; returning True stops.
        - ``threads`` does not change any bit of the result.
        - ``seed`` may be a Generator of NumPy's. If its ``permutation`` does not give each row
          once, ValueError or IndexError is raised before the epoch.
        - ``progress=True`` shows a bar; it needs tqdm.
        - ``check_finite=True`` raises before the first step for which the loss or a gradient
          is not finite: parameters and optimizer are those of the step before.

        Ctrl-C stops between two batches; parameters and optimizer are then those of the last
        step; so they are after a MemoryError. Raises TypeError and ValueError for options that
        do not fit.
        """
        program, arrays = self._prepare(arrays)
        require_no_trace("fit()")
        require_single(program, "fit")
        n = len(arrays[0])
        batch_size = n if batch_size is None else require_count("batch_size", batch_size)
        epochs = require_count("epochs", epochs, least=0)
        threads = require_count("threads", threads, most=MOST_THREADS)
        require_optimizer(optimizer)
        shuffles = shuffle and batch_size < n
        run = Fit(
            program, arrays, optimizer, min(batch_size, n), shuffles, seed, threads,
            bool(check_finite),
        )  # fmt: skip
        losses, one_by_one = [], bool(callback or progress)
        with progress_bar(epochs) if progress else nullcontext() as bar:
            while len(losses) < epochs:
                new = run.epochs(1 if one_by_one else epochs - len(losses))
                losses += new
                if bar:
                    bar.advance(len(new), loss=f"{losses[-1]:.4g}")
                if callback and is_true(callback(len(losses) - 1, losses[-1])):
                    break
        return losses

    def check(self, *arrays):
        """Run the batch through eager Values as well and compare.

        Raises AssertionError naming the first value, or gradient of the mean, that differs
        by more than 1e-12 relative; a gradient relative to the sum of the sizes of what
        the examples add to it. Leaves every gradient as it was. For functions that return
        several Values, only those are compared. Eager Values don't raise meanwhile either.
        """
        program, arrays = self._prepare(arrays)
        check.check(program, self._function, arrays)

    def explain(self):
        """Print the program of the last call: what is in its slots, and its instructions."""
        if self._last is None:
            print("not traced yet: it is traced when first called")
        else:
            print("\n".join(self._last.explain()))

    def __get__(self, instance, owner=None):
        """As a method: jitted for each instance on its own, which keeps it."""
        return self if self._is_static else bound_to(self, instance, owner, jit)

    def __reduce__(self):
        if self._method:
            return reduce_bound(self)
        if is_pickled_by_name(self):
            return self.__qualname__
        return jit, (self._function,)  # a copy traces anew

    def __repr__(self):
        name = getattr(self._function, "__name__", repr(self._function))
        what = "not traced yet" if self._last is None else self._last.describe()
        return f"<jit {name}: {what}>"

    def _prepare(self, arrays):
        """The program for these arguments, and they as C wants them."""
        arrays = as_matrices(arrays)
        widths = arrays.widths
        program = self._programs.get(widths)
        if program is None:
            # No lock: a fork or the interpreter's end could leave it taken for ever. So threads
            # that come first at once may trace once each, and the first program is kept.
            program = self._programs.setdefault(widths, Program(self._function, widths))
            require_same_memory(arrays)  # the function may have changed them
        check_arguments(program.requirements, arrays)
        self._last = program
        return program, arrays


class Fit:
    """Epochs of training, as many in one call as Python can wait for."""

    def __init__(self, program, arrays, optimizer, batch_size, shuffles, seed, threads, finite):
        import numpy as np

        self.program, self.arrays, self.optimizer = program, arrays, optimizer
        self.batch_size, self.shuffles, self.threads = batch_size, shuffles, threads
        self.check_finite = finite
        self.n = len(arrays[0])
        self.random = np.random.default_rng(seed) if shuffles else None
        batches = PATIENCE / (SECONDS_A_NODE * program.size * batch_size)
        self.rows = max(1, int(batches)) * batch_size  # how many to train on in one call

    def epochs(self, most):
        """The mean losses of the next epochs, of at least one and at most ``most``."""
        import numpy as np

        whole = min(most, self.rows // self.n)
        if whole >= 1:
            order = None
            if self.shuffles:
                order = np.array([self._permutation() for _ in range(whole)])
            sums = self._train(order, self.n * whole, [0.0] * whole)
            return [loss / self.n for loss in sums]
        order = self._permutation() if self.shuffles else np.arange(self.n)
        sums, first = [0.0], 0
        while first < self.n:
            part = order[first : first + self.rows]
            sums = self._train(part, len(part), sums)  # C adds on: a cut changes no bit
            first += len(part)
        return [sums[0] / self.n]

    def _permutation(self):
        """The rows in the order of the next epoch."""
        import numpy as np

        order = self.random.permutation(self.n)
        return order if type(self.random) is np.random.Generator else permutation(order, self.n)

    def _train(self, order, rows, sums):
        require_same_memory(self.arrays)  # a callback or thread may have changed them
        started = time.perf_counter()
        try:
            sums = self.program.train(
                self.arrays, order, self.batch_size, self.optimizer, self.threads, sums,
                self.check_finite,
            )  # fmt: skip
        except NotFinite as found:
            raise not_finite(self.program, self.arrays, found.rows) from None
        taken = time.perf_counter() - started
        if rows >= self.rows and taken < PATIENCE / 2:  # no more than a hundredfold: it may err
            batches = self.rows // self.batch_size * min(100.0, PATIENCE / (taken + 1e-6))
            self.rows = max(1, int(batches)) * self.batch_size  # a cut is between two batches
        return sums


# --- arguments ---


def require_no_trace(what):
    if current_trace():
        raise gradients_inside(what)


def require_single(program, what):
    if not program.is_single:
        hint = of_one_column(program.widths)
        raise TypeError(
            f"{what} needs a function that returns a single Value, not a list or tuple"
            + (f"; {hint}" if hint else "")
        )


def require_count(name, x, least=1, most=None):
    if isinstance(x, bool) or not hasattr(x, "__index__"):
        raise TypeError(f"expected an int as {name}, got {describe(x)}")
    if x.__index__() < least:
        raise ValueError(f"expected {name} >= {least}, got {x}")
    if most is not None and x.__index__() > most:
        raise ValueError(f"expected {name} <= {most}, got {x}")
    return x.__index__()


def require_optimizer(x):
    if not isinstance(x, Optimizer):
        given = f"the class {x.__name__}" if isinstance(x, type) else describe(x)
        raise TypeError(f"expected an optimizer of micrograd_c.optim, got {given}")
    if not isinstance(x.params[0], Value):
        raise TypeError("expected an optimizer of this engine's Values, got another engine's")


def permutation(order, n):
    """A copy of what a user's ``permutation(n)`` returned, checked."""
    import numpy as np

    order = np.array(order)
    if order.shape != (n,):
        raise ValueError(f"expected seed.permutation({n}) of shape ({n},), got {order.shape}")
    if order.dtype.kind not in "iu":
        raise IndexError(f"expected seed.permutation({n}) of integers, got {order.dtype}")
    if order.min() < 0 or order.max() >= n:
        raise IndexError(
            f"expected seed.permutation({n}) of rows 0 to {n - 1}, got {order.min()} to "
            f"{order.max()}"
        )
    if np.bincount(order.astype(np.int64), minlength=n).max() > 1:
        raise ValueError(f"expected seed.permutation({n}) to have each row once")
    return order


def is_true(x):
    """Whether ``x`` is True, of Python or NumPy."""
    import numpy as np

    return isinstance(x, (bool, np.bool_)) and bool(x)


def progress_bar(epochs):
    try:
        return ProgressBar("tqdm.auto", epochs, unit="epoch")
    except ImportError:
        raise ImportError("fit(progress=True) needs tqdm: pip install tqdm") from None


def not_finite(program, arrays, rows):
    return FloatingPointError(program.what_is_not_finite(arrays, rows))
