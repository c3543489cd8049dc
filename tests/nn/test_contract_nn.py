"""Module, Neuron, Layer and MLP."""

import random

import numpy as np
import pytest


def weights(model):
    return [p.data for p in model.parameters()]


def test_a_neuron(engine):
    n = engine.nn.Neuron(3)
    assert len(n.w) == 3 and n.nonlin is True
    assert all(type(v) is engine.Value for v in [*n.w, n.b])
    assert all(-1 <= v.data <= 1 for v in n.w) and n.b.data == 0.0
    assert n.parameters() == [*n.w, n.b]
    x = [1.0, -2.0, 0.5]
    expected = sum((w * xi for w, xi in zip(n.w, x)), n.b).relu().data
    assert n(x).data == expected


def test_a_linear_neuron(engine):
    n = engine.nn.Neuron(2, nonlin=False)
    n.w[0].data, n.w[1].data, n.b.data = -1.0, -2.0, 0.5
    assert n([1.0, 1.0]).data == -2.5
    n.nonlin = True
    assert n([1.0, 1.0]).data == 0.0


def test_the_graph_of_a_neuron(engine):
    n = engine.nn.Neuron(2)
    out = n([1.0, 2.0])
    assert out._op == "ReLU"
    act = out._prev[0]
    assert act._op == "+" and act._prev[0]._op == "+" and act._prev[1]._op == "*"
    assert act._prev[0]._prev[0] is n.b
    assert act._prev[0]._prev[1]._prev[0] is n.w[0]


def test_a_layer(engine):
    layer = engine.nn.Layer(2, 3)
    assert len(layer.neurons) == 3
    out = layer([1.0, 2.0])
    assert type(out) is list and [type(v) for v in out] == [engine.Value] * 3
    assert layer.parameters() == [p for n in layer.neurons for p in n.parameters()]


def test_a_layer_of_one_is_unwrapped(engine):
    assert type(engine.nn.Layer(2, 1)([1.0, 2.0])) is engine.Value


def test_a_layer_passes_options_on(engine):
    assert not any(n.nonlin for n in engine.nn.Layer(2, 3, nonlin=False).neurons)
    with pytest.raises(TypeError):
        engine.nn.Layer(2, 3, no_such_option=1)


def test_an_mlp(engine):
    net = engine.nn.MLP(2, [16, 16, 1])
    assert len(net.layers) == 3 and len(net.parameters()) == 337
    assert [bool(n.nonlin) for layer in net.layers for n in layer.neurons] == [True] * 32 + [False]
    assert net.parameters() == [p for layer in net.layers for p in layer.parameters()]
    out = net([0.5, -0.5])
    assert type(out) is engine.Value
    assert net.layers[2](net.layers[1](net.layers[0]([0.5, -0.5]))).data == out.data


def test_reprs(engine):
    nn = engine.nn
    assert repr(nn.Neuron(2)) == "ReLUNeuron(2)"
    assert repr(nn.Neuron(16, nonlin=False)) == "LinearNeuron(16)"
    assert repr(nn.Layer(2, 2)) == "Layer of [ReLUNeuron(2), ReLUNeuron(2)]"
    assert repr(nn.MLP(2, [2, 1])) == (
        "MLP of [Layer of [ReLUNeuron(2), ReLUNeuron(2)], Layer of [LinearNeuron(2)]]"
    )


def test_module(engine):
    assert engine.nn.Module().parameters() == []
    engine.nn.Module().zero_grad()
    for cls in (engine.nn.Neuron, engine.nn.Layer, engine.nn.MLP):
        assert issubclass(cls, engine.nn.Module)


def test_zero_grad(engine):
    net = engine.nn.MLP(2, [3, 1])
    net([1.0, -1.0]).backward()
    assert any(p.grad != 0.0 for p in net.parameters())
    net.zero_grad()
    assert all(p.grad == 0.0 and type(p.grad) is float for p in net.parameters())


def test_random_draws_in_micrograds_order(engine):
    random.seed(1337)
    drawn = [random.uniform(-1, 1) for _ in range(2 * 3 + 3 * 1)]
    after = random.random()
    random.seed(1337)
    net = engine.nn.MLP(2, [3, 1])
    assert random.random() == after  # biases drew no numbers
    assert [w.data for layer in net.layers for n in layer.neurons for w in n.w] == drawn


