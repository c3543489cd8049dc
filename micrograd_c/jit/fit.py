"""``jit.fit``: the training loop over epochs and batches, and its options."""

import time
from contextlib import nullcontext

from micrograd_c._progress import ProgressBar
from micrograd_c.engine import Value
from micrograd_c.jit.argument_arrays import require_same_memory
from micrograd_c.jit.base_program import NotFinite
from micrograd_c.optim import Optimizer
from micrograd_c.optim.lr_scheduler import LRScheduler
from python_ref.core.numbers import describe

# How many seconds C may run before Python handles a Ctrl-C.
PATIENCE = 0.1
# A first estimate of the time for one node and one row; most nodes take less than a tenth of it.
SECONDS_PER_NODE = 1e-8

MOST_THREADS = 1024


def fit(
    program, arrays, optimizer, scheduler, epochs, batch_size, shuffle, seed, callback, threads,
    progress, check_finite,
):  # fmt: skip
    """Train as ``jit.fit`` documents. Returns the list of each epoch's mean loss."""
    n = arrays.n
    for option, given in (("batch_size", batch_size), ("shuffle", shuffle or None)):
        if given is not None and not arrays.has_rows:
            raise ValueError(
                f"{option}={given}: there are no rows to make batches of, because no argument has "
                f"a row for each example; leave {option} out"
            )
    batch_size = n if batch_size is None else checked_count("batch_size", batch_size)
    epochs = checked_count("epochs", epochs, least=0)
    threads = checked_count("threads", threads, most=MOST_THREADS)
    require_optimizer(optimizer)
    require_scheduler(scheduler, optimizer)
    shuffles = (shuffle is None or shuffle) and batch_size < n
    loop = TrainingLoop(
        program, arrays, optimizer, scheduler, min(batch_size, n), shuffles, seed, threads,
        bool(check_finite),
    )  # fmt: skip
    losses, one_by_one = [], bool(callback or progress)
    with progress_bar(epochs) if progress else nullcontext() as bar:
        while len(losses) < epochs:
            new = loop.run_epochs(1 if one_by_one else epochs - len(losses))
            losses += new
            if bar:
                bar.advance(len(new), loss=f"{losses[-1]:.4g}")
            if callback and is_true(callback(len(losses) - 1, losses[-1])):
                break
    return losses


class TrainingLoop:
    """Trains in calls of ``program.train``, each with as many rows as take about PATIENCE."""

    def __init__(
        self, program, arrays, optimizer, scheduler, batch_size, shuffles, seed, threads,
        check_finite,
    ):  # fmt: skip
        import numpy as np

        self.program, self.arrays = program, arrays
        self.optimizer, self.scheduler = optimizer, scheduler
        self.batch_size, self.shuffles, self.threads = batch_size, shuffles, threads
        self.check_finite = check_finite
        self.n = arrays.n
        self.random = np.random.default_rng(seed) if shuffles else None
        batches = PATIENCE / (SECONDS_PER_NODE * program.size * batch_size)
        estimate = max(1, int(batches)) * batch_size
        # What an earlier training measured is better.
        self.rows_per_call = program.pace.get((batch_size, threads), estimate)

    def run_epochs(self, most):
        """Train for at least one and at most ``most`` epochs; return the mean loss of each."""
        import numpy as np

        whole = min(most, self.rows_per_call // self.n)
        if whole >= 1:
            order = None
            if self.shuffles:
                order = np.array([self._permutation() for _ in range(whole)])
            sums = self._train(order, self.n * whole, [0.0] * whole)
            return [loss / self.n for loss in sums]
        order = self._permutation() if self.shuffles else np.arange(self.n)
        sums, first = [0.0], 0
        while first < self.n:
            part = order[first : first + self.rows_per_call]
            # C adds to the sum of the parts before, so that cutting an epoch changes no bit.
            sums = self._train(part, len(part), sums)
            first += len(part)
        return [sums[0] / self.n]

    def _permutation(self):
        """Return the rows in the order of the next epoch."""
        import numpy as np

        order = self.random.permutation(self.n)
        is_numpys = type(self.random) is np.random.Generator
        return order if is_numpys else checked_permutation(order, self.n)

    def _train(self, order, rows, sums):
        """Train on ``rows`` rows in one call; return ``sums`` with their losses added."""
        require_same_memory(self.arrays)  # a callback or thread may have changed them
        started = time.perf_counter()
        try:
            sums = self.program.train(
                self.arrays, order, self.batch_size, self.optimizer, self.scheduler,
                self.threads, sums, self.check_finite,
            )  # fmt: skip
        except NotFinite as found:
            raise self.program.not_finite_error(self.arrays, found.rows) from None
        taken = time.perf_counter() - started
        if rows >= self.rows_per_call and taken < PATIENCE / 2:
            # At most a hundredfold, because one measurement may be wrong.
            growth = min(100.0, PATIENCE / (taken + 1e-6))
            batches = self.rows_per_call // self.batch_size * growth
            self.rows_per_call = max(1, int(batches)) * self.batch_size  # cut between batches
            self.program.pace[self.batch_size, self.threads] = self.rows_per_call
        return sums


# --- options ---


def checked_count(name, x, least=1, most=None):
    """Return ``x`` as an int. Raises TypeError and ValueError that name the option."""
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


def require_scheduler(x, optimizer):
    """Raise TypeError unless x is None or a scheduler, ValueError if it has another optimizer."""
    if x is None:
        return
    if not isinstance(x, LRScheduler):
        given = f"the class {x.__name__}" if isinstance(x, type) else describe(x)
        raise TypeError(f"expected a scheduler of micrograd_c.lr_scheduler, got {given}")
    if x.optimizer is not optimizer:
        raise ValueError("scheduler: it was made for another optimizer than the one given to fit")


def checked_permutation(order, n):
    """Return a copy of what ``permutation(n)`` of a user's generator returned.

    Raises ValueError or IndexError unless it has each of the rows 0 to n - 1 once.
    """
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
    """True for True of Python or NumPy, and for no other object."""
    import numpy as np

    return isinstance(x, (bool, np.bool_)) and bool(x)


def progress_bar(epochs):
    try:
        return ProgressBar("tqdm.auto", epochs, unit="epoch")
    except ImportError:
        raise ImportError("fit(progress=True) needs tqdm: pip install tqdm") from None
