"""``draw_dot``: a picture of a graph of Values, made with graphviz, as micrograd draws it."""

from operator import attrgetter

from python_ref.core.naming import name_of, names_of
from python_ref.core.ops import OPS
from python_ref.core.walking import topological_sort
from python_ref.nn import NONLINEARITIES

__all__ = ["draw_dot"]

RANKDIRS = ("LR", "RL", "TB", "BT")
NONLINEAR = {OPS[name].label for name in NONLINEARITIES}


def draw_dot(root, format="svg", rankdir="LR", max_nodes=2000, *, names=None):
    """Return the graph of ``root`` and all below it as a ``graphviz.Digraph``.

    Each Value is a box with its data and gradient, and its name if it has one. Each operator is
    an ellipse. Where parameters of a module are named, each neuron is a frame around its
    parameters, their products with its inputs, the sum and the nonlinearity of that.

    Args:
        root: A Value.
        format: That of the files that ``render`` writes: ``"svg"``, ``"png"``, ``"pdf"``, …
        rankdir: The direction from leaves to root: ``"LR"``, ``"RL"``, ``"TB"`` or ``"BT"``.
        max_nodes: How many Values the graph may have, None for any number: dot takes seconds for
            a thousand and minutes for ten thousand.
        names: The names of Values without a ``label``: a module, whose parameters are
            ``layers[0].neurons[3].w[1]``, or a dict of variables such as ``locals()``.

    Returns:
        A Digraph. A notebook displays it, as wide as the cell and in the theme's colours; its
        method ``render("name")`` writes a file. Both need graphviz's program ``dot``, and raise a
        RuntimeError that says how to get it. ``micrograd_c.explore`` needs nothing.

    Raises:
        ImportError: Without the graphviz package.
        TypeError: If ``root`` is not a Value or ``names`` neither a module nor a dict.
        ValueError: For more than ``max_nodes`` Values or an unknown ``format`` or ``rankdir``.

    >>> from micrograd_c import Value, draw_dot
    >>> a = Value(2.0, label="a")
    >>> dot = draw_dot(a * 3 + 1)
    >>> print(dot.source.splitlines()[2].strip())
    v0 [label="{ a | data 2 | grad 0 }" shape=record]
    """
    if rankdir not in RANKDIRS:
        raise ValueError(f"expected rankdir as one of {', '.join(RANKDIRS)}, got {rankdir!r}")
    if not hasattr(root, "_prev"):
        raise TypeError(f"expected a Value, got {type(root).__name__}")
    named = names_of(names)
    # By _prev, because micrograd's own Values have no _operands.
    nodes = topological_sort(root, operands_of=attrgetter("_prev"))
    if max_nodes is not None and len(nodes) > max_nodes:
        raise ValueError(
            f"the graph has {len(nodes)} Values, more than max_nodes={max_nodes}: draw a smaller "
            f"part, such as the graph of one example, or pass max_nodes={len(nodes)}, for which "
            "dot may take minutes"
        )
    try:
        from graphviz import escape

        from micrograd_c._graphviz import Digraph
    except ImportError:
        raise ImportError(
            "draw_dot needs the graphviz package: pip install graphviz; micrograd_c.explore needs "
            "nothing"
        ) from None

    dot = Digraph(format=format, graph_attr={"rankdir": rankdir})
    frames = {"": dot}
    places = {id(node): f"v{i}" for i, node in enumerate(nodes)}
    neuron_of = neurons(nodes, named)
    for node in nodes:
        place = places[id(node)]
        frame = frame_for(neuron_of.get(id(node), ""), frames, Digraph)
        frame.node(place, label=record_text(node, named), shape="record")
        if node._op:
            frame.node(f"{place}op", label=escape(str(node._op)))
            dot.edge(f"{place}op", place)
        for operand in node._prev:
            # A user's Value made with _children alone has operands, but no operator to draw.
            dot.edge(places[id(operand)], f"{place}op" if node._op else place)
    for path in reversed(list(frames)):  # inner frames are after those around them
        if path:
            frames[path.rpartition(".")[0]].subgraph(frames[path])
    return dot


def frame_for(path, frames, digraph):
    """Return the frame with that path, a Digraph in ``frames``; makes it and those around it."""
    if path not in frames:
        from graphviz import escape

        around, _, name = path.rpartition(".")
        frame_for(around, frames, digraph)
        frames[path] = digraph(
            name=f"cluster_{len(frames)}",
            graph_attr={"label": escape(name), "style": "rounded", "color": "gray"},
        )
    return frames[path]


def neurons(nodes, named):
    """Return the paths of neurons, such as "layers[0].neurons[3]", by the id of their nodes.

    A neuron's nodes are its parameters, the products of one with something else, and what is
    computed of these alone: their sum, and a nonlinearity of it.
    """
    found, parameters = {}, set()
    for node in nodes:
        path = named.get(id(node), "").rpartition(".")[0]
        if path and not node._prev:
            found[id(node)] = path
            parameters.add(id(node))
    for node in nodes if found else ():
        operands = node._prev
        paths = [found.get(id(operand)) for operand in operands]
        own = [path for x, path in zip(operands, paths) if id(x) in parameters]
        if len(operands) == 2 and len(own) == 1 and node._op == "*":
            found[id(node)] = own[0]
        elif len(operands) == 2 and node._op == "+" and paths[0] == paths[1] and paths[0]:
            found[id(node)] = paths[0]
        elif len(operands) == 1 and node._op in NONLINEAR and paths[0] and not own:
            found[id(node)] = paths[0]
    return found


def record_text(node, named):
    """Return the text of a Value's graphviz record: its fields."""
    fields = [f"data {number_text(node.data)}", f"grad {number_text(node.grad)}"]
    name = name_of(node, named)
    if name:
        fields.insert(0, escape_record(name))
    return "{ " + " | ".join(fields) + " }"


def number_text(x):
    return f"{x:.4g}"


def escape_record(text):
    """Return ``text`` with the characters escaped that have a meaning in a record's label."""
    text = text.replace("&", "&amp;").replace("\\", "\\\\")
    for character in "{}|<>":
        text = text.replace(character, "\\" + character)
    return text.replace("\n", "\\n")
