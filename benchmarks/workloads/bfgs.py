"""SciPy's BFGS drives one arm to a target; the gradient is ours or a peer's.

A small term keeps the angles small, so that there is one best position.
"""

from benchmarks.workloads import Workload, functions, run_complex_steps
from benchmarks.workloads.arms import LINKS, distance


def loss_of(angles, target, ops):
    small = sum(angles[i] * angles[i] for i in range(len(LINKS)))
    return distance(angles, target, ops) + 0.01 * small


def make(size=None):
    import numpy as np

    start, target = np.full(len(LINKS), 0.3), np.array([0.6, 0.8, 0.4])

    def minimized(value_and_grad):
        from scipy.optimize import minimize

        return lambda: [minimize(value_and_grad, start, jac=True, method="BFGS").x]

    def ours(jit):
        from micrograd_c import Value

        ops, angles, row = functions.ours(), [Value(0.3) for _ in LINKS], target[None]
        loss = jit(lambda target: loss_of(angles, target, ops), parameters=angles)
        return minimized(lambda at: loss.value_and_grad(row, params=at))

    def jax():
        import jax

        jax.config.update("jax_enable_x64", True)
        ops, goal = functions.jax(), jax.numpy.asarray(target)
        compiled = jax.jit(jax.value_and_grad(lambda at, target: loss_of(at, target, ops)))

        def value_and_grad(at):
            value, gradient = compiled(at, goal)
            return float(value), np.asarray(gradient)

        return minimized(value_and_grad)

    def numpy():
        ops = functions.numpy()
        return minimized(
            lambda at: run_complex_steps(lambda angles: loss_of(angles, target, ops), at)()
        )

    # It stops where the gradient is below 1e-5: rounding moves that point.
    return Workload("SciPy's BFGS on one arm", ours, jax, numpy=numpy, tolerance=1e-5)
