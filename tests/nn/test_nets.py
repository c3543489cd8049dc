"""Nets in C make the same graphs as the reference engine, which builds them by operators."""

import math

import numpy as np
import pytest
from memory_tools import collect
from net_tools import NONLINEARITIES, as_list, assert_same

import python_ref.nn
from micrograd_c import nn
from micrograd_c._c import value as c_value
from micrograd_c.engine import Value

ROW = (0.5, -1.25, 3.0)

INPUTS = {
    "floats": lambda V: list(ROW),
    "tuple": lambda V: ROW,
    "ints and bools": lambda V: [3, True, -2],
    "NumPy row": lambda V: np.array(ROW),
    "float32 row": lambda V: np.array(ROW, dtype=np.float32),
    "int row": lambda V: np.array([1, 2, -3]),
    "NumPy scalars": lambda V: [np.float64(0.1), np.int64(3), np.float32(0.1)],
    "strided row": lambda V: np.arange(12.0).reshape(4, 3).T[:, 1],
    "Values": lambda V: [V(x) for x in ROW],
    "object row": lambda V: np.array([V(x) for x in ROW], dtype=object),
    "computed Values": lambda V: [V(x) * 2.0 + 0.1 for x in ROW],
    "Values and floats": lambda V: [V(0.5), -1.25, V(3.0)],
    "iterator": lambda V: dict.fromkeys(ROW).keys(),
    "special": lambda V: [math.inf, math.nan, -0.0],
    "large": lambda V: [1e308, -1e308, 1e300],
    "small": lambda V: [5e-324, -5e-324, 0.0],
}

inputs = pytest.mark.parametrize("make", INPUTS.values(), ids=INPUTS)
nonlinearities = pytest.mark.parametrize("nonlin", NONLINEARITIES)


# --- one call into C --------------------------------------------------------------


@pytest.mark.parametrize(
    "make, nout",
    [
        (lambda: nn.Neuron(3, nonlin="tanh"), 1),
        (lambda: nn.Layer(3, 5, nonlin="tanh"), 5),
        (lambda: nn.MLP(3, [4, 4, 2], nonlin="sigmoid"), 2),
    ],
    ids=["Neuron", "Layer", "MLP"],
)
@pytest.mark.parametrize("made_of", [float, Value], ids=["floats", "Values"])
def test_a_call_makes_one_node_and_its_outputs(make, nout, made_of):
    model, x = make(), [made_of(v) for v in ROW]
    collect()
    before = c_value.live_nodes()
    out = model(x)
    assert c_value.live_nodes() == before + 1 + nout
    sum(as_list(out)).backward()
    collect()  # on PyPy the sum's nodes live until now
    assert c_value.live_nodes() == before + 1 + nout
    assert any(p.grad for p in model.parameters())
    as_list(out)[-1]._prev
    assert c_value.live_nodes() > before + 3 * nout
    del out
    collect()
    assert c_value.live_nodes() == before


def test_inputs_that_only_python_can_handle():
    """They make a call build its graph by operators, so that the test above would fail."""
    model = nn.Neuron(3)
    before = c_value.live_nodes()
    out = model([Value(1.0), 2.0, 3.0])
    assert c_value.live_nodes() > before + 1 + 1 + 1
    assert out._op == "ReLU"


# --- the graph ---------------------------------------------------------------------


@inputs
def test_graphs_read_before_and_after_backward(make):
    def program(nn, V):
        model, x = nn.MLP(3, [4, 3, 2], nonlin="tanh"), make(V)
        out = model(x)
        yield out
        (out[0] * 2.0 + out[1]).backward()
        yield [*out, *model.parameters()]

    assert_same(program)


@inputs
def test_graphs_read_only_after_backward(make):
    def program(nn, V):
        model, x = nn.MLP(3, [4, 3, 2]), make(V)
        out = model(x)
        loss = out[0] * 2.0 + out[1].tanh()
        loss.backward()
        yield model.parameters()
        yield [loss]

    assert_same(program)


@nonlinearities
@pytest.mark.parametrize("nout", [1, 3])
@pytest.mark.parametrize("made_of", ["floats", "Values"])
def test_a_layer(nonlin, nout, made_of):
    def program(nn, V):
        layer, x = nn.Layer(3, nout, nonlin=nonlin), INPUTS[made_of](V)
        out = as_list(layer(x))
        loss = sum(out)
        loss.backward()
        yield [loss, *layer.parameters()]

    assert_same(program)


@pytest.mark.parametrize("nonlin", [True, False, *NONLINEARITIES])
def test_a_neuron(nonlin):
    def program(nn, V):
        for sign in (-1.0, 1.0):
            neuron = nn.Neuron(3, nonlin=nonlin)
            x = [V(sign * v) for v in ROW]
            out = neuron(x)
            yield [out]
            out.backward()
            yield [out, *neuron.parameters()]

    assert_same(program)


