"""What one call of a small program costs: ``python -m benchmarks.bound_calls``.

micrograd's README expression and its two derivatives, from an array of two numbers into arrays:
bound calls of jit, the same without bind, C by hand called through CFFI, and CasADi's buffer, where
it is installed. All run in turns in one process. ``a * b``, bound, is next to nothing but the call
itself.

C reads the array of a call without bind where it is. An array of a subclass is prepared in Python,
as all are by the first two calls.
"""

import argparse
import tempfile
from functools import partial
from importlib.util import module_from_spec, spec_from_file_location
from types import SimpleNamespace

import numpy as np

from benchmarks.agreement import check_agreement
from benchmarks.peers.c_by_hand import FLAGS, FOLDER
from benchmarks.tasks import make_task
from benchmarks.tasks.readme_expression import make_data, program
from benchmarks.text import duration, table, times
from micrograd_c._timing import Contestant, race
from micrograd_c.cli.argument_types import whole_number


class Subclass(np.ndarray):
    pass


CALLS = 2000  # in one timed call of a contestant
OURS = SimpleNamespace(relu=lambda v: v.relu())


def bound_calls(inputs):
    """Return our calls by name, each with a function that returns its value and gradient."""
    from micrograd_c import Value, jit, value_and_grad

    a, b = map(Value, inputs)
    loss = jit(lambda: program([a, b], OURS), parameters=[a, b])
    pair = jit(
        value_and_grad(lambda a, b: program([a, b], OURS), argnums=(0, 1)), in_axes=(None, None)
    )
    run, of_values = loss.bind(params=inputs), loss.bind()
    x, y, subclass = inputs[:1].reshape(()), inputs[1:].reshape(()), inputs.view(Subclass)
    of_arguments = pair.bind(x, y)
    native = jit(lambda: program([a, b], OURS), parameters=[a, b], native=True).bind(params=inputs)
    return {
        "bind, params=array": (run, lambda: (float(run.value), run.grad.tolist())),
        "the same, native=True": (native, lambda: (float(native.value), native.grad.tolist())),
        "bind, the Values' data": (
            of_values, lambda: (float(of_values.value), of_values.grad.tolist())
        ),
        "bind of jit(value_and_grad(f))": (
            of_arguments,
            lambda: (float(of_arguments.value[0]), [float(g) for g in of_arguments.value[1]]),
        ),
        "value_and_grad(params=array)": (
            lambda: loss.value_and_grad(params=inputs),
            lambda: listed(loss.value_and_grad(params=inputs)),
        ),
        "the same, an array of a subclass": (
            lambda: loss.value_and_grad(params=subclass),
            lambda: listed(loss.value_and_grad(params=subclass)),
        ),
        "jit(value_and_grad(f))(x, y)": (
            lambda: pair(x, y), lambda: (pair(x, y)[0], list(pair(x, y)[1]))
        ),
        "the same, floats": (
            lambda: pair(-4.0, 2.0), lambda: (pair(-4.0, 2.0)[0], list(pair(-4.0, 2.0)[1]))
        ),
        "backward()": (loss.backward, None),
        "f()": (loss, None),
        "a * b, bound": (jit(lambda: a * b, parameters=[a, b]).bind(params=inputs), None),
    }  # fmt: skip


def listed(result):
    value, gradient = result
    return value, gradient.tolist()


def by_hand(task):
    """Return C by hand as CFFI calls it quickest: compiled into a module, pointers at hand."""
    import cffi

    name, source = "_readme_by_hand", FOLDER / "readme_expression.c"
    function = "double by_hand(const double *inputs, double *gradients)"
    ffi = cffi.FFI()
    ffi.cdef(f"{function};")
    ffi.set_source(
        name, f"{source.read_text()}\n{function} {{ return step(inputs, gradients); }}",
        include_dirs=[str(FOLDER)], extra_compile_args=[x for x in FLAGS if x != "-shared"],
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        spec = spec_from_file_location(name, ffi.compile(tmpdir=folder))
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
    at, gradients = module.ffi.new("double[]", task.inputs), module.ffi.new("double[2]")
    call = partial(module.lib.by_hand, at, gradients)
    return call, lambda: (call(), list(gradients))


def casadis(task):
    from benchmarks.peers import casadi_sx

    runner = casadi_sx.make_runner(task)
    return runner.run, lambda: (runner.steps(1), runner.answer())[1]


def repeated(call):
    def run():
        for _ in range(CALLS):
            call()

    return run


def main(argv=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bound_calls")
    parser.add_argument("--rounds", type=whole_number(1), default=30, metavar="N",
        help="default: %(default)s")  # fmt: skip
    args = parser.parse_args(argv)
    task = make_task("readme_expression", make_data())
    calls = {**bound_calls(np.array(task.inputs)), "C by hand, through CFFI": by_hand(task)}
    try:
        calls["CasADi, buffer"] = casadis(task)
    except ImportError:
        print("CasADi is not installed.")
    expected = None
    for call, answer in calls.values():
        call()
        if answer is not None:
            expected = expected or answer()
            check_agreement(*answer(), *expected)
    contestants = [Contestant(name, repeated(call)) for name, (call, _) in calls.items()]
    results = race(contestants, args.rounds, piece_seconds=0.005)
    first = next(iter(results.values())).minimum
    rows = [
        [name, duration(t.minimum / CALLS), duration(t.median / CALLS), times(t.minimum / first)]
        for name, t in results.items()
    ]
    print(table(["README expression with gradients", "minimum", "median", "to the first"], rows))


if __name__ == "__main__":
    main()
