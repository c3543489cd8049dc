"""``Module``, ``Neuron``, ``Layer`` and ``MLP``, on the engine that was chosen.

On the C engine a Neuron, a Layer or an MLP crosses to C once a call. What it
returns, and every node below, is what the reference engine's nn builds one by one.
"""

import python_ref.nn
from micrograd_c._backend import backend
from micrograd_c.engine import Value

if backend == "c":
    from micrograd_c import _cnet


class Module(python_ref.nn.Module):
    pass


class Compiled(Module):
    """What Neuron, Layer and MLP share: one call of C where that is the same."""

    _structure = ()  # the attributes that make the net what it is

    def __setattr__(self, name, value):
        if name in self._structure and backend == "c":
            if type(value) is list and name not in self.__dict__:
                value = _cnet.Watched(value)  # made by our own __init__
            elif name in self.__dict__:
                _cnet.changed()
        object.__setattr__(self, name, value)

    def __getstate__(self):
        return {name: value for name, value in self.__dict__.items() if name != "_net"}

    def _call_c(self, x):
        """The outputs as a list; None where Python must do it."""
        if backend != "c":
            return None
        net = _cnet.compiled(self, type(self)._layers)
        return net and net(x)


class Neuron(Compiled, python_ref.nn.Neuron):
    value_class = Value
    _structure = ("w", "b", "nonlin")

    def __call__(self, x):
        out = self._call_c(x)
        return python_ref.nn.Neuron.__call__(self, x) if out is None else out[0]

    def _layers(self):
        return [[self]]


class Layer(Compiled, python_ref.nn.Layer):
    neuron_class = Neuron
    _structure = ("neurons",)

    def __call__(self, x):
        out = self._call_c(x)
        if out is None:
            return python_ref.nn.Layer.__call__(self, x)
        return out[0] if len(out) == 1 else out

    def _layers(self):
        ours = all(is_called_as(neuron, Neuron) for neuron in self.neurons)
        return [self.neurons] if ours and is_watched(self.neurons) else None


class MLP(Compiled, python_ref.nn.MLP):
    layer_class = Layer
    _structure = ("layers",)

    def __call__(self, x):
        out = self._call_c(x)
        if out is None:
            return python_ref.nn.MLP.__call__(self, x)
        return out[0] if len(out) == 1 else out

    def _layers(self):
        ours = all(is_called_as(layer, Layer) for layer in self.layers)
        if not ours or not is_watched(self.layers):
            return None
        layers = [layer._layers() for layer in self.layers]
        # A layer of one neuron gives a Value, not a list: nothing can follow it.
        if None in layers or any(len(layer.neurons) == 1 for layer in self.layers[:-1]):
            return None
        return [neurons for (neurons,) in layers]


def is_called_as(module, cls):
    return isinstance(module, cls) and type(module).__call__ is cls.__call__


def is_watched(modules):
    return type(modules) is _cnet.Watched
