"""``distributed.fit`` on workers that are threads: the bits of a run without a cluster."""

import math
import pickle
import sys

import numpy as np
import pytest
from cluster_tools import X, Y, new_loss, state_of, train

from micrograd_c import Value, distributed, jit, losses, optim
from micrograd_c.distributed.calls import answer_call
from micrograd_c.distributed.cluster import MOST_FETCHED

da = pytest.importorskip("dask.array", reason="Dask is not installed")


def dask_arrays(rows):
    return da.from_array(X, chunks=(rows, 2)), da.from_array(Y, chunks=rows)


@pytest.mark.parametrize("n_workers", [1, 2, 4])
def test_bits_do_not_depend_on_the_workers(n_workers, start_cluster, jit_engine):
    client = start_cluster(n_workers)
    options = {"batch_size": 90, "chunk_rows": 13}
    expected = train(None, **options)
    assert train(client, **options) == expected
    assert train(client, dask_arrays(rows=117), chunk_rows=13) == train(None, chunk_rows=13)


def test_a_last_batch_that_is_dealt_to_other_workers(start_cluster):
    """Three chunks go to workers 1, 3 and 4, and two to 2 and 4."""
    arrays, options = (X[:65], Y[:65]), {"batch_size": 39, "chunk_rows": 13}
    assert train(start_cluster(5), arrays, **options) == train(None, arrays, **options)


def test_chunks_of_a_dask_array(client):
    """Chunks of 50 rows are cut as a NumPy array is where that falls together."""
    uneven = (
        da.from_array(X, chunks=((30, 0, 60, 110), 2)),
        da.from_array(Y, chunks=((30, 0, 60, 110),)),
    )
    for arrays in (dask_arrays(50), uneven):
        options = {"batch_size": 90, "chunk_rows": 25}
        assert train(client, arrays, **options) == train(None, arrays, **options)
    options = {"batch_size": 100, "chunk_rows": 25}
    assert train(client, dask_arrays(50), **options) == train(None, **options)
    assert train(client, uneven, **options) != train(None, **options)


def test_many_shards_are_added_by_workers(client, monkeypatch):
    arrays, fetched, gather = dask_arrays(rows=3), [], client.gather
    assert arrays[0].npartitions > 2 * MOST_FETCHED

    def watched(futures):
        fetched.append(len(futures))
        return gather(futures)

    monkeypatch.setattr(client, "gather", watched)
    assert train(client, arrays, epochs=1) == train(None, chunk_rows=3, epochs=1)
    assert fetched == [3]


