"""``Module``, ``Neuron``, ``Layer`` and ``MLP``, on the engine that was chosen.

On the C engine a Neuron, a Layer or an MLP crosses to C once a call. What it
returns, and every node below, is what the reference engine's nn builds one by one.
"""

import random

import python_ref.nn
from micrograd_c import _watched, functional, state
from micrograd_c._backend import backend
from micrograd_c._watched import Watched
from micrograd_c.engine import Value

if backend == "c":
    from micrograd_c import _cnet

# What a star import of micrograd's nn brings: it has no __all__.
__all__ = ["random", "Value", "Module", "Neuron", "Layer", "MLP"]


class Module(python_ref.nn.Module):
    """Something with parameters that can be trained, saved and loaded."""

    def zero_grad(self):
        """Set the gradient of every parameter to 0, in one call of C."""
        functional.zero_grad(self.parameters())

    def state_dict(self):
        """The parameters' data by name; see ``state.state_dict``."""
        return state.state_dict(self)

    def load_state_dict(self, state_dict, strict=True):
        """Set the parameters' data by name; see ``state.load_state_dict``."""
        state.load_state_dict(self, state_dict, strict)

    def save(self, path):
        """Write the parameters to an .npz file at ``path``; see ``state.save``."""
        state.save(self, path)

    def load(self, path):
        """Set the parameters from a file that ``save`` wrote; see ``state.load``."""
        state.load(self, path)


class Compiled(Module):
    """What Neuron, Layer and MLP share: one call of C where that is the same."""

    _structure = ()  # the attributes that make the net what it is

    def __setattr__(self, name, value):
        object.__setattr__(self, name, value)
        if name in self._structure or name == "parameters":
            _watched.changed()

    def __delattr__(self, name):
        object.__delattr__(self, name)
        _watched.changed()

    def parameters(self):
        """The parameters as a list."""
        net = self._current_net()
        return list(net.parameters) if net and net.is_listed else super().parameters()

    def zero_grad(self):
        """Set the gradient of every parameter to 0, in one call of C."""
        net = self._current_net()
        if net and net.is_listed:
            net.zero_grad()
        else:
            super().zero_grad()

    def __getstate__(self):
        return {name: value for name, value in self.__dict__.items() if name != "_net"}

    def _current_net(self):
        """The net in C of an earlier call; None where there is none or it is outdated."""
        net = self.__dict__.get("_net")
        if not net or net.structure is not _watched.structure:
            return None
        return net if all(cls.parameters is listed for cls, listed in net.listings) else None

    def _call_c(self, x):
        """The outputs as a list; None where Python must do it."""
        # Somebody may have put a method of his own on a class, at any time.
        if Neuron.__call__ is not NEURON_CALL or Layer.__call__ is not LAYER_CALL:
            return None
        net = self.__dict__.get("_net")
        if not net or net.structure is not _watched.structure:
            if backend != "c":
                return None
            net = _cnet.compiled(self._layers())
            modules = self._modules() if net.parameters else []
            net.is_listed = modules and all(map(lists_as_ours, modules))
            classes = set(map(type, modules))
            net.listings = [(cls, cls.parameters) for cls in classes]
            net.subclasses = [(cls, cls.__call__) for cls in classes - {Neuron, Layer, MLP}]
            self.__dict__["_net"] = net  # last: another thread may take it at once
        if net.subclasses and any(cls.__call__ is not call for cls, call in net.subclasses):
            return None
        return net.call(x)

    def _modules(self):
        """This module and those below it."""
        return [self]


class Neuron(Compiled, python_ref.nn.Neuron):
    value_class = Value
    _structure = ("w", "b", "nonlin")

    def __init__(self, nin, nonlin=True):
        super().__init__(nin, nonlin)
        self.w = Watched(self.w)

    def __call__(self, x):
        out = self._call_c(x)
        return python_ref.nn.Neuron.__call__(self, x) if out is None else out[0]

    def _layers(self):
        return [[self]]


class Layer(Compiled, python_ref.nn.Layer):
    neuron_class = Neuron
    _structure = ("neurons",)

    def __init__(self, nin, nout, **kwargs):
        super().__init__(nin, nout, **kwargs)
        self.neurons = Watched(self.neurons)

    def __call__(self, x):
        out = self._call_c(x)
        if out is None:
            return python_ref.nn.Layer.__call__(self, x)
        return out[0] if len(out) == 1 else out

    def _modules(self):
        return [self, *self.neurons]

    def _layers(self):
        ours = all(is_called_as(neuron, Neuron, NEURON_CALL) for neuron in self.neurons)
        return [self.neurons] if ours and is_watched(self.neurons) else None


NEURON_CALL, LAYER_CALL = Neuron.__call__, Layer.__call__


class MLP(Compiled, python_ref.nn.MLP):
    layer_class = Layer
    _structure = ("layers",)

    def __init__(self, nin, nouts, nonlin="relu"):
        super().__init__(nin, nouts, nonlin)
        self.layers = Watched(self.layers)

    def __call__(self, x):
        out = self._call_c(x)
        if out is None:
            return python_ref.nn.MLP.__call__(self, x)
        return out[0] if len(out) == 1 else out

    def _modules(self):
        return [self, *(module for layer in self.layers for module in layer._modules())]

    def _layers(self):
        ours = all(is_called_as(layer, Layer, LAYER_CALL) for layer in self.layers)
        if not ours or not is_watched(self.layers):
            return None
        layers = [layer._layers() for layer in self.layers]
        # A layer of one neuron gives a Value, not a list: nothing can follow it.
        if None in layers or any(len(layer.neurons) == 1 for layer in self.layers[:-1]):
            return None
        return [neurons for (neurons,) in layers]


def is_called_as(module, cls, call):
    return isinstance(module, cls) and type(module).__call__ is call


def lists_as_ours(module):
    """Whether ``parameters()`` gives all there are, in the usual order."""
    return type(module).parameters is Compiled.parameters and "parameters" not in module.__dict__


def is_watched(modules):
    return type(modules) is Watched
