"""Nets whose inputs, outputs and parameters have labels, attributes and custom backwards."""

import gc

import pytest
from net_tools import assert_same, below, times

from micrograd_c import nn
from micrograd_c.engine import Value


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
        yield out  # assert_same compares labels, too
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


def test_custom_backward_below_and_above_a_net():
    def program(nn, V):
        model, a = nn.MLP(2, [3, 2], nonlin="tanh"), V(0.5)
        out = model([times(V, a, 3.0), a * 2.0])
        loss = times(V, out[0], 2.0) + times(V, out[1], -1.0)
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


@pytest.mark.parametrize("after_backward", [False, True], ids=["", "after another backward"])
def test_custom_backward_assigned_to_a_parameter_after_the_call(after_backward):
    def program(nn, V):
        for i in range(9):
            model = nn.MLP(2, [2, 1])
            out = model([V(0.3), V(0.7)])
            if after_backward:
                out.backward()
            p, seen = model.parameters()[i], []
            p._backward = lambda p=p, seen=seen: seen.append(p.grad)
            (out * 2).backward()
            assert len(seen) == 1
            yield [out, *model.parameters(), V(seen[0])]

    assert_same(program, last_bits=after_backward)


def test_custom_backward_that_reads_the_nets_graph():
    def program(nn, V):
        model, x = nn.MLP(2, [3, 2], nonlin="tanh"), [V(0.5), V(-1.0)]
        out = model(x)
        ops = []
        loss = times(V, out[0], 2.0, lambda: ops.append(out[1]._op + out[1]._prev[0]._op))
        loss = loss + out[1]
        loss.backward()
        assert ops == ["++"]
        yield [loss]

    assert_same(program)


def test_custom_backward_that_changes_weights():
    def program(nn, V):
        model, x = nn.MLP(2, [3, 2], nonlin="tanh"), [V(0.5), V(-1.0)]
        out = model(x)

        def halve():
            for p in model.parameters():
                p.data *= 0.5

        loss = times(V, out[0], 2.0, halve) + out[1]
        loss.backward()
        yield [loss]

    assert_same(program)


def test_custom_backward_that_raises():
    def program(nn, V):
        model, x = nn.Layer(2, 2, nonlin="tanh"), [V(0.5), V(-1.0)]

        def fail():
            raise RuntimeError("mine")

        x[0] = times(V, x[0], 2.0, fail)
        out = model(x)
        loss = times(V, out[0], 2.0, fail) + out[1]
        with pytest.raises(RuntimeError, match="mine"):
            loss.backward()
        yield [loss]
        with pytest.raises(RuntimeError, match="mine"):
            sum(model(x)).backward()
        yield [loss, *x, *model.parameters()]

    assert_same(program)
