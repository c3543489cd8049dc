"""Softmax regression, 20 features and 5 classes on ``size`` rows: cross-entropy and gradient."""

from benchmarks.workloads import Workload, run_casadi, run_jax

FEATURES, CLASSES = 20, 5


def make(size=None):
    import numpy as np

    n, rng = size or 1000, np.random.default_rng(1)
    X, labels = rng.normal(size=(n, FEATURES)), rng.integers(CLASSES, size=n)
    at = rng.normal(size=(CLASSES, FEATURES + 1)) * 0.3  # a class's weights, its bias last

    def ours(jit):
        from micrograd_c.losses import cross_entropy
        from micrograd_c.nn import MLP

        model = MLP(FEATURES, [CLASSES])
        loss = jit(lambda x, label: cross_entropy(model(x), label), parameters=model.parameters())
        flat = at.ravel()
        return lambda: list(loss.value_and_grad(X, labels, params=flat))

    def jax():
        import jax
        from jax import numpy as jnp

        def loss(at, X, labels):
            log_p = jax.nn.log_softmax(X @ at[:, :-1].T + at[:, -1])
            return -jnp.take_along_axis(log_p, labels[:, None], axis=1).mean()

        return run_jax(jax.value_and_grad(loss), at, X, labels)

    def casadi():
        import casadi

        x, columns = casadi.MX.sym("x", FEATURES + 1, CLASSES), casadi.MX.sym("X", FEATURES, n)
        hot = casadi.MX.sym("hot", CLASSES, n)
        scores = casadi.mtimes(x[:-1, :].T, columns) + casadi.repmat(x[-1, :].T, 1, n)
        log_sums = casadi.log(casadi.sum1(casadi.exp(scores)))  # these scores do not overflow
        loss = (casadi.sum2(log_sums) - casadi.dot(hot, scores)) / n
        outputs = [loss, casadi.gradient(loss, x)]
        return run_casadi([x, columns, hot], outputs, [at, X, np.eye(CLASSES)[labels]])

    def numpy():
        rows = np.arange(n)

        def run():
            scores = X @ at[:, :-1].T + at[:, -1]
            scores -= scores.max(axis=1, keepdims=True)
            exps = np.exp(scores)
            sums = exps.sum(axis=1, keepdims=True)
            loss = (np.log(sums[:, 0]) - scores[rows, labels]).mean()
            by_score = exps / sums
            by_score[rows, labels] -= 1.0
            by_score /= n
            return [loss, np.column_stack([by_score.T @ X, by_score.sum(axis=0)])]

        return run

    title = f"softmax regression, {FEATURES} features, {CLASSES} classes on {n:,} rows"
    return Workload(f"{title}, value and gradient", ours, jax, casadi, numpy)
