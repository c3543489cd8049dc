"""The expression in micrograd's README: one call returns its value and both derivatives."""

from benchmarks.tasks import make_data, make_task
from benchmarks.tasks.readme_expression import program
from benchmarks.workloads import Workload, functions, run_c, run_casadi, run_complex_steps, run_jax


def make(size=None):
    import numpy as np

    a, b = -4.0, 2.0

    def expression(ops):
        return lambda a, b: program([a, b], ops)

    def ours(jit):
        from micrograd_c import value_and_grad

        run = jit(value_and_grad(expression(functions.ours()), (0, 1)))

        def call():
            value, slopes = run(a, b)
            return [value, slopes]

        return call

    def jax():
        import jax

        return run_jax(jax.value_and_grad(expression(functions.jax()), (0, 1)), a, b)

    def casadi():
        import casadi

        x = casadi.SX.sym("x", 2)
        value = program(casadi.vertsplit(x), functions.casadi())
        return run_casadi([x], [value, casadi.gradient(value, x)], [[a, b]])

    def numpy():
        ops = functions.numpy()
        return run_complex_steps(lambda inputs: program(inputs, ops), np.array([a, b]))

    def c():
        return run_c(make_task("readme_expression", make_data("readme_expression")), times=10_000)

    return Workload("micrograd's README expression, one row", ours, jax, casadi, numpy, c)
