"""``Module``, ``Neuron``, ``Layer`` and ``MLP``, on the engine that was chosen.

On the C engine a Neuron, a Layer or an MLP crosses to C once a call. What it
returns, and every node below, is what the reference engine's nn builds one by one.
"""

import random
from itertools import repeat
from operator import attrgetter, contains

import python_ref.nn
from micrograd_c import _watched, functional, state
from micrograd_c._backend import backend
from micrograd_c._watched import Look, Seen, look, part
from micrograd_c.engine import Value

if backend == "c":
    from micrograd_c import _cnet

# What a star import of micrograd's nn brings: it has no __all__.
__all__ = ["random", "Value", "Module", "Neuron", "Layer", "MLP"]


class Module(python_ref.nn.Module):
    """Something with parameters that can be trained, saved and loaded.

    A module of your own lists its Values in ``parameters()``.
    """

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


class Compiled(Seen, Module):
    """What Neuron, Layer and MLP share: one call of C where that is the same."""

    # A Net or NoNet, and see _watched.py: not among the attributes, which are the user's.
    __slots__ = ("_mg_net", "_mg_seen")

    def parameters(self):
        """The parameters as a list."""
        net = listed_net(self)
        return list(net.parameters) if net else super().parameters()

    def zero_grad(self):
        """Set the gradient of every parameter to 0, in one call of C."""
        net = listed_net(self)
        if net:
            net.zero_grad()
        else:
            super().zero_grad()

    def __getstate__(self):
        return dict(self._mg_dict)


class Neuron(Compiled, python_ref.nn.Neuron):
    __doc__ = python_ref.nn.Neuron.__doc__
    value_class = python_ref.nn.Named("Value", globals())
    _random = python_ref.nn.Named("random", globals())
    w, b, nonlin = part("w"), part("b"), part("nonlin")

    def __call__(self, x):
        out = call_c(NEURON, self, x)
        return python_ref.nn.Neuron.__call__(self, x) if out is None else out[0]


class Layer(Compiled, python_ref.nn.Layer):
    __doc__ = python_ref.nn.Layer.__doc__
    neuron_class = python_ref.nn.Named("Neuron", globals())
    neurons = part("neurons")

    def __call__(self, x):
        out = call_c(LAYER, self, x)
        if out is None:
            return python_ref.nn.Layer.__call__(self, x)
        return out[0] if len(out) == 1 else out


class MLP(Compiled, python_ref.nn.MLP):
    __doc__ = python_ref.nn.MLP.__doc__
    layer_class = python_ref.nn.Named("Layer", globals())
    layers = part("layers")

    def __call__(self, x):
        out = call_c(MLP_, self, x)
        if out is None:
            return python_ref.nn.MLP.__call__(self, x)
        return out[0] if len(out) == 1 else out


for _class in (Neuron, Layer, MLP):
    _class.__call__.__doc__ = vars(python_ref.nn)[_class.__name__].__call__.__doc__

# --- the net in C that stands for a module --------------------------------------------------

# The classes and methods as they are here: a program may assign to their names.
NEURON, LAYER, MLP_ = OURS = Neuron, Layer, MLP
NEURON_CALL, LAYER_CALL = Neuron.__call__, Layer.__call__
CALLS = {NEURON: NEURON_CALL, LAYER: LAYER_CALL, MLP_: MLP.__call__}
CALL = dict.fromkeys(OURS, attrgetter("__call__"))
PARTS = {
    NEURON: attrgetter("__getattribute__", "w", "b", "nonlin"),
    LAYER: attrgetter("__getattribute__", "neurons"),
    MLP_: attrgetter("__getattribute__", "layers"),
}
PARTS_OF_OURS = {cls: parts(cls) for cls, parts in PARTS.items()}
PARAMETERS = Compiled.parameters


def call_c(base, module, x):
    """The outputs of a ``base`` as a list; None where Python must do it."""
    # Somebody may have put a method of his own on a class, at any time.
    if NEURON.__call__ is not NEURON_CALL or LAYER.__call__ is not LAYER_CALL:
        return None
    try:
        net = module._mg_net
    except AttributeError:
        net = None
    if net is None or net.looked[0] is not _watched.seen or net.looked[1]:
        net = current_net(base, module, net)
        if net is None:
            return None
    if net.subclasses and any(methods(cls) != ours for cls, methods, ours in net.subclasses):
        return None
    return net.call(x)


