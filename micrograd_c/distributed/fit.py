"""``fit``: the training loop, on the client."""

from micrograd_c.distributed.checkpoint import Checkpoint
from micrograd_c.distributed.cluster import Cluster, Here, require_client
from micrograd_c.distributed.data import data_of
from micrograd_c.distributed.gradients import Programs, graph_of
from micrograd_c.distributed.sending import not_jitted_error
from micrograd_c.functional import get_data, set_grad, zero_grad
from micrograd_c.jit import jit
from micrograd_c.jit.errors import inner_backward_error, several_outputs_error
from micrograd_c.jit.fit import checked_count, is_true, require_optimizer
from python_ref.core.tracing import current_trace

CHUNK_ROWS = 4096


def fit(
    loss, *arrays, client=..., optimizer, epochs=1, batch_size=None, chunk_rows=CHUNK_ROWS,
    callback=None, checkpoint=None, check_finite=False,
):  # fmt: skip
    """Train a jitted function on the workers of a Dask cluster.

    For each batch, the parameters are sent to the workers, each chunk of the batch gives the
    gradient of its mean, these are added up, and the optimizer makes a step here.

    The result depends on the data, ``batch_size``, ``chunk_rows`` and the chunks of a dask.array,
    but not on the number of workers or threads, nor on which of them computes a chunk or dies
    meanwhile. If no batch has more than one chunk, the parameters have the bits that
    ``loss.fit(*arrays, shuffle=False, ...)`` gives.

    Ctrl-C, and every error, leave parameters and optimizer as after the last whole step.

    Args:
        loss: A jitted function that returns a single Value.
        *arrays: Its arguments: all that have rows are NumPy arrays, or all are Dask's arrays with
            the same chunks of rows, which stay where they are. The workers keep the data until
            the end.
        client: A ``dask.distributed.Client``, which must be given. None trains in this process,
            with the same bits; Dask is not needed then.
        optimizer: As for the jitted function's own ``fit``. Parameters that the optimizer does
            not have stay as they are.
        epochs: As for the jitted function's own ``fit``.
        batch_size: None takes all rows as one batch. Otherwise a batch is that many consecutive
            rows, in the same order in each epoch: shuffle the rows before.
        chunk_rows: The most rows of a chunk. A dask.array's own chunks are cut further. The
            batch's gradient is the sum over its chunks of (rows of the chunk / rows of the batch)
            times the gradient of the chunk's mean, added in a fixed tree (``chunks.py``).
        callback: As for the jitted function's own ``fit``.
        checkpoint: The path of an ``.npz`` file that is replaced after each epoch, after the
            callback. If there is one already, training continues from it, and ends as if it had
            never stopped. A callback that returned True has ended that run for good.
        check_finite: As for the jitted function's own ``fit``; so is NaN in the data.

    Returns:
        A list with the mean of ``loss`` in each epoch, each batch's as it was before its step;
        with a checkpoint, of all epochs.

    Raises:
        TypeError: For arguments that do not fit, and if ``loss`` cannot be pickled.
        ValueError: For arguments that do not fit, for a checkpoint of another run, and for one
            that has more than ``epochs`` epochs already.
        RuntimeError: If the client is closed, has no workers, or a worker has another version of
            micrograd_c or another engine.
        ImportError: Without Dask.
        Exception: What a call of ``loss`` raises.

    >>> import numpy as np
    >>> from micrograd_c import Value, distributed, jit
    >>> from micrograd_c.optim import SGD
    >>> w = Value(0.0)
    >>> loss = jit(lambda x, y: (w * x - y) ** 2)
    >>> x = np.linspace(-1, 1, 1000)
    >>> losses = distributed.fit(
    ...     loss, x, 3 * x, client=None, optimizer=SGD([w], lr=1.0), epochs=20, chunk_rows=100)
    >>> round(w.data, 6)
    3.0
    """
    if not isinstance(loss, jit):
        raise not_jitted_error(loss, "distributed.fit")
    if client is ...:
        raise TypeError(
            "distributed.fit: no client was given: write client=dask.distributed.Client(), or "
            "client=None to train in this process with the same chunks"
        )
    if current_trace():
        raise inner_backward_error("distributed.fit()")
    if client is not None:
        require_client(client)
    epochs = checked_count("epochs", epochs, least=0)
    chunk_rows = checked_count("chunk_rows", chunk_rows)
    require_optimizer(optimizer)
    data = data_of(arrays, loss._in_axes)
    if batch_size is not None:
        batch_size = min(checked_count("batch_size", batch_size), data.n)
    batch_size = data.n if batch_size is None else batch_size

    program = loss._program_of(data.sample)
    if not program.is_single:
        raise several_outputs_error("distributed.fit", program)
    shares = any(x is not None for x in data.shared)
    options = (
        tuple(None if x is not None else 0 for x in data.shared) if shares else 0,
        data.shared, chunk_rows, bool(check_finite), graph_of(program),
    )  # fmt: skip
    if client is None:
        place = Here(data, Programs(loss), options, batch_size, chunk_rows)
    else:
        place = Cluster(client, data, loss, options, batch_size, chunk_rows)
    try:
        loop = Loop(place, program, optimizer, bool(check_finite))
        run = {
            "rows": data.n, "batch_size": batch_size, "chunk_rows": chunk_rows,
            "chunks": list(getattr(data, "sizes", [])),
        }  # fmt: skip
        return loop.run(epochs, callback, checkpoint, run)
    finally:
        place.close()


class Loop:
    """Epochs and batches: asks for gradients, and has the optimizer make steps."""

    def __init__(self, place, program, optimizer, check_finite):
        self.place, self.plan, self.optimizer = place, place.plan, optimizer
        self.check_finite = check_finite
        self.parameters = program.parameters_by_use
        known = set(map(id, self.parameters))
        self.extra = [p for p in optimizer.params if id(p) not in known]

    def run(self, epochs, callback, path, run):
        losses, file = [], None
        if path is not None:
            file = Checkpoint(path, [*self.parameters, *self.extra], self.optimizer, run)
            losses, finished = file.load(epochs)
            epochs = len(losses) if finished else epochs
        while len(losses) < epochs:
            losses.append(self._epoch())
            finished = callback is not None and is_true(callback(len(losses) - 1, losses[-1]))
            if file:
                file.save(losses, finished)
            if finished:
                break
        return losses

    def _epoch(self):
        """Train for an epoch; return its mean loss."""
        loss = 0.0
        for batch in range(self.plan.n_batches):
            found = self.place.total(batch, get_data(self.parameters))
            if self.check_finite:
                self._require_finite(found, batch)
            zero_grad(self.extra)
            set_grad(self.parameters, found[:-1])
            self.optimizer.step()
            loss += self.plan.rows_of_batch(batch) / self.plan.n * float(found[-1])
        return loss

    def _require_finite(self, found, batch):
        """Raise FloatingPointError if a sum over chunks is not finite though each chunk is."""
        import numpy as np

        if not np.isfinite(found).all():
            first = batch * self.plan.batch_size
            last = first + self.plan.rows_of_batch(batch) - 1
            raise FloatingPointError(
                f"the gradients of rows {first} to {last} are finite, but their sum is not"
            )
