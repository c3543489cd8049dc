"""A two-layer net, 64-width-10 with tanh, on 32 rows: value and gradient as arrays."""

from benchmarks.workloads import Workload, run_jax

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

    def by_neurons(arrays):
        loss, *layers = arrays
        return [loss, *map(np.column_stack, (layers[:2], layers[2:]))]

    target = 1.0 if width < 512 else 1.5
    title = f"net {N_IN}-{width}-{N_OUT} on {ROWS} rows, value and gradient"
    return Workload(title, ours, jax, target=target, in_our_order={"JAX": by_neurons})
