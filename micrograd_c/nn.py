"""``Module``, ``Neuron``, ``Layer`` and ``MLP``, on the engine that was chosen.

On the C engine, calling a Neuron, a Layer or an MLP is one call of C. What it returns, and
every node below, equals what the reference engine's nn builds node by node.
"""

import random
from itertools import repeat
from operator import attrgetter, contains

import python_ref.nn
from micrograd_c import _net_changes, functional, state
from micrograd_c._backend import backend
from micrograd_c._net_changes import Snapshot, TracksAccess, is_unchanged, tracked
from micrograd_c.engine import Value

if backend == "c":
    from micrograd_c._c import net as c_net

# The names that a star import of micrograd's nn gives, which has no __all__.
__all__ = ["random", "Value", "Module", "Neuron", "Layer", "MLP"]


class Module(python_ref.nn.Module):
    """A model, or a part of one, with parameters that can be trained, saved and loaded.

    To write a module of your own, return its Values as a list from ``parameters()``.
    """

    def zero_grad(self):
        """Set the gradient of every parameter to 0, in one call of C."""
        functional.zero_grad(self.parameters())

    def state_dict(self):
        """Return the parameters' data by name; see ``state.state_dict``.

        Raises:
            ValueError: As ``state.state_dict`` does.
        """
        return state.state_dict(self)

    def load_state_dict(self, state_dict, strict=True):
        """Set the parameters' data by name; see ``state.load_state_dict``.

        Args:
            state_dict: A dict of names to arrays, such as ``state_dict()`` returns.
            strict: False ignores missing and unexpected names.

        Raises:
            ValueError: As ``state.load_state_dict`` does.
            TypeError: As ``state.load_state_dict`` does.
        """
        state.load_state_dict(self, state_dict, strict)

    def save(self, path):
        """Write the parameters to an .npz file at ``path``; see ``state.save``.

        Raises:
            OSError: As ``state.save`` does.
            ValueError: As ``state.save`` does.
        """
        state.save(self, path)

    def load(self, path):
        """Set the parameters from a file that ``save`` wrote; see ``state.load``.

        Raises:
            OSError: As ``state.load`` does.
            ValueError: As ``state.load`` does.
        """
        state.load(self, path)


class Compiled(TracksAccess, Module):
    """The base of Neuron, Layer and MLP: one call of C where that gives the same."""

    # A Net or NoNet, and what _net_changes.py needs. In slots, because the dict is the user's.
    __slots__ = ("_mg_last_access", "_mg_net")

    def parameters(self):
        """Return the parameters as a list of Values."""
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
    w, b, nonlin = tracked("w"), tracked("b"), tracked("nonlin")

    def __call__(self, x):
        out = call_c(NEURON, self, x)
        return python_ref.nn.Neuron.__call__(self, x) if out is None else out[0]


class Layer(Compiled, python_ref.nn.Layer):
    __doc__ = python_ref.nn.Layer.__doc__
    neuron_class = python_ref.nn.Named("Neuron", globals())
    neurons = tracked("neurons")

    def __call__(self, x):
        out = call_c(LAYER, self, x)
        if out is None:
            return python_ref.nn.Layer.__call__(self, x)
        return out[0] if len(out) == 1 else out


class MLP(Compiled, python_ref.nn.MLP):
    __doc__ = python_ref.nn.MLP.__doc__
    layer_class = python_ref.nn.Named("Layer", globals())
    layers = tracked("layers")

    def __call__(self, x):
        out = call_c(MLP_, self, x)
        if out is None:
            return python_ref.nn.MLP.__call__(self, x)
        return out[0] if len(out) == 1 else out


for _class in (Neuron, Layer, MLP):
    _class.__call__.__doc__ = vars(python_ref.nn)[_class.__name__].__call__.__doc__

# --- the net in C of a module -------------------------------------------------------------

# The classes and methods as they are defined here: a program may assign others to their names.
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
    """Return the outputs of ``module``, an instance of ``base``, as a list.

    Return None where Python must compute them.
    """
    # A program may have assigned another method to a class, at any time.
    if NEURON.__call__ is not NEURON_CALL or LAYER.__call__ is not LAYER_CALL:
        return None
    try:
        net = module._mg_net
    except AttributeError:
        net = None
    if net is None or net.compared[0] is not _net_changes.last_access or net.compared[1]:
        net = current_net(base, module, net)
        if net is None:
            return None
    if net.subclasses and any(methods(cls) != ours for cls, methods, ours in net.subclasses):
        return None
    return net.call(x)


