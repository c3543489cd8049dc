"""Lotka and Volterra's ODE by 100 steps of Runge and Kutta's method, from ``size`` rows.

A row is the four parameters and the start. The value is the squared distance of the last point
from a target.
"""

from benchmarks.tasks import make_data, make_task
from benchmarks.tasks.ode import TARGET, program, time_step
from benchmarks.workloads import Workload, run_c, run_casadi, run_complex_steps, run_jax

STEPS = 100


def make(size=None):
    import numpy as np

    n, data = size or 1, make_data(f"ode:{STEPS}")
    rows = data["inputs"] * np.random.default_rng(1).uniform(0.9, 1.1, (n, 6))
    rows[0] = data["inputs"]

    def ours(jit):
        from micrograd_c import value_and_grad

        run = jit(value_and_grad(lambda inputs: program(inputs, STEPS)))
        return lambda: list(run(rows))

    def jax():
        import jax

        def one(inputs):
            parameters, start = inputs[:4], (inputs[4], inputs[5])

            def step(point, _):
                return time_step(*point, parameters), None

            (x, y), _ = jax.lax.scan(step, start, length=STEPS)
            return (x - TARGET[0]) ** 2 + (y - TARGET[1]) ** 2

        return run_jax(jax.vmap(jax.value_and_grad(one)), rows)

    def casadi():
        import casadi

        x = casadi.SX.sym("x", 6)
        value = program(casadi.vertsplit(x), STEPS)
        return run_casadi([x], [value, casadi.gradient(value, x)], [rows], n)

    def numpy():
        return run_complex_steps(lambda inputs: program(inputs, STEPS), rows)

    def c():
        return run_c(make_task("ode", data), times=100)

    title = f"Lotka-Volterra ODE, {STEPS} steps, {n} row{'s' * (n > 1)}, value and gradient"
    return Workload(title, ours, jax, casadi, numpy, c if n == 1 else None)
