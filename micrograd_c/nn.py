"""``Module``, ``Neuron``, ``Layer`` and ``MLP``, on the engine that was chosen.

On the C engine a Neuron, a Layer or an MLP crosses to C once a call. What it
returns, and every node below, is what the reference engine's nn builds one by one.
"""

import random
from itertools import repeat
from operator import attrgetter, contains

import python_ref.nn
from micrograd_c import _net_changes, functional, state
from micrograd_c._backend import backend
from micrograd_c._net_changes import Look, Seen, look, part
from micrograd_c.engine import Value

if backend == "c":
    from micrograd_c._c import net as c_net

# The names that a star import of micrograd's nn gives, which has no __all__.
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

    # A Net or NoNet, and what _net_changes.py needs. In slots: the dict is the user's.
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

# The classes and methods as they are defined here: a program may assign to their names.
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
    """The outputs of ``module``, a ``base``, as a list. None where Python must compute them."""
    # A program may have assigned another method to a class, at any time.
    if NEURON.__call__ is not NEURON_CALL or LAYER.__call__ is not LAYER_CALL:
        return None
    try:
        net = module._mg_net
    except AttributeError:
        net = None
    if net is None or net.looked[0] is not _net_changes.seen or net.looked[1]:
        net = current_net(base, module, net)
        if net is None:
            return None
    if net.subclasses and any(methods(cls) != ours for cls, methods, ours in net.subclasses):
        return None
    return net.call(x)


def current_net(base, module, net):
    """The net for a module as it is now: ``net``, which an earlier call used, or a new one.

    Several threads may do this for one module. Each makes a net from one reading of the
    module, and assigns it together with what it was made of. If another thread then assigns
    an older net, the next call notices that and looks again. A net that a call uses lives
    until the call has returned.
    """
    if backend != "c":
        return None
    seen, structure = _net_changes.seen, _net_changes.structure  # before looking
    is_usable = net is not None and net.structure is structure
    if is_usable and net.is_waiting():
        return None
    if is_usable and net.parameters:  # a NoNet has none, and nothing to compare
        was_seen, was_open = net.looked
        still_open = look_at(module, was_open if was_seen is seen else net.looks)
        if still_open is not None:
            net.looked = seen, still_open
            return net
    looks = []
    net = c_net.compiled(base, layers_of(base, module, looks), looks, structure)
    if net.parameters:
        net.classes = {made.type for made in looks}
        called = {made.type for made in looks[1:]}  # by the net; looks[0] is the module itself
        net.subclasses = [
            (cls, methods[base], of_ours[base])
            for cls in net.classes.difference(OURS)
            for base in OURS
            for methods, of_ours in ((PARTS, PARTS_OF_OURS), (CALL, CALLS))
            if issubclass(cls, base) and (methods is PARTS or cls in called)
        ]
        still_open = look_at(module, looks)
        if still_open is None:  # another thread changed it meanwhile
            return None
        looks[0].module = None  # no cycle, so that memory is freed at once
        net.modules = [made.module for made in looks[1:]]
        net.looked = seen, still_open
    module._mg_net = net
    return net if net.parameters else None


def look_at(module, looks):
    """The ``looks`` that are open, see _net_changes.py. None if a module has changed."""
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
    """The layers of a module, each a list of (weights, bias, nonlin). None where Python must
    compute it. Appends a Look of each module to ``looks``; no part is read twice.
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
    # A layer of one neuron gives a Value, not a list: no layer can follow it.
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
    """``call``: the ``__call__`` that its class must have; None for the called module."""
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
    if net.looked[0] is not _net_changes.seen or net.looked[1]:
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
