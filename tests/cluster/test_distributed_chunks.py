"""The chunks of a batch and the tree in which they are added; Dask is not needed."""

import numpy as np
import pytest
from cluster_tools import X, Y, new_loss, state_of, train
from hypothesis import given
from hypothesis import strategies as st

from micrograd_c import optim
from micrograd_c.distributed.chunks import DealtRows, GivenShards, TreeSum

small = st.integers(1, 40)


def tree(xs):
    """The sum of neighbours, then of neighbouring sums, and so on."""
    while len(xs) > 1:
        xs = [sum(xs[i + 1 : i + 2], xs[i]) for i in range(0, len(xs), 2)]
    return xs[0]


def chunks_of(plan, batch):
    """The first row and the end of each chunk of a batch, in the order of their numbers."""
    found = {}
    for part in plan.parts(batch):
        for i, start in enumerate(range(part.start, part.stop, plan.chunk_rows)):
            row = part.first_row + start - part.start
            end = row + min(plan.chunk_rows, part.stop - start)
            assert part.first_chunk + i not in found
            found[part.first_chunk + i] = row, end
    assert sorted(found) == list(range(len(found)))
    return [found[i] for i in range(len(found))]


@given(small, small, small, st.integers(1, 6))
def test_dealt_rows(n, batch_size, chunk_rows, n_shards):
    """Every row is in one chunk, and in the shard and place that its Part says."""
    batch_size = min(n, batch_size)
    plan = DealtRows(n, batch_size, chunk_rows, n_shards)
    shards = [[r for a, b in plan.ranges(i) for r in range(a, b)] for i in range(n_shards)]
    assert sorted(sum(shards, [])) == list(range(n))
    assert plan.used_shards() == [i for i, rows in enumerate(shards) if rows]
    for batch in range(plan.n_batches):
        first, end = batch * batch_size, min((batch + 1) * batch_size, n)
        starts = range(first, end, chunk_rows)
        assert chunks_of(plan, batch) == [(s, min(s + chunk_rows, end)) for s in starts]
        assert plan.rows_of_batch(batch) == end - first
        for part in plan.parts(batch):
            rows = range(part.first_row, part.first_row + part.stop - part.start)
            assert shards[part.shard][part.start : part.stop] == list(rows)


@given(st.lists(small, min_size=1, max_size=6), small, small)
def test_given_shards(sizes, batch_size, chunk_rows):
    n = sum(sizes)
    plan = GivenShards(sizes, min(n, batch_size), chunk_rows)
    ends = np.cumsum(sizes)
    rows = []
    for batch in range(plan.n_batches):
        chunks = chunks_of(plan, batch)
        assert sum(b - a for a, b in chunks) == plan.rows_of_batch(batch)
        for a, b in chunks:
            rows += range(a, b)
            assert 0 < b - a <= chunk_rows
            assert not any(a < end < b for end in ends)  # within one shard
        for part in plan.parts(batch):
            assert part.first_row == ends[part.shard] - sizes[part.shard] + part.start
    assert rows == list(range(n))


@given(st.integers(1, 6), small, small, st.integers(1, 4))
def test_shards_of_whole_chunks_change_no_chunk(chunks, n, chunk_rows, n_shards):
    """So a dask.array in such chunks gives the bits of the NumPy array."""
    size = chunks * chunk_rows
    n += size
    sizes = [min(size, n - first) for first in range(0, n, size)]
    given, dealt = GivenShards(sizes, n, chunk_rows), DealtRows(n, n, chunk_rows, n_shards)
    assert chunks_of(given, 0) == chunks_of(dealt, 0)


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=70), st.randoms())
def test_the_tree_does_not_depend_on_who_adds_what(xs, random):
    parts = [TreeSum() for _ in range(3)]
    for i in random.sample(range(len(xs)), len(xs)):
        random.choice(parts).add(0, i, xs[i])
    assert TreeSum(*(part.nodes for part in parts)).total() == tree(xs)


def test_few_numbers_are_kept_of_many_chunks():
    sums = TreeSum()
    for i in range(3, 1000):
        sums.add(0, i, 1.0)
        assert len(sums.nodes) < 20
    assert sums.total() == 997.0


def test_the_gradient_is_the_tree_of_those_of_the_chunks(jit_engine):
    loss, parameters = new_loss()
    found = [loss.value_and_grad(X[i : i + 48], Y[i : i + 48]) for i in range(0, 200, 48)]
    weights = [48 / 200] * 4 + [8 / 200]
    expected = tree([weight * gradient for weight, (_, gradient) in zip(weights, found)])
    mean = tree([weight * mean for weight, (mean, _) in zip(weights, found)])
    before = [p.data for p in loss.parameters]

    (losses, state) = train(None, optimizer=optim.SGD, epochs=1, chunk_rows=48)
    data = [x - 0.05 * g for x, g in zip(before, expected.tolist())]
    moved = dict(zip(map(id, loss.parameters), zip(data, expected.tolist())))
    assert losses == [mean]
    data, grad = zip(*(moved[id(p)] for p in parameters))
    assert state.startswith(repr([list(data), list(grad), 1])[:-1])


@pytest.mark.parametrize("batch_size", [None, 64, 1000])
def test_a_batch_of_one_chunk_has_the_bits_of_jits_own_fit(batch_size, jit_engine):
    loss, parameters = new_loss()
    optimizer = optim.Adam(parameters, lr=0.05)
    expected = loss.fit(X, Y, optimizer=optimizer, epochs=2, batch_size=batch_size, shuffle=False)
    losses, state = train(None, batch_size=batch_size)
    assert state == state_of(parameters, optimizer)
    assert losses == (expected if batch_size != 64 else pytest.approx(expected, rel=1e-15))
