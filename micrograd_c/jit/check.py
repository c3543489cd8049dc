"""``jit.check``: compare the results of a program with those of the function on eager Values."""

from micrograd_c._backend import backend
from micrograd_c.engine import Value
from micrograd_c.functional import get_grad, set_grad, zero_grad
from micrograd_c.grad_mode import enable_grad
from micrograd_c.jit.axes import arranged
from micrograd_c.jit.outputs import Outputs
from micrograd_c.jit.ragged_arrays import RaggedArrays
from micrograd_c.jit.value_calls import checking
from python_ref.core.ieee import ieee, ieee_value_of
from python_ref.core.ops import OPS
from python_ref.core.walking import topological_sort

if backend == "c":
    from micrograd_c._c.node import backward_order, operand_ids
    from micrograd_c._c.pinning import value_of

TOLERANCE = 1e-12


def compare_with_eager(program, function, arrays):
    """Raise AssertionError for the first value or gradient that differs by more than TOLERANCE.

    Of RaggedArrays, the examples of each length are a batch of their own.
    """
    if isinstance(arrays, RaggedArrays):
        for bucket in arrays.buckets:
            compare_with_eager(program.program_for(bucket), function, bucket)
        return
    eager = EagerRows(program, function, arrays)
    with ieee(), enable_grad(), checking(), eager:
        examples = getattr(arrays, "examples", range(arrays.n))
        compare("value", program.forward(arrays), eager.forward(), rows=examples)
        if program.is_single:
            theirs, scale = eager.gradients()
            zero_grad(eager.parameters)
            program.backward(arrays)
            compare("gradient", get_grad(eager.parameters), theirs, scale)


class EagerRows:
    """``function`` applied to one row after the other, on eager Values.

    On entering the context, Values that were computed from parameters outside of the function
    are computed again, as each run of a program does. On leaving it, their data and all
    gradients are put back.
    """

    def __init__(self, program, function, arrays):
        self.program, self.function, self.arrays = program, function, arrays

    def __enter__(self):
        # What two calls of the function share was made outside of it.
        first, second = self.outputs(0), self.outputs(0)
        self.shared = in_both_graphs(first, second)
        self.parameters = self.program.parameters
        self.before = [(x, x.data, x.grad) for x in self.shared]
        self.gradients_before = get_grad(self.parameters)
        for node in self.shared:
            if node._operands:
                name, k, _ = node._recipe()
                xs = [x.data for x in node._operands]
                node.data = ieee_value_of(OPS[name], *(xs if k is None else [*xs, k]))

    def __exit__(self, *_error):
        for node, data, grad in self.before:
            node.data, node.grad = data, grad
        set_grad(self.parameters, self.gradients_before)

    def outputs(self, i):
        """Return the list of outputs for row ``i``, as Values."""
        given = [
            arranged(width, list(map(Value, numbers)))
            for width, numbers in zip(self.arrays.widths, self.arrays.row(i))
        ]
        return Outputs(self.function, self.function(*given)).values

    def forward(self):
        """Return the outputs of all rows: shape (n, n_outputs)."""
        import numpy as np

        n = self.arrays.n
        return np.array([[output.data for output in self.outputs(i)] for i in range(n)])

    def gradients(self):
        """Return the gradient of the mean, and the mean absolute gradient of a row.

        Both have shape (n_parameters,).
        """
        import numpy as np

        n = self.arrays.n
        total, scale = np.zeros(len(self.parameters)), np.zeros(len(self.parameters))
        for i in range(n):
            zero_grad(self.parameters)
            zero_grad(self.shared)
            self.outputs(i)[0].backward()
            row = get_grad(self.parameters)
            with np.errstate(all="ignore"):
                total += row / n
                scale += np.abs(row) / n
        return total, scale


def in_both_graphs(first, second):
    """Return the Values that are in the graphs of both lists of outputs, operands first."""
    if backend != "c":
        again = set(topological_sort(*second))
        return [x for x in topological_sort(*first) if x in again]
    again = ids_below(second)  # ids, because making a Value for each node takes long
    return [value_of(node) for node in ids_below(first) if node in again]


def ids_below(outputs):
    """Return the ids of the outputs' nodes and of all below them, operands first, as dict keys."""
    ids = {}
    for output in outputs:
        order, n = backward_order(output)
        for i in reversed(range(n)):
            ids.update(dict.fromkeys(operand_ids(order[i])))
            ids[order[i]] = None
        ids[output._mg_id] = None
    return ids


def compare(what, ours, theirs, scale=None, rows=None):
    """Raise AssertionError for the first element that differs by more than TOLERANCE * scale.

    All arrays have the same shape. ``scale`` is the size of ``theirs`` unless given. ``rows``: the
    numbers that the message gives the rows.
    """
    import numpy as np

    with np.errstate(all="ignore"):
        scale = np.abs(theirs) if scale is None else scale
        same = (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
        difference = np.abs(ours - theirs)
        close = np.isfinite(difference) & (difference <= TOLERANCE * scale)
    for place in np.argwhere(~(same | close))[:1]:
        at = tuple(int(i) for i in place)
        shown = at if rows is None else (int(rows[at[0]]), *at[1:])
        raise AssertionError(
            f"{what} {shown}: the program gives {ours[at]!r}, eager Values give {theirs[at]!r}"
        )
