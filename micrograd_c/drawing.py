"""``draw_dot``: a picture of a graph of Values, made with graphviz, as micrograd draws it."""

from operator import attrgetter

from python_ref.core.walking import topological_sort

__all__ = ["draw_dot"]

RANKDIRS = ("LR", "RL", "TB", "BT")


def draw_dot(root, format="svg", rankdir="LR", max_nodes=2000):
    """Return the graph of ``root`` and all below it as a ``graphviz.Digraph``.

    Each Value is a box with its data and gradient, and its label if it has one. Each operator is
    an ellipse. A notebook displays the result; its method ``render("name")`` writes a file of the
    given ``format`` (``"svg"``, ``"png"``, ``"pdf"``, …). Both need graphviz's program ``dot``,
    and raise a RuntimeError that says how to get it.

    ``rankdir`` is the direction from leaves to root: ``"LR"``, ``"RL"``, ``"TB"`` or ``"BT"``.
    ``max_nodes`` is how many Values the graph may have, None for any number: dot takes seconds
    for a thousand and minutes for ten thousand.

    Raises ImportError without the graphviz package, TypeError if ``root`` is not a Value, and
    ValueError for more than ``max_nodes`` Values or an unknown ``format`` or ``rankdir``.

    >>> from micrograd_c import Value, draw_dot
    >>> a = Value(2.0, label="a")
    >>> dot = draw_dot(a * 3 + 1)
    >>> print(dot.source.splitlines()[2].strip())
    v0 [label="{ a | data 2.0000 | grad 0.0000 }" shape=record]
    """
    if rankdir not in RANKDIRS:
        raise ValueError(f"expected rankdir as one of {', '.join(RANKDIRS)}, got {rankdir!r}")
    if not hasattr(root, "_prev"):
        raise TypeError(f"expected a Value, got {type(root).__name__}")
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
        raise ImportError("draw_dot needs the graphviz package: pip install graphviz") from None

    dot = Digraph(format=format, graph_attr={"rankdir": rankdir})
    names = {id(node): f"v{i}" for i, node in enumerate(nodes)}
    for node in nodes:
        name = names[id(node)]
        dot.node(name, label=record_text(node), shape="record")
        if node._op:
            dot.node(f"{name}op", label=escape(str(node._op)))
            dot.edge(f"{name}op", name)
        for operand in node._prev:
            # A user's Value made with _children alone has operands, but no operator to draw.
            dot.edge(names[id(operand)], f"{name}op" if node._op else name)
    return dot


def record_text(node):
    """Return the text of a Value's graphviz record: its fields."""
    fields = [f"data {number_text(node.data)}", f"grad {number_text(node.grad)}"]
    label = getattr(node, "label", "")  # micrograd's own Value has none
    if label != "":
        fields.insert(0, escape_record(str(label)))
    return "{ " + " | ".join(fields) + " }"


def number_text(x):
    """Return ``x`` as micrograd's ``%.4f``, unless that loses the first digits or is too long."""
    if 1e-3 <= abs(x) < 1e9 or x == 0:
        return f"{x:.4f}"
    return f"{x:.4g}" if abs(x) < 1 else f"{x:.4e}"


def escape_record(text):
    """Return ``text`` with the characters escaped that have a meaning in a record's label."""
    text = text.replace("&", "&amp;").replace("\\", "\\\\")
    for character in "{}|<>":
        text = text.replace(character, "\\" + character)
    return text.replace("\n", "\\n")
