"""Whole nets in one call of C: what ``nn``'s classes do on the C engine.

``compiled(layers)`` is a net in C for the neurons of a Neuron, a Layer or an MLP, or
one that leaves every call to Python where only Python can tell what a module does:
a subclass with a ``__call__`` of its own, a weight that is itself computed, layers
that don't fit each other. A net is used until the modules change, see ``_net_changes.py``.
"""

from operator import attrgetter

from micrograd_c._c.bulk import METHODS
from micrograd_c._c.node import NO_MEMORY, Ids, mg_claim, owned, set_also_held
from micrograd_c._c.value import (
    CODES,
    LEAF,
    Value,
    number_types,
)
from micrograd_c._native import ffi, lib
from python_ref.nn import NONLINEARITIES, name_of

NULL = ffi.NULL
mg_net_call = lib.mg_net_call
# The codes of the nonlinearities that nets in C have: neurons with others are left to Python.
OPERATORS = {name: CODES[name] for name in NONLINEARITIES if lib.mg_net_has(CODES[name])}
KEPT, CUSTOM_BACKWARD = lib.MG_NET_PINNED, lib.MG_NET_CUSTOM_BACKWARD


class Net:
    """A net in C, and what Python needs to call it.

    Several threads may call it. They change ``rooms`` by pop and append, and ``looked`` and
    each look's ``seen`` by one assignment. Everything else never changes.
    """

    def __init__(self, base, layers, looks, structure):
        """``layers``: for each a list of (weights, bias, nonlin) that fit the layer before."""
        self.base, self.looks, self.structure = base, looks, structure
        self.looked = None, ()  # ``seen`` at the last look, and the looks that were open
        self.classes = self.subclasses = self.modules = ()
        self.parameters = tuple(p for neurons in layers for w, b, _ in neurons for p in (*w, b))
        self.nin = len(layers[0][0][0])
        self.nout = len(layers[-1])
        sizes = [self.nin, *map(len, layers)]
        nonlins = [neurons[0][2] for neurons in layers]
        ops = [operator_of(nonlin) for nonlin in nonlins]
        nodes = [p._mg_id for p in self.parameters]  # held until C holds them
        self.ids = ffi.new("mg_id[]", nodes)
        self.net = owned(lib.mg_net_free, lib.mg_net_new, sizes, len(layers), ops, self.ids)
        if self.net == NULL:
            raise MemoryError(NO_MEMORY)
        names = {name_of(nonlin) for nonlin in nonlins} - {None}
        self.methods_of = attrgetter("__add__", "__mul__", *names)
        self.methods = tuple(METHODS[name] for name in ("__add__", "__mul__", *names))
        self.rooms = []  # for outputs; each call takes one, as several threads may call

    def __reduce_ex__(self, protocol):
        raise TypeError("a net in C cannot be copied or pickled, its module can")

    def is_waiting(self):
        return False

    def zero_grad(self):
        lib.mg_zero_grad(self.ids, len(self.ids))

    def call(self, x):
        """The list of the net's outputs for ``x``, or None: let Python do it."""
        if type(x) is not list and type(x) is not tuple:
            if not hasattr(x, "tolist") or getattr(x, "ndim", 0) != 1:
                return None
            x = x.tolist()
            if type(x) is not list:
                return None
        x = tuple(x)  # a copy: its length must not change before C reads it
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
            room = Ids(self.nout)
        ids, kept = room.at[0], False
        result = mg_net_call(self.net, inputs, numbers, kept, ids)
        if result == KEPT:
            kept = True
            result = mg_net_call(self.net, inputs, numbers, kept, ids)
        if result == CUSTOM_BACKWARD:
            return None
        if result:
            raise MemoryError(NO_MEMORY)
        outputs = [mg_claim(ids, i) for i in range(self.nout)]
        self.rooms.append(room)
        if kept:
            held = (*self.parameters, *(x if numbers is NULL else ()))
            for output in outputs:
                lib.mg_pin(output._mg_id)
                set_also_held(output, held)
        return outputs


class NoNet:
    """Stands for a Net where C cannot compute the modules."""

    parameters = subclasses = ()
    looked = None, ()

    def __init__(self, base, structure):
        self.base, self.structure = base, structure
        self.calls = 0

    def is_waiting(self):
        """Whether to wait before the next attempt, which takes a tenth of a call in Python."""
        self.calls += 1
        return self.calls % 16 != 0

    def call(self, x):
        return None


def operator_of(nonlin):
    """The code of the operator, -1 for none; None when nets in C do not have it."""
    name = name_of(nonlin)
    if name is None:
        return -1
    return OPERATORS.get(name)


def compiled(base, layers, looks, structure):
    """A Net of the layers of neurons if ``all_fit``, else a NoNet."""
    if layers and all_fit(layers):
        return Net(base, layers, looks, structure)
    return NoNet(base, structure)


def all_fit(layers):
    """Whether C can compute these layers, each from the outputs of the one before."""
    width = None
    for neurons in layers:
        first, _, nonlin = neurons[0]
        nin, op = len(first), operator_of(nonlin)
        if op is None or (width is not None and nin != width):
            return False
        for w, b, nonlin in neurons:
            if len(w) != nin or operator_of(nonlin) != op:
                return False
            if not all(map(is_plain_leaf, w)) or not is_plain_leaf(b):
                return False
        width = len(neurons)
    return True


def is_plain_leaf(p):
    return type(p) is Value and lib.mg_op(p._mg_id) == LEAF
