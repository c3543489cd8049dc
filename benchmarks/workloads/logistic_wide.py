"""Logistic regression with many features on 16 rows: the loss and its gradient."""

from benchmarks.workloads import Workload, run_casadi, run_jax

ROWS = 16


def make(size=None):
    import numpy as np

    n, rng = size or 100_000, np.random.default_rng(1)
    X, labels = rng.normal(size=(ROWS, n)), rng.choice([-1.0, 1.0], size=ROWS)
    at = rng.normal(size=n) * 0.01

    def ours(jit):
        from micrograd_c import Value, dot

        weights = [Value(w) for w in at.tolist()]
        loss = jit(lambda x, label: (-(label * dot(weights, x))).softplus(), parameters=weights)
        return lambda: list(loss.value_and_grad(X, labels, params=at))

    def jax():
        import jax

        def loss(at, X, labels):
            return jax.nn.softplus(-(labels * (X @ at))).mean()

        return run_jax(jax.value_and_grad(loss), at, X, labels)

    def casadi():
        import casadi

        x, columns = casadi.MX.sym("x", n), casadi.MX.sym("X", n, ROWS)
        labels_row = casadi.MX.sym("labels", 1, ROWS)
        z = -labels_row * casadi.mtimes(x.T, columns)
        softplus = casadi.fmax(z, 0.0) + casadi.log1p(casadi.exp(-casadi.fabs(z)))
        loss = casadi.sum2(softplus) / ROWS
        outputs = [loss, casadi.gradient(loss, x)]
        return run_casadi([x, columns, labels_row], outputs, [at, X, labels])

    def numpy():
        def run():
            margins = labels * (X @ at)
            return [
                np.logaddexp(0.0, -margins).mean(),
                (-labels / (1 + np.exp(margins)) / ROWS) @ X,
            ]

        return run

    title = f"logistic regression, {n:,} features on {ROWS} rows, value and gradient"
    return Workload(title, ours, jax, casadi, numpy, target=1.5)
