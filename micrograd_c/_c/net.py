"""Whole nets in one call of C: what ``nn``'s classes do on the C engine.

``compiled(...)`` returns a net in C of the neurons of a Neuron, a Layer or an MLP. Where only
Python can tell what a module does, it returns one that leaves every call to Python: for a
subclass with a ``__call__`` of its own, a weight that is itself computed, or layers that do not
fit each other. A net is used until the modules change: see ``_net_changes.py``.
"""

from operator import attrgetter

from micrograd_c._c.bulk import METHODS
from micrograd_c._c.node import NO_MEMORY, Ids, mg_take_id, owned, set_net_operands
from micrograd_c._c.value import (
    CODES,
    LEAF,
    Value,
    number_types,
)
from micrograd_c._native import ffi, lib
from python_ref.core.modes import current, ever_watched
from python_ref.nn import NONLINEARITIES, name_of

NULL = ffi.NULL
mg_net_call = lib.mg_net_call
# The codes of the nonlinearities that nets in C have: neurons with others are left to Python.
OPERATORS = {name: CODES[name] for name in NONLINEARITIES if lib.mg_net_has(CODES[name])}
PINNED, CUSTOM_BACKWARD = lib.MG_NET_PINNED, lib.MG_NET_CUSTOM_BACKWARD


class Net:
    """A net in C, and what Python needs to call it.

    Several threads may call it. They change ``free_outputs`` by pop and append, and ``compared``
    and each snapshot's ``compared_at`` by one assignment. Everything else never changes.
    """

    def __init__(self, base, layers, snapshots, nodes_stamp):
        """``layers``: for each a list of (weights, bias, nonlin) that fit the layer before."""
        self.base, self.snapshots, self.nodes_stamp = base, snapshots, nodes_stamp
        # last_access at the last comparison, and the snapshots that were shared then.
        self.compared = None, ()
        self.classes = self.subclasses = self.modules = ()
        self.parameters = tuple(p for neurons in layers for w, b, _ in neurons for p in (*w, b))
        self.nin = len(layers[0][0][0])
        self.nout = len(layers[-1])
        sizes = [self.nin, *map(len, layers)]
        nonlins = [neurons[0][2] for neurons in layers]
        ops = [operator_of(nonlin) for nonlin in nonlins]
        nodes = [p._mg_id for p in self.parameters]
        self.ids = ffi.new("mg_id[]", nodes)
        self.net = owned(lib.mg_net_free, lib.mg_net_new, sizes, len(layers), ops, self.ids)
        if self.net == NULL:
            raise MemoryError(NO_MEMORY)
        names = {name_of(nonlin) for nonlin in nonlins} - {None}
        self.methods_of = attrgetter("__add__", "__mul__", *names)
        self.methods = tuple(METHODS[name] for name in ("__add__", "__mul__", *names))
        self.free_outputs = []  # Ids for the outputs of a call; each call takes one out

    def __reduce_ex__(self, protocol):
        raise TypeError("a net in C cannot be copied or pickled, its module can")

    def waits(self):
        return False

    def zero_grad(self):
        lib.mg_zero_grad(self.ids, len(self.ids))

    def call(self, x):
        """Return the list of the net's outputs for ``x``; None where Python must compute them."""
        if ever_watched and current().watch:
            return None  # one operator after the other, each of which is watched
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
            ids = self.free_outputs.pop()
        except IndexError:
            ids = Ids(self.nout)
        block, is_pinned = ids.at[0], False
        result = mg_net_call(self.net, inputs, numbers, is_pinned, block)
        if result == PINNED:
            is_pinned = True
            result = mg_net_call(self.net, inputs, numbers, is_pinned, block)
        if result == CUSTOM_BACKWARD:
            return None
        if result:
            raise MemoryError(NO_MEMORY)
        outputs = [mg_take_id(block, i) for i in range(self.nout)]
        self.free_outputs.append(ids)
        if is_pinned:
            operands = (*self.parameters, *(x if numbers is NULL else ()))
            for output in outputs:
                lib.mg_pin(output._mg_id)
                set_net_operands(output, operands)
        return outputs


class NoNet:
    """Stands for a Net where C cannot compute the modules."""

    parameters = subclasses = ()
    compared = None, ()

    def __init__(self, base, nodes_stamp):
        self.base, self.nodes_stamp = base, nodes_stamp
        self.calls = 0

    def waits(self):
        """Return True 15 times out of 16: do not try to make a Net in this call.

        An attempt takes a tenth of the time of a call in Python.
        """
        self.calls += 1
        return self.calls % 16 != 0

    def call(self, x):
        return None


def operator_of(nonlin):
    """Return the code of the operator, -1 for none; None if nets in C do not have it."""
    name = name_of(nonlin)
    if name is None:
        return -1
    return OPERATORS.get(name)


def compiled(base, layers, snapshots, nodes_stamp):
    """Return a Net of the layers of neurons if ``all_fit``, else a NoNet."""
    if layers and all_fit(layers):
        return Net(base, layers, snapshots, nodes_stamp)
    return NoNet(base, nodes_stamp)


def all_fit(layers):
    """Return True if C can compute these layers, each from the outputs of the one before."""
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
