"""Many changes in one call of C code, so that no signal handler runs between two of them.

CPython and PyPy run signal handlers between instructions of Python code. A change here is an
iterator over calls of C functions, and ``deque`` runs through it: there is no instruction.
"""

from collections import deque
from itertools import chain, repeat
from operator import setitem

from micrograd_c._backend import backend
from python_ref import engine as reference

if backend == "c":
    from micrograd_c._c import optimizer as c_optimizer
else:
    c_optimizer = None


def at_once(*changes):
    """Make the changes. Each is an iterator that changes something at every step."""
    deque(chain(*changes), maxlen=0)


def setting(instance, attributes):
    """The changes that set attributes, unchecked. A property's setter has instructions."""
    return map(object.__setattr__, repeat(instance), attributes, attributes.values())


def writing(arrays, numbers):
    """The changes that write numbers into arrays."""
    return map(setitem, arrays, repeat(...), numbers)


def setting_data(values, data):
    """The changes that give Values their data, from an array."""
    kinds = set(map(type, values))
    if c_optimizer and all(issubclass(kind, c_optimizer.Value) for kind in kinds):
        return c_optimizer.setting_data(values, data)
    if kinds == {reference.Value}:
        return map(reference.store_data, values, data.tolist())
    return map(setattr, values, repeat("data"), data.tolist())