def test_the_client_gets_few_numbers_of_many_rows(client, monkeypatch):
    """Nothing but sums of p + 1 numbers, and sends no rows of a dask.array."""
    got, sent, gather, run = [], [], client.gather, client.run

    def note(results):
        got.append(sum(x.nbytes for nodes in results for x in nodes.values()))

    def gathering(futures):
        results = gather(futures)
        note(results)
        return results

    def running(function, *args, **options):
        results = run(function, *args, **options)
        if function is answer_call:
            note(results.values())
            sent.append(len(pickle.dumps(args)))
        return results

    monkeypatch.setattr(client, "gather", gathering)
    monkeypatch.setattr(client, "run", running)
    monkeypatch.setattr(client, "scatter", None)
    for rows in (160, 1600):
        arrays = da.ones((rows, 2), chunks=(rows // 2, 2)), da.ones(rows, chunks=rows // 2)
        train(client, arrays, epochs=3, chunk_rows=rows // 16)
    assert len(got) == 6 and len(sent) == 4
    # By tasks and by calls, of any number of rows: one sum of each worker that holds a shard.
    # Which worker computes a dask.array's chunk is Dask's choice: both may be on one.
    assert set(got) <= {18 * 8, 2 * 18 * 8}
    assert max(sent) < 17 * 8 + 400


def test_other_arrays(client):
    """Integers, rows in another order in memory, a list, and float32."""
    whole = np.arange(12).reshape(6, 2)
    y = [1, -1, 1, -1, 1, -1]
    expected = train(None, (whole.astype(float), np.array(y, float)), chunk_rows=2)
    for x in (whole, np.asfortranarray(whole), whole.astype(np.float32), whole.tolist()):
        assert train(client, (x, y), chunk_rows=2) == expected
    arrays = da.from_array(whole, chunks=(4, 2)), da.from_array(np.array(y), chunks=4)
    assert train(client, arrays, chunk_rows=2) == expected


def test_an_argument_that_all_rows_share(client):
    w = Value(0.5)
    loss = jit(lambda x, scale: (w * scale[1] * x) ** 2, in_axes=(0, None))
    x, scale, found = np.arange(1.0, 9.0), np.array([7.0, 0.25]), []
    for place, xs in ((None, x), (client, x), (client, da.from_array(x, chunks=2))):
        w.data = 0.5
        optimizer = optim.SGD([w], lr=0.1)
        found.append(
            distributed.fit(loss, xs, scale, client=place, optimizer=optimizer, chunk_rows=2)
        )
        assert w.data == 0.5 - 0.1 * w.grad
    options = {"optimizer": optim.SGD([w], lr=0.0), "chunk_rows": 2}
    product = jit(lambda x, number: w * number * x)
    for place in (None, client):
        for xs in (x, da.from_array(x, chunks=3)):
            (mean,) = distributed.fit(product, xs, 2.0, client=place, **options)
            assert mean == w.data * 2 * 4.5
    assert found[0] == found[1] == found[2] == [loss(x, scale, params=[0.5]).mean()]


def test_frozen_and_extra_parameters(client):
    """As with jit's own fit: both have gradients, and only those of the optimizer move.

    The frozen one has other data than where the function was made, which the workers must get.
    """
    w, frozen, extra = Value(2.0), Value(-1.0), Value(4.0)
    loss = jit(lambda x: w * frozen * x, parameters=[w])
    frozen.data = 3.0
    extra.grad = 5.0
    optimizer = optim.SGD([extra, w], lr=0.5)
    losses = distributed.fit(loss, [1.0, 2.0], client=client, optimizer=optimizer, chunk_rows=1)
    assert losses == [9.0]
    assert [w.data, frozen.data, extra.data] == [2.0 - 0.5 * 4.5, 3.0, 4.0]
    assert [w.grad, frozen.grad, extra.grad] == [4.5, 3.0, 0.0]


def test_an_optimizer_with_a_rule_in_python(client):
    class Sign(optim.SGD):
        def _update(self, data, grad):
            data -= self.lr * np.sign(grad)

    options = {"optimizer": Sign, "chunk_rows": 64}
    assert train(client, **options) == train(None, **options)


def test_epochs_and_the_callback(client):
    seen = []
    found, state = train(
        client, epochs=9, callback=lambda *args: seen.append(args) or len(seen) == 3
    )
    assert seen == list(enumerate(found)) and len(found) == 3
    assert (found, state) == train(client, epochs=3)
    assert train(client, epochs=0)[0] == []


def test_nan_flows_and_check_finite_stops_it(client):
    x = X.copy()
    x[130, 0] = np.nan
    found, _ = train(client, (x, Y), epochs=1, chunk_rows=25)
    assert math.isnan(found[0])

    loss, parameters = new_loss()
    optimizer = optim.Adam(parameters)
    before = state_of(parameters, optimizer)
    for place in (client, None):
        with pytest.raises(FloatingPointError, match=r"in rows 125 to 149.*example 5"):
            distributed.fit(
                loss, x, Y, client=place, optimizer=optimizer, chunk_rows=25, check_finite=True
            )
        assert state_of(parameters, optimizer) == before


def test_check_finite_sees_that_a_sum_of_chunks_overflows(client):
    """A mean of the largest numbers, which rounding takes beyond them."""
    w = Value(1.0)
    loss = jit(lambda x: w * x)
    options = {"client": client, "chunk_rows": 1, "optimizer": optim.SGD([w])}
    x = np.full(75, sys.float_info.max)
    with pytest.raises(FloatingPointError, match="rows 0 to 74 are finite, but their sum is not"):
        distributed.fit(loss, x, **options, check_finite=True)
    assert w.data == 1.0
    assert distributed.fit(loss, x, **options) == [math.inf]


def test_a_bad_target_names_the_first_rows_that_have_one(client):
    w = [Value(0.1), Value(0.2)]
    loss = jit(lambda x, y: losses.cross_entropy([w[0] * x, w[1] * x], y))
    x, y = np.ones(40), np.zeros(40)
    y[[13, 33]] = 2
    for place in (None, client):
        with pytest.raises(IndexError, match=r"in rows 10 to 19.*argument 1, row 3.*got 2.0"):
            distributed.fit(loss, x, y, client=place, optimizer=optim.SGD(w), chunk_rows=10)
    assert [v.data for v in w] == [0.1, 0.2]


def test_the_optimizer_goes_on_from_its_state(client):
    loss, parameters = new_loss()
    optimizer = optim.Adam(parameters, lr=0.05)
    found = []
    for place in (client, None, client):
        found += distributed.fit(loss, X, Y, client=place, optimizer=optimizer, chunk_rows=64)
    assert (found, state_of(parameters, optimizer)) == train(None, epochs=3, chunk_rows=64)


def test_nothing_is_kept_afterwards(client):
    train(client)
    train(client, dask_arrays(30))
    client.run_on_scheduler(int)  # until the client's thread has done what came before
    assert not dict(client.refcount)
