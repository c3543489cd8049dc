"""What a jitted function returns: a tree of Values, and the arrays that a call makes of it."""

from math import prod
from typing import NamedTuple

from micrograd_c.engine import Value
from python_ref.core.numbers import describe, is_number, to_float
from python_ref.core.trees import Apart, leaves_of


class Columns(NamedTuple):
    """An array of shape (n, *shape), from consecutive columns of all outputs."""

    first: int
    shape: tuple


class Outputs:
    """The Values that a function returned, in order, and ``layout``, the structure they were in.

    ``is_single`` is True if the function returned one Value, not in a list, tuple or dict.
    """

    def __init__(self, function, result):
        """Numbers in ``result`` become Values. Raises TypeError if it holds anything else."""
        self.function = function
        self.values = [self._as_value(x, result) for x in leaves_of(result)]
        if not self.values:
            raise TypeError(f"expected {self._name()} to return at least one Value, got none")
        self.is_single = not isinstance(result, (list, tuple, dict))
        self.layout = layout_of(result, iter(range(len(self.values))))

    def _as_value(self, x, result):
        if isinstance(x, Value):
            return x
        if Value._is_operand(x) and is_number(x):
            return Value(to_float(x))
        raise TypeError(
            f"expected {self._name()} to return a Value, or lists, tuples and dicts of Values, "
            f"got {describe(x)}"
        )

    def _name(self):
        return getattr(self.function, "__name__", repr(self.function))


def layout_of(tree, numbers):
    """The tree with Columns in it: lists and tuples whose elements all have one shape are one.

    The exception is an ``Apart``: derivatives of several arguments, or a value and a gradient.
    """
    if isinstance(tree, dict):
        return {key: layout_of(branch, numbers) for key, branch in tree.items()}
    if not isinstance(tree, (list, tuple)):
        return Columns(next(numbers), ())
    layouts = [layout_of(branch, numbers) for branch in tree]
    shapes = {layout.shape if isinstance(layout, Columns) else None for layout in layouts}
    if len(shapes) == 1 and None not in shapes and not isinstance(tree, Apart):
        return Columns(layouts[0].first, (len(layouts), *layouts[0].shape))
    return layouts if isinstance(tree, list) else tuple(layouts)


def name_of_output(layout, i):
    """Return what a message calls output i: "the output", or such as "output ['slopes'][0]"."""
    path = path_to(layout, i)
    return f"output {path}" if path else "the output"


def path_to(layout, i):
    """Return the indices that lead to output i in the layout, as text; None if none do."""
    if isinstance(layout, Columns):
        if not 0 <= i - layout.first < prod(layout.shape):
            return None
        path, i = "", i - layout.first
        for length in reversed(layout.shape):
            i, place = divmod(i, length)
            path = f"[{place}]{path}"
        return path
    for key, branch in layout.items() if isinstance(layout, dict) else enumerate(layout):
        path = path_to(branch, i)
        if path is not None:
            return f"[{key!r}]{path}"
    return None


def arrays_from(layout, out):
    """Return the result of a call from ``out``, the outputs of all rows: shape (n, n_outputs).

    Without rows, of shape (n_outputs,), a single Value becomes a float.
    """
    if isinstance(layout, Columns):
        array = view_from(layout, out)
        return array if array.ndim else float(array)
    if isinstance(layout, dict):
        return {key: arrays_from(branch, out) for key, branch in layout.items()}
    return type(layout)(arrays_from(branch, out) for branch in layout)


def views_from(layout, out):
    """Return the same, but as views of ``out`` in any case."""
    if isinstance(layout, Columns):
        return view_from(layout, out)
    if isinstance(layout, dict):
        return {key: views_from(branch, out) for key, branch in layout.items()}
    return type(layout)(views_from(branch, out) for branch in layout)


def view_from(columns, out):
    some = out[index_of(columns)]
    return some if len(columns.shape) < 2 else some.reshape(*out.shape[:-1], *columns.shape)


def index_of(columns):
    """Return the index of an array of outputs that gives these columns."""
    if columns.shape == ():
        return ..., columns.first
    return ..., slice(columns.first, columns.first + prod(columns.shape))
