"""Poisson regression of counts with 10 features on ``size`` rows: the loss and its gradient.

The loss is the negative log-likelihood without its constant. Source:
https://en.wikipedia.org/wiki/Poisson_regression.
"""

from benchmarks.workloads import Workload, run_casadi, run_jax

FEATURES = 10


def make(size=None):
    import numpy as np

    n, rng = size or 1000, np.random.default_rng(1)
    X, at = rng.normal(size=(n, FEATURES)), rng.normal(size=FEATURES + 1) * 0.2  # the bias last
    counts = rng.poisson(2.0, size=n).astype(float)

    def ours(jit):
        from micrograd_c import Value, dot, exp

        *weights, bias = parameters = [Value(p) for p in at.tolist()]

        @jit(parameters=parameters)
        def loss(x, count):
            log_rate = dot(weights, x) + bias
            return exp(log_rate) - count * log_rate

        return lambda: list(loss.value_and_grad(X, counts, params=at))

    def jax():
        import jax
        from jax import numpy as jnp

        def loss(at, X, counts):
            log_rates = X @ at[:-1] + at[-1]
            return (jnp.exp(log_rates) - counts * log_rates).mean()

        return run_jax(jax.value_and_grad(loss), at, X, counts)

    def casadi():
        import casadi

        x, columns = casadi.MX.sym("x", FEATURES + 1), casadi.MX.sym("X", FEATURES, n)
        counts_row = casadi.MX.sym("counts", 1, n)
        log_rates = casadi.mtimes(x[:-1].T, columns) + x[-1]
        loss = casadi.sum2(casadi.exp(log_rates) - counts_row * log_rates) / n
        outputs = [loss, casadi.gradient(loss, x)]
        return run_casadi([x, columns, counts_row], outputs, [at, X, counts])

    def numpy():
        def run():
            log_rates = X @ at[:-1] + at[-1]
            rates = np.exp(log_rates)
            by_score = (rates - counts) / n
            return [(rates - counts * log_rates).mean(), by_score @ X, by_score.sum()]

        return run

    title = f"Poisson regression, {FEATURES} features on {n:,} rows, value and gradient"
    return Workload(title, ours, jax, casadi, numpy)
