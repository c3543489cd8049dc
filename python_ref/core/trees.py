"""Trees: lists, tuples and dicts, nested, with anything else as leaves."""


class Apart(tuple):
    """A tuple of different things, such as a value and a gradient.

    Where a jitted function returns one, its elements become an array each. Those of another
    tuple of Values become the columns of one array.
    """

    __slots__ = ()


def map_tree(function, tree, leaf_types=()):
    """A tree of the same structure with ``function(leaf)`` for each leaf, from left to right.

    ``leaf_types`` are classes of lists, tuples or dicts that are leaves too.
    """
    if isinstance(tree, leaf_types):
        return function(tree)
    if isinstance(tree, dict):
        made = {key: map_tree(function, branch, leaf_types) for key, branch in tree.items()}
        return made if type(tree) is dict else type(tree)(made)
    if isinstance(tree, (list, tuple)):
        branches = [map_tree(function, branch, leaf_types) for branch in tree]
        if type(tree) is list:
            return branches
        return type(tree)._make(branches) if hasattr(tree, "_make") else type(tree)(branches)
    return function(tree)


def leaves_of(tree):
    """The leaves from left to right."""
    leaves = []
    map_tree(leaves.append, tree)
    return leaves


def pairs(tree, other, place=""):
    """The leaves of two trees of the same structure side by side, as a list of pairs.

    A dict is matched by its keys. Raises ValueError that names the first place where the
    structures differ.
    """
    if isinstance(tree, dict):
        if not isinstance(other, dict) or tree.keys() != other.keys():
            raise ValueError(f"{shown(place)}expected {kind(tree)}, got {kind(other)}")
        branches = [(f"{place}[{key!r}]", tree[key], other[key]) for key in tree]
    elif isinstance(tree, (list, tuple)):
        if not isinstance(other, (list, tuple)) or len(tree) != len(other):
            raise ValueError(f"{shown(place)}expected {kind(tree)}, got {kind(other)}")
        branches = [(f"{place}[{i}]", *both) for i, both in enumerate(zip(tree, other))]
    elif isinstance(other, (dict, list, tuple)):
        raise ValueError(f"{shown(place)}expected {kind(tree)}, got {kind(other)}")
    else:
        return [(tree, other)]
    return [pair for place, one, two in branches for pair in pairs(one, two, place)]


def shown(place):
    return f"at {place}: " if place else ""


def kind(tree):
    if isinstance(tree, dict):
        return f"a dict with the keys {', '.join(map(repr, tree)) or 'none'}"
    if isinstance(tree, (list, tuple)):
        return f"a {type(tree).__name__} of {len(tree)}"
    return "a number or Value" if hasattr(tree, "__float__") else f"a {type(tree).__name__}"
