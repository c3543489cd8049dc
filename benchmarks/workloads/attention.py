"""Self-attention with one head over ``size`` tokens of 16 numbers.

The loss is the mean squared difference from a target; the parameters are the three matrices of
queries, keys and values. Source: https://en.wikipedia.org/wiki/Attention_(machine_learning).
"""

from benchmarks.workloads import Workload, run_casadi, run_jax

WIDTH = 16
SCALE = WIDTH**-0.5


def make(size=None):
    import numpy as np

    n, rng = size or 16, np.random.default_rng(1)
    X, Y = rng.normal(size=(n, WIDTH)), rng.normal(size=(n, WIDTH))
    at = rng.normal(size=(3, WIDTH, WIDTH)) * SCALE

    def ours(jit):
        from micrograd_c import Value, dot, softmax

        def matrix(numbers):
            return [[Value(x) for x in row] for row in numbers]

        matrices = [matrix(numbers) for numbers in at.tolist()]
        parameters = [w for matrix in matrices for row in matrix for w in row]

        def times(A, B):  # A @ B.T
            return [[dot(a, b) for b in B] for a in A]

        @jit(in_axes=None, parameters=parameters)
        def loss(X, Y):
            queries, keys, values = (times(X, matrix) for matrix in matrices)
            weights = [softmax([SCALE * s for s in row]) for row in times(queries, keys)]
            outputs = times(weights, list(zip(*values)))
            pairs = [(out, y) for row, ys in zip(outputs, Y) for out, y in zip(row, ys)]
            return sum((out - y) ** 2 for out, y in pairs) / len(pairs)

        flat = at.ravel()
        return lambda: list(loss.value_and_grad(X, Y, params=flat))

    def jax():
        import jax

        def loss(at, X, Y):
            queries, keys, values = (X @ matrix.T for matrix in at)
            weights = jax.nn.softmax(SCALE * queries @ keys.T, axis=1)
            return ((weights @ values - Y) ** 2).mean()

        return run_jax(jax.value_and_grad(loss), at, X, Y)

    def casadi():
        import casadi

        x, tokens = casadi.MX.sym("x", WIDTH, 3 * WIDTH), casadi.MX.sym("X", WIDTH, n)
        target = casadi.MX.sym("Y", WIDTH, n)
        matrices = casadi.horzsplit(x, WIDTH)  # transposed, as are the tokens
        queries, keys, values = (casadi.mtimes(matrix.T, tokens) for matrix in matrices)
        exps = casadi.exp(SCALE * casadi.mtimes(keys.T, queries))  # these do not overflow
        weights = exps / casadi.repmat(casadi.sum1(exps), n, 1)
        loss = casadi.sumsqr(casadi.mtimes(values, weights) - target) / (n * WIDTH)
        return run_casadi([x, tokens, target], [loss, casadi.gradient(loss, x)], [at, X, Y])

    def numpy():
        def run():
            queries, keys, values = (X @ matrix.T for matrix in at)
            scores = SCALE * queries @ keys.T
            exps = np.exp(scores - scores.max(axis=1, keepdims=True))
            weights = exps / exps.sum(axis=1, keepdims=True)
            error = weights @ values - Y
            by_output = error * (2.0 / error.size)
            by_weights = by_output @ values.T
            mean = (by_weights * weights).sum(axis=1, keepdims=True)
            by_scores = SCALE * weights * (by_weights - mean)
            slopes = (by_scores @ keys, by_scores.T @ queries, weights.T @ by_output)
            return [(error * error).mean(), *(slope.T @ X for slope in slopes)]

        return run

    title = f"attention, {n} tokens of {WIDTH}, value and gradient"
    return Workload(title, ours, jax, casadi, numpy)
