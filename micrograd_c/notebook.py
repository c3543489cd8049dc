"""How Jupyter and IPython display a Value, and ``%load_ext micrograd_c``.

IPython uses the formatter that is registered for a class, and ``repr`` if there is none. This
module registers one with the running shell; Value itself has no code for it.
"""

import html
import sys
from itertools import islice
from subprocess import CalledProcessError

from micrograd_c import standin
from micrograd_c.drawing import draw_dot, number_text
from python_ref.core.walking import reachable

MAX_DRAWN = 50  # how many Values a graph may have to be drawn below a Value


def show_in_notebooks(value_class):
    """Register the HTML display of a class of Values with the running IPython shell, if any."""
    from IPython import get_ipython

    shell = get_ipython()
    if shell is not None:
        register(shell, value_class)


def register(shell, value_class):
    shell.display_formatter.formatters["text/html"].for_type(value_class, value_html)


def value_html(value):
    """Return a Value as HTML: a small table, and below it its graph if ``is_small``.

    The graph is left out unless both graphviz's Python package and its program are installed.
    """
    cells = [("data", number_text(value.data)), ("grad", number_text(value.grad))]
    if value._op:
        cells.append(("op", value._op))
    if value.label != "":
        cells.insert(0, ("label", value.label))
    heads = "".join(f"<th>{name}</th>" for name, _ in cells)
    row = "".join(f"<td>{html.escape(str(cell))}</td>" for _, cell in cells)
    return f"<table><tr>{heads}</tr><tr>{row}</tr></table>{graph_html(value)}"


def graph_html(value):
    """Return the graph below a Value as HTML, or an empty text if none is to be shown."""
    if not is_small(value):
        return ""
    try:
        picture = draw_dot(value)._repr_mimebundle_()
    except (ImportError, CalledProcessError):  # no package; dot failed
        return ""
    return picture.get("text/html", "")  # nothing where there is no dot


def is_small(root):
    """Return True if the graph has 2 to MAX_DRAWN Values. No more of it is walked."""
    return 1 < len(list(islice(reachable(root), MAX_DRAWN + 1))) <= MAX_DRAWN


def load_ipython_extension(shell):
    """``%load_ext micrograd_c``: import micrograd_c as micrograd, and display Values as HTML.

    Also adds ``%micrograd_c replace``, which replaces a class Value that the notebook defines.
    """
    from micrograd_c.engine import Value
    from micrograd_c.replace import cells
    from python_ref.engine import Value as ReferenceValue

    register(shell, Value)
    register(shell, ReferenceValue)
    cells.register(shell)
    early = "restart the kernel, and let %load_ext micrograd_c be the first cell"
    for message in standin.stand_in(early, "use %unload_ext micrograd_c"):
        print(f"micrograd_c: {message}", file=sys.stderr)  # no cell's line is to blame


def unload_ipython_extension(shell):
    """``%unload_ext micrograd_c``: undo what ``install()`` and ``%micrograd_c replace`` do."""
    from micrograd_c.replace import cells

    cells.unregister(shell)
    standin.uninstall()
