"""fork with live graphs in several threads, spawn, and pickles that cross processes."""

import multiprocessing
import os
import pickle
import random
import subprocess
import sys

import pytest
from trust_tools import HAS_GIL, ROOT, run_python, size

from micrograd_c.engine import Value

FORK = """
import os, signal, sys, threading, warnings
warnings.simplefilter("ignore")                # CPython warns of fork with threads
from {module} import Value
x = Value(0.5, label="x")
root = x
for _ in range(2000):
    root = root * 1.0
sys.setswitchinterval(1e-6)                    # or few forks would come while a thread reads _prev
stop = threading.Event()
def read():
    while not stop.is_set():
        y = Value(1.0) * 2.0 + 1.0             # no label, so that _prev must search for operands
        y._prev[0]._prev
def work():
    y = Value(1.0)
    while not stop.is_set():
        y = ((y * x).tanh() + root).tanh()
        y.backward()
        if y._prev: y = Value(1.0)
        big = [Value(float(i)) for i in range(100)]
        sum(big).backward()
threads = [threading.Thread(target=target, daemon=True) for target in (read, work) * 2]
for thread in threads:
    thread.start()
for i in range({forks}):
    child = os.fork()
    if child == 0:
        signal.alarm(20)                       # kills a child that waits for ever
        v = Value(3.0)
        u = v * 2.0
        assert u._prev[0] is v
        w = (v * v + root).tanh() + root
        w.label = "w"
        w.backward()
        ok = v.grad >= 0.0 and w._prev[1] is root and x.grad != 0.0
        del w, u, v, root
        os._exit(0 if ok else 1)
    assert os.waitpid(child, 0)[1] == 0, i
stop.set()
for thread in threads:
    thread.join()
root.backward()
print("fine")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.skipif(not HAS_GIL, reason="CPython hangs by itself when a thread asks its collector")
@pytest.mark.parametrize("module", ["micrograd_c.engine", "python_ref.engine"])
def test_fork_while_threads_work(module):
    assert run_python(FORK.format(module=module, forks=size(20, 200))) == "fine\n"


JIT_AND_FORK = """
import os, random, warnings
warnings.simplefilter("ignore")
import numpy as np
from micrograd_c import jit, nn, optim
random.seed(1)
net = nn.MLP(2, [4, 1])
loss = jit(lambda x: net(x) ** 2)
rows = np.ones((64, 2))
def fit():
    optimizer = optim.SGD(net.parameters(), lr=0.01)
    return loss.fit(rows, optimizer=optimizer, epochs=2, batch_size=16, shuffle=False, threads=2)
fit()
child = os.fork()
if child == 0:                                 # fit's threads do not exist here: it starts new ones
    before = loss(rows).sum()
    fit()
    os._exit(0 if loss(rows).sum() < before else 1)
assert os.waitpid(child, 0)[1] == 0
fit()
print("fine")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_fork_after_jit_with_threads():
    assert run_python(JIT_AND_FORK) == "fine\n"


# --- spawn: processes exchange pickles ----------------------------------------------------


def grow(root):
    """Return the graph with one more operator; runs in another process."""
    root.backward()
    grown = root * 2.0
    grown.label = "grown"
    return grown


@pytest.mark.slow
@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_graphs_travel_to_other_processes(method):
    a = Value(1.5, label="a")
    graphs = [(a * i).tanh() for i in range(4)]
    with multiprocessing.get_context(method).Pool(2) as pool:
        for root, grown in zip(graphs, pool.map(grow, graphs)):
            inner = grown._prev[0]
            assert (grown.data, grown.label) == (root.data * 2.0, "grown")
            assert (inner.grad, inner._prev[0]._prev[0].label) == (1.0, "a")
    assert a.grad == 0.0


# --- pickles from one engine to the other ----------------------------------------------------

DUMP = """
import pickle, random, sys
sys.path.insert(0, "tests")
from net_tools import graph
from micrograd_c.engine import Value
from micrograd_c.nn import MLP
random.seed(1)
a, b = Value(0.5, label="a"), Value(-2.0)
a.me = [a, b]
root = (a * b + 3).tanh() ** 2 - b.maximum(a) / 2
root.backward()
a.data = float("inf")
mine = Value(1.0, (root, a), "mine")
things = [mine, a, MLP(2, [2, 1])]
for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
    pickle.dump(things, sys.stdout.buffer, protocol)
sys.stdout.buffer.flush()
print(graph([mine, a, *things[2].parameters()]), file=sys.stderr)
"""
LOAD = """
import pickle, sys
sys.path.insert(0, "tests")
from net_tools import graph
from micrograd_c.engine import Value
for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
    mine, a, net = pickle.load(sys.stdin.buffer)
    assert a.me[0] is a and type(mine) is Value and mine._prev[1] is a
    print(graph([mine, a, *net.parameters()]))
"""


