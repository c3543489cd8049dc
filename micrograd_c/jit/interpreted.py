"""InterpretedProgram: a traced function evaluated row by row, node by node, in Python.

The Python engine runs all jitted functions this way. On both engines it finds the example
and the operator that a ``check_finite`` error names.
"""

import math
from collections import namedtuple

from micrograd_c.jit.base_program import BaseProgram, NotFinite
from micrograd_c.jit.errors import custom_operator_error, other_trace_error
from micrograd_c.jit.native.listing import listing_of_steps
from micrograd_c.jit.native.standalone import native_functions
from micrograd_c.jit.outputs import name_of_output
from micrograd_c.jit.ragged_program import RaggedProgram, sum_not_finite
from micrograd_c.jit.traced_value import trace_number_of
from micrograd_c.jit.user_code import definition_line
from python_ref.core.ieee import ieee_value_of
from python_ref.core.ops import JIT_OPS, OPS, TAKE
from python_ref.core.walking import topological_sort

# One operator of the graph. ``place``: where its value is in a row's list of values;
# ``op``: its row of OPS; ``k``: its exponent or slope, or None; ``operands``: their places.
Step = namedtuple("Step", "place op k operands label")


class InterpretedProgram(BaseProgram):
    """A traced function as a list of steps, one for each operator, operands first."""

    def _load(self, trace):
        self.native = None  # compiled functions, see native/standalone.py
        self.operators = OPS if self.math == "libm" else JIT_OPS
        # A row has a list of values, one for each node. The arguments are the first.
        self.names = ["input"] * len(trace.arguments)  # of each value, for messages
        self.start = [0.0] * len(trace.arguments)  # the values before any step
        self.parameters, self.parameter_places, self.steps = [], [], []
        place_of = {id(x): i for i, x in enumerate(trace.arguments)}
        nodes = topological_sort(*trace.outputs.values)  # kept alive, so that no id is used twice
        for node in nodes:
            if id(node) not in place_of:
                self._add(node, place_of, trace)
        self.output_places = [place_of[id(output)] for output in trace.outputs.values]
        self.size = len(self.start)
        self.parameters_by_use = self._parameters_by_use(nodes)
        self._plan_backward()

    def _add(self, node, place_of, trace):
        """Append a node that is not an argument: a step, a constant or a parameter."""
        place = place_of[id(node)] = len(self.start)
        self.start.append(0.0)
        name, k, label = node._recipe() if node._operands else (None, None, "")
        if node._has_custom_backward() or (name is None and (node._op or node._operands)):
            raise custom_operator_error(definition_line(self.function))
        self.names.append(label or "parameter")
        if name:
            operands = [place_of[id(operand)] for operand in node._operands]
            op = TAKE if name == TAKE.name else self.operators[name]
            self.steps.append(Step(place, op, k, operands, label))
        elif trace_number_of(node) < 0:
            raise other_trace_error(self.function)
        elif trace_number_of(node) == trace.number:
            self.start[place], self.names[place] = node.data, "constant"
        else:
            self.parameters.append(node)
            self.parameter_places.append(place)

    def _parameters_by_use(self, nodes):
        """Return the parameters in the order in which operators use them, operands first."""
        used = dict.fromkeys(id(operand) for node in nodes for operand in node._operands)
        by_id = {id(p): p for p in self.parameters}
        return tuple(by_id[i] for i in dict.fromkeys([*used, *by_id]) if i in by_id)

    def _plan_backward(self):
        """List the steps that a gradient flows through, last first.

        Each comes with its (operand's place, derivative) pairs that lead to a parameter.
        """
        wants = set(self.parameter_places)
        for step in self.steps:
            if step.op.name != "detach" and not wants.isdisjoint(step.operands):
                wants.add(step.place)
        reached, self.backward_steps = {self.output_places[0]}, []
        for step in reversed(self.steps):
            if step.place in wants and step.place in reached:
                reached.update(step.operands)
                flows = [(x, d) for x, d in operands_with_derivatives(step) if x in wants]
                self.backward_steps.append((step, flows))

    def listing(self, parameters):
        return listing_of_steps(self, parameters)

    def compile_natively(self):
        self.native = native_functions(self)

    # --- one row ---

    def values(self, arrays, i, params=None):
        """Return the value of every node for row i. ``params`` replace the parameters' data."""
        values = self.start.copy()
        row = [x for numbers in arrays.row(i) for x in numbers]
        values[: len(row)] = row
        data = [p.data for p in self.parameters] if params is None else params
        for place, x in zip(self.parameter_places, data):
            values[place] = x
        for step in self.steps:
            values[step.place] = value_of(step, values)
        return values

    def gradients(self, values, output_gradient):
        """Return the gradient of every node, given that of the first output."""
        gradients = [0.0] * len(values)
        gradients[self.output_places[0]] = output_gradient
        for step, flows in self.backward_steps:
            if step.op is TAKE:
                place = taken_place(step, values)
                if place is not None:
                    gradients[place] += gradients[step.place]
                continue
            xs, out, g = inputs_of(step, values), values[step.place], gradients[step.place]
            for place, derivative in flows:
                gradients[place] += derivative(*xs, out, g)
        return gradients

    # --- a batch ---

    def forward(self, arrays, params=None):
        import numpy as np

        if self.native is not None:
            return self.native.forward(self, arrays, params)
        params = None if params is None else params.tolist()
        rows = [self.values(arrays, i, params) for i in range(arrays.n)]
        return np.array([[values[place] for place in self.output_places] for values in rows])

    def backward(self, arrays, check_finite=False):
        mean, gradient = self.mean_and_sums(arrays, None, check_finite)
        for p, g in zip(self.parameters, gradient):
            p.grad += g
        return mean

    def value_and_grad(self, arrays, params, check_finite=False):
        import numpy as np

        params = None if params is None else params.tolist()
        mean, gradient = self.mean_and_sums(arrays, params, check_finite)
        return mean, np.array(gradient, dtype=np.float64)

    def mean_and_sums(self, arrays, params, check_finite):
        """Return the mean of the first output, and its gradient as a list."""
        n = arrays.n
        if self.native is not None:
            mean, sums = self.native.mean_and_gradient(self, arrays, params)
            if check_finite and not all(map(is_finite, (mean, *sums))):
                raise NotFinite(range(n))
            return mean, sums
        total, sums = 0.0, [0.0] * len(self.parameters)
        for i in range(n):
            value, gradient = self.value_and_gradient(arrays, i, params, 1.0 / n)
            total += value
            sums = [s + g for s, g in zip(sums, gradient)]
        if check_finite and not all(map(is_finite, (total, *sums))):
            raise NotFinite(range(n))
        return total / n, sums

    def value_and_gradient(self, arrays, i, params, share):
        """Return the first output for row i, and ``share`` times its gradient, as a list."""
        values = self.values(arrays, i, params)
        gradients = self.gradients(values, share)
        value = values[self.output_places[0]]
        return value, [gradients[place] for place in self.parameter_places]

    # --- messages ---

    def interpreted(self):
        return self

    @staticmethod
    def together(programs):
        return RaggedProgram(programs)

    def what_is_not_finite(self, arrays, rows, params=None):
        for find in self.output_not_finite, self.gradient_not_finite:
            for i in rows:
                found = find(arrays, i, params, 1.0 / len(rows))
                if found:
                    return f"example {i}: {found}"
        return sum_not_finite(len(rows))

    def output_not_finite(self, arrays, i, params, _share):
        """Return text that names the operator that gave an infinity or NaN for row i, or None."""
        values = self.values(arrays, i, params)
        for output, place in enumerate(self.output_places):
            if not is_finite(values[place]):
                found = self.first_not_finite(values, place)
                return (
                    f"{self.named(found)} is {values[found]}, "
                    f"{name_of_output(self.layout, output)} is {values[place]}"
                )
        return None

    def gradient_not_finite(self, arrays, i, params, share):
        """The same for a gradient, given that of the first output."""
        gradients = self.gradients(self.values(arrays, i, params), share)
        for step, flows in self.backward_steps:
            if not all(is_finite(gradients[place]) for place, _ in flows):
                return f"the gradient that {step.label!r} passes on is not finite"
        return None

    def first_not_finite(self, values, output_place):
        """Return the place of the first value that is not finite, of those that the output is
        computed from and its own."""
        below = {output_place}
        for step in reversed(self.steps):
            if step.place in below:
                below.update(step.operands)
        return next(place for place in sorted(below) if not is_finite(values[place]))

    def named(self, place):
        """Return what a message calls a node: "an input", or its operator's label."""
        name = self.names[place]
        leaves = {"input": "an input", "parameter": "a parameter", "constant": "a constant"}
        return leaves.get(name) or repr(name)

    def describe(self):
        return f"{len(self.parameters)} parameters, {self.n_outputs} outputs, run row by row"

    def explain(self):
        lines = ["no program: the Python engine computes these values row by row"]
        steps = {step.place: step for step in self.steps}
        parameters = dict(zip(self.parameter_places, self.parameters))
        for place, name in enumerate(self.names):
            if place in steps:
                step = steps[place]
                operands = shortened([f"v{x}" for x in step.operands])
                operands += [] if step.k is None else [repr(step.k)]
                lines.append(f"    v{place} = {step.op.name}({', '.join(operands)})")
            elif place in parameters:
                lines.append(f"    v{place} = parameter, now {parameters[place].data!r}")
            else:
                value = f" {self.start[place]!r}" if name == "constant" else ""
                lines.append(f"    v{place} = {name}{value}")
        return [*lines, "outputs: " + ", ".join(f"v{place}" for place in self.output_places)]


def inputs_of(step, values):
    """Return the numbers that the operator takes: its operands' values, and k if it has one."""
    xs = [values[place] for place in step.operands]
    return xs if step.k is None else [*xs, step.k]


def value_of(step, values):
    if step.op is not TAKE:
        return ieee_value_of(step.op, *inputs_of(step, values))
    place = taken_place(step, values)
    return math.nan if place is None else values[place]


def taken_place(step, values):
    """Return the place of the operand that a ``take`` takes; None if its index is none.

    Indices are checked before a run, but a program may change the array meanwhile.
    """
    index = values[step.operands[0]]
    return step.operands[1 + int(index)] if 0.0 <= index < len(step.operands) - 1 else None


def operands_with_derivatives(step):
    """Return pairs: the place of an operand, and the operator's derivative by it.

    A ``take`` has none: which operand gets its gradient depends on the row.
    """
    if step.op is TAKE:
        return [(place, None) for place in step.operands[1:]]
    return zip(step.operands, step.op.derivatives)


def shortened(names):
    return names if len(names) <= 8 else [*names[:7], f"... {len(names)} in all"]


def is_finite(x):
    return x - x == 0.0
