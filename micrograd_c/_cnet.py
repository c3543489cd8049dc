"""Whole nets in one call of C: what ``nn``'s classes do on the C engine.

``compiled(layers)`` is a net in C for the neurons of a Neuron, a Layer or an MLP, or
one that leaves every call to Python where only Python can tell what a module does:
a subclass with a ``__call__`` of its own, a weight that is itself computed, layers
that don't fit each other. It is used until somebody changes any module's structure,
see ``_watched.py``.
"""

from operator import attrgetter

from micrograd_c import _watched
from micrograd_c._cbulk import METHODS
from micrograd_c._cvalue import (
    CODES,
    LEAF,
    NO_MEMORY,
    Value,
    new,
    number_types,
    set_also_held,
    set_id,
)
from micrograd_c._native import ffi, lib
from micrograd_c._watched import Watched
from python_ref.nn import NONLINEARITIES, name_of

NULL = ffi.NULL
mg_net_call = lib.mg_net_call
KEPT, OWN_BACKWARD = lib.MG_NET_KEPT, lib.MG_NET_OWN_BACKWARD


class Net:
    """A net in C, and what Python needs to call it."""

    def __init__(self, layers):
        """``layers``: for each a list of neurons that fit the layer before."""
        self.structure = _watched.structure
        self.parameters = tuple(
            p for neurons in layers for neuron in neurons for p in (*neuron.w, neuron.b)
        )
        self.nin = len(layers[0][0].w)
        self.nout = len(layers[-1])
        sizes = [self.nin, *map(len, layers)]
        ops = [operator_of(neurons[0].nonlin) for neurons in layers]
        self.ids = ffi.new("mg_id[]", [p._mg_id for p in self.parameters])
        net = lib.mg_net_new(sizes, len(layers), ops, self.ids)
        if net == ffi.NULL:
            raise MemoryError(NO_MEMORY)
        self.net = net
        names = {name_of(neurons[0].nonlin) for neurons in layers} - {None}
        self.methods_of = attrgetter("__add__", "__mul__", *names)
        self.methods = tuple(METHODS[name] for name in ("__add__", "__mul__", *names))
        self.rooms = []  # for outputs; each call takes one, as several threads may call

    def __del__(self, mg_net_free=lib.mg_net_free):
        if hasattr(self, "net"):
            mg_net_free(self.net)

    def zero_grad(self):
        lib.mg_zero_grad(self.ids, len(self.ids))

    def call(self, x):
        """The list of the net's outputs for ``x``, or None: let Python do it."""
        if type(x) is not list and type(x) is not tuple:
            if not hasattr(x, "tolist") or getattr(x, "ndim", 0) != 1:
                return None
            x = x.tolist()
        if len(x) != self.nin or self.methods_of(Value) != self.methods:
            return None
        if type(x[0]) is Value:
            inputs, numbers = [xi._mg_id for xi in x if type(xi) is Value], NULL
            if len(inputs) != self.nin:
                return None
        elif number_types.issuperset(map(type, x)):
            inputs, numbers = NULL, x
        else:
            return None
        try:
            room = self.rooms.pop()
        except IndexError:
            room = ffi.new("mg_id[]", self.nout)
        kept = False
        result = mg_net_call(self.net, inputs, numbers, kept, room)
        if result == KEPT:
            kept = True
            result = mg_net_call(self.net, inputs, numbers, kept, room)
        if result == OWN_BACKWARD:
            return None
        if result:
            raise MemoryError(NO_MEMORY)
        outputs = []
        for node in room:
            output = new(Value)
            set_id(output, node)
            outputs.append(output)
        self.rooms.append(room)
        if kept:
            held = (*self.parameters, *(x if numbers is NULL else ()))
            for output in outputs:
                lib.mg_keep(output._mg_id)
                set_also_held(output, held)
        return outputs


class NoNet:
    """In a Net's place where there can be none."""

    parameters = ()

    def __init__(self):
        self.structure = _watched.structure

    def call(self, x):
        return None


def operator_of(nonlin):
    """Its code, -1 for none; None when nets in C don't have it."""
    name = name_of(nonlin)
    if name is None:
        return -1
    return CODES[name] if name in NONLINEARITIES else None


def compiled(layers):
    """The Net of some layers of neurons, of which ``all_fit`` decides."""
    return Net(layers) if layers and all_fit(layers) else NoNet()


def all_fit(layers):
    """Whether lists of neurons are layers that C can run, each fed by the one before."""
    width = None
    for neurons in layers:
        if not neurons:
            return False
        nin, op = len(neurons[0].w), operator_of(neurons[0].nonlin)
        if nin == 0 or op is None or (width is not None and nin != width):
            return False
        for neuron in neurons:
            if type(neuron.w) is not Watched or len(neuron.w) != nin:
                return False
            if operator_of(neuron.nonlin) != op:
                return False
            if not all(map(is_plain_leaf, neuron.w)) or not is_plain_leaf(neuron.b):
                return False
        width = len(neurons)
    return True


def is_plain_leaf(p):
    return type(p) is Value and lib.mg_op(p._mg_id) == LEAF
