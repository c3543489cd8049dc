"""A jitted function without a program: row by row through Values.

This is how the Python engine runs one, and what ``check`` compares a program with.
"""

from micrograd_c._trace import Trace, outputs_of
from micrograd_c.engine import Value
from micrograd_c.grad_mode import enable_grad
from python_ref.copying import topological_sort


class Rows:
    """``function`` applied to the rows of a batch, one after the other."""

    def __init__(self, function, widths):
        self.function = function
        self.widths = widths

    def row_outputs(self, arrays, i):
        """The outputs for row ``i`` as Values."""
        given = [
            Value(float(array[i])) if width is None else [Value(float(x)) for x in array[i]]
            for array, width in zip(arrays, self.widths)
        ]
        return outputs_of(self.function, self.function(*given))[0]

    def forward(self, arrays):
        import numpy as np

        n = len(arrays[0])
        return np.array([[output.data for output in self.row_outputs(arrays, i)] for i in range(n)])

    def backward(self, arrays):
        n = len(arrays[0])
        with enable_grad():
            mean = sum(self.row_outputs(arrays, i)[0] for i in range(n)) * (1.0 / n)
        mean.backward()
        return mean.data


class EagerProgram(Rows):
    """What the Python engine has for a program."""

    def __init__(self, function, widths):
        super().__init__(function, widths)
        trace = Trace(function, widths)  # to raise what tracing raises
        self.n_outputs, self.is_single = len(trace.outputs), trace.is_single
        given = set(trace.arguments)
        nodes = dict.fromkeys(x for output in trace.outputs for x in topological_sort(output))
        self.parameters = [x for x in nodes if not x._operands and not x._op and x not in given]
        self.n_nodes = len(nodes)

    def train(self, arrays, order, batch_size, optimizer, threads, repeats=1):
        """Run over all rows, or those in ``order``, repeats times: the sums of the losses."""
        import numpy as np

        n = len(arrays[0]) if order is None else order.size // repeats
        rows = np.tile(np.arange(n), repeats) if order is None else order
        return [
            self.train_once(arrays, some, batch_size, optimizer)
            for some in rows.reshape(repeats, n)
        ]

    def train_once(self, arrays, rows, batch_size, optimizer):
        total = 0.0
        for first in range(0, len(rows), batch_size):
            batch = rows[first : first + batch_size]
            for p in (*self.parameters, *optimizer.params):
                p.grad = 0.0
            total += self.backward([array[batch] for array in arrays]) * len(batch)
            optimizer.step()
        return total

    def non_finite(self, arrays, row):
        """The name of the first operator whose result for a row is not finite."""
        seen = set()
        for output in self.row_outputs(arrays, row):
            for node in topological_sort(output):
                if node not in seen and not abs(node.data) < float("inf"):
                    return node._op or "input"
                seen.add(node)
        return None

    def describe(self):
        return f"{len(self.parameters)} parameters, {self.n_outputs} outputs, run row by row"

    def explain(self):
        return f"no program: the Python engine runs {self.n_nodes} nodes row by row\n"
