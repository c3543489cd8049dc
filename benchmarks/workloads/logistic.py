"""Logistic regression with 20 features on ``size`` rows: the loss and its gradient."""

from benchmarks.workloads import Workload, run_casadi, run_jax

FEATURES = 20


def make(size=None):
    import numpy as np

    n, rng = size or 1000, np.random.default_rng(1)
    X, labels = rng.normal(size=(n, FEATURES)), rng.choice([-1.0, 1.0], size=n)
    at = rng.normal(size=FEATURES + 1) * 0.3  # the bias last

    def ours(jit):
        from micrograd_c import Value, dot

        *weights, bias = parameters = [Value(p) for p in at.tolist()]
        loss = jit(
            lambda x, label: (-label * (dot(weights, x) + bias)).softplus(), parameters=parameters
        )
        return lambda: list(loss.value_and_grad(X, labels, params=at))

    def jax():
        import jax

        def loss(at, X, labels):
            return jax.nn.softplus(-labels * (X @ at[:-1] + at[-1])).mean()

        return run_jax(jax.value_and_grad(loss), at, X, labels)

    def casadi():
        import casadi

        x, columns = casadi.MX.sym("x", FEATURES + 1), casadi.MX.sym("X", FEATURES, n)
        labels_row = casadi.MX.sym("labels", 1, n)
        z = -labels_row * (casadi.mtimes(x[:-1].T, columns) + x[-1])
        softplus = casadi.fmax(z, 0.0) + casadi.log1p(casadi.exp(-casadi.fabs(z)))
        loss = casadi.sum2(softplus) / n
        outputs = [loss, casadi.gradient(loss, x)]
        return run_casadi([x, columns, labels_row], outputs, [at, X, labels])

    def numpy():
        def run():
            margins = labels * (X @ at[:-1] + at[-1])
            by_score = -labels / (1.0 + np.exp(margins)) / n
            return [np.logaddexp(0.0, -margins).mean(), by_score @ X, by_score.sum()]

        return run

    title = f"logistic regression, {FEATURES} features on {n:,} rows, value and gradient"
    return Workload(title, ours, jax, casadi, numpy)
