"""Which rows make up a batch and its chunks, and the tree in which chunks are added.

- A *batch* is ``batch_size`` consecutive rows, the last one fewer.
- A *shard* is what one worker keeps as a whole: for a dask.array, one of its chunks; for a NumPy
  array, a share of each batch.
- A *chunk* is at most ``chunk_rows`` rows of one batch, for which the gradient of the mean is
  computed in one call. The rows that a batch has in a chunk of a dask.array are cut from their
  first row on.

The chunks of a batch are numbered from 0. Their sums are added in a tree that depends on the
number of chunks alone: neighbours 0 and 1, 2 and 3, ... are added first, then the sums of
neighbouring pairs, and so on; what has no neighbour moves up unchanged.
"""

from bisect import bisect_right
from itertools import accumulate
from typing import NamedTuple


class Part(NamedTuple):
    """The rows that a batch has in one shard."""

    shard: int  # the shard's number
    start: int  # the rows start to stop of the shard
    stop: int
    first_chunk: int  # the number of the first of their chunks
    first_row: int  # the number of row ``start`` among all rows, for messages


class DealtRows:
    """Batches of NumPy arrays: each shard gets a share of the chunks of each batch.

    So all shards take part in each batch that has enough chunks.
    """

    def __init__(self, n, batch_size, chunk_rows, n_shards):
        self.n, self.batch_size, self.chunk_rows = n, batch_size, chunk_rows
        self.n_shards, self.n_batches = n_shards, -(-n // batch_size)

    def rows_of_batch(self, batch):
        return min(self.batch_size, self.n - batch * self.batch_size)

    def parts(self, batch):
        """Return the batch's Parts, in the order of their chunks."""
        found = []
        for shard in range(self.n_shards):
            first, last, chunk = self._share(shard, self.rows_of_batch(batch))
            if first < last:
                # Each batch before this one is a whole one.
                before, end, _ = self._share(shard, min(self.batch_size, self.n))
                start = batch * (end - before)
                row = batch * self.batch_size + first
                found.append(Part(shard, start, start + last - first, chunk, row))
        return found

    def used_shards(self):
        """Return the numbers of the shards that have rows.

        The last batch may have fewer chunks, and so be dealt to others than the rest.
        """
        batches = {0, self.n_batches - 1}
        return sorted({part.shard for batch in batches for part in self.parts(batch)})

    def ranges(self, shard):
        """Return the rows of a shard, as a list of (first, end)."""
        found = []
        for batch in range(self.n_batches):
            first, last, _ = self._share(shard, self.rows_of_batch(batch))
            if first < last:
                found.append((batch * self.batch_size + first, batch * self.batch_size + last))
        return found

    def _share(self, shard, rows):
        """Return the rows of a batch that a shard has: first, end, number of the first chunk."""
        chunks = -(-rows // self.chunk_rows)
        first, last = (b * chunks // self.n_shards for b in (shard, shard + 1))
        return first * self.chunk_rows, min(last * self.chunk_rows, rows), first


class GivenShards:
    """Batches of arrays in shards that are there already: the chunks of a dask.array."""

    def __init__(self, sizes, batch_size, chunk_rows):
        """``sizes``: the rows of each shard, each > 0."""
        self.ends = list(accumulate(sizes))
        self.n, self.batch_size, self.chunk_rows = self.ends[-1], batch_size, chunk_rows
        self.n_shards, self.n_batches = len(self.ends), -(-self.n // batch_size)

    def rows_of_batch(self, batch):
        return min(self.batch_size, self.n - batch * self.batch_size)

    def parts(self, batch):
        row = batch * self.batch_size
        end, shard, chunk = row + self.rows_of_batch(batch), bisect_right(self.ends, row), 0
        found = []
        while row < end:
            first = self.ends[shard - 1] if shard else 0
            stop = min(self.ends[shard], end)
            found.append(Part(shard, row - first, stop - first, chunk, row))
            chunk += -(-(stop - row) // self.chunk_rows)
            row, shard = stop, shard + 1
        return found


class TreeSum:
    """The sums of some of a batch's chunks: as few numbers as the tree allows.

    ``nodes``: a dict of (level, i) to the sum of the 2**level chunks from i * 2**level on.
    """

    def __init__(self, *others):
        self.nodes = {}
        for nodes in others:
            for (level, i), x in nodes.items():
                self.add(level, i, x)

    def add(self, level, i, x):
        """Add the sum of a node of the tree; a chunk is a node of level 0."""
        other = self.nodes.pop((level, i ^ 1), None)
        while other is not None:
            x = x + other
            level, i = level + 1, i // 2
            other = self.nodes.pop((level, i ^ 1), None)
        self.nodes[level, i] = x

    def total(self):
        """Return the sum of all chunks of the batch, which must have been added."""
        *rest, x = (self.nodes[key] for key in sorted(self.nodes, key=lambda key: key[1] << key[0]))
        for other in reversed(rest):
            x = other + x
        return x
