"""``nonlin``: the choice of nonlinearity of neurons, layers and MLPs."""

import math

import numpy as np
import pytest

from python_ref.nn import NONLINEARITIES

# What reprs say; of rows that are added to NONLINEARITIES, what their row says.
NAMES = {
    **NONLINEARITIES,
    "relu": "ReLU", "tanh": "Tanh", "sigmoid": "Sigmoid", "leaky_relu": "LeakyReLU",
    "silu": "SiLU", "gelu": "GELU",
}  # fmt: skip


@pytest.mark.parametrize("nonlin, name", NAMES.items())
def test_nonlin(engine, nonlin, name):
    model = engine.nn.MLP(2, [2, 1], nonlin=nonlin)
    assert repr(model) == (
        f"MLP of [Layer of [{name}Neuron(2), {name}Neuron(2)], Layer of [LinearNeuron(2)]]"
    )
    hidden = model.layers[0]([-1.0, 2.0])
    for neuron, out in zip(model.layers[0].neurons, hidden):
        act = neuron.b + neuron.w[0] * -1.0 + neuron.w[1] * 2.0
        assert out.data == getattr(act, nonlin)().data
    assert repr(engine.nn.Neuron(3, nonlin=nonlin)) == f"{name}Neuron(3)"


def test_the_default_is_relu_as_in_micrograd(engine):
    model = engine.nn.MLP(2, [2, 1])
    assert repr(model.layers[0].neurons[0]) == "ReLUNeuron(2)"
    assert model.layers[0].neurons[0]([0.0, 0.0])._op == "ReLU"


@pytest.mark.parametrize("nonlin", [1, 0, None, 2.5, np.True_, np.bool_(False)], ids=repr)
def test_a_nonlin_that_is_true_or_false(engine, nonlin):
    """As in micrograd, True is ReLU and False is linear; other objects count by their truth."""
    for neuron in (
        engine.nn.Neuron(2, nonlin=nonlin),
        *engine.nn.Layer(2, 1, nonlin=nonlin).neurons,
    ):
        assert repr(neuron) == ("ReLUNeuron(2)" if nonlin else "LinearNeuron(2)")
        assert neuron([1.0, 2.0])._op == ("ReLU" if nonlin else "+")
    neuron = engine.nn.MLP(2, [2, 1], nonlin=nonlin).layers[0].neurons[0]
    assert repr(neuron) == ("ReLUNeuron(2)" if nonlin else "LinearNeuron(2)")


@pytest.mark.parametrize("nonlin", ["softmax", "ReLU", "", ["relu"], math.tanh])
def test_an_unknown_nonlin(engine, nonlin):
    for make in (
        lambda: engine.nn.Neuron(2, nonlin=nonlin),
        lambda: engine.nn.Layer(2, 2, nonlin=nonlin),
        lambda: engine.nn.MLP(2, [2, 1], nonlin=nonlin),
        lambda: engine.nn.MLP(2, [1], nonlin=nonlin),
    ):
        with pytest.raises(ValueError, match="nonlin is .*expected True .*'tanh'.*'sigmoid'"):
            make()


def test_nets_in_c_have_every_nonlinearity():
    """Neurons with another would work, but one operator at a time."""
    net = pytest.importorskip("micrograd_c._c.net")
    assert net.OPERATORS.keys() == NONLINEARITIES.keys()


@pytest.mark.parametrize("name", NONLINEARITIES)
def test_a_nonlinearity_never_raises(engine, name):
    """Nets in C do not check for it."""
    for x in (0.0, -0.0, 1e-320, 710.0, -746.0, 1e308, -1e308, math.inf, -math.inf, math.nan):
        getattr(engine.Value(x), name)()
