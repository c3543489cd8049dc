"""Whether modules are still what a net in C was made of.

A net in C keeps the neurons and Values that it was made of. These are in the modules' dicts
and in lists, which Python programs can change without calling any method of ours:
``list.__setitem__(n.w, 0, v)``, ``heapq.heapify(n.w)``, ``vars(n)["b"] = v``. But a program
must get the list or dict first, by reading an attribute of the module. So:

- Such an attribute is a property. Each access replaces the module's ``_mg_seen``, and then
  ``seen``, by a new ``object()``. The module was *seen*: it may be changed from now on.
- A call of a net compares ``seen`` with what it was at the last look. If it is another
  object, the call *looks* at each module whose ``_mg_seen`` is another object, too: it
  compares the module with what the net was made of.
- A dict or list is *open* while anybody else has a reference to it, as its reference count
  says. Then each call looks at its module again.

This is safe with other threads, and with signal handlers and exceptions at any bytecode. A
property holds the dict while it works, so that the dict is open meanwhile. ``look`` reads
``_mg_seen`` first, then counts references, then compares. If nothing is open at that time,
a program must access the module again before it can change it, which replaces ``_mg_seen``.
The old ``object()`` is kept for the comparison, so a new one cannot have its address.

When a Value is initialised again, it may have another node. Then ``structure`` is replaced,
and ids that were kept from before must not be used.
"""

import sys
from operator import is_

import python_ref.nn

seen = object()
structure = object()
getrefcount = getattr(
    sys, "getrefcount", None
)  # PyPy has none: there every list and dict counts as open


def changed():
    """Note that a Value may have another node."""
    global seen, structure
    structure = object()  # two threads that increment one number could lose a step
    seen = object()


def note(module):
    """Note an access to a module. The caller must hold the module's dict already."""
    global seen
    module._mg_seen = object()
    seen = object()


def part(name):
    """A property for an attribute of which a net in C is made, which notes each access."""

    def get(module):
        attributes = module._mg_dict
        note(module)
        try:
            return attributes[name]
        except KeyError:
            kind = type(module).__name__
            raise AttributeError(f"{kind!r} object has no attribute {name!r}") from None

    def set(module, value):
        attributes = module._mg_dict
        note(module)
        attributes[name] = value

    def delete(module):
        attributes = module._mg_dict
        note(module)
        try:
            del attributes[name]
        except KeyError:
            raise AttributeError(name) from None

    return property(get, set, delete)


class Seen(python_ref.nn.Module):
    """A module that notes each access to its ``__dict__`` and ``__class__``."""

    __slots__ = ()

    _mg_dict = python_ref.nn.Module.__dict__["__dict__"]  # Python's own, which notes nothing

    @property
    def __dict__(self):
        attributes = self._mg_dict
        note(self)
        return attributes

    @__dict__.setter
    def __dict__(self, attributes):
        held = self._mg_dict  # noqa: F841 - so that it is open
        note(self)
        self._mg_dict = attributes

    @property
    def __class__(self):
        return type(self)

    @__class__.setter
    def __class__(self, cls):
        held = self._mg_dict  # noqa: F841
        note(self)
        object.__dict__["__class__"].__set__(self, cls)


MISSING = object()


class Look:
    """What a module was when a net was made of it. Reads each part once, as it may change."""

    __slots__ = ("members", "module", "name", "others", "seen", "type")

    def __init__(self, module, cls, name, *others):
        """``name`` is the attribute with the list, ``others`` are further attributes."""
        note(module)  # it may be new
        attributes = module._mg_dict
        self.module, self.type, self.name = module, cls, name
        items = attributes.get(name)
        self.members = tuple(items) if type(items) is list else None
        self.others = [(key, attributes.get(key, MISSING)) for key in others]
        self.seen = None  # _mg_seen at the last look, None if something was open


def look(made, module):
    """Whether ``module`` is still what the Look ``made`` says."""
    seen = module._mg_seen
    attributes, name = module._mg_dict, made.name
    items = attributes.get(name)
    is_closed = getrefcount and (getrefcount(attributes), getrefcount(items)) == CLOSED
    if type(module) is not made.type or type(items) is not list:
        return False
    if len(items) != len(made.members) or not all(map(is_, items, made.members)):
        return False  # not ==, which a subclass of Value may override
    for key, value in made.others:
        if attributes.get(key, MISSING) is not value:
            return False
    made.seen = seen if is_closed else None
    return True


def closed():
    """The reference counts that ``look`` finds when nobody else has the dict or the list."""
    module = Counted()
    module.items = []
    attributes, name = module._mg_dict, "items"
    items = attributes.get(name)
    # At most 3, in case a debugger holds them at this moment.
    return min(getrefcount(attributes), 3), min(getrefcount(items), 3)


class Counted(Seen):
    __slots__ = ("_mg_seen",)


CLOSED = closed() if getrefcount else None
