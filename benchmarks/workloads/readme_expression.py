"""The expression in micrograd's README: one call returns its value and both derivatives."""

from benchmarks.tasks import make_data, make_task
from benchmarks.tasks.readme_expression import program
from benchmarks.workloads import Workload, functions, run_c, run_casadi, run_complex_steps, run_jax


def make(size=None):
    import numpy as np

    at = np.array([-4.0, 2.0])

    def ours(jit):
        from micrograd_c import value_and_grad

        ops = functions.ours()
        run = jit(value_and_grad(lambda inputs: program(inputs, ops)), in_axes=None)
        return lambda: list(run(at))

    def jax():
        import jax

        ops = functions.jax()
        return run_jax(jax.value_and_grad(lambda inputs: program(inputs, ops)), at)

    def casadi():
        import casadi

        x = casadi.SX.sym("x", 2)
        value = program(casadi.vertsplit(x), functions.casadi())
        return run_casadi([x], [value, casadi.gradient(value, x)], [at])

    def numpy():
        ops = functions.numpy()
        return run_complex_steps(lambda inputs: program(inputs, ops), at)

    def c():
        return run_c(make_task("readme_expression", make_data("readme_expression")), times=10_000)

    return Workload(
        "micrograd's README expression, value and gradient", ours, jax, casadi, numpy, c
    )
