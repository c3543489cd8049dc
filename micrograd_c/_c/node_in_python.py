"""``Node`` in Python, where there is no GIL to guard the one in C: see ``node.c``.

On PyPy, and on CPython without the GIL. Each Value has an ``Owner``, which gives the node
back when nobody can find the Value any more: a ``__del__`` of its own would run while other
finalizers may still use it. So an owner refers to no Value. It does refer to the Value's
attributes while these refer to nothing themselves, and leaves them behind.

There are no locks: on PyPy a finalizer may run anywhere, and wait for another thread.
"""

import gc
from weakref import ref

from micrograd_c._native import ffi, lib

values = {}  # node id -> a weak reference to its Value, until the Value's owner dies
left_behind = {}  # node id -> the attributes of a Value that died, while mg_is_noted(id)
classes = {}
ATOMS = {str, int, float, bool, type(None)}  # see pinning.py
new = object.__new__
NO_MEMORY = "no memory for a larger graph"


class Owner:
    """What gives a reference to a node back when it dies."""

    attributes = None  # or the Value's, once it has some

    def __init__(self, node):
        self.node = node

    def __del__(self, release=lib.mg_release):
        node = self.node
        refer = values.get(node)
        value = None if refer is None else refer()
        if value is None:
            values.pop(node, None)
        if self.attributes:
            leave_behind(self, node, value)
        else:
            release(node)


def leave_behind(owner, node, value):
    """Give back a node for which a Value that died had attributes.

    ``value`` is the one that the node has now, or None.
    """
    if value is not None and owner_of(value) is owner:
        # The attributes refer to the Value, which others may still use: they die before a
        # second owner does, which knows no attributes.
        set_owner(value, Owner(node))
        owner_of(value).attributes = REFERS
    elif value is not None:  # it was made after the other died, and before this was called
        give_attributes(value, {**owner.attributes, **vars(value)})
        lib.mg_release(node)
    else:
        left_behind[node] = owner.attributes
        if not lib.mg_release_noted(node):
            left_behind.pop(node, None)


class HasAttributes:
    __slots__ = ("_mg_owner", "__dict__")


attributes_of = vars(HasAttributes)["__dict__"].__get__
set_attributes = vars(HasAttributes)["__dict__"].__set__
get_owner, set_owner = HasAttributes._mg_owner.__get__, HasAttributes._mg_owner.__set__
REFERS = {}  # in place of attributes that an owner must not refer to


def owner_of(value):
    """None before ``__init__``."""
    try:
        return get_owner(value)
    except AttributeError:
        return None


def attributes_with_owner(value):
    """The attributes of a Value, which its owner knows from now on."""
    owner = owner_of(value)
    if owner is not None and owner.attributes is None:
        give_attributes(value, dict(attributes_of(value)))  # PyPy's own refers to the Value
    return attributes_of(value)


def give_attributes(value, attributes):
    set_attributes(value, attributes)
    owner = owner_of(value)
    if owner is not None:
        owner.attributes = attributes


def noted(slot):
    """A property for a slot of Node, None where it is empty."""

    def get(value):
        try:
            return object.__getattribute__(value, slot)
        except AttributeError:
            return None

    def set_(value, x):
        object.__setattr__(value, slot, x)

    return property(get, set_)