def current_net(base, module, net):
    """The net that stands for a module now: ``net``, that of an earlier call, or a new one.

    Threads may do this for one module at once. Each makes a net of what it has read once,
    and puts it and what it has seen of it in place by one assignment: the next call looks
    again where these were another thread's older ones. A net that is in use by a call lives
    until that is done.
    """
    if backend != "c":
        return None
    seen, structure = _watched.seen, _watched.structure  # before looking, see _watched.py
    if net is not None and net.structure is structure:
        if net.is_waiting():
            return None
        if net.parameters:  # else it is time to try again
            was_seen, was_open = net.looked
            still_open = look_at(module, was_open if was_seen is seen else net.looks)
            if still_open is not None:
                net.looked = seen, still_open
                return net
    looks = []
    net = _cnet.compiled(base, layers_of(base, module, looks), looks, structure)
    if net.parameters:
        net.classes = {made.type for made in looks}
        called = {made.type for made in looks[1:]}  # by the net; the first one calls it
        net.subclasses = [
            (cls, methods[base], of_ours[base])
            for cls in net.classes.difference(OURS)
            for base in OURS
            for methods, of_ours in ((PARTS, PARTS_OF_OURS), (CALL, CALLS))
            if issubclass(cls, base) and (methods is PARTS or cls in called)
        ]
        still_open = look_at(module, looks)
        if still_open is None:  # somebody changes it at this moment
            return None
        looks[0].module = None  # no cycle: memory is given back at once
        net.modules = [made.module for made in looks[1:]]
        net.looked = seen, still_open
    module._mg_net = net
    return net if net.parameters else None


def look_at(module, looks):
    """Those of ``looks`` whose parts somebody holds; None if one has changed."""
    still_open = []
    for made in looks:
        part = made.module
        if part is None:
            part = module
        if part._mg_seen is not made.seen:
            if not look(made, part):
                return None
            if made.seen is None:
                still_open.append(made)
    return still_open


def layers_of(base, module, looks):
    """Its layers, lists of (weights, bias, nonlin); None where Python must do it.

    Appends to ``looks`` what each module is, of which nothing is read a second time.
    """
    if base is NEURON:
        neuron = neuron_of(module, looks)
        return neuron and [[neuron]]
    if base is LAYER:
        layer = layer_of(module, looks)
        return layer and [layer]
    made = look_of(module, MLP_, None, looks, "layers")
    layers = []
    for layer in made.members or () if made else ():
        layers.append(layer_of(layer, looks, LAYER_CALL))
        if not layers[-1]:
            return None
    # A layer of one neuron gives a Value, not a list: nothing can follow it.
    return None if any(len(layer) == 1 for layer in layers[:-1]) else layers


def layer_of(layer, looks, call=None):
    made = look_of(layer, LAYER, call, looks, "neurons")
    neurons = []
    for neuron in made.members or () if made else ():
        neurons.append(neuron_of(neuron, looks, NEURON_CALL))
        if not neurons[-1]:
            return None
    return neurons


def neuron_of(neuron, looks, call=None):
    made = look_of(neuron, NEURON, call, looks, "w", "b", "nonlin")
    return made and made.members and (made.members, *(value for _, value in made.others))


def look_of(module, base, call, looks, *names):
    """``call``: what its class's must be; None for the module that is called itself."""
    cls = type(module)
    if not issubclass(cls, base) or PARTS[base](cls) != PARTS_OF_OURS[base]:
        return None
    if call and cls.__call__ is not call:
        return None
    looks.append(Look(module, cls, *names))
    return looks[-1]


def listed_net(module):
    """The net of an earlier call whose parameters are those that ``parameters()`` gives."""
    try:
        net = module._mg_net
    except AttributeError:
        return None
    if net.looked[0] is not _watched.seen or net.looked[1]:
        net = current_net(net.base, module, net)
    if not net or not net.parameters:
        return None
    if any(cls.parameters is not PARAMETERS for cls in net.classes):
        return None
    attributes = map(dict_of, net.modules)
    if "parameters" in module._mg_dict or any(map(contains, attributes, repeat("parameters"))):
        return None
    return net


dict_of = attrgetter("_mg_dict")
