"""Copies and pickles of models and outputs; when a net is freed; threads that call one net."""

import copy
import gc
import pickle
import subprocess
import sys
import threading

import pytest
from memory_tools import collect
from net_tools import assert_same, below, compute

from micrograd_c import nn
from micrograd_c._c import value as c_value
from micrograd_c.engine import Value

# --- copies --------------------------------------------------------------------------------


def again_by_pickle(x):
    return pickle.loads(pickle.dumps(x))


@pytest.mark.parametrize("again", [copy.deepcopy, again_by_pickle], ids=["deepcopy", "pickle"])
@pytest.mark.parametrize("after_backward", [False, True])
def test_copies_of_outputs_and_models(again, after_backward):
    def program(nn, V):
        model, x = nn.MLP(2, [3, 2], nonlin="tanh"), [V(0.5), V(-1.5)]
        out = model(x)
        if after_backward:
            sum(out).backward()
        twin, model_twin = again(out), again(model)
        (twin[0] * 2.0).backward()
        yield [*twin, *out]
        yield compute(model_twin, x)
        model_twin.layers[0].neurons[0].w[0] = V(9.0)
        model_twin.layers[1].neurons[0].b.data = 5.0
        yield [*model_twin(x), *model(x)]

    assert_same(program, last_bits=True)


def test_a_call_of_a_copied_model_is_one_call_into_c():
    for again in (copy.deepcopy, again_by_pickle, copy.copy):
        model = again(nn.MLP(2, [3, 2]))
        gc.collect()
        before = c_value.live_nodes()
        out = model([1.0, 2.0])
        assert c_value.live_nodes() == before + 3 and len(out) == 2
        del out


SAVE = """
import sys, pickle
from micrograd_c import nn
model = nn.MLP(2, [3, 1])
model([1.0, 2.0])
sys.stdout.buffer.write(pickle.dumps((model, [p.data for p in model.parameters()])))
"""

LOAD = """
import sys, pickle
sys.modules["micrograd_c._native"] = None  # not built
import micrograd_c
model, data = pickle.loads(sys.stdin.buffer.read())
assert micrograd_c.backend == "python" and [p.data for p in model.parameters()] == data
model([1.0, 2.0]).backward()
"""


def test_a_models_pickle_loads_without_the_c_library():
    saved = subprocess.run([sys.executable, "-c", SAVE], stdout=subprocess.PIPE, check=True).stdout
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LOAD], input=saved, stderr=subprocess.PIPE
    )
    assert done.returncode == 0, done.stderr.decode()


# --- lifetimes and threads -------------------------------------------------------------------


def test_outputs_outlive_their_model():
    def program(nn, V):
        model, x = nn.MLP(2, [3, 2], nonlin="tanh"), [V(0.5), V(-1.5)]
        outs = [model(x) for _ in range(3)]
        del model, x
        gc.collect()
        sum(outs[1]).backward()
        yield outs[1]
        del outs[1]
        (outs[0][0] * outs[1][1]).backward()
        yield [*outs[0], *outs[1]]

    assert_same(program, last_bits=True)


def test_everything_is_freed():
    collect()
    before = c_value.live_nodes()
    for read in (False, True):
        model, x = nn.MLP(2, [3, 2]), [Value(1.0), Value(2.0)]
        x[0].label = "x"
        outs = [model(x) for _ in range(10)]
        sum(o for out in outs for o in out).backward()
        if read:
            assert len(below(outs[0][0])) > 20
        del outs[::2]
        model.layers[0].neurons[0].w[0] = Value(1.0)
        outs.append(model(x))
        del model, x, outs
        collect()
        assert c_value.live_nodes() == before


def test_threads_that_call_one_net():
    model = nn.MLP(3, [8, 8, 2], nonlin="tanh")
    rows = [[0.01 * i, -0.02 * i, 0.5] for i in range(200)]
    expected = [[v.data for v in model(row)] for row in rows]
    wrong = []

    def work(read):
        for row, data in zip(rows, expected):
            x = [Value(v) for v in row]
            out = model(x)
            if read and len(out[0]._prev) != 2:
                wrong.append(out)
            out[0].grad = 0.0
            out[1].backward()
            if [v.data for v in out] != data or not any(v.grad for v in x):
                wrong.append(row)

    switch = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work, args=(i == 0,)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(switch)
    assert not wrong
