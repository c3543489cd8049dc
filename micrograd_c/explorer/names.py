"""Names of Values: of the variables that hold them, and paths to parameters of modules."""

from collections.abc import Mapping

from python_ref.core.operators import Operators
from python_ref.nn import Module


def names_of(names):
    """Return a dict of names by the id of a Value.

    ``names`` is a Module, or a dict of objects by name such as ``locals()``: Values, Modules, and
    lists, tuples and dicts of these. Names that begin with an underscore, and IPython's ``In`` and
    ``Out``, are passed over. A Value has the name that is found first, variables before parts. The
    parameters of a Module are named by the path alone, "layers[0].neurons[3].w[1]", if it is the
    only one. Raises TypeError for anything else.
    """
    if names is None:
        return {}
    if isinstance(names, Module):
        variables = {"": names}
    elif isinstance(names, Mapping):
        variables = {
            str(name): x
            for name, x in names.items()
            if not str(name).startswith("_") and name not in ("In", "Out")
        }
    else:
        raise TypeError(
            f"expected names as a dict such as locals(), or a Module, got {type(names).__name__}"
        )
    modules = {id(x) for x in variables.values() if isinstance(x, Module)}
    found, seen = {}, set()
    # Values first, modules next: x = model.layers[0].neurons[0].w[0] is called x, but a list
    # of parameters gives no names to a module's.
    ranked = sorted(variables.items(), key=lambda item: rank(item[1]))
    stack = [(x, name) for name, x in reversed(ranked)]
    while stack:
        x, name = stack.pop()
        if isinstance(x, Operators):
            found.setdefault(id(x), name)
        elif isinstance(x, (Module, list, tuple, dict)) and id(x) not in seen:
            seen.add(id(x))
            prefix = "" if isinstance(x, Module) and modules == {id(x)} else name
            stack += [(part, f"{prefix}{key}".lstrip(".")) for key, part in reversed(parts(x))]
    return found


def rank(x):
    return 0 if isinstance(x, Operators) else 1 if isinstance(x, Module) else 2


def parts(x):
    """Return the parts of a Module, dict, list or tuple as a list of (how to reach it, part)."""
    if isinstance(x, Module):
        return [(f".{key}", part) for key, part in vars(x).items()]
    keys = list(x.items()) if isinstance(x, dict) else enumerate(list(x))
    return [(f"[{key!r}]", part) for key, part in keys]