@pytest.mark.parametrize("nouts", [[1], [2], [1, 1], [3, 1], [1, 3], [2, 1, 2], [5, 4, 3, 2]])
@pytest.mark.parametrize("nin", [1, 2, 5])
def test_sizes(nin, nouts):
    def program(nn, V):
        model = nn.MLP(nin, nouts, nonlin="tanh")
        out = as_list(model([V(0.3 * i - 0.5) for i in range(nin)]))
        sum(out).backward()
        yield [*out, *model.parameters()]

    if 1 in nouts[:-1]:  # a layer of one returns a Value, which the next layer refuses
        for either in (nn, python_ref.nn):
            with pytest.raises(TypeError):
                either.MLP(nin, nouts)([0.1] * nin)
    else:
        assert_same(program)


def test_no_inputs_and_no_neurons():
    def program(nn, V):
        neuron = nn.Neuron(0)
        yield [neuron([])]
        yield nn.Layer(2, 0)([1.0, 2.0])

    assert_same(program)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1,), (2, 0), (1, 1, 0)])
@nonlinearities
def test_some_outputs_in_any_order(order, nonlin):
    def program(nn, V):
        for model in (nn.MLP(2, [3, 3], nonlin=nonlin), nn.Layer(2, 3, nonlin=nonlin)):
            x = [V(1.5), V(-0.5)]
            out = model(x)
            loss = V(0.0)
            for i in order:
                loss = loss + out[i] * (i + 0.5)
            loss.backward()
            yield [*model.parameters(), *x]
            yield [loss, *out]

    assert_same(program)


@nonlinearities
def test_outputs_that_died(nonlin):
    def program(nn, V):
        for keep in range(3):
            layer, x = nn.Layer(2, 3, nonlin=nonlin), [V(1.5), V(-0.5)]
            out = layer(x)[keep]
            out.backward()
            yield [*layer.parameters(), *x]
            yield [out]
            other = layer(x)
            del other[keep]
            yield other

    assert_same(program)


def test_one_output_after_the_other():
    def program(nn, V):
        model, x = nn.MLP(2, [3, 2], nonlin="tanh"), [V(1.5), V(-0.5)]
        first, second = model(x)
        first.backward()
        second.backward()
        yield [first, second]

    assert_same(program, last_bits=True)


# --- used in several places: the last bits of a gradient may differ ---------------------


@nonlinearities
def test_an_input_used_twice(nonlin):
    def program(nn, V):
        model, a = nn.MLP(3, [3, 2], nonlin=nonlin), V(0.7)
        b = a * 1.5
        out = model([a, b, a])
        loss = (out[0] + out[1] * 0.5) * a
        loss.backward()
        yield [loss]

    assert_same(program, last_bits=True)


def test_an_input_that_is_a_parameter():
    def program(nn, V):
        model = nn.MLP(2, [2, 2], nonlin="tanh")
        x = [model.layers[0].neurons[0].w[0], model.layers[1].neurons[1].b]
        loss = sum(model(x))
        loss.backward()
        yield [loss]
        x = [model.layers[0].neurons[0].w[0] * 2.0, V(1.0)]
        loss = sum(model(x))
        loss.backward()
        yield [loss]

    assert_same(program, last_bits=True)


def test_a_net_of_a_net_of_a_net():
    def program(nn, V):
        one, other = nn.MLP(2, [3, 2], nonlin="tanh"), nn.Layer(2, 2, nonlin="sigmoid")
        loss = sum(one(other(one(other([V(0.3), V(-0.2)])))))
        loss.backward()
        yield [*one.parameters(), *other.parameters()]
        yield [loss]

    assert_same(program, last_bits=True)


def test_training():
    def program(nn, V):
        model = nn.MLP(2, [4, 4, 1])
        for _ in range(5):
            rows = [(0.1 * i - 0.3, 0.2 * i * i - 0.5, 1 if i % 2 else -1) for i in range(6)]
            loss = sum((1 + -y * model([a, b])).relu() for a, b, y in rows) * (1 / 6)
            loss = loss + 1e-4 * sum(p * p for p in model.parameters())
            model.zero_grad()
            loss.backward()
            for p in model.parameters():
                p.data -= 0.1 * p.grad
            yield model.parameters()
        yield [loss]

    assert_same(program, last_bits=True)


# --- _backward by hand ---------------------------------------------------------------


@nonlinearities
def test_backward_by_hand_node_by_node(nonlin):
    def program(nn, V):
        layer, x = nn.Layer(2, 2, nonlin=nonlin), [V(1.5), V(-0.5)]
        for out in layer(x):
            out.grad = 2.0
            out._backward()
            for inner in out._prev:
                inner._backward()
                inner._backward()
        yield layer(x)
        out = layer(x)
        out[1].backward()
        out[0].grad = 1.0
        out[0]._backward()
        yield out

    assert_same(program, last_bits=True)


def test_a_net_that_python_runs_is_tried_again(engine):
    """A computed bias keeps the net in Python, for more calls than pass until C is tried again."""
    p = engine.Value(0.5)
    model = engine.nn.MLP(2, [2, 1])
    model.layers[0].neurons[0].b = p * 2.0
    first = model([1.0, 2.0]).data
    for _ in range(50):
        assert model([1.0, 2.0]).data == first and len(model.parameters()) == 9
        model.layers[0]([1.0, 2.0]), model.layers[0].neurons[0]([1.0, 2.0])
    model.layers[0].neurons[0].b = engine.Value(1.0)
    for _ in range(50):
        assert model([1.0, 2.0]).data == first
