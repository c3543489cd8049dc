"""BaseProgram: what the two kinds of program share, and all that ``jit`` asks of them."""

from functools import cached_property

from micrograd_c.functional import zero_grad
from micrograd_c.jit.bound import CallInPython
from micrograd_c.jit.trace import Trace
from python_ref.core.argument_rules import ArgumentRules


class NotFinite(Exception):
    """Raised with ``check_finite`` if a batch's loss or one of its gradients is not finite.

    ``rows``: the batch's rows, as numbers in the whole arrays.
    """

    def __init__(self, rows):
        self.rows = rows


class BaseProgram:
    """A traced function that can be run for the rows of arrays.

    ``widths``: for each argument, its number of columns k, None for a single Value, or a Shared.
    ``math``: the elementary functions, "portable" or "libm".
    ``arrays``, in every method: CheckedArrays with a float64 array for each argument, of shape
    (n, k) or (n,), or of the shape of its Shared.

    Attributes:

    - ``argument_rules``: an ArgumentRules, which the caller checks before each run.
    - ``n_outputs``, ``layout``, ``is_single``: how many Values the function returns, and in which
      structure, see ``outputs.py``.
    - ``parameters``: the Values whose data each run reads anew, in the program's order.
    - ``parameters_by_use``: the same in the order in which the graph's operators use them,
      operands before results.
    - ``size``: how many nodes the traced graph has.
    - ``was_called``: False until the first run.
    - ``pace``: by batch size and threads, how many rows ``fit`` last found to take PATIENCE.
    """

    was_called = False

    def __init__(self, function, widths, math="portable"):
        self.function, self.widths, self.math = function, widths, math
        trace = Trace(function, widths)
        # Not the Values themselves, which would keep the traced graph alive.
        self.layout, self.is_single = trace.outputs.layout, trace.outputs.is_single
        self.n_outputs = len(trace.outputs.values)
        self.argument_rules = ArgumentRules(trace.argument_rules)
        self.order = None  # a ParameterOrder, once it is asked for
        self._load(trace)

    @cached_property
    def pace(self):
        return {}

    def _load(self, trace):
        """Build the program from the trace. Raises TraceError for a node that cannot be run."""
        raise NotImplementedError

    def forward(self, arrays, params=None):
        """Return the outputs of all rows: shape (n, n_outputs), float64.

        ``params``, shape (p,), replaces the data of ``parameters``.
        """
        raise NotImplementedError

    def backward(self, arrays, check_finite=False):
        """Return the mean of the first output; add its gradient to the parameters' ``grad``.

        With ``check_finite``, raises NotFinite before it adds anything.
        """
        raise NotImplementedError

    def value_and_grad(self, arrays, params, check_finite=False):
        """Return the mean of the first output and its gradient, shape (p,), float64.

        ``params`` is None or, of shape (p,), replaces the data of ``parameters``. No Value
        changes. With ``check_finite``, raises NotFinite.
        """
        raise NotImplementedError

    def bound_call(self, binding):
        """Return the BoundCall for a Binding."""
        return CallInPython(binding)

    def direct_call(self, jitted):
        """Return a DirectCall, or None if the program has none; ``jitted``: whose program it is."""

    def train(self, arrays, order, batch_size, optimizer, scheduler, threads, sums, check_finite):
        """Train for ``len(sums)`` epochs; return ``sums``, each with its epoch's losses added.

        ``order``: the rows of all epochs, one epoch after the other; None for the rows as they
        are, in every epoch. For each batch, the gradients are set to 0, ``backward`` runs, and
        the optimizer makes a step, and then the scheduler unless it is None. With
        ``check_finite``, raises NotFinite before the step of a batch whose loss or gradient is
        not finite.

        This implementation works with every optimizer and scheduler: it calls their ``step()``,
        and ignores ``threads``.
        """
        import numpy as np

        order = np.tile(np.arange(arrays.n), len(sums)) if order is None else order.ravel()
        n = len(order) // len(sums)
        parameters = self.parameters
        for epoch in range(len(sums)):
            for first in range(0, n, batch_size):
                rows = order[epoch * n + first : epoch * n + min(first + batch_size, n)]
                zero_grad(parameters)
                zero_grad(optimizer.params)
                try:
                    mean = self.backward(arrays.rows(rows), check_finite)
                except NotFinite:
                    raise NotFinite(rows.tolist()) from None
                sums[epoch] += mean * len(rows)
                step(optimizer, scheduler)
        return sums

    def listing(self, parameters):
        """Return the program as data, see native/listing.py; ``parameters``: the caller's order."""
        raise NotImplementedError

    def interpreted(self):
        """Return the same function as an InterpretedProgram, traced anew unless it is one."""
        raise NotImplementedError

    @staticmethod
    def together(programs):
        """Return the RaggedProgram of these programs, all of this kind and of one function."""
        raise NotImplementedError

    def compile_natively(self):
        """Have the program's functions compiled, by which it runs from now on.

        Raises what ``native.compiler.library_of`` does; warns if the program is too long.
        """
        raise NotImplementedError

    def require_finite(self, arrays, outputs, params=None):
        """Raise FloatingPointError for the first row whose outputs are not all finite."""
        import numpy as np

        bad = np.flatnonzero(~np.isfinite(outputs).all(axis=1))
        if len(bad):
            raise self.not_finite_error(arrays, bad[:1].tolist(), params)

    def not_finite_error(self, arrays, rows, params=None):
        """Return the error for a batch of these rows with a result that is not finite."""
        return FloatingPointError(self.what_is_not_finite(arrays, rows, params))

    def what_is_not_finite(self, arrays, rows, params=None):
        """Return text that names the example and operator that gave an infinity or NaN."""
        raise NotImplementedError

    def describe(self):
        """Return what ``repr`` says of it, in one line."""
        raise NotImplementedError

    def explain(self):
        """Return the lines that ``jit.explain`` prints."""
        raise NotImplementedError


def step(optimizer, scheduler):
    """Step the optimizer and the scheduler, which may be None: both, even if Ctrl-C comes."""
    if scheduler is None:
        optimizer.step()
        return
    steps, epoch = optimizer.step_count, scheduler.last_epoch

    def catch_up():
        if optimizer.step_count > steps and scheduler.last_epoch == epoch:
            scheduler.step()

    try:
        optimizer.step()
    finally:
        try:
            catch_up()
        except KeyboardInterrupt:  # it came before the scheduler was stepped, or after that
            catch_up()
            raise


def checked_math(math):
    """Return the option ``math``. Raises ValueError for anything but "portable" and "libm"."""
    if not isinstance(math, str) or math not in ("portable", "libm"):
        raise ValueError(f'math: expected "portable" or "libm", got {math!r}')
    return math
