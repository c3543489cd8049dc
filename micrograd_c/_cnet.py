"""Whole nets in one call of C: what ``nn``'s classes do on the C engine.

``compiled(module)`` is a net in C for a Neuron, a Layer or an MLP, or None where
only Python can tell what the module does: a subclass with a ``__call__`` of its
own, a weight that is itself computed, layers that don't fit each other. It is
kept until somebody changes the module's structure: ``Watched`` lists and
``nn``'s ``__setattr__`` say when, by ``changed()``.
"""

from micrograd_c._cvalue import CODES, NO_MEMORY, Value, new, number_types, set_also_held, set_id
from micrograd_c._native import ffi, lib

LEAF = lib.mg_op_find(b"leaf")

structure = 0  # grows whenever any module's structure changes


def changed():
    global structure
    structure += 1


def watched(name):
    method = getattr(list, name)

    def change(self, *args, **kwargs):
        changed()
        return method(self, *args, **kwargs)

    change.__name__ = name
    return change


class Watched(list):
    """A list of weights, neurons or layers that says when it is changed."""

    __slots__ = ()


for _name in (
    "__setitem__", "__delitem__", "__iadd__", "__imul__", "append", "clear", "extend",
    "insert", "pop", "remove", "reverse", "sort",
):  # fmt: skip
    setattr(Watched, _name, watched(_name))


class Net:
    """A net in C, and what Python needs to call it."""

    def __init__(self, layers):
        """``layers``: for each a list of neurons that fit the layer before."""
        self.structure = structure
        self.parameters = tuple(
            p for neurons in layers for neuron in neurons for p in (*neuron.w, neuron.b)
        )
        self.ids = ffi.new("mg_id[]", [p._id for p in self.parameters])
        self.nin = len(layers[0][0].w)
        self.nout = len(layers[-1])
        sizes = [self.nin, *map(len, layers)]
        ops = [operator_of(neurons[0].nonlin) for neurons in layers]
        net = lib.mg_net_new(sizes, len(layers), ops, self.ids)
        if net == ffi.NULL:
            raise MemoryError(NO_MEMORY)
        self.net = ffi.gc(net, lib.mg_net_free)

    def __call__(self, x):
        """The list of the net's outputs for ``x``, or None: let Python do it."""
        if type(x) is not list and type(x) is not tuple:
            if not hasattr(x, "tolist") or getattr(x, "ndim", 0) != 1:
                return None
            x = x.tolist()
        if len(x) != self.nin:
            return None
        kinds = set(map(type, x))
        if kinds == {Value}:
            inputs, numbers = [xi._id for xi in x], ffi.NULL
        elif kinds <= number_types:
            inputs, numbers = ffi.NULL, x
        else:
            return None
        outputs = ffi.new("mg_id[]", self.nout)
        result = lib.mg_net_call(self.net, inputs, numbers, 0, outputs)
        kept = result == lib.MG_NET_KEPT
        if kept:
            result = lib.mg_net_call(self.net, inputs, numbers, 1, outputs)
        if result == lib.MG_NET_OWN_BACKWARD:
            return None
        if result:
            raise MemoryError(NO_MEMORY)
        values = []
        for node in outputs:
            value = new(Value)
            set_id(value, node)
            values.append(value)
        if kept:
            held = (*self.parameters, *(x if numbers == ffi.NULL else ()))
            for value in values:
                lib.mg_keep(value._id)
                set_also_held(value, held)
        return values


def operator_of(nonlin):
    return -1 if not nonlin else CODES["relu" if nonlin is True else nonlin]


def compiled(module, layers_of):
    """The module's Net, None if it can have none; made again after a change."""
    net = module.__dict__.get("_net")
    if net is None or net[0] != structure:
        layers = layers_of(module)
        net = structure, Net(layers) if layers and all_fit(layers) else None
        module.__dict__["_net"] = net
    return net[1]


def all_fit(layers):
    """Whether lists of neurons are layers that C can run, each fed by the one before."""
    width = None
    for neurons in layers:
        if not neurons:
            return False
        nin, nonlin = len(neurons[0].w), neurons[0].nonlin
        if nin == 0 or (width is not None and nin != width):
            return False
        for neuron in neurons:
            if type(neuron.w) is not Watched or len(neuron.w) != nin or neuron.nonlin != nonlin:
                return False
            if not all(map(is_plain_leaf, neuron.w)) or not is_plain_leaf(neuron.b):
                return False
        width = len(neurons)
    return True


def is_plain_leaf(p):
    return type(p) is Value and lib.mg_op(p._id) == LEAF
