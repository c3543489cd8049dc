"""What ``distributed.fit`` refuses: each mistake has one clear error, and nothing changes."""

import subprocess
import sys

import pytest
from cluster_tools import X, Y, new_loss, state_of, train

from micrograd_c import Value, distributed, jit, optim
from micrograd_c.distributed import sending

da = pytest.importorskip("dask.array", reason="Dask is not installed")
XD, YD = da.from_array(X, chunks=(50, 2)), da.from_array(Y, chunks=50)
UNKNOWN = XD[XD[:, 0] > 0]

ARRAYS = {
    "chunks of other sizes": (
        (XD, YD.rechunk(40)),
        ValueError,
        r"argument 1: expected the same chunks of rows as argument 0, got \(40, 40, 40, 40, \.\.\. "
        r"5 in all\) and \(50, 50, 50, 50\): write .rechunk",
    ),
    "rows of other numbers": ((XD, YD[:50]), ValueError, r"as many rows as argument 0 .*\(50,\)"),
    "columns in chunks": ((XD.rechunk((50, 1)), YD), ValueError, r"write .rechunk\(\{1: -1\}\)"),
    "unknown chunks": ((UNKNOWN, UNKNOWN[:, 0]), ValueError, "compute_chunk_sizes"),
    "zero rows": ((X[:0], Y[:0]), ValueError, "argument 0: expected at least one row"),
    "zero rows of dask": ((XD[:0], YD[:0]), ValueError, "argument 0: expected at least one row"),
    "objects": ((X.astype(object), Y), TypeError, "argument 0: .* got object"),
    "objects of dask": ((XD.astype(object), YD), TypeError, "argument 0: .* got object"),
    "texts": ((X.astype(str), Y), TypeError, "argument 0: .* got <U"),
    "complex": ((XD, YD + 1j), TypeError, "argument 1: .* got complex128"),
    "one of each kind": ((XD, Y), TypeError, "argument 1: expected a dask.array .* numpy ndarray"),
    "three axes": ((XD[:, :, None], YD), ValueError, r"expected shape \(n,\) or \(n, k\)"),
    "another number of arguments": ((X,), TypeError, "missing 1 required positional argument"),
}


@pytest.mark.parametrize("what", ARRAYS)
def test_arrays_that_do_not_fit(what, client):
    arrays, error, message = ARRAYS[what]
    loss, parameters = new_loss()
    optimizer = optim.Adam(parameters)
    before = state_of(parameters, optimizer)
    for place in (client, None):
        with pytest.raises(error, match=message):
            distributed.fit(loss, *arrays, client=place, optimizer=optimizer)
    assert state_of(parameters, optimizer) == before


def test_a_dask_array_that_is_not_what_it_says(client):
    short = da.from_array(X, chunks=(50, 2)).map_blocks(lambda x: x[:10], dtype=float)
    objects = XD.map_blocks(lambda x: x.astype(object), dtype=float)
    for place in (client, None):
        with pytest.raises(ValueError, match=r"rows 0 to 49 of argument 0: .*shape \(50, 2\).*10"):
            train(place, (short, YD))
        with pytest.raises(TypeError, match="rows 0 to 49 of argument 0: .*got object"):
            train(place, (objects, YD))


def test_no_client(client):
    loss, parameters = new_loss()
    with pytest.raises(TypeError, match="no client was given: write client=.*or client=None"):
        distributed.fit(loss, X, Y, optimizer=optim.Adam(parameters))
    for wrong in (3, client.cluster, "tcp://127.0.0.1:8786"):
        with pytest.raises(TypeError, match=r"client: expected a dask.distributed.Client, got"):
            train(wrong)


def test_a_closed_client(client):
    other = type(client)(client.cluster)
    other.close()
    with pytest.raises(RuntimeError, match="the client is closed: make a new one"):
        train(other)


def test_a_client_that_is_closed_in_mid_training(client):
    other = type(client)(client.cluster)
    loss, parameters = new_loss()
    optimizer = optim.Adam(parameters, lr=0.05)
    with pytest.raises(RuntimeError, match="closed: .* as after the last whole step"):
        distributed.fit(
            loss, X, Y, client=other, optimizer=optimizer, epochs=5,
            callback=lambda epoch, _loss: other.close() if epoch == 1 else None,
        )  # fmt: skip
    assert state_of(parameters, optimizer) == train(None)[1]


