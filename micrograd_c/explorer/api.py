"""``explore`` and what it returns."""

import contextlib
import gc
import html

from micrograd_c import state
from micrograd_c.explorer.graph import collect
from micrograd_c.explorer.source_lines import line_of
from python_ref.core.naming import names_of
from python_ref.core.numbers import describe
from python_ref.core.operators import Operators

# A notebook's server drops an output of a few megabytes, and keeps the others in the file.
MAX_IN_NOTEBOOK = 2_000_000
HEIGHT = 640  # of the page in a notebook, in pixels


def explore(root, *, names=None, max_nodes=2_000_000):
    """Return the graph of ``root`` and all below it as a page to step through, look at and change.

    The page shows the graph with its numbers as they are now; it steps through forward and
    backward with the arithmetic of each step, says of each node how its gradient comes about,
    computes everything anew when a leaf is changed, takes steps of gradient descent, and compares
    a gradient with the slope between two nearby points. A graph that was computed in
    ``record_lines()`` also has the line of the code that made each node.

    ``explore.live(model, loss)`` is a callback that shows a training run: see ``live``.

    Args:
        root: A Value.
        names: The names of nodes without a ``label``: a dict of variables, such as ``locals()``,
            or a Module. A parameter of a Module among them is named by its path, as
            ``layers[0].neurons[3].w[1]``.
        max_nodes: How many nodes the graph may have, None for any number: a million make a page
            of 30 MB.

    Returns:
        The page. A notebook displays it, and its method ``save("graph.html")`` writes one file
        that opens from disk.

    Raises:
        TypeError: If ``root`` is not a Value, or ``names`` neither a dict nor a Module.
        ValueError: For more than ``max_nodes`` nodes.

    >>> from micrograd_c import Value, explore
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> page = explore(a * b + a**2)
    >>> page
    <Explorer of a graph of 5 nodes: .save("graph.html") writes it, a notebook shows it>
    """
    if not isinstance(root, Operators) or not hasattr(root, "_recipe"):
        raise TypeError(f"expected a Value as root, got {describe(root)}")
    with collector_paused():
        return Explorer(collect(root, names_of(names), line_of, max_nodes))


@contextlib.contextmanager
def collector_paused():
    """Keep Python's cyclic collector from walking over a million Values again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class Explorer:
    """The page of a graph, which ``explore`` returns. It keeps the numbers of that moment."""

    def __init__(self, graph):
        self._graph = graph

    @property
    def size(self):
        """How many nodes the graph has."""
        return len(self._graph.data)

    def html(self):
        """Return the page as a text."""
        from micrograd_c.explorer.page import page_of  # loads NumPy, which `info` must not need

        with collector_paused():
            return page_of(self._graph)

    def save(self, path):
        """Write the page to a file.

        Raises:
            OSError: If that cannot be written.
        """
        with state.replacing(path) as file:
            file.write(self.html().encode("utf-8"))

    def _repr_html_(self):
        page = self.html()
        if len(page) > MAX_IN_NOTEBOOK:
            return (
                f"<p>The page of this graph of {self.size:,} nodes has "
                f"{len(page) / 1e6:.1f} MB, too much for an output of a notebook: "
                '<code>explore(…).save("graph.html")</code> writes it to a file.</p>'
            )
        return (
            f'<iframe title="graph explorer" srcdoc="{html.escape(page)}" '
            f'style="width:100%;height:{HEIGHT}px;border:0"></iframe>'
        )

    def __repr__(self):
        return (
            f"<Explorer of a graph of {self.size} nodes: "
            '.save("graph.html") writes it, a notebook shows it>'
        )
