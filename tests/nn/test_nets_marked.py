"""Nets with labels, attributes and backward steps of the user's own; copies, lifetimes, threads."""

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

# --- labels, attributes and backward steps of one's own -----------------------------------------


@pytest.mark.parametrize("when", ["before", "after"])
def test_labelled_inputs_and_parameters(when):
    def program(nn, V):
        model, x = nn.MLP(2, [3, 2]), [V(0.5), V(-1.5)]

        def mark():
            for i, v in enumerate([*x, *model.parameters()]):  # noqa: F821 - deleted below
                v.label, v.m = f"v{i}", i

        if when == "before":
            mark()
        out = model(x)
        if when == "after":
            mark()
        names = {v.label: v for v in [*x, *model.parameters()]}
        assert len(names) == len(x) + 9 + 8
        del names, x, model
        gc.collect()
        yield out  # labels are compared
        sum(out).backward()
        yield out

    assert_same(program)


def test_attributes_live_as_long_as_the_output():
    class Note:
        pass

    x = [Value(0.5), Value(-1.5)]
    x[0].note = Note()
    out = nn.MLP(2, [3, 1])(x)
    del x
    gc.collect()
    kinds = {type(vars(v)["note"]) for v in below(out) if "note" in vars(v)}
    assert kinds == {Note}


def own_step(V, x, factor, then=lambda: None):
    out = V(x.data * factor, (x,), "mine")

    def _backward():
        x.grad += factor * out.grad
        then()

    out._backward = _backward
    return out


def test_custom_backward_below_and_above_a_net():
    def program(nn, V):
        model, a = nn.MLP(2, [3, 2], nonlin="tanh"), V(0.5)
        out = model([own_step(V, a, 3.0), a * 2.0])
        loss = own_step(V, out[0], 2.0) + own_step(V, out[1], -1.0)
        loss.backward()
        yield model.parameters()
        yield [loss]
        loss.backward()
        yield [loss]

    assert_same(program, last_bits=True)


def test_custom_backward_of_a_leaf():
    def program(nn, V):
        model, a = nn.MLP(2, [3, 2], nonlin="tanh"), V(0.5)
        seen = []
        a._backward = lambda: seen.append(a.grad)
        sum(model([a, V(1.0)])).backward()
        yield [*model.parameters(), a, V(sum(seen))]
        b = model.layers[0].neurons[1].b
        b._backward = lambda: seen.append(b.grad)
        out = model([V(1.0), V(2.0)])
        sum(out).backward()
        yield [*out, V(sum(seen))]

    assert_same(program, last_bits=True)


@pytest.mark.parametrize("swept", [False, True], ids=["", "after another backward"])
def test_custom_backward_that_a_parameter_gets_after_the_call(swept):
    def program(nn, V):
        for i in range(9):
            model = nn.MLP(2, [2, 1])
            out = model([V(0.3), V(0.7)])
            if swept:
                out.backward()
            p, seen = model.parameters()[i], []
            p._backward = lambda p=p, seen=seen: seen.append(p.grad)
            (out * 2).backward()
            assert len(seen) == 1
            yield [out, *model.parameters(), V(seen[0])]

    assert_same(program, last_bits=swept)


def test_custom_backward_that_looks_at_the_net_while_backward_runs():
    def program(nn, V):
        model, x = nn.MLP(2, [3, 2], nonlin="tanh"), [V(0.5), V(-1.0)]
        out = model(x)
        ops = []
        loss = own_step(V, out[0], 2.0, lambda: ops.append(out[1]._op + out[1]._prev[0]._op))
        loss = loss + out[1]
        loss.backward()
        assert ops == ["++"]
        yield [loss]

    assert_same(program)


def test_custom_backward_that_changes_weights_while_backward_runs():
    def program(nn, V):
        model, x = nn.MLP(2, [3, 2], nonlin="tanh"), [V(0.5), V(-1.0)]
        out = model(x)

        def halve():
            for p in model.parameters():
                p.data *= 0.5

        loss = own_step(V, out[0], 2.0, halve) + out[1]
        loss.backward()
        yield [loss]

    assert_same(program)


def test_custom_backward_that_raises():
    def program(nn, V):
        model, x = nn.Layer(2, 2, nonlin="tanh"), [V(0.5), V(-1.0)]

        def fail():
            raise RuntimeError("mine")

        x[0] = own_step(V, x[0], 2.0, fail)
        out = model(x)
        loss = own_step(V, out[0], 2.0, fail) + out[1]
        with pytest.raises(RuntimeError, match="mine"):
            loss.backward()
        yield [loss]
        with pytest.raises(RuntimeError, match="mine"):
            sum(model(x)).backward()
        yield [loss, *x, *model.parameters()]

    assert_same(program)


# --- copies --------------------------------------------------------------------------------


def again_by_pickle(x):
    return pickle.loads(pickle.dumps(x))


@pytest.mark.parametrize("again", [copy.deepcopy, again_by_pickle], ids=["deepcopy", "pickle"])
@pytest.mark.parametrize("swept", [False, True])
def test_copies_of_outputs_and_models(again, swept):
    def program(nn, V):
        model, x = nn.MLP(2, [3, 2], nonlin="tanh"), [V(0.5), V(-1.5)]
        out = model(x)
        if swept:
            sum(out).backward()
        twin, model_twin = again(out), again(model)
        (twin[0] * 2.0).backward()
        yield [*twin, *out]
        yield compute(model_twin, x)
        model_twin.layers[0].neurons[0].w[0] = V(9.0)
        model_twin.layers[1].neurons[0].b.data = 5.0
        yield [*model_twin(x), *model(x)]

    assert_same(program, last_bits=True)


def test_a_copied_model_is_called_in_one_crossing():
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


def test_a_models_pickle_loads_where_the_library_was_not_built():
    saved = subprocess.run([sys.executable, "-c", SAVE], stdout=subprocess.PIPE, check=True).stdout
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LOAD], input=saved, stderr=subprocess.PIPE
    )
    assert done.returncode == 0, done.stderr.decode()


# --- lifetimes and threads -------------------------------------------------------------------


def test_calls_go_on_without_their_model():
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
    for look in (False, True):
        model, x = nn.MLP(2, [3, 2]), [Value(1.0), Value(2.0)]
        x[0].label = "x"
        outs = [model(x) for _ in range(10)]
        sum(o for out in outs for o in out).backward()
        if look:
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

    def work(look):
        for row, data in zip(rows, expected):
            x = [Value(v) for v in row]
            out = model(x)
            if look and len(out[0]._prev) != 2:
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
