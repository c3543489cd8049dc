"""A Kalman filter over ``size`` observations: their likelihood, and its gradient.

The model is a level that moves with a slope (a local linear trend). The parameters are the
logarithms of three variances: of the level, of the slope, and of an observation.
Source: https://en.wikipedia.org/wiki/Kalman_filter, with the marginal likelihood.
"""

from benchmarks.workloads import Workload, functions, run_casadi, run_complex_steps, run_jax

AT = (-1.0, -3.0, 0.0)
START = (
    0.0,
    0.0,
    10.0,
    0.0,
    1.0,
)  # level, slope, and their covariance: p, q, r of [[p, q], [q, r]]


def filtered(state, y, variances, log):
    """Return the state after the observation y, and the term of the likelihood."""
    level, slope, p, q, r = state
    of_level, of_slope, of_y = variances
    # predict
    level = level + slope
    p, q, r = p + 2.0 * q + r + of_level, q + r, r + of_slope
    # update
    error, spread = y - level, p + of_y
    gain, slope_gain = p / spread, q / spread
    state = (
        level + gain * error, slope + slope_gain * error,
        p - gain * p, q - gain * q, r - slope_gain * q,
    )  # fmt: skip
    return state, log(spread) + error * error / spread


def loss_of(parameters, observations, ops):
    variances = [ops.exp(p) for p in parameters]
    state, total = START, 0.0
    for y in observations:
        state, term = filtered(state, y, variances, ops.log)
        total = total + term
    return total * 0.5


def make(size=None):
    import numpy as np

    n, rng, at = size or 200, np.random.default_rng(1), np.array(AT)
    slopes = np.cumsum(rng.normal(scale=0.2, size=n))
    observations = np.cumsum(slopes + rng.normal(scale=0.6, size=n)) + rng.normal(size=n)

    def ours(jit):
        from micrograd_c import Value

        ops, parameters = functions.ours(), [Value(p) for p in AT]

        @jit(in_axes=None, parameters=parameters)
        def loss(observations):
            return loss_of(parameters, observations, ops)

        return lambda: list(loss.value_and_grad(observations, params=at))

    def jax():
        import jax
        from jax import numpy as jnp

        def loss(at, observations):
            variances = jnp.exp(at)

            def step(state, y):
                return filtered(state, y, variances, jnp.log)

            return jax.lax.scan(step, START, observations)[1].sum() * 0.5

        return run_jax(jax.value_and_grad(loss), at, observations)

    def casadi():
        import casadi

        x, y = casadi.SX.sym("x", 3), casadi.SX.sym("y", n)
        loss = loss_of(casadi.vertsplit(x), casadi.vertsplit(y), functions.casadi())
        return run_casadi([x, y], [loss, casadi.gradient(loss, x)], [at, observations])

    def numpy():
        ops = functions.numpy()
        return run_complex_steps(lambda p: loss_of(p, observations.tolist(), ops), at)

    title = f"Kalman filter, {n} observations, value and gradient"
    return Workload(title, ours, jax, casadi, numpy)
