"""Detects when modules have changed, so that a net in C made of them is out of date.

A net in C refers to the neurons and Values that it was made of. These are in the modules'
dicts and in lists, which a Python program can change without calling any method of ours:
``list.__setitem__(n.w, 0, v)``, ``heapq.heapify(n.w)``, ``vars(n)["b"] = v``. But a program
must get the list or dict first, by reading an attribute of the module. So:

- Such an attribute is a property. Each access puts a new stamp, an ``object()``, into the
  module's ``_mg_last_access`` and then into the global ``last_access``.
- A net has a Snapshot of each module that it was made of. A call of the net first compares
  ``last_access`` with what it was at the last call. If it has changed, the call compares each
  module whose ``_mg_last_access`` has changed with its snapshot.
- A dict or list is *shared* while anything else refers to it, as its reference count says: a
  program may change it without a further access. Then each call compares its module again.

This is safe with other threads, and with signal handlers and exceptions at any bytecode. A
property refers to the dict while it runs, so that the dict is shared meanwhile.
``is_unchanged`` reads ``_mg_last_access`` first, then counts references, then compares. If
nothing is shared at that time, a program must access the module again before it can change
it, which sets a new stamp. The old stamp is still referred to for the comparison, so a new
one cannot have its address.

When a Value is initialised again, it may have another node. Then ``nodes_stamp`` is
replaced, and ids of nodes that were read before must not be used any more.
"""

import sys
from operator import is_

import python_ref.nn

last_access = object()
nodes_stamp = object()
getrefcount = getattr(
    sys, "getrefcount", None
)  # PyPy has none: there every list and dict counts as shared


def node_changed():
    """Record that a Value may have another node."""
    global last_access, nodes_stamp
    nodes_stamp = object()  # two threads that increment one number could lose a step
    last_access = object()


def record_access(module):
    """Record an access to a module. The caller must refer to the module's dict already."""
    global last_access
    module._mg_last_access = object()
    last_access = object()


def tracked(name):
    """Return a property for an attribute of which a net in C is made. It records each access."""

    def get(module):
        attributes = module._mg_dict
        record_access(module)
        try:
            return attributes[name]
        except KeyError:
            kind = type(module).__name__
            raise AttributeError(f"{kind!r} object has no attribute {name!r}") from None

    def set(module, value):
        attributes = module._mg_dict
        record_access(module)
        attributes[name] = value

    def delete(module):
        attributes = module._mg_dict
        record_access(module)
        try:
            del attributes[name]
        except KeyError:
            raise AttributeError(name) from None

    return property(get, set, delete)


class TracksAccess(python_ref.nn.Module):
    """A module that records each access to its ``__dict__`` and ``__class__``."""

    __slots__ = ()

    _mg_dict = python_ref.nn.Module.__dict__["__dict__"]  # Python's own, which records nothing

    @property
    def __dict__(self):
        attributes = self._mg_dict
        record_access(self)
        return attributes

    @__dict__.setter
    def __dict__(self, attributes):
        before = self._mg_dict  # noqa: F841 - so that it is shared
        record_access(self)
        self._mg_dict = attributes

    @property
    def __class__(self):
        return type(self)

    @__class__.setter
    def __class__(self, cls):
        attributes = self._mg_dict  # noqa: F841 - so that it is shared
        record_access(self)
        object.__dict__["__class__"].__set__(self, cls)


MISSING = object()


class Snapshot:
    """What a module was when a net was made of it. Reads each part once, as it may change."""

    __slots__ = ("compared_at", "members", "module", "name", "others", "type")

    def __init__(self, module, cls, name, *others):
        """``name`` is the attribute with the list, ``others`` are further attributes."""
        record_access(module)  # it may be new
        attributes = module._mg_dict
        self.module, self.type, self.name = module, cls, name
        items = attributes.get(name)
        self.members = tuple(items) if type(items) is list else None
        self.others = [(key, attributes.get(key, MISSING)) for key in others]
        # The module's _mg_last_access at the last comparison; None if something was shared then.
        self.compared_at = None


def is_unchanged(snapshot, module):
    """Return True if ``module`` is what ``snapshot`` says, and set ``snapshot.compared_at``."""
    last = module._mg_last_access
    attributes, name = module._mg_dict, snapshot.name
    items = attributes.get(name)
    is_unshared = getrefcount and (getrefcount(attributes), getrefcount(items)) == UNSHARED
    if type(module) is not snapshot.type or type(items) is not list:
        return False
    if len(items) != len(snapshot.members) or not all(map(is_, items, snapshot.members)):
        return False  # not ==, which a subclass of Value may override
    for key, value in snapshot.others:
        if attributes.get(key, MISSING) is not value:
            return False
    snapshot.compared_at = last if is_unshared else None
    return True


def unshared():
    """Return the two counts that ``is_unchanged`` finds if nothing else refers to the objects."""
    module = Counted()
    module.items = []
    attributes, name = module._mg_dict, "items"
    items = attributes.get(name)
    # At most 3, in case a debugger refers to them at this moment.
    return min(getrefcount(attributes), 3), min(getrefcount(items), 3)


class Counted(TracksAccess):
    __slots__ = ("_mg_last_access",)


UNSHARED = unshared() if getrefcount else None
