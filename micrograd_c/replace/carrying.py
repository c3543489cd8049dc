"""A program's methods as attributes of our Value, and how to remove them.

Results of operators are plain Values, so a subclass would lose these methods at the first
operator.
"""

from micrograd_c.engine import Value
from micrograd_c.replace.code import MISSING

replaced = {}  # what Value had before, by name; MISSING for nothing


def carry(methods):
    for name, attribute in methods.items():
        if name not in replaced:
            replaced[name] = vars(Value).get(name, MISSING)
        setattr(Value, name, attribute)


def restore(names=None):
    """Remove carried methods, all of them or those of these names. Return the names."""
    names = [name for name in (list(replaced) if names is None else names) if name in replaced]
    for name in names:
        before = replaced.pop(name)
        if before is MISSING:
            if name in vars(Value):
                delattr(Value, name)
        else:
            setattr(Value, name, before)
    return names