class Node(HasAttributes):
    __slots__ = ("_mg_slot_held", "_mg_slot_also", "_mg_slot_backward")

    _mg_held = noted("_mg_slot_held")
    _mg_also_held = noted("_mg_slot_also")
    _mg_custom_backward = noted("_mg_slot_backward")

    @property
    def __dict__(self):
        return attributes_with_owner(self)

    @__dict__.setter
    def __dict__(self, attributes):
        give_attributes(self, attributes)

    def __setattr__(self, name, value):
        attributes_with_owner(self)
        object.__setattr__(self, name, value)
        owner = owner_of(self)
        if type(value) not in ATOMS and owner is not None:
            owner.attributes = REFERS  # this Value lives as long as what is made of it

    @property
    def _mg_id(self):
        try:
            return get_owner(self).node
        except AttributeError:
            raise AttributeError(
                "this Value was never initialised: its __init__ did not run, or raised"
            ) from None

    def _mg_init_leaf(self, data):
        owner = owner_of(self)
        if owner is not None:
            lib.mg_become_leaf(owner.node, data)
            return False
        node = lib.mg_leaf(data)
        if not node:
            raise MemoryError(NO_MEMORY)
        give_node(self, node)
        return True

    def _mg_take(self, other):
        mine, theirs = owner_of(self), other._mg_owner
        set_owner(self, theirs)
        values[theirs.node] = LaterReference(self)
        if mine is None:
            del other._mg_owner
            return True
        set_owner(other, mine)
        values[mine.node] = ref(other)
        mine.attributes, theirs.attributes = theirs.attributes, mine.attributes
        return False

    def _mg_operands(self):
        if self._mg_held is None:
            Node._mg_held.__set__(self, self._mg_find_operands())
        return self._mg_held

    def _mg_find_operands(self):
        node = self._mg_id
        if lib.mg_expand(node) != lib.MG_OK:
            raise MemoryError(NO_MEMORY)
        n = lib.mg_operands(node, ffi.NULL, 0)
        ids = ffi.new("mg_id[]", n)
        lib.mg_operands(node, ids, n)
        return classes["operands"](map(Node._mg_value_of, ids))

    @staticmethod
    def _mg_value_of(node):
        value = known(node)
        if value is None:
            lib.mg_retain(node)
            value = new(classes[0])
            set_owner(value, Owner(node))
            first = publish(node, value)
            if first is value:
                take_over(value, node)
            return first
        return value

    @staticmethod
    def _mg_living():
        if any(refer() is None for refer in list(values.values())):
            find_saved()
        every = [refer() for refer in list(values.values())]
        return [value for value in every if value is not None]

    @staticmethod
    def _mg_operands_are(cls):
        classes["operands"] = cls

    @classmethod
    def _mg_register(cls, number):
        classes[number] = cls


def known(node):
    """The Value of a node, None where it has none."""
    refer = values.get(node)
    if refer is None:
        return None
    value = refer()
    if value is None:  # its owner lives, see above
        find_saved()
        refer = values.get(node)
        value = None if refer is None else refer()
    return value


class LaterReference(ref):
    """Not what PyPy gives for ``ref`` once more: the reference of before, which is dead."""

    __slots__ = ()


def find_saved():
    """Note Values again that a finalizer may have saved.

    Weak references die before finalizers run, also those to what a finalizer can use. Where
    one is dead and the owner has not died yet, this looks at all objects, and lets the owners
    of the other Values die, so that these leave their attributes behind.
    """
    for x in gc.get_objects():
        owner = owner_of(x) if issubclass(type(x), Node) else None
        if owner is not None and values.get(owner.node, type(None))() is None:
            values[owner.node] = LaterReference(x)
    if any(refer() is None for refer in list(values.values())):
        gc.collect()
    for node, refer in list(values.items()):
        if refer() is None and values.get(node) is refer:
            values.pop(node, None)


def publish(node, value):
    """The Value of a node: ``value``, if another thread has not been quicker."""
    mine = ref(value)
    while True:
        first = values.setdefault(node, mine)()
        if first is not None:
            return first
        values.pop(node, None)  # dead


def give_node(value, node):
    """Make ``value`` the Value of a node whose reference it takes."""
    set_owner(value, Owner(node))
    values[node] = ref(value)
    if left_behind:
        take_over(value, node)


def take_over(value, node):
    """Give the node's new Value the attributes of one that died."""
    attributes = left_behind.pop(node, None)
    if attributes and lib.mg_is_noted(node):
        give_attributes(value, attributes)


def make(cls, node):
    if not node:
        return None
    value = new(cls)
    give_node(value, node)
    return value


def maker(function, number=0):
    """A function of C that makes a node, with Values for ids, as node.c has it."""

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