def current_net(base, module, net):
    """Return the net for a module as it is now: ``net``, from an earlier call, or a new one.

    Return None where Python must compute the module. Several threads may do this for one
    module. Each makes a net from one reading of the module, and assigns the net together with
    its snapshots. If another thread then assigns an older net, the next call finds that it is
    out of date. A net that a call uses lives until the call has returned.
    """
    if backend != "c":
        return None
    last_access, nodes_stamp = _net_changes.last_access, _net_changes.nodes_stamp  # read first
    is_usable = net is not None and net.nodes_stamp is nodes_stamp
    if is_usable and net.waits():
        return None
    if is_usable and net.parameters:  # a NoNet has none, and nothing to compare
        compared_at, were_shared = net.compared
        shared = shared_among(module, were_shared if compared_at is last_access else net.snapshots)
        if shared is not None:
            net.compared = last_access, shared
            return net
    snapshots = []
    net = c_net.compiled(base, layers_of(base, module, snapshots), snapshots, nodes_stamp)
    if net.parameters:
        net.classes = {snapshot.type for snapshot in snapshots}
        # Those that the net calls: snapshots[0] is of the module itself.
        called = {snapshot.type for snapshot in snapshots[1:]}
        net.subclasses = [
            (cls, methods[base], of_ours[base])
            for cls in net.classes.difference(OURS)
            for base in OURS
            for methods, of_ours in ((PARTS, PARTS_OF_OURS), (CALL, CALLS))
            if issubclass(cls, base) and (methods is PARTS or cls in called)
        ]
        shared = shared_among(module, snapshots)
        if shared is None:  # another thread changed it meanwhile
            return None
        snapshots[0].module = None  # no cycle, so that memory is freed at once
        net.modules = [snapshot.module for snapshot in snapshots[1:]]
        net.compared = last_access, shared
    module._mg_net = net
    return net if net.parameters else None


def shared_among(module, snapshots):
    """Return those of ``snapshots`` that are shared, see _net_changes.py.

    Return None if ``module``, or one that is part of it, has changed.
    """
    shared = []
    for snapshot in snapshots:
        part = snapshot.module
        if part is None:
            part = module
        if part._mg_last_access is not snapshot.compared_at:
            if not is_unchanged(snapshot, part):
                return None
            if snapshot.compared_at is None:
                shared.append(snapshot)
    return shared


def layers_of(base, module, snapshots):
    """Return the layers of a module, each as a list of (weights, bias, nonlin).

    Return None where Python must compute the module. Appends a Snapshot of each module to
    ``snapshots``; no part is read twice.
    """
    if base is NEURON:
        neuron = neuron_of(module, snapshots)
        return neuron and [[neuron]]
    if base is LAYER:
        layer = layer_of(module, snapshots)
        return layer and [layer]
    snapshot = snapshot_of(module, MLP_, None, snapshots, "layers")
    layers = []
    for layer in snapshot.members or () if snapshot else ():
        layers.append(layer_of(layer, snapshots, LAYER_CALL))
        if not layers[-1]:
            return None
    # A layer of one neuron gives a Value, not a list: no layer can follow it.
    return None if any(len(layer) == 1 for layer in layers[:-1]) else layers


def layer_of(layer, snapshots, call=None):
    snapshot = snapshot_of(layer, LAYER, call, snapshots, "neurons")
    neurons = []
    for neuron in snapshot.members or () if snapshot else ():
        neurons.append(neuron_of(neuron, snapshots, NEURON_CALL))
        if not neurons[-1]:
            return None
    return neurons


def neuron_of(neuron, snapshots, call=None):
    snapshot = snapshot_of(neuron, NEURON, call, snapshots, "w", "b", "nonlin")
    if not snapshot or not snapshot.members:
        return None
    return snapshot.members, *(value for _, value in snapshot.others)


def snapshot_of(module, base, call, snapshots, *names):
    """Return a Snapshot of ``module``; None where its class is not, or not like, ``base``.

    ``call`` is the ``__call__`` that its class must have; None for the called module.
    """
    cls = type(module)
    if not issubclass(cls, base) or PARTS[base](cls) != PARTS_OF_OURS[base]:
        return None
    if call and cls.__call__ is not call:
        return None
    snapshots.append(Snapshot(module, cls, *names))
    return snapshots[-1]


def listed_net(module):
    """Return the net of an earlier call if ``parameters()`` returns the net's parameters.

    Return None if there is no such net.
    """
    try:
        net = module._mg_net
    except AttributeError:
        return None
    if net.compared[0] is not _net_changes.last_access or net.compared[1]:
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
