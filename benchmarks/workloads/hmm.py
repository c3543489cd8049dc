"""A hidden Markov model: the likelihood of sequences by the forward algorithm, and its gradient.

The parameters are the logarithms of probabilities, up to a constant a row. A symbol's
probabilities are looked up in a table.
Source: https://en.wikipedia.org/wiki/Forward_algorithm, with the probabilities scaled to 1.
"""

from benchmarks.workloads import Workload, run_casadi, run_jax

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

    def casadi():
        import casadi

        x, hot = casadi.SX.sym("x", len(at)), casadi.SX.sym("hot", SYMBOLS, LENGTH)

        def probabilities(logits, width):  # a row for each state
            rows = casadi.reshape(casadi.exp(logits), width, STATES).T
            return rows / casadi.repmat(casadi.sum2(rows), 1, width)

        moves = probabilities(x[: STATES**2], STATES)
        seen_with = casadi.mtimes(probabilities(x[STATES**2 :], SYMBOLS), hot)
        state, total = casadi.SX.ones(STATES, 1) / STATES, 0.0
        for t in range(LENGTH):
            seen = state * seen_with[:, t]
            scale = casadi.sum1(seen)
            total = total - casadi.log(scale)
            state = casadi.mtimes(moves.T, seen / scale)
        outputs = [total / n, casadi.gradient(total, x) / n]
        return run_casadi([x, hot], outputs, [at, np.eye(SYMBOLS)[symbols]], n, [0], [0, 1])

    def numpy():
        def run():  # Baum and Welch's expected counts, all sequences at once
            moves, emissions = (np.exp(x) for x in np.split(at, [STATES**2]))
            moves, emissions = moves.reshape(STATES, -1), emissions.reshape(STATES, -1)
            moves = moves / moves.sum(axis=1, keepdims=True)
            emissions = emissions / emissions.sum(axis=1, keepdims=True)
            state, forward, scales = np.full((n, STATES), 1.0 / STATES), [], []
            for t in range(LENGTH):
                seen = state * emissions.T[symbols[:, t]]
                scales.append(seen.sum(axis=1, keepdims=True))
                forward.append(seen / scales[-1])
                state = forward[-1] @ moves
            moved, emitted = np.zeros_like(moves), np.zeros((SYMBOLS, STATES))
            after = np.ones((n, STATES))
            for t in reversed(range(LENGTH)):
                np.add.at(emitted, symbols[:, t], forward[t] * after)
                if t:
                    coming = emissions.T[symbols[:, t]] * after / scales[t]
                    moved += forward[t - 1].T @ coming * moves
                    after = coming @ moves.T
            counts = [(moved, moves), (emitted.T, emissions)]
            slopes = [(p * c.sum(axis=1, keepdims=True) - c) / n for c, p in counts]
            return [-np.log(scales).sum() / n, *slopes]

        return run

    title = f"HMM, {n} sequences of {LENGTH} symbols, value and gradient"
    return Workload(title, ours, jax, casadi, numpy, target=0.7)
