"""The arrays that ``fit`` is given: checks, and how they are laid out in shards."""

from functools import cached_property

from micrograd_c.distributed.chunks import DealtRows, GivenShards
from micrograd_c.jit.argument_arrays import checked_arrays
from micrograd_c.jit.axes import Shared, are_shared
from python_ref.core.number_arrays import as_doubles


def data_of(given, in_axes):
    """Return the arguments of a jitted function as ArrayData, or as DaskData if one has chunks.

    Raises TypeError and ValueError for arguments that do not fit, naming them.
    """
    shared = are_shared(in_axes, len(given))
    if any(map(is_dask, given)):
        return DaskData(given, shared)
    return ArrayData(given, in_axes)


def is_dask(x):
    package = type(x).__module__.split(".")[0]
    return package in ("dask", "dask_expr") and hasattr(x, "to_delayed")


class ArrayData:
    """Arguments that are arrays in this process.

    - ``arrays``: those that have rows. ``shared``: for each argument, its array if all rows share
      it, else None. ``sample``: CheckedArrays of one row, of the widths of the arguments.
    - ``n``: how many rows there are.
    """

    def __init__(self, given, in_axes):
        checked = checked_arrays(given, in_axes)
        if not checked.has_rows:
            raise ValueError(
                "distributed.fit: no argument has a row for each example, so there is nothing to "
                "share among workers: use fit() of the jitted function"
            )
        is_shared = [isinstance(width, Shared) for width in checked.widths]
        self.shared = [x if shared else None for x, shared in zip(checked, is_shared)]
        self.arrays = [x for x, shared in zip(checked, is_shared) if not shared]
        self.n, self.sample = checked.n, checked.rows([0])

    def plan(self, batch_size, chunk_rows, n_shards):
        return DealtRows(self.n, batch_size, chunk_rows, n_shards)

    def shard(self, plan, number):
        """Return a shard's arrays; they are views if its rows are consecutive."""
        import numpy as np

        ranges = plan.ranges(number)
        if len(ranges) == 1 or plan.n_shards == 1:
            first, end = ranges[0][0], ranges[-1][1]
            return [x[first:end] for x in self.arrays]
        return [np.concatenate([x[first:end] for first, end in ranges]) for x in self.arrays]


class DaskData:
    """Arguments of which those that have rows are dask.arrays in the same chunks of rows.

    Attributes as of ArrayData. ``sizes``: the rows of each chunk that has some.
    """

    def __init__(self, given, shared):
        import numpy as np

        shared = [a or not (is_dask(x) or np.ndim(x)) for x, a in zip(given, shared)]
        self.shared = [
            as_doubles(x, f"argument {i}") if shares else None
            for i, (x, shares) in enumerate(zip(given, shared))
        ]
        rows = [(i, x) for i, x in enumerate(given) if not shared[i]]
        for i, x in rows:
            require_chunks(i, x)
        (first, model), *others = rows
        for i, x in others:
            if x.chunks[0] != model.chunks[0]:
                raise ValueError(chunks_differ(first, model, i, x))
        self.n = model.shape[0]
        if self.n == 0:
            raise ValueError(f"argument {first}: expected at least one row, got {model.shape}")
        self._arrays = [x for _, x in rows]
        self.sizes = [size for size in model.chunks[0] if size]
        self.sample = self._sample(given)

    def plan(self, batch_size, chunk_rows, n_shards):
        return GivenShards(self.sizes, batch_size, chunk_rows)

    @cached_property
    def delayed_shards(self):
        """For each shard, a dask.delayed of its arrays."""
        from dask import delayed

        is_empty = [size == 0 for size in self._arrays[0].chunks[0]]
        columns = [x.to_delayed().ravel().tolist() for x in self._arrays]
        widths = [x.shape[1:] for x in self._arrays]
        first, shards = 0, []
        make = delayed(checked_shard, pure=True)
        for empty, size, *parts in zip(is_empty, self._arrays[0].chunks[0], *columns):
            if not empty:
                shards.append(make(parts, [(size, *width) for width in widths], first))
            first += size
        return shards

    def shard(self, plan, number):
        """Compute and return a shard's arrays, in this process."""
        from dask import threaded

        # Not its name: older versions of Dask warn then, if there is a client.
        return self.delayed_shards[number].compute(scheduler=threaded.get)

    def _sample(self, given):
        """Return CheckedArrays of one row: zeros, which only have the right shapes."""
        import numpy as np

        axes = tuple(None if x is not None else 0 for x in self.shared)
        row = [
            np.zeros((1, *x.shape[1:])) if array is None else array
            for x, array in zip(given, self.shared)
        ]
        return checked_arrays(row, axes)


def checked_shard(parts, shapes, first_row):
    """Return the arrays of a shard: float64 in C order. Runs on a worker.

    Returns a TypeError or ValueError if they do not fit, for the client to raise.
    """
    name = f"rows {first_row} to {first_row + shapes[0][0] - 1} of argument {{}}"
    try:
        shard = [as_doubles(x, name.format(i)) for i, x in enumerate(parts)]
    except (TypeError, ValueError) as error:
        return error
    for i, (x, shape) in enumerate(zip(shard, shapes)):
        if x.shape != shape:
            return ValueError(
                f"{name.format(i)}: the dask.array says that they have shape {shape}, "
                f"but they have shape {x.shape}"
            )
    return shard


def require_chunks(i, x):
    """Raise TypeError or ValueError unless x is a dask.array of numbers in chunks of rows."""
    if not is_dask(x) or not hasattr(x, "chunks"):
        kind = f"{type(x).__module__.split('.')[0]} {type(x).__name__}"
        raise TypeError(
            f"argument {i}: expected a dask.array as the other arguments, got a {kind}: write "
            "dask.array.from_array(x, chunks=...) with the chunks of the others, or .values of a "
            "dask.dataframe"
        )
    if x.dtype.kind not in "biuf":
        raise TypeError(
            f"argument {i}: expected a dask.array of real numbers, got {x.dtype}: write "
            ".astype(float)"
        )
    if x.ndim not in (1, 2):
        raise ValueError(f"argument {i}: expected shape (n,) or (n, k), got {x.shape}")
    if any(size != size for size in x.chunks[0]):
        raise ValueError(
            f"argument {i}: the sizes of its chunks are unknown: call .compute_chunk_sizes() first"
        )
    if x.ndim == 2 and len(x.chunks[1]) != 1:
        raise ValueError(
            f"argument {i}: expected whole rows in each chunk, got its columns in chunks of "
            f"{x.chunks[1]}: write .rechunk({{1: -1}})"
        )


def chunks_differ(first, model, i, x):
    if x.shape[0] != model.shape[0]:
        return (
            f"argument {i}: expected as many rows as argument {first} of shape {model.shape}, "
            f"got shape {x.shape}"
        )
    return (
        f"argument {i}: expected the same chunks of rows as argument {first}, got "
        f"{shortened(x.chunks[0])} and {shortened(model.chunks[0])}: write "
        f".rechunk({{0: other.chunks[0]}})"
    )


def shortened(sizes):
    shown = ", ".join(map(str, sizes[:4]))
    return f"({shown}, ... {len(sizes)} in all)" if len(sizes) > 4 else f"({shown})"
