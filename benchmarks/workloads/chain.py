"""A chain of ``size`` operators, y = y * w + b, with the derivatives of w, b and the first y."""

from benchmarks.tasks import make_data, make_task
from benchmarks.tasks.chain import program_of_size
from benchmarks.workloads import Workload, run_c, run_casadi, run_complex_steps, run_jax

AT = (0.5, 0.25, 1.0)


def make(size=None):
    import numpy as np

    size = size or 20_000
    program = program_of_size(size)

    def ours(jit):
        from micrograd_c import value_and_grad

        run, at = jit(value_and_grad(program), in_axes=None), np.array(AT)
        return lambda: list(run(at))

    def jax():
        import jax

        def scanned(inputs):
            w, b, y = inputs
            return jax.lax.scan(lambda y, _: (y * w + b, None), y, length=size // 2)[0]

        return run_jax(jax.value_and_grad(scanned), np.array(AT))

    def casadi():
        import casadi

        x = casadi.SX.sym("x", 3)
        value = program(casadi.vertsplit(x))
        return run_casadi([x], [value, casadi.gradient(value, x)], [AT])

    def numpy():
        return run_complex_steps(program, np.array(AT))

    def c():
        return run_c(make_task("chain", make_data(f"chain:{size}")), times=100)

    title = f"chain of {size:,} operators, value and gradient"
    return Workload(title, ours, jax, casadi, numpy, c)
