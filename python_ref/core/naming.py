"""What messages and pictures call a Value: its label, or the name of what leads to it."""

from collections.abc import Mapping

from python_ref.core.numbers import describe
from python_ref.core.operators import Operators


def names_of(names):
    """Return a dict from the id of each Value in ``names`` to how one writes it.

    ``names`` is a module, whose parameters are "layers[0].neurons[3].w[1]"; or a dict of
    variables, such as ``locals()``, with Values, modules, and lists, tuples and dicts of these:
    "x", "xs[2]", and for the parameters of a module the path alone if it is the only one, else
    "model.layers[0].neurons[3].w[1]"; or None. Variables that begin with an underscore, and
    IPython's ``In`` and ``Out``, are passed over. A Value with several names has that of a
    variable, else that in a module, else the first. Raises TypeError for other ``names``.
    """
    if names is None:
        return {}
    if is_module(names):
        variables = {"": names}
    elif isinstance(names, Mapping):
        variables = {
            str(name): x
            for name, x in names.items()
            if not str(name).startswith("_") and name not in ("In", "Out")
        }
    else:
        raise TypeError(
            f"expected names as a dict such as locals(), or a Module, got {describe(names)}"
        )
    modules = {id(x) for x in variables.values() if is_module(x)}
    found, seen = {}, set()
    stack = sorted(variables.items(), key=lambda item: rank(item[1]))[::-1]
    while stack:
        name, x = stack.pop()
        if isinstance(x, Operators):
            found.setdefault(id(x), name)
        elif rank(x) < 3 and id(x) not in seen:
            seen.add(id(x))
            prefix = "" if modules == {id(x)} else name
            stack += [(f"{prefix}{key}".lstrip("."), part) for key, part in reversed(parts_of(x))]
    return found


def is_module(x):
    """True for what has parameters(): on its class, as those of a jitted function may raise."""
    return callable(getattr(type(x), "parameters", None)) and not isinstance(x, type)


def rank(x):
    """The order in which names are looked for; 3 for what has none."""
    if isinstance(x, Operators):
        return 0
    return 1 if is_module(x) else 2 if isinstance(x, (list, tuple, dict)) else 3


def parts_of(x):
    """Return pairs of how to reach a part of a module, dict, list or tuple, and the part."""
    if isinstance(x, (list, tuple)):
        return [(f"[{i}]", part) for i, part in enumerate(x)]
    if isinstance(x, dict):
        return [(f"[{key!r}]", part) for key, part in list(x.items())]
    return [(f".{key}", part) for key, part in getattr(x, "__dict__", {}).items()]


def name_of(value, names):
    """Return the label of a Value, else its name in ``names``, of ``names_of``, else ''."""
    label = getattr(value, "label", "")
    return str(label) if label != "" else names.get(id(value), "")
