"""``Node`` in Python, where there is no GIL to guard the one in C (``node.c``).

This is for PyPy and for CPython without the GIL. Each Value has an ``Owner``, which releases
the node when no program can reach the Value any more. A ``__del__`` of the Value itself would
run while other finalizers may still use the Value. So an owner refers to no Value. It refers
to the Value's attributes as long as these are atoms, and saves them when it dies.

There are no locks, because PyPy may run a finalizer anywhere, and it would wait there for
another thread.
"""

import gc
from weakref import ref

from micrograd_c._native import ffi, lib
from python_ref.core.modes import current, is_watched

values = {}  # node id -> a weak reference to its Value, until the Value's owner dies
saved_attributes = {}  # node id -> the attributes of a Value that died, while mg_is_noted(id)
classes = {}
ATOMS = {str, int, float, bool, type(None)}  # types that refer to no other object
new = object.__new__
NO_MEMORY = "no memory for a larger graph"


class Owner:
    """Owns a reference to a node, and releases it when the owner dies."""

    attributes = None  # the Value's, once it has some

    def __init__(self, node):
        self.node = node

    def __del__(self, release=lib.mg_release):
        node = self.node
        refer = values.get(node)
        value = None if refer is None else refer()
        if value is None:
            values.pop(node, None)
        if self.attributes:
            save_attributes(self, node, value)
        else:
            release(node)


def save_attributes(owner, node, value):
    """Release a node, and save the attributes of its Value that died with ``owner``.

    ``value`` is the Value that the node has now, or None.
    """
    if value is not None and owner_of(value) is owner:
        # The attributes refer to the Value, so all three became garbage together, and other
        # finalizers may still use the Value. Its second owner refers to no attributes: they die
        # before that owner does.
        set_owner(value, Owner(node))
        owner_of(value).attributes = NOT_ATOMS
    elif value is not None:  # it was made after the other died, and before this was called
        set_shared_attributes(value, {**owner.attributes, **vars(value)})
        lib.mg_release(node)
    else:
        saved_attributes[node] = owner.attributes
        if not lib.mg_release_noted(node):
            saved_attributes.pop(node, None)


class HasAttributes:
    __slots__ = ("_mg_owner", "__dict__")


attributes_of = vars(HasAttributes)["__dict__"].__get__
set_attributes = vars(HasAttributes)["__dict__"].__set__
get_owner, set_owner = HasAttributes._mg_owner.__get__, HasAttributes._mg_owner.__set__
NOT_ATOMS = {}  # stands for attributes to which an owner must not refer: they may refer to Values


def owner_of(value):
    """Return the owner of a Value, None before ``__init__``."""
    try:
        return get_owner(value)
    except AttributeError:
        return None


def attributes_with_owner(value):
    """Return the attributes of a Value. From now on its owner refers to them too."""
    owner = owner_of(value)
    if owner is not None and owner.attributes is None:
        set_shared_attributes(value, dict(attributes_of(value)))  # PyPy's own refers to the Value
    return attributes_of(value)


def set_shared_attributes(value, attributes):
    """Make ``attributes`` those of the Value and of its owner."""
    set_attributes(value, attributes)
    owner = owner_of(value)
    if owner is not None:
        owner.attributes = attributes


def slot(name):
    """Return a property for a slot of Node that is None where the slot is empty."""

    def get(value):
        try:
            return object.__getattribute__(value, name)
        except AttributeError:
            return None

    def set_(value, x):
        object.__setattr__(value, name, x)

    return property(get, set_)


class Node(HasAttributes):
    __slots__ = ("_mg_slot_known_operands", "_mg_slot_net_operands", "_mg_slot_backward")

    _mg_known_operands = slot("_mg_slot_known_operands")
    _mg_net_operands = slot("_mg_slot_net_operands")
    _mg_custom_backward = slot("_mg_slot_backward")

    @property
    def __dict__(self):
        return attributes_with_owner(self)

    @__dict__.setter
    def __dict__(self, attributes):
        set_shared_attributes(self, attributes)

    def __setattr__(self, name, value):
        attributes_with_owner(self)
        object.__setattr__(self, name, value)
        owner = owner_of(self)
        if type(value) not in ATOMS and owner is not None:
            owner.attributes = NOT_ATOMS  # this Value is pinned: it lives as long as its results

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
            shown(self)
            return False
        node = lib.mg_leaf(data)
        if not node:
            raise MemoryError(NO_MEMORY)
        give_node(self, node)
        shown(self)
        return True

    def _mg_become(self, other):
        mine, theirs = owner_of(self), other._mg_owner
        set_owner(self, theirs)
        values[theirs.node] = UncachedReference(self)
        if mine is None:
            del other._mg_owner
            return True
        set_owner(other, mine)
        values[mine.node] = ref(other)
        mine.attributes, theirs.attributes = theirs.attributes, mine.attributes
        return False

    def _mg_find_operands(self):
        if self._mg_known_operands is None:
            Node._mg_known_operands.__set__(self, operands_of(self._mg_id))
        return self._mg_known_operands

    @staticmethod
    def _mg_value_of(node):
        value = known_value_of(node)
        if value is None:
            lib.mg_retain(node)
            value = new(classes[0])
            set_owner(value, Owner(node))
            first = publish(node, value)
            if first is value:
                inherit_attributes(value, node)
            return first
        return value

    @staticmethod
    def _mg_living():
        if any(refer() is None for refer in list(values.values())):
            find_resurrected()
        every = [refer() for refer in list(values.values())]
        return [value for value in every if value is not None]

    @staticmethod
    def _mg_operands_are(cls):
        classes["operands"] = cls

    @classmethod
    def _mg_register(cls, number):
        classes[number] = cls


