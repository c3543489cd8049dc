"""``Module``, ``Neuron``, ``Layer`` and ``MLP``, on the engine that was chosen."""

import python_ref.nn
from micrograd_c.engine import Value


class Module(python_ref.nn.Module):
    pass


class Neuron(Module, python_ref.nn.Neuron):
    value_class = Value


class Layer(Module, python_ref.nn.Layer):
    neuron_class = Neuron


class MLP(Module, python_ref.nn.MLP):
    layer_class = Layer
