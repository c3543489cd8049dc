"""A jitted function without a program in C: its graph, run row by row in Python.

This is how the Python engine runs one. On either engine it finds what ``check_finite``
is to name.
"""

from collections import namedtuple

from micrograd_c.functional import zero_grad
from micrograd_c.jit.errors import line_of, of_another_trace, own_operator
from micrograd_c.jit.trace import Trace
from micrograd_c.jit.traced_value import made_in
from python_ref.core.ieee import ieee_value_of
from python_ref.core.ops import OPS
from python_ref.core.walking import topological_sort

# An operator's node: its place among the values, row in OPS, parameter and operands' places.
Step = namedtuple("Step", "place op k operands label")


class NotFinite(Exception):
    """With ``check_finite``: the loss or a gradient of a batch of these rows is not finite."""

    def __init__(self, rows):
        self.rows = rows


class InterpretedProgram:
    """The graph of ``function`` for arguments with these ``widths``."""

    def __init__(self, function, widths):
        self.function, self.widths = function, widths
        trace = Trace(function, widths)
        self.n_outputs, self.is_single = len(trace.outputs), trace.is_single
        self.requirements = trace.requirements
        self.names = ["input"] * len(trace.arguments)  # of each value, for messages
        self.start = [0.0] * len(trace.arguments)  # the values before the steps
        self.parameters, self.parameter_places, self.steps = [], [], []
        place_of = {id(x): i for i, x in enumerate(trace.arguments)}
        nodes = topological_sort(*trace.outputs)  # kept, for their ids are looked up
        for node in nodes:
            if id(node) not in place_of:
                self._add(node, place_of, trace)
        self.output_places = [place_of[id(output)] for output in trace.outputs]
        self.size = len(self.start)  # nodes
        self._find_gradients()

    def _add(self, node, place_of, trace):
        place = place_of[id(node)] = len(self.start)
        self.start.append(0.0)
        name, k, label = node._recipe() if node._operands else (None, None, "")
        if node._has_custom_backward() or (name is None and (node._op or node._operands)):
            raise own_operator(line_of(self.function))
        self.names.append(label or "parameter")
        if name:
            operands = [place_of[id(operand)] for operand in node._operands]
            self.steps.append(Step(place, OPS[name], k, operands, label))
        elif made_in(node) < 0:
            raise of_another_trace(self.function)
        elif made_in(node) == trace.number:
            self.start[place], self.names[place] = node.data, "constant"
        else:
            self.parameters.append(node)
            self.parameter_places.append(place)

    def _find_gradients(self):
        """The steps that a gradient flows through, last first, each with where it goes."""
        wants = set(self.parameter_places)
        for step in self.steps:
            if step.op.name != "detach" and not wants.isdisjoint(step.operands):
                wants.add(step.place)
        reached, self.backward_steps = {self.output_places[0]}, []
        for step in reversed(self.steps):
            if step.place in wants and step.place in reached:
                reached.update(step.operands)
                flows = [(x, d) for x, d in zip(step.operands, step.op.derivatives) if x in wants]
                self.backward_steps.append((step, flows))

    # --- a row ---

    def values(self, arrays, i):
        """The value of every node for row i."""
        values = self.start.copy()
        first = 0
        for array in arrays:
            row = array[i : i + 1].ravel().tolist()
            values[first : first + len(row)] = row
            first += len(row)
        for place, p in zip(self.parameter_places, self.parameters):
            values[place] = p.data
        for step in self.steps:
            values[step.place] = ieee_value_of(step.op, *operands_of(step, values))
        return values

    def gradients(self, values, gradient):
        """The gradient of every node, ``gradient`` being the first output's."""
        gradients = [0.0] * len(values)
        gradients[self.output_places[0]] = gradient
        for step, flows in self.backward_steps:
            xs, out, g = operands_of(step, values), values[step.place], gradients[step.place]
            for place, derivative in flows:
                gradients[place] += derivative(*xs, out, g)
        return gradients

    # --- a batch ---

    def forward(self, arrays):
        import numpy as np

        rows = [self.values(arrays, i) for i in range(len(arrays[0]))]
        return np.array([[values[place] for place in self.output_places] for values in rows])

    def backward(self, arrays, check_finite=False):
        n = len(arrays[0])
        total, sums = 0.0, [0.0] * len(self.parameters)
        for i in range(n):
            values = self.values(arrays, i)
            gradients = self.gradients(values, 1.0 / n)
            total += values[self.output_places[0]]
            sums = [s + gradients[place] for s, place in zip(sums, self.parameter_places)]
        if check_finite and not all(map(is_finite, (total, *sums))):
            raise NotFinite(range(n))
        for p, gradient in zip(self.parameters, sums):
            p.grad += gradient
        return total / n

    def train(self, arrays, order, batch_size, optimizer, threads, sums, check_finite):
        return train_by_steps(self, arrays, order, batch_size, optimizer, sums, check_finite)

    # --- what it says of itself ---

    def what_is_not_finite(self, arrays, rows):
        """Text that names the example and the operator that give what is not finite."""
        for i in rows:
            values = self.values(arrays, i)
            outputs = [values[place] for place in self.output_places]
            if not all(map(is_finite, outputs)):
                place = next(i for i, x in enumerate(values) if not is_finite(x))
                return f"example {i}: {self.named(place)} is {values[place]}, the output {outputs}"
        for i in rows:
            values = self.values(arrays, i)
            gradients = self.gradients(values, 1.0 / len(rows))
            for step, flows in self.backward_steps:
                if not all(is_finite(gradients[place]) for place, _ in flows):
                    return f"example {i}: the gradient that {step.label!r} passes on is not finite"
        return f"the loss or a gradient, summed over {len(rows)} examples, is not finite"

    def named(self, place):
        name = self.names[place]
        leaves = {"input": "an input", "parameter": "a parameter", "constant": "a constant"}
        return leaves.get(name) or repr(name)

    def describe(self):
        return f"{len(self.parameters)} parameters, {self.n_outputs} outputs, run row by row"

    def explain(self):
        """The lines of text that show it."""
        lines = ["no program: the Python engine computes these values row by row"]
        steps = {step.place: step for step in self.steps}
        parameters = dict(zip(self.parameter_places, self.parameters))
        for place, name in enumerate(self.names):
            if place in steps:
                step = steps[place]
                operands = [f"v{x}" for x in step.operands]
                operands += [] if step.k is None else [repr(step.k)]
                lines.append(f"    v{place} = {step.op.name}({', '.join(operands)})")
            elif place in parameters:
                lines.append(f"    v{place} = parameter, now {parameters[place].data!r}")
            else:
                value = f" {self.start[place]!r}" if name == "constant" else ""
                lines.append(f"    v{place} = {name}{value}")
        return [*lines, "outputs: " + ", ".join(f"v{place}" for place in self.output_places)]


def train_by_steps(program, arrays, order, batch_size, optimizer, sums, check_finite):
    """What ``CProgram.train`` does, with a call of the optimizer for each step."""
    import numpy as np

    order = np.tile(np.arange(len(arrays[0])), len(sums)) if order is None else order.ravel()
    n = len(order) // len(sums)
    parameters = program.parameters
    for repeat in range(len(sums)):
        for first in range(0, n, batch_size):
            rows = order[repeat * n + first : repeat * n + min(first + batch_size, n)]
            zero_grad(parameters)
            zero_grad(optimizer.params)
            try:
                mean = program.backward([array[rows] for array in arrays], check_finite)
            except NotFinite:
                raise NotFinite(rows.tolist()) from None
            optimizer.step()
            sums[repeat] += mean * len(rows)
    return sums


def operands_of(step, values):
    xs = [values[place] for place in step.operands]
    return xs if step.k is None else [*xs, step.k]


def is_finite(x):
    return x - x == 0.0
