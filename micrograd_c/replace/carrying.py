"""A program's methods as attributes of our Value, and how to remove them.

Results of operators are plain Values, so a subclass would lose these methods at the first
operator.
"""

from micrograd_c.engine import Value
from micrograd_c.replace.code import MISSING

carried = {}  # the carried attributes by name
before = {}  # what Value itself had in their place, or MISSING


def carry(attributes):
    for name, attribute in attributes.items():
        before.setdefault(name, vars(Value).get(name, MISSING))
        carried[name] = attribute
        setattr(Value, name, attribute)


def restore():
    """Remove what is carried, and return it."""
    removed = dict(carried)
    for name in removed:
        remove(name)
    return removed


def remove(name):
    """Remove one carried attribute."""
    del carried[name]
    attribute = before.pop(name)
    if attribute is not MISSING:
        setattr(Value, name, attribute)
    elif name in vars(Value):  # the program may have deleted it
        delattr(Value, name)