def python(code, backend, given=b""):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=ROOT, input=given, capture_output=True,
        env={**os.environ, "MICROGRAD_C_BACKEND": backend},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout, done.stderr.decode()


@pytest.mark.parametrize("to", ["c", "python"])
@pytest.mark.parametrize("by", ["c", "python"])
def test_every_protocol_from_engine_to_engine(by, to):
    pickled, expected = python(DUMP, by)
    loaded = python(LOAD, to, pickled)[0].decode()
    assert loaded == expected * (pickle.HIGHEST_PROTOCOL + 1)


# --- damaged pickles ---------------------------------------------------------------------------

DAMAGED = """
import pickle, random, sys
from {module} import Value
a, b = Value(0.5, label="a"), Value(-2.0)
root = (a * b + 3).tanh() ** 2 - b.maximum(a)
rng = random.Random(1)
loaded = refused = 0

def refuse(self):
    raise pickle.UnpicklingError("no Value is made of bytearrays")

# pickle's unpickler in C allocates gigabytes for a damaged count, as both do for a bytearray.
class OnlyOurs(pickle._Unpickler):             # a damaged name could be any function's
    dispatch = {{**pickle._Unpickler.dispatch, pickle.BYTEARRAY8[0]: refuse}}

    def find_class(self, module, name):
        if module.split(".")[0] not in ("micrograd_c", "python_ref"):
            raise pickle.UnpicklingError(f"{{module}}.{{name}} is not ours")
        return super().find_class(module, name)

import io
for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
    whole = bytearray(pickle.dumps(root, protocol))
    for i in range({rounds}):
        damaged = bytearray(whole)
        for _ in range(rng.choice((1, 1, 1, 2, 8))):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        try:
            value = OnlyOurs(io.BytesIO(bytes(damaged))).load()
        except Exception:                      # raised by pickle or by us, but not a crash
            refused += 1
            continue
        loaded += 1
        if isinstance(value, Value):           # whatever loads is a complete graph
            try:
                value.backward()
                repr(value), value._prev
            except (TypeError, AttributeError):
                pass
root.backward()
assert refused > 0 < loaded
print("fine")
"""


@pytest.mark.parametrize("module", ["micrograd_c.engine", "python_ref.engine"])
def test_damaged_pickles(module):
    """Each raises or loads as a usable Value. In a process of its own, as C might crash."""
    assert run_python(DAMAGED.format(module=module, rounds=size(300, 10_000))) == "fine\n"


def test_rebuilding_from_nonsense():
    """Arguments that a malicious pickle could pass to the functions that rebuild graphs."""
    from micrograd_c import engine

    a = Value(1.0)
    leaf = [a]
    nonsense = [
        ([], [("add", None, "+", (0, 1), 1.0, 0.0)]),  # operands that do not exist
        (leaf, [("add", None, "+", (0,), 1.0, 0.0)]),  # too few
        (leaf, [("add", None, "+", (0, 0, 0), 1.0, 0.0)]),  # too many
        (leaf, [("no such operator", None, "+", (0, 0), 1.0, 0.0)]),
        (leaf, [("pow_k", "2", "**2", (0,), 1.0, 0.0)]),
        (leaf, [("add", None, "+", (0, 0), "1.0", 0.0)]),
        (leaf, [("add", None, "+", (0, 0), 1.0, None)]),
        ([1.0], [("tanh", None, "tanh", (0,), 1.0, 0.0)]),
        ([a], [("net_output", None, "", (0,), 1.0, 0.0)]),
        ([a], [("net", None, "", (), 1.0, 0.0)]),
        ([], []),
        (None, None),
    ]
    for leaves, nodes in nonsense:
        with pytest.raises((TypeError, ValueError, KeyError, IndexError, AttributeError)):
            engine.rebuild_graph(leaves, nodes)
    with pytest.raises(ValueError, match="damaged pickle: add has 1 operands, expected 2"):
        engine.rebuild_graph(*nonsense[1])
    (a * 2).backward()
    assert a.grad == 2.0


def test_random_bytes_are_no_model(tmp_path):
    """load() reads only .npz files, and runs no code from them."""
    from micrograd_c import nn, state

    path, rng = tmp_path / "model.npz", random.Random(3)
    model = nn.Neuron(2)
    before = [p.data for p in model.parameters()]
    state.save(model, path)
    whole = path.read_bytes()
    for _ in range(size(300, 5_000)):
        damaged = bytearray(whole)
        for _ in range(rng.choice((1, 2, 10))):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        path.write_bytes(bytes(damaged[: rng.choice((len(whole), rng.randrange(len(whole)))) or 1]))
        try:
            state.load(model, path)
        except ValueError as error:
            assert str(path) in str(error) or "does not fit" in str(error)
        else:  # only bytes that no checksum covers were changed: dates, attributes, comments
            assert [p.data for p in model.parameters()] == before
