"""A two-layer net, 64-width-10 with tanh, on 32 rows: value and gradient as arrays."""

from benchmarks.workloads import Workload, run_casadi, run_jax

N_IN, N_OUT, ROWS = 64, 10, 32


def make(size=None):
    import numpy as np

    width, rng = size or 128, np.random.default_rng(1)
    X, Y = rng.uniform(0, 1, (ROWS, N_IN)), rng.uniform(-1, 1, (ROWS, N_OUT))
    n_first = width * (N_IN + 1)
    at = rng.normal(size=n_first + N_OUT * (width + 1)) * 0.1  # neuron by neuron, its bias last

    def ours(jit):
        from micrograd_c.nn import MLP

        model = MLP(N_IN, [width, N_OUT], nonlin="tanh")
        loss = jit(
            lambda x, y: sum((out - wanted) ** 2 for out, wanted in zip(model(x), y)),
            parameters=model.parameters(),
        )
        return lambda: list(loss.value_and_grad(X, Y, params=at))

    def jax():
        import jax
        from jax import numpy as jnp

        def loss(arrays, X, Y):
            weights, biases, last_weights, last_biases = arrays
            hidden = jnp.tanh(X @ weights.T + biases)
            out = hidden @ last_weights.T + last_biases
            return ((out - Y) ** 2).sum(axis=1).mean()

        first = at[:n_first].reshape(width, N_IN + 1)
        last = at[n_first:].reshape(N_OUT, width + 1)
        arrays = [first[:, :-1], first[:, -1], last[:, :-1], last[:, -1]]
        return run_jax(jax.value_and_grad(loss), arrays, X, Y)

    def casadi():
        import casadi

        x, columns = casadi.MX.sym("x", len(at)), casadi.MX.sym("X", N_IN, ROWS)
        wanted = casadi.MX.sym("Y", N_OUT, ROWS)
        first = casadi.reshape(x[:n_first], N_IN + 1, width).T
        last = casadi.reshape(x[n_first:], width + 1, N_OUT).T

        def layer(matrix, inputs):
            return casadi.mtimes(matrix[:, :-1], inputs) + casadi.repmat(matrix[:, -1], 1, ROWS)

        out = layer(last, casadi.tanh(layer(first, columns)))
        loss = casadi.sumsqr(out - wanted) / ROWS
        return run_casadi([x, columns, wanted], [loss, casadi.gradient(loss, x)], [at, X, Y])

    def numpy():
        def run():
            first = at[:n_first].reshape(width, N_IN + 1)
            last = at[n_first:].reshape(N_OUT, width + 1)
            hidden = np.tanh(X @ first[:, :-1].T + first[:, -1])
            error = hidden @ last[:, :-1].T + last[:, -1] - Y
            by_out = error * (2.0 / ROWS)
            by_sum = by_out @ last[:, :-1] * (1.0 - hidden * hidden)
            slopes = [
                np.column_stack([by_sum.T @ X, by_sum.sum(axis=0)]),
                np.column_stack([by_out.T @ hidden, by_out.sum(axis=0)]),
            ]
            return [(error * error).sum() / ROWS, *slopes]

        return run

    def by_neurons(arrays):
        loss, *layers = arrays
        return [loss, *map(np.column_stack, (layers[:2], layers[2:]))]

    target = 1.0 if width < 512 else 1.5
    title = f"net {N_IN}-{width}-{N_OUT} on {ROWS} rows, value and gradient"
    return Workload(
        title, ours, jax, casadi, numpy, target=target, in_our_order={"JAX": by_neurons}
    )