def test_updates_are_seen_by_the_next_forward(engine):
    n = engine.nn.Neuron(1, nonlin=False)
    n.w[0].data = 2.0
    out = n([3.0])
    out.backward()
    for p in n.parameters():
        p.data -= 0.1 * p.grad
    assert n([3.0]).data == (2.0 - 0.1 * 3.0) * 3.0 - 0.1


def test_inputs_of_all_kinds(engine):
    net = engine.nn.MLP(2, [3, 1])
    expected = net([0.5, -2.0]).data
    V = engine.Value
    for x in ((0.5, -2), [V(0.5), V(-2.0)], np.array([0.5, -2.0]), [np.float32(0.5), -2],
              np.array([V(0.5), V(-2.0)]), [V(0.5), -2.0]):  # fmt: skip
        assert net(x).data == expected


def test_gradients_reach_inputs(engine):
    x = [engine.Value(0.5), engine.Value(-0.25)]
    n = engine.nn.Neuron(2, nonlin=False)
    n(x).backward()
    assert [v.grad for v in x] == [w.data for w in n.w]


def test_replacing_a_weight(engine):
    n = engine.nn.Neuron(2, nonlin=False)
    n.w[0] = engine.Value(10.0, label="mine")
    assert n.parameters()[0].label == "mine"
    out = n([1.0, 0.0])
    assert out.data == 10.0
    out.backward()
    assert n.w[0].grad == 1.0


def test_sharing_a_value_between_neurons(engine):
    layer = engine.nn.Layer(1, 2, nonlin=False)
    shared = layer.neurons[0].w[0]
    layer.neurons[1].w[0] = shared
    sum(layer([3.0])).backward()
    assert shared.grad == 6.0


def test_a_weight_that_is_an_expression(engine):
    n = engine.nn.Neuron(1, nonlin=False)
    free = engine.Value(0.5)
    n.w[0] = free.tanh()
    n([2.0]).backward()
    assert free.grad == pytest.approx(2.0 * (1 - n.w[0].data ** 2), rel=1e-15)


def test_subclasses(engine):
    nn = engine.nn

    class TanhNeuron(nn.Neuron):
        def __call__(self, x):
            return sum((w * xi for w, xi in zip(self.w, x)), self.b).tanh()

    class TanhLayer(nn.Layer):
        def __init__(self, nin, nout):
            self.neurons = [TanhNeuron(nin) for _ in range(nout)]

    class TanhMLP(nn.MLP):
        def __init__(self, nin, nouts):
            super().__init__(nin, nouts)
            sizes = [nin, *nouts]
            self.layers = [TanhLayer(*pair) for pair in zip(sizes, sizes[1:])]

    net = TanhMLP(2, [4, 1])
    out = net([1.0, 2.0])
    assert out._op == "tanh" and len(net.parameters()) == 17
    out.backward()
    assert all(p.grad != 0.0 for p in net.parameters())


def test_a_custom_module(engine):
    nn = engine.nn

    class Scaled(nn.Module):
        def __init__(self):
            self.scale = engine.Value(2.0)
            self.net = nn.MLP(2, [2])

        def __call__(self, x):
            return [v * self.scale for v in self.net(x)]

        def parameters(self):
            return [self.scale, *self.net.parameters()]

    class Sequential(nn.Module):
        def __init__(self, *parts):
            self.parts = parts

        def __call__(self, x):
            for part in self.parts:
                x = part(x)
            return x

        def parameters(self):
            return [p for part in self.parts for p in part.parameters()]

    net = Sequential(Scaled(), nn.Layer(2, 1, nonlin=False))
    net([1.0, 0.5]).backward()
    assert len(net.parameters()) == 1 + 6 + 3
    net.zero_grad()
    assert all(p.grad == 0.0 for p in net.parameters())


def test_it_learns(engine):
    random.seed(1)
    net = engine.nn.MLP(2, [8, 1])
    xs = [(0, 0), (0, 1), (1, 0), (1, 1)]
    ys = [-1, 1, 1, -1]  # exclusive or
    for _ in range(300):
        loss = sum((net(x) - y) ** 2 for x, y in zip(xs, ys))
        net.zero_grad()
        loss.backward()
        for p in net.parameters():
            p.data -= 0.02 * p.grad
    assert [(net(x).data > 0) == (y > 0) for x, y in zip(xs, ys)] == [True] * 4
