"""Jitted functions in Dask's own collections, and how they get to workers."""

import pickle
import subprocess
import sys
import types

import numpy as np
import pytest
from cluster_tools import X, Y, new_loss

from micrograd_c import Value, distributed, jit, optim
from micrograd_c.distributed import sending
from micrograd_c.functional import get_data, set_data

cloudpickle = pytest.importorskip("cloudpickle", reason="Dask is not installed")
dask = pytest.importorskip("dask", reason="Dask is not installed")
da = pytest.importorskip("dask.array", reason="Dask is not installed")


def scaled(w):
    return jit(lambda x: w * x[0] + x[1])


@pytest.mark.parametrize("wrap", [lambda f: f, distributed.by_value])
def test_map_blocks(wrap, client, jit_engine):
    f = wrap(scaled(Value(2.0)))
    x = da.from_array(X, chunks=(70, 2))
    found = x.map_blocks(f, dtype=float, drop_axis=1)
    for result in (found.compute(), found.compute(scheduler=dask.get)):
        assert result.tobytes() == (X[:, 0] * 2.0 + X[:, 1]).tobytes()


@pytest.mark.parametrize("wrap", [lambda f: f, distributed.by_value])
def test_delayed(wrap, client, jit_engine):
    loss, _ = new_loss()
    params = np.linspace(-1, 1, 17)
    expected = loss.value_and_grad(X, Y, params=params)
    f = wrap(loss)
    for call in (dask.delayed(f.value_and_grad), dask.delayed(f).value_and_grad):
        mean, gradient = call(X, Y, params=params).compute()
        assert mean == expected[0] and gradient.tobytes() == expected[1].tobytes()
    assert dask.delayed(f)(X, Y).compute().tobytes() == loss(X, Y).tobytes()


def test_dask_knows_a_function_with_other_parameters_for_another_one(client):
    """Else a result that is still there would be taken for that of the trained function."""
    w = Value(2.0)
    f = scaled(w)
    x = da.from_array(X, chunks=(70, 2))
    before = client.persist(x.map_blocks(f, dtype=float, drop_axis=1))
    assert before[0].compute() == 2.0 * X[0, 0] + X[0, 1]
    w.data = 5.0
    after = client.persist(x.map_blocks(f, dtype=float, drop_axis=1))
    assert after[0].compute() == 5.0 * X[0, 0] + X[0, 1]
    names = [dask.base.tokenize(g) for g in (f, scaled(Value(5.0)), distributed.by_value(f))]
    w.data = 6.0
    for g in (f, distributed.by_value(f)):
        assert dask.base.tokenize(g) not in names


def test_a_function_of_a_module_has_a_token_of_its_data(monkeypatch):
    """Its pickle is its name; and one that has no pickle is never the same."""
    module = types.ModuleType("a_module")
    monkeypatch.setitem(sys.modules, "a_module", module)
    exec("from micrograd_c import Value, jit\nw = Value(1.0)\n@jit\ndef f(x): return w * x\n"
         "g = (i for i in ())\n@jit\ndef h(x): return x if g else x\n", vars(module))  # fmt: skip
    first = dask.base.tokenize(module.f)
    assert first == dask.base.tokenize(module.f)
    module.w.data = 2.0
    assert first != dask.base.tokenize(module.f)
    assert dask.base.tokenize(module.h) != dask.base.tokenize(module.h)


def test_by_value_needs_no_module(monkeypatch, tmp_path):
    """In another process, the function has this one's numbers. It stays a function of its module
    here."""
    module = types.ModuleType("no_such_file")
    monkeypatch.setitem(sys.modules, "no_such_file", module)
    exec("from micrograd_c import Value, jit\nw = Value(1.0)\ndef f(x): return w * x\nf = jit(f)\n",
         vars(module))  # fmt: skip
    module.w.data = 3.0
    path = tmp_path / "f.pickle"
    path.write_bytes(pickle.dumps([distributed.by_value(module.f)] * 2))
    program = f"""
import pickle
f, g = pickle.load(open({str(path)!r}, "rb"))
print(f([1.0, 2.0]).tolist(), f.value_and_grad([1.0])[0], f is g, "no_such_file" in repr(f))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "[3.0, 6.0] 3.0 True False\n", done.stderr
    assert pickle.loads(pickle.dumps(module.f)) is module.f
    assert "no_such_file" not in cloudpickle.list_registry_pickle_by_value()


def test_by_value_is_a_copy(jit_engine):
    w = Value(2.0)
    sent = distributed.by_value(scaled(w))
    again = pickle.loads(pickle.dumps(sent))
    assert again is sent
    w.data = 7.0
    assert sent([[1.0, 0.0]]).tolist() == [2.0]
    assert distributed.by_value(scaled(w))([[1.0, 0.0]]).tolist() == [7.0]
    with pytest.raises(TypeError, match="by_value: expected a jitted function, got sin: write jit"):
        distributed.by_value(np.sin)
    assert repr(sent).startswith("<by value: <jit <lambda>")


def test_the_functions_used_last_are_kept():
    made = [distributed.by_value(scaled(Value(float(i)))) for i in range(sending.MOST_KEPT)]
    assert pickle.loads(pickle.dumps(made[0])) is made[0]  # used again, so that made[1] goes first
    distributed.by_value(scaled(Value(-1.0)))
    assert len(sending.kept) == sending.MOST_KEPT
    assert pickle.loads(pickle.dumps(made[0])) is made[0]
    assert pickle.loads(pickle.dumps(made[1])) is not made[1]


def test_methods_and_decorated_functions_travel(client):
    class Line:
        def __init__(self):
            self.w = Value(2.0)

        @jit
        def loss(self, x):
            return self.w * x

    line = Line()
    optimizer = optim.SGD([line.w], lr=1.0)
    assert distributed.fit(line.loss, [1.0, 2.0], client=client, optimizer=optimizer) == [3.0]
    assert line.w.data == 0.5


def test_a_sweep(client):
    """Each task trains a model of its own, in one process, from the same weights."""
    from micrograd_c.nn import MLP

    start = get_data(MLP(2, [4, 1]).parameters())

    def final_loss(lr):
        model = MLP(2, [4, 1])
        set_data(model.parameters(), start)
        loss = jit(lambda x, y: (1 - y * model(x)).relu())
        return loss.fit(X, Y, optimizer=optim.SGD(model.parameters(), lr=lr), epochs=3)[-1]

    rates = [0.01, 0.1, 1.0]
    found = client.gather(client.map(final_loss, rates))
    assert found == [final_loss(lr) for lr in rates] and len(set(found)) == 3
