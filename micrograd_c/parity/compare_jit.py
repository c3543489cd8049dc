"""Runs a random function for jit twice: as a compiled program, and row by row in Python.

C runs the compiled program over the whole batch; the Python engine computes one row at a time.
The values must be equal bit for bit, with each set of kernels. A gradient is a mean over the
rows, which C adds in an order of its own, so its last bits may differ from the Python engine's.
They must not differ between sets of kernels.
"""

import math

from micrograd_c.parity.compare import TOLERANCE, Result, bits, gradient_scales, run_step
from micrograd_c.parity.jit_programs import COMPARISONS, split
from python_ref.core.ieee import ieee_value_of
from python_ref.core.ops import JIT_OPS, OPS
from python_ref.core.walking import topological_sort
from python_ref.engine import Value

KERNELS = ("portable", "avx2", "avx512")


def make_result(program, errors, outputs, mean, gradients, tolerances=None):
    """Return the Result of a function for jit.

    ``outputs``: a list for each row; ``mean``: of the first output over the rows; ``gradients``:
    that mean's, one for each parameter; ``tolerances``: of ``mean`` and of each gradient.
    """
    nodes = {}
    for i, row in enumerate(outputs):
        for j, x in enumerate(row):
            nodes[f"output {j} of row {i}"] = ("output", 0, bits(x), bits(0.0))
    names = ["mean", *(repr(step.makes) for step in split(program)[0])]
    for name, grad in zip(names, [mean, *gradients]):
        nodes[name] = ("gradient", 0, bits(0.0), bits(grad))
    return Result(errors, nodes, dict(zip(names, tolerances or ())))


def can_run(program):
    """True if the program still has an argument and a return, which ``shrink`` may have removed."""
    arguments = split(program)[1]
    return bool(arguments) and program[-1].form == "return"


def run_body(program, values, calls):
    """Run the function's steps. Returns its outputs, and what its steps raised."""
    errors = {}
    for place in split(program)[2][:-1]:
        run_step(place, program[place], calls, values, errors)
    return [values[x] for x in program[-1].operands], errors


# --- in C --------------------------------------------------------------------------


def run_in_c(program):
    """Trace and compile the function, run it with each set of kernels, and return the Result.

    A set of kernels that gives other bits than the portable one adds an error.
    """
    from micrograd_c import jit, where
    from micrograd_c._native import ffi, lib
    from micrograd_c.engine import Value

    if not can_run(program):
        return Result({}, {})
    parameters, arguments, _ = split(program)
    own = type("Own", (Value,), {})
    known = {
        step.makes: (Value if step.form == "parameter" else own)(step.operands[0])
        for step in parameters
    }
    calls = {"leaf": Value, "where": where, "detach": lambda x: x.detach(),
             **COMPARISONS}  # fmt: skip
    errors = {}

    def f(*given):
        columns = [x for some in given for x in (some if isinstance(some, list) else [some])]
        made = [step.makes for columns in arguments for step in columns]
        outputs, raised = run_body(program, {**known, **dict(zip(made, columns))}, calls)
        errors.update(raised)
        return outputs

    def first(*given):
        return f(*given)[0]

    arrays = [
        columns[0].operands if len(columns) == 1 else list(zip(*(x.operands for x in columns)))
        for columns in arguments
    ]
    forward, backward = jit(f), jit(first)
    found = []
    for kernels in KERNELS:
        if not lib.mg_use_kernels(kernels.encode()):
            continue
        for p in known.values():
            p.grad = 0.0
        outputs, mean = forward(*arrays).tolist(), backward.backward(*arrays)
        grads = [p.grad for p in known.values()]
        found.append(make_result(program, errors, outputs, mean, grads))
        if found[-1] != found[0]:
            errors[kernels] = "differs from the portable kernels"
    lib.mg_use_kernels(ffi.NULL)
    return found[0]


# --- in Python ------------------------------------------------------------------------


class RowValue(Value):
    """A Value of the Python engine whose data is computed later, anew for each row."""

    def _apply(self, name, *others):
        operands = (self, *(x if isinstance(x, Value) else RowValue(x) for x in others))
        return Value._make(name, None, OPS[name].label, operands, math.nan, RowValue)

    def _apply_k(self, name, k, label):
        return Value._make(name, k, label, (self,), math.nan, RowValue)


RowValue._plain_class = RowValue


def where(condition, a, b):
    condition, a, b = (x if isinstance(x, Value) else RowValue(x) for x in (condition, a, b))
    return condition._apply("if_positive", a) + condition._apply("if_not_positive", b)


def comparison(name, is_turned):
    def compare(x, y):
        x, y = (v if isinstance(v, Value) else RowValue(v) for v in (x, y))
        return detach(y._apply(name, x) if is_turned else x._apply(name, y))

    return compare


ROW_COMPARISONS = {
    "<": comparison("less", False),
    "<=": comparison("less_equal", False),
    ">": comparison("less", True),
    ">=": comparison("less_equal", True),
}


def detach(x):
    return x._apply("detach")


def operands_with_gradient(node):
    return () if node._recipe()[0] == "detach" else node._operands


def add_gradients(node):
    """Do what ``node._backward()`` does, with the derivatives of jit's programs."""
    name, k, _ = node._recipe()
    if name is not None:
        numbers = [x.data for x in node._operands] + [k] * (k is not None)
        for x, derivative in zip(node._operands, JIT_OPS[name].derivatives):
            x.grad += derivative(*numbers, node.data, node.grad)


def run_in_python(program):
    """Build the function's graph once, compute it for each row, and return the Result."""
    if not can_run(program):
        return Result({}, {})
    parameters, arguments, _ = split(program)
    columns = [step for some in arguments for step in some]
    values = {step.makes: RowValue(step.operands[0]) for step in parameters}
    for step in columns:
        values[step.makes] = RowValue(math.nan)
    calls = {"leaf": RowValue, "where": where, "detach": detach,
             **ROW_COMPARISONS}  # fmt: skip
    known = [values[step.makes] for step in parameters]
    given = [values[step.makes] for step in columns]
    outputs, errors = run_body(program, values, calls)
    order = topological_sort(*outputs)

    n = len(columns[0].operands)
    rows, total, total_scale = [], 0.0, 0.0
    gradients, scale = [0.0] * len(known), [0.0] * len(known)
    for i in range(n):
        for x, step in zip(given, columns):
            x.data = step.operands[i]
        for node in order:
            node.grad = 0.0
            name, k, _ = node._recipe()
            if name is not None:
                numbers = [x.data for x in node._operands] + [k] * (k is not None)
                node.data = ieee_value_of(JIT_OPS[name], *numbers)  # as a compiled program does
        rows.append([output.data for output in outputs])
        total += rows[-1][0]
        total_scale += abs(rows[-1][0])
        outputs[0].grad = 1.0
        for node in reversed(topological_sort(outputs[0], operands_of=operands_with_gradient)):
            if node._recipe()[0] != "detach":
                add_gradients(node)
        sizes = gradient_scales(outputs[0])
        for j, p in enumerate(known):
            gradients[j] += p.grad if p in sizes else 0.0
            scale[j] += sizes.get(p, 0.0)
    tolerances = [TOLERANCE * x / n for x in (total_scale, *scale)]
    mean_gradients = [x / n for x in gradients]
    return make_result(program, errors, rows, total / n, mean_gradients, tolerances)
