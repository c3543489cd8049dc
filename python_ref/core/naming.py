"""What messages and pictures call a Value: its label, or the name of what leads to it."""

from python_ref.core.numbers import describe
from python_ref.core.operators import Operators


def named_in(names):
    """Return a dict from the id of each Value in ``names`` to how one writes it.

    ``names`` is a module, whose parameters are "layers[0].neurons[3].w[1]"; or a dict of
    variables, such as ``locals()``: "x", "xs[2]", "model.layers[0].neurons[3].w[1]"; or None.
    Lists, tuples and dicts are searched, and the attributes of what has ``parameters()``. A Value
    with several names has the first. Raises TypeError for other ``names``.
    """
    if names is None:
        return {}
    if not isinstance(names, dict) and not is_module(names):
        raise TypeError(
            f"expected a module or a dict of variables such as locals() as names, got "
            f"{describe(names)}"
        )
    found, seen, stack = {}, set(), list(reversed(parts_of(names, "")))
    while stack:
        name, x = stack.pop()
        if isinstance(x, Operators):
            found.setdefault(id(x), name)
        elif (isinstance(x, (list, tuple, dict)) or is_module(x)) and id(x) not in seen:
            seen.add(id(x))
            stack += reversed(parts_of(x, name))
    return found


def is_module(x):
    return callable(getattr(x, "parameters", None)) and hasattr(type(x), "__dict__")


def parts_of(x, name):
    """Return pairs of the name and the object, for what ``x`` consists of."""
    if isinstance(x, dict) and not name:
        return [(str(key), part) for key, part in x.items()]
    if isinstance(x, dict):
        return [(f"{name}[{key!r}]", part) for key, part in x.items()]
    if isinstance(x, (list, tuple)):
        return [(f"{name}[{i}]", part) for i, part in enumerate(x)]
    prefix = f"{name}." if name else ""
    return [(f"{prefix}{key}", part) for key, part in getattr(x, "__dict__", {}).items()]


def name_of(value, names):
    """Return the label of a Value, else its name in ``names``, of ``named_in``, else ''."""
    label = getattr(value, "label", "")
    return str(label) if label != "" else names.get(id(value), "")
