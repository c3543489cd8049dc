"""Whether modules are still what a net in C was made of: who has seen their parts since.

A net in C keeps the neurons and Values that it was made of. They lie in the modules' dicts
and in lists, which Python programs change in ways that no method notices:
``list.__setitem__(n.w, 0, v)``, ``heapq.heapify(n.w)``, ``vars(n)["b"] = v``. But a program
must get hold of the list or dict first, and that goes by an attribute of the module:

- Such an attribute is a property. It makes the module's ``_mg_seen``, and then ``seen``,
  another object.
- When ``seen`` is not what it was, the next call of a net looks at the modules of which
  ``_mg_seen`` is not either. When nothing was seen, a call compares one object.
- A dict or a list that somebody still holds, by its reference count, is open: each call
  looks at its module again, until it is closed.

Why that is safe with other threads, and with signal handlers and exceptions at any bytecode:
a property holds the dict while it works, so it is open for who looks meanwhile. ``look``
notes ``_mg_seen`` first, then counts references, then compares. What is closed then can only
be changed by who sees it later, and so makes another ``_mg_seen``. Each ``object()`` is new
while somebody keeps the old one, so none comes back.

A Value that is initialised again has another node: then ``structure`` is another object,
and ids that were kept are no longer its own.
"""

import sys
from operator import is_

import python_ref.nn

seen = object()
structure = object()
getrefcount = getattr(sys, "getrefcount", None)  # PyPy has none: there all is always open


def changed():
    """A Value has another node."""
    global seen, structure
    structure = object()  # a number that two threads count up at once could go back
    seen = object()


def note(module):
    """Somebody is to see, or to change, the parts of a module. He holds its dict already."""
    global seen
    module._mg_seen = object()
    seen = object()


def part(name):
    """An attribute of a module of which a net in C is made."""

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
    """A module whose dict and class cannot be seen or changed without a note of it."""

    __slots__ = ()

    _mg_dict = python_ref.nn.Module.__dict__["__dict__"]  # Python's own: makes no note

    @property
    def __dict__(self):
        attributes = self._mg_dict
        note(self)
        return attributes

    @__dict__.setter
    def __dict__(self, attributes):
        held = self._mg_dict  # noqa: F841 - see above
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
    """What a module was when a net was made of it. Nothing is read twice: it may change."""

    __slots__ = ("members", "module", "name", "others", "seen", "type")

    def __init__(self, module, cls, name, *others):
        """``name`` is the attribute with the list, ``others`` are further attributes."""
        note(module)  # it may be new
        attributes = module._mg_dict
        self.module, self.type, self.name = module, cls, name
        items = attributes.get(name)
        self.members = tuple(items) if type(items) is list else None
        self.others = [(key, attributes.get(key, MISSING)) for key in others]
        self.seen = None  # the module's _mg_seen when it was found closed


def look(made, module):
    """Whether ``module`` is still as it was ``made``."""
    seen = module._mg_seen
    attributes, name = module._mg_dict, made.name
    items = attributes.get(name)
    is_closed = getrefcount and (getrefcount(attributes), getrefcount(items)) == CLOSED
    if type(module) is not made.type or type(items) is not list:
        return False
    if len(items) != len(made.members) or not all(map(is_, items, made.members)):
        return False  # not ==, which Values may have their own of
    for key, value in made.others:
        if attributes.get(key, MISSING) is not value:
            return False
    made.seen = seen if is_closed else None
    return True


def closed():
    """The reference counts in ``look`` when nobody else holds either, counted as there."""
    module = Counted()
    module.items = []
    attributes, name = module._mg_dict, "items"
    items = attributes.get(name)
    # At most 3: a debugger that holds them now must not count.
    return min(getrefcount(attributes), 3), min(getrefcount(items), 3)


class Counted(Seen):
    __slots__ = ("_mg_seen",)


CLOSED = closed() if getrefcount else None
