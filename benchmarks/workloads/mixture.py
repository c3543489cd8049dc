"""A mixture of three normal distributions on ``size`` points: the likelihood and its gradient.

The parameters are three logits of the weights, three means and three logarithms of deviations.
"""

import math

from benchmarks.workloads import Workload, run_casadi, run_jax

HALF_LOG_2PI = 0.5 * math.log(2.0 * math.pi)


def make(size=None):
    import numpy as np

    n, rng = size or 1000, np.random.default_rng(1)
    points = rng.normal(size=n) + rng.choice([-3.0, 0.0, 2.0], size=n)
    at = np.array([0.1, 0.0, -0.1, -2.5, 0.2, 2.0, 0.1, 0.0, -0.2])

    def ours(jit):
        from micrograd_c import Value, exp, logsumexp

        parameters = [Value(p) for p in at.tolist()]

        @jit(parameters=parameters)
        def loss(x):
            logits, means, logs = parameters[:3], parameters[3:6], parameters[6:]
            return logsumexp(logits) + HALF_LOG_2PI - logsumexp([
                logit - log - 0.5 * ((x - mean) * exp(-log)) ** 2
                for logit, mean, log in zip(logits, means, logs)
            ])  # fmt: skip

        return lambda: list(loss.value_and_grad(points, params=at))

    def jax():
        import jax
        from jax import numpy as jnp

        def loss(at, points):
            logits, means, logs = at.reshape(3, 3)
            z = (points[:, None] - means) * jnp.exp(-logs)
            terms = jax.nn.log_softmax(logits) - logs - 0.5 * z * z
            return HALF_LOG_2PI - jax.nn.logsumexp(terms, axis=1).mean()

        return run_jax(jax.value_and_grad(loss), at, points)

    def casadi():
        import casadi

        x, point = casadi.SX.sym("x", 9), casadi.SX.sym("point")
        logits, means, logs = casadi.vertsplit(x, 3)
        terms = logits - logs - 0.5 * ((point - means) * casadi.exp(-logs)) ** 2
        loss = casadi.logsumexp(logits) + HALF_LOG_2PI - casadi.logsumexp(terms)
        outputs = [loss / n, casadi.gradient(loss, x) / n]
        return run_casadi([x, point], outputs, [at, points], n, shared=[0], summed=[0, 1])

    def numpy():
        def run():
            logits, means, logs = at.reshape(3, 3)
            z = (points - means[:, None]) * np.exp(-logs)[:, None]
            terms = (logits - logs)[:, None] - 0.5 * z * z
            largest = terms.max(axis=0)
            shares = np.exp(terms - largest)
            sums = shares.sum(axis=0)
            shares /= sums
            weights = np.exp(logits)
            loss = np.log(weights.sum()) + HALF_LOG_2PI - (np.log(sums) + largest).mean()
            slopes = [
                weights / weights.sum() - shares.mean(axis=1),
                -(shares * z).mean(axis=1) * np.exp(-logs),
                (shares * (1.0 - z * z)).mean(axis=1),
            ]
            return [loss, *slopes]

        return run

    title = f"mixture of three normal distributions, {n:,} points, value and gradient"
    return Workload(title, ours, jax, casadi, numpy)
