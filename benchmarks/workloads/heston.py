"""A call under Heston's model by Monte Carlo: its price from ``size`` paths, and the gradient.

A row is a path's normal random numbers, two for each of 50 time steps. Euler's scheme keeps the
variance above a small number. The gradient, by all five parameters, is the mean of the paths'.
Source: https://en.wikipedia.org/wiki/Heston_model.
"""

from benchmarks.workloads import Workload, functions, run_casadi, run_complex_steps, run_jax

STEPS, DT, LEAST = 50, 1.0 / 50, 1e-6
AT = (0.04, 1.5, 0.04, 0.3, -0.7)  # first variance, speed, mean, volatility of it, correlation
STRIKE = 1.0  # by the spot


def moved(state, normals, parameters, ops):
    """Return the logarithm of the spot and the variance, one time step later."""
    (spot, variance), (z, w) = state, normals
    _, speed, mean, volatility, correlation = parameters
    deviation = ops.sqrt(variance) * DT**0.5
    with_spot = correlation * z + ops.sqrt(1.0 - correlation * correlation) * w
    next_one = variance + speed * (mean - variance) * DT + volatility * deviation * with_spot
    return spot - 0.5 * DT * variance + deviation * z, ops.maximum(next_one, LEAST)


def payoff(normals, parameters, ops):
    """``normals``: a path's 2 * STEPS random numbers, or as many arrays for more paths."""
    state = (0.0, parameters[0])
    for i in range(STEPS):
        state = moved(state, (normals[i], normals[STEPS + i]), parameters, ops)
    return ops.relu(ops.exp(state[0]) - STRIKE)


def make(size=None):
    import numpy as np

    n, at = size or 1000, np.array(AT)
    normals = np.random.default_rng(1).normal(size=(n, 2 * STEPS))

    def ours(jit):
        from micrograd_c import Value

        ops, parameters = functions.ours(), [Value(p) for p in AT]
        price = jit(lambda normals: payoff(normals, parameters, ops), parameters=parameters)
        return lambda: list(price.value_and_grad(normals, params=at))

    def jax():
        import jax
        from jax import numpy as jnp

        ops = functions.jax()

        def price(at, steps):
            def step(state, normals):
                return moved(state, normals, at, ops), None

            start = (jnp.zeros(n), jnp.full(n, at[0]))
            (spot, _), _ = jax.lax.scan(step, start, steps)
            return jax.nn.relu(jnp.exp(spot) - STRIKE).mean()

        steps = normals.reshape(n, 2, STEPS).transpose(2, 1, 0)
        return run_jax(jax.value_and_grad(price), at, np.ascontiguousarray(steps))

    def casadi():
        import casadi

        x, row = casadi.SX.sym("x", 5), casadi.SX.sym("row", 2 * STEPS)
        value = payoff(casadi.vertsplit(row), casadi.vertsplit(x), functions.casadi()) / n
        outputs = [value, casadi.gradient(value, x)]
        return run_casadi([x, row], outputs, [at, normals], n, shared=[0], summed=[0, 1])

    def numpy():
        ops, columns = functions.numpy(), np.ascontiguousarray(normals.T)
        return run_complex_steps(
            lambda p: payoff(columns, [x[:, None] for x in p], ops).mean(axis=1), at
        )

    title = f"Heston Monte Carlo, {n:,} paths of {STEPS} steps, value and gradient"
    return Workload(title, ours, jax, casadi, numpy)