def operands_of(node):
    """Return the Values of the operands of a node, given by its id, as Operands."""
    if lib.mg_expand(node) != lib.MG_OK:
        raise MemoryError(NO_MEMORY)
    n = lib.mg_operands(node, ffi.NULL, 0)
    ids = ffi.new("mg_id[]", n)
    lib.mg_operands(node, ids, n)
    return classes["operands"](map(Node._mg_value_of, ids))


def known_value_of(node):
    """Return the Value that a node has, None where it has none."""
    refer = values.get(node)
    if refer is None:
        return None
    value = refer()
    if value is None:  # but its owner lives: a finalizer may have resurrected it
        find_resurrected()
        refer = values.get(node)
        value = None if refer is None else refer()
    return value


class UncachedReference(ref):
    """A new weak reference to a Value. PyPy's ``ref`` returns the earlier one, which is dead."""

    __slots__ = ()


def find_resurrected():
    """Enter the Values into ``values`` again that a finalizer has resurrected.

    Weak references die before finalizers run, even those to objects that a finalizer can still
    use. Where a weak reference is dead and the owner has not died yet, this searches all
    objects for the Value. It also lets the owners of the dead Values die, so that they save
    the attributes.
    """
    for x in gc.get_objects():
        owner = owner_of(x) if issubclass(type(x), Node) else None
        if owner is not None and values.get(owner.node, type(None))() is None:
            values[owner.node] = UncachedReference(x)
    if any(refer() is None for refer in list(values.values())):
        gc.collect()
    for node, refer in list(values.items()):
        if refer() is None and values.get(node) is refer:
            values.pop(node, None)


def publish(node, value):
    """Enter ``value`` as the Value of a node. Return it, or that of a thread that was quicker."""
    mine = ref(value)
    while True:
        first = values.setdefault(node, mine)()
        if first is not None:
            return first
        values.pop(node, None)  # dead


def give_node(value, node):
    """Make ``value`` the Value of a node; takes over the caller's reference to the node."""
    set_owner(value, Owner(node))
    values[node] = ref(value)
    if saved_attributes:
        inherit_attributes(value, node)


def inherit_attributes(value, node):
    """Give the node's new Value the saved attributes of the one that died."""
    attributes = saved_attributes.pop(node, None)
    if attributes and lib.mg_is_noted(node):
        set_shared_attributes(value, attributes)


def make(cls, node):
    """Return a new ``cls`` for a node, None for the id 0; takes over the caller's reference."""
    if not node:
        return None
    value = new(cls)
    give_node(value, node)
    return value


def shown(value, with_number=False):
    """Return ``value`` after ``watch`` of the mode in force has seen it, as ``mode.c`` does."""
    if is_watched() and value is not None:
        current().watch(value, with_number)
    return value


def maker(function, number=0):
    """Return ``function``, which makes a node in C, as one that takes and returns Values."""

    def call(*arguments):
        return make(classes[number], function(*map(id_or_argument, arguments)))

    return call


def operator_maker(function):
    """Return what ``maker`` does, for an operator: the mode in force watches its results."""
    make_value = maker(function)
    return lambda *arguments: shown(make_value(*arguments))


def id_or_argument(x):
    return x._mg_id if isinstance(x, Node) else x


mg_leaf, mg_node, mg_total, mg_dot, mg_logsumexp, mg_take_id = map(
    maker, (lib.mg_leaf, lib.mg_node, lib.mg_total, lib.mg_dot, lib.mg_logsumexp, lib.mg_take_id)
)
mg_node_with_local = maker(lib.mg_node_with_local)
mg_unary, mg_unary_k, mg_binary = map(operator_maker, (lib.mg_unary, lib.mg_unary_k, lib.mg_binary))
mg_traced, mg_traced_total, mg_traced_dot = (
    maker(function, 1) for function in (lib.mg_traced, lib.mg_traced_total, lib.mg_traced_dot)
)


# The most frequent functions, written out for speed.
def mg_add(a, b):
    return shown(make(classes[0], lib.mg_add(a._mg_id, b._mg_id)))


def mg_mul(a, b):
    return shown(make(classes[0], lib.mg_mul(a._mg_id, b._mg_id)))


def mg_add_number(a, b):
    return shown(make(classes[0], lib.mg_add_number(a._mg_id, b)), True)


def mg_mul_number(a, b):
    return shown(make(classes[0], lib.mg_mul_number(a._mg_id, b)), True)


def mg_data(a):
    return lib.mg_data(a._mg_id)


def mg_grad(a):
    return lib.mg_grad(a._mg_id)


def mg_set_data(a, data):
    lib.mg_set_data(a._mg_id, data)


def mg_set_grad(a, grad):
    lib.mg_set_grad(a._mg_id, grad)
