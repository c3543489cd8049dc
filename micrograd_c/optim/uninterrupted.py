"""Many changes in one call of C code, so that no signal handler runs between two of them.

CPython and PyPy run signal handlers between bytecode instructions. Here each change is one
step of an iterator that calls functions written in C, and ``deque`` runs the iterators in C:
there are no bytecode instructions in between.
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


def run_uninterrupted(*changes):
    """Make the changes. Each argument is an iterator that makes one change at every step."""
    deque(chain(*changes), maxlen=0)


def attribute_changes(instance, attributes):
    """Return the changes that set attributes, from a dict, without any check.

    An attribute must not be a property, whose setter has bytecode instructions.
    """
    return map(object.__setattr__, repeat(instance), attributes, attributes.values())


def array_changes(arrays, numbers):
    """Return the changes that copy each array in ``numbers`` into the one in ``arrays``."""
    return map(setitem, arrays, repeat(...), numbers)


def data_changes(values, data):
    """Return the changes that set the data of Values. ``data``: a float64 array, (n_values,)."""
    kinds = set(map(type, values))
    if c_optimizer and all(issubclass(kind, c_optimizer.Value) for kind in kinds):
        return c_optimizer.setting_data(values, data)
    if kinds == {reference.Value}:
        return map(reference.store_data, values, data.tolist())
    # A subclass of the Python engine's Value may have a setter in Python.
    return map(setattr, values, repeat("data"), data.tolist())
