"""``Node`` in Python, for PyPy and for CPython without the GIL: see ``_node.c``.

Each Value has a ``LastOwner``, which gives the node back when nobody can reach the Value any
more. A ``__del__`` of the Value would run while other finalizers may still use it. A weak
dictionary says which Value belongs to a node. Another dictionary has the attributes of Values
that were deallocated while their nodes were in use.
"""

import threading
from weakref import WeakValueDictionary

from micrograd_c._native import ffi, lib

values = WeakValueDictionary()  # node id -> its Value
left_behind = {}  # node id -> attributes of a deallocated Value, while mg_is_noted(id)
lock = threading.RLock()  # from reading an entry of ``values`` to writing it
classes = {}
NO_MEMORY = "no memory for a larger graph"


class LastOwner(float):
    """A node's id that gives the node back when it is deallocated. The collector skips floats."""

    __slots__ = ("attributes",)

    def __del__(self, release=lib.mg_release, release_noted=lib.mg_release_noted):
        attributes = getattr(self, "attributes", None)
        if not attributes:
            release(self)
            return
        node = float(self)
        left_behind[node] = attributes
        if not release_noted(node):
            left_behind.pop(node, None)


def noted(slot):
    """A property for a slot of Node, None where it is empty."""

    def get(value):
        return getattr(value, slot, None)

    def set_(value, x):
        object.__setattr__(value, slot, x)

    return property(get, set_)


class Node:
    __slots__ = ("_mg_owner", "_mg_slot_held", "_mg_slot_also", "_mg_slot_backward", "__dict__")

    _mg_held = noted("_mg_slot_held")
    _mg_also_held = noted("_mg_slot_also")
    _mg_own_backward = noted("_mg_slot_backward")

    @property
    def _mg_id(self):
        try:
            return float(self._mg_owner)
        except AttributeError:
            raise AttributeError(
                "this Value was never initialised: its __init__ did not run, or raised"
            ) from None

    def _mg_init_leaf(self, data):
        owner = getattr(self, "_mg_owner", None)
        if owner is not None:
            lib.mg_become_leaf(owner, data)
            return False
        node = lib.mg_leaf(data)
        if not node:
            raise MemoryError(NO_MEMORY)
        give_node(self, node)
        return True

    def _mg_take(self, other):
        with lock:
            mine, theirs = getattr(self, "_mg_owner", None), other._mg_owner
            if mine is not None:
                closes_cycle = ffi.new("int *")
                if lib.mg_become(mine, theirs, closes_cycle) != lib.MG_OK:
                    raise MemoryError(NO_MEMORY)
                if not closes_cycle[0]:
                    return False
            set_owner(self, theirs)
            values[float(theirs)] = self
            if mine is not None:
                set_owner(other, mine)
                values[float(mine)] = other
            else:
                del other._mg_owner
            return mine is None

    def _mg_operands(self):
        if self._mg_held is None:
            Node._mg_held.__set__(self, self._mg_find_operands())
        return self._mg_held

    def _mg_find_operands(self):
        node = self._mg_id
        if lib.mg_make_plain(node) != lib.MG_OK:
            raise MemoryError(NO_MEMORY)
        n = lib.mg_operands(node, ffi.NULL, 0)
        ids = ffi.new("mg_id[]", n)
        lib.mg_operands(node, ids, n)
        return classes["operands"](map(Node._mg_value_of, ids))

    @staticmethod
    def _mg_value_of(node):
        with lock:
            value = values.get(node)
            if value is None:
                lib.mg_retain(node)
                value = make(classes[0], node)
            return value

    @staticmethod
    def _mg_living():
        return list(values.values())

    @staticmethod
    def _mg_ids(given):
        return ffi.buffer(ffi.new("mg_id[]", [value._mg_id for value in given]))[:]

    @staticmethod
    def _mg_operands_are(cls):
        classes["operands"] = cls

    @classmethod
    def _mg_register(cls, number):
        classes[number] = cls


set_owner = Node._mg_owner.__set__


def give_node(value, node):
    """Make ``value`` the Value of a node. Takes the caller's reference to the node."""
    owner = LastOwner(node)
    attributes = left_behind.pop(node, None)
    if attributes and lib.mg_is_noted(node):
        vars(value).update(attributes)
    owner.attributes = vars(value)
    set_owner(value, owner)
    values[node] = value


def make(cls, node):
    if not node:
        return None
    value = object.__new__(cls)
    give_node(value, node)
    return value


def maker(function, number=0):
    """A function of C that makes a node, with Values in place of ids, as in _node.c."""

    def call(*arguments):
        return make(classes[number], function(*map(id_or_argument, arguments)))

    return call


def id_or_argument(x):
    return x._mg_id if isinstance(x, Node) else x


mg_leaf, mg_node, mg_unary, mg_unary_k = map(
    maker, (lib.mg_leaf, lib.mg_node, lib.mg_unary, lib.mg_unary_k)
)
mg_binary, mg_total, mg_dot, mg_logsumexp, mg_claim = map(
    maker, (lib.mg_binary, lib.mg_total, lib.mg_dot, lib.mg_logsumexp, lib.mg_claim)
)
mg_node_with_local = maker(lib.mg_node_with_local)
mg_traced = maker(lib.mg_traced, 1)


# Operators and data, spelled out for speed.
def mg_add(a, b):
    return make(classes[0], lib.mg_add(a._mg_id, b._mg_id))


def mg_mul(a, b):
    return make(classes[0], lib.mg_mul(a._mg_id, b._mg_id))


def mg_add_number(a, b):
    return make(classes[0], lib.mg_add_number(a._mg_id, b))


def mg_mul_number(a, b):
    return make(classes[0], lib.mg_mul_number(a._mg_id, b))


def mg_data(a):
    return lib.mg_data(a._mg_id)


def mg_grad(a):
    return lib.mg_grad(a._mg_id)


def mg_set_data(a, data):
    lib.mg_set_data(a._mg_id, data)


def mg_set_grad(a, grad):
    lib.mg_set_grad(a._mg_id, grad)