def test_a_cluster_without_workers(start_cluster):
    with pytest.raises(RuntimeError, match="no workers now: call client.wait_for_workers"):
        train(start_cluster(0))


def test_an_asynchronous_client(client):
    async def try_it():
        async with type(client)(client.scheduler.address, asynchronous=True) as other:
            with pytest.raises(TypeError, match="expected a synchronous Client"):
                train(other)

    client.sync(try_it)


def test_options_that_do_not_fit(client):
    loss, parameters = new_loss()
    good = {"client": client, "optimizer": optim.Adam(parameters)}
    with pytest.raises(TypeError, match="expected a jitted function, got <lambda>: write jit"):
        distributed.fit(lambda x: x, X, **good)
    with pytest.raises(TypeError, match="expected an optimizer of micrograd_c.optim, got str"):
        distributed.fit(loss, X, Y, client=client, optimizer="adam")
    for options, message in [
        ({"batch_size": 0}, "batch_size >= 1"),
        ({"chunk_rows": 0}, "chunk_rows >= 1"),
        ({"epochs": -1}, "epochs >= 0"),
    ]:
        with pytest.raises(ValueError, match=f"expected {message}"):
            distributed.fit(loss, X, Y, **good, **options)
    with pytest.raises(TypeError, match="expected an int as chunk_rows, got float"):
        distributed.fit(loss, X, Y, **good, chunk_rows=1e3)
    with pytest.raises(TypeError, match="distributed.fit needs a function that returns a single"):
        distributed.fit(jit(lambda x: [x[0], x[1]]), X, **good)
    with pytest.raises(ValueError, match="no argument has a row for each example"):
        distributed.fit(jit(lambda x: x * parameters[0]), 3.0, **good)
    with pytest.raises(TypeError, match=r"distributed.fit\(\)"):
        jit(lambda x: distributed.fit(loss, X, Y, **good))(X)


def test_a_function_that_cannot_be_pickled(client):
    lock, w = __import__("threading").Lock(), Value(1.0)
    loss = jit(lambda x: x * w if lock else x)
    with pytest.raises(TypeError, match="cannot be sent to workers, .*lock"):
        distributed.fit(loss, X[:, 0], client=client, optimizer=optim.SGD([w]))


def test_another_version_on_a_worker(client, monkeypatch):
    monkeypatch.setattr(sending, "BUILD", ("9.8.7", "c"))
    message = r"the client has micrograd_c 9.8.7 with the C engine, but inproc.* has micrograd_c 0"
    with pytest.raises(RuntimeError, match=message):
        train(client)


def test_another_version_on_a_worker_that_comes_later(client, monkeypatch):
    sent = sending.packed(new_loss()[0])
    assert sending.load(*sent)
    monkeypatch.setattr(sending, "BUILD", ("9.8.7", "python"))
    with pytest.raises(RuntimeError, match="has micrograd_c 9.8.7 with the Python engine: inst"):
        sending.load(*sent)


def test_a_worker_without_micrograd_c(monkeypatch):
    get = sending.build_getter()

    def missing(name):
        raise ModuleNotFoundError(name)

    assert get() == sending.BUILD and get(missing) is None
    message = str(sending.build_error({"tcp://a:1": None}, sending.BUILD))
    assert "but tcp://a:1 has no micrograd_c" in message


def test_another_graph_on_a_worker(client):
    w = Value(1.0)
    calls = []

    def changing(x):
        calls.append(None)
        return sum((w * x for _ in calls), w)

    with pytest.raises(RuntimeError, match="another graph on a worker than on the client, with 1"):
        distributed.fit(jit(changing), X[:, 0], client=client, optimizer=optim.SGD([w]))


def test_without_dask():
    """A client is needed for workers only; what asks for one says what to install."""
    program = """
import sys
sys.modules["dask"] = sys.modules["distributed"] = None
from micrograd_c import Value, distributed, jit, optim
w = Value(1.0)
loss = jit(lambda x: w * x)
print(distributed.fit(loss, [1.0, 2.0], client=None, optimizer=optim.SGD([w])))
try:
    distributed.fit(loss, [1.0, 2.0], client="", optimizer=optim.SGD([w]))
except ImportError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.splitlines() == [
        "[1.5]", "micrograd_c.distributed needs Dask: pip install 'micrograd_c[distributed]'"
    ], done.stderr  # fmt: skip
