"""Jitted functions as methods, in calls with Values, and in pickles."""

import sys

from python_ref.core.numbers import describe
from python_ref.core.operators import Operators
from python_ref.core.tracing import current_trace
from python_ref.core.vector import Vector

# --- methods -----------------------------------------------------------------------


def bound_to(jitted, instance, owner, make):
    """The jitted method of an instance or class, which keeps it, or ``jitted`` itself where
    ``jitted`` is no method. ``make(function)`` makes a new jitted function.
    """
    function = jitted._function
    bind = getattr(type(function), "__get__", None)
    if isinstance(function, classmethod):
        instance = type(instance) if owner is None else owner
    if instance is None or bind is None:
        return jitted
    if not hasattr(instance, "__dict__"):
        raise TypeError(
            f"a jitted method is kept in its instance's __dict__, and {describe(instance)} has none"
        )
    place = f"_jitted_{jitted.__name__}"
    made = vars(instance).get(place)
    if made is None or made._method[0] is not jitted or made._method[1] is not instance:
        if isinstance(function, classmethod):
            made = make(bind(function, None, instance))
        else:
            made = make(bind(function, instance, owner))
        made._method = jitted, instance
        if isinstance(instance, type):
            setattr(instance, place, made)
        else:
            vars(instance)[place] = made
    return made


# --- calls with Values -------------------------------------------------------------


def holds_values(arguments):
    """Whether an argument is a Value or a row of Values. Then there is no batch to run."""
    return any(isinstance(x, Operators) or is_row_of_values(x) for x in arguments)


def is_row_of_values(x):
    if isinstance(x, (list, tuple)):
        return any(isinstance(element, Operators) for element in x)
    if current_trace() and getattr(getattr(x, "dtype", None), "kind", "") == "O":
        return any(isinstance(element, Operators) for element in x.flat)
    return False


def called_with_values(function, arguments):
    """The result of the function for one example, as part of the surrounding graph."""
    return function(*[Vector(x) if isinstance(x, (list, tuple)) else x for x in arguments])


# --- pickles -----------------------------------------------------------------------


def is_pickled_by_name(jitted):
    """Whether a pickle holds only its name, as with plain functions."""
    module, name = jitted.__module__, getattr(jitted, "__qualname__", "")
    return found_at(module, name) is jitted and not goes_by_value(module)


def reduce_bound(jitted):
    """``__reduce__`` of a jitted method."""
    _, instance = jitted._method
    if isinstance(instance, type) and not goes_by_value(jitted.__module__):
        return getattr, (instance, jitted.__name__)
    return bound, jitted._method


def bound(jitted, instance):
    return jitted.__get__(instance, instance if isinstance(instance, type) else type(instance))


def found_at(module, name):
    """The object of this qualified name; None where there is none or it is in a function."""
    found = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return found


def goes_by_value(module):
    """Whether the pickler at work puts the code of that module's functions into the pickle.

    cloudpickle (which joblib, Dask and Ray use) and dill do so for ``__main__``, which is
    another module in the process that loads. cloudpickle also does so for modules that were
    registered with it.
    """
    frame = sys._getframe(1)
    while frame is not None:
        parts = frame.f_globals.get("__name__", "").split(".")
        if "cloudpickle" in parts or "dill" in parts:
            told = frame.f_globals.get("list_registry_pickle_by_value", set)()
            return module == "__main__" or module in told
        if parts[0] not in ("pickle", "copyreg", "micrograd_c"):
            return False
        frame = frame.f_back
    return False
