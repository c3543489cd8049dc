"""A hidden Markov model: the likelihood of sequences by the forward algorithm, and its gradient.

The parameters are the logarithms of probabilities, up to a constant a row. A symbol's
probabilities are looked up in a table.
Source: https://en.wikipedia.org/wiki/Forward_algorithm, with the probabilities scaled to 1.
"""

from benchmarks.workloads import Workload, run_jax

STATES, SYMBOLS, LENGTH = 4, 6, 20


def make(size=None):
    import numpy as np

    n, rng = size or 100, np.random.default_rng(1)
    symbols = rng.integers(SYMBOLS, size=(n, LENGTH))
    at = rng.normal(size=STATES * (STATES + SYMBOLS))

    def ours(jit):
        from micrograd_c import Value, dot, log, softmax, take

        parameters = [Value(p) for p in at.tolist()]

        def negative_log_likelihood(symbols):
            tables, start = [], 0
            for width in (STATES, SYMBOLS):
                end = start + STATES * width
                rows = range(start, end, width)
                tables.append([softmax(parameters[i : i + width]) for i in rows])
                start = end
            moves, emissions = tables
            of_symbol = list(zip(*emissions))  # a row for each symbol
            state, total = [1.0 / STATES] * STATES, 0.0
            for symbol in symbols:
                seen = [p * q for p, q in zip(state, take(of_symbol, symbol))]
                scale = sum(seen)
                total = total - log(scale)
                seen = [p / scale for p in seen]
                state = [dot(seen, column) for column in zip(*moves)]
            return total

        loss = jit(negative_log_likelihood, parameters=parameters)
        return lambda: list(loss.value_and_grad(symbols, params=at))

    def jax():
        import jax
        from jax import numpy as jnp

        def one(moves, emissions, symbols):
            def step(state, symbol):
                seen = state * emissions[:, symbol]
                scale = seen.sum()
                return (seen / scale) @ moves, -jnp.log(scale)

            return jax.lax.scan(step, jnp.full(STATES, 1.0 / STATES), symbols)[1].sum()

        def loss(at, symbols):
            moves = jax.nn.softmax(at[: STATES**2].reshape(STATES, STATES))
            emissions = jax.nn.softmax(at[STATES**2 :].reshape(STATES, SYMBOLS))
            return jax.vmap(one, (None, None, 0))(moves, emissions, symbols).mean()

        return run_jax(jax.value_and_grad(loss), at, symbols)

    title = f"HMM, {n} sequences of {LENGTH} symbols, value and gradient"
    return Workload(title, ours, jax, target=0.7)
