"""A physics-informed net: u'' = -sin(pi x) on [0, 1], u(0) = u(1) = 0, at ``size`` points.

u(x) = x (1 - x) N(x), where N has one hidden layer of 20 tanh neurons. The loss is the mean square
of u'' + sin(pi x): its gradient differentiates a second derivative.
"""

import math

from benchmarks.workloads import Workload, functions, run_casadi, run_jax

HIDDEN = 20


def make(size=None):
    import numpy as np

    n, rng = size or 64, np.random.default_rng(1)
    points, at = np.linspace(0.0, 1.0, n), rng.normal(size=(3, HIDDEN))  # of a tanh(b x + c)

    def solution(x, neurons, tanh):
        return x * (1.0 - x) * sum(a * tanh(b * x + c) for a, b, c in neurons)

    def ours(jit):
        from micrograd_c import Value, grad, sin, tanh

        parameters = [Value(p) for p in at.ravel().tolist()]
        neurons = list(zip(*(parameters[i : i + HIDDEN] for i in range(0, 3 * HIDDEN, HIDDEN))))

        @jit(parameters=parameters)
        def loss(x):
            second = grad(grad(lambda x: solution(x, neurons, tanh)))
            return (second(x) + sin(math.pi * x)) ** 2

        flat = at.ravel()
        return lambda: list(loss.value_and_grad(points, params=flat))

    def jax():
        import jax
        from jax import numpy as jnp

        def u(x, at):
            a, b, c = at
            return x * (1.0 - x) * (a @ jnp.tanh(b * x + c))

        def loss(at, points):
            second = jax.vmap(jax.grad(jax.grad(u)), (0, None))(points, at)
            return ((second + jnp.sin(math.pi * points)) ** 2).mean()

        return run_jax(jax.value_and_grad(loss), at, points)

    def casadi():
        import casadi

        at_symbols, x = casadi.SX.sym("at", HIDDEN, 3), casadi.SX.sym("x")
        neurons = [casadi.horzsplit(row) for row in casadi.vertsplit(at_symbols)]
        u = solution(x, neurons, functions.casadi().tanh)
        second = casadi.gradient(casadi.gradient(u, x), x)
        loss = (second + casadi.sin(math.pi * x)) ** 2 / n
        outputs = [loss, casadi.gradient(loss, at_symbols)]
        return run_casadi([at_symbols, x], outputs, [at, points], n, shared=[0], summed=[0, 1])

    def numpy():
        x = points[:, None]
        around, across, twice = x * (1.0 - x), 2.0 * (1.0 - 2.0 * x), -2.0

        def run():  # u'' = twice N + across N' + around N''
            a, b, c = at
            t = np.tanh(b * x + c)  # and its derivatives
            t1 = 1.0 - t * t
            t2 = -2.0 * t * t1
            t3 = -2.0 * (t1 * t1 + t * t2)
            by_a = twice * t + across * b * t1 + around * b * b * t2
            by_c = a * (twice * t1 + across * b * t2 + around * b * b * t3)
            by_b = x * by_c + a * (across * t1 + around * 2.0 * b * t2)
            residual = by_a @ a + np.sin(math.pi * points)
            scaled = residual * (2.0 / n)
            return [(residual * residual).mean(), *(scaled @ by for by in (by_a, by_b, by_c))]

        return run

    title = f"PINN, {HIDDEN} neurons, second derivative at {n} points, value and gradient"
    return Workload(title, ours, jax, casadi, numpy)
