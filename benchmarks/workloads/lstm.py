"""An LSTM, 4 inputs and ``size`` hidden, over 20 steps of 16 sequences.

The loss is the squared error of a linear function of the last hidden state. The gates are in the
order of PyTorch: input, forget, cell, output.
Source: https://en.wikipedia.org/wiki/Long_short-term_memory, without peepholes.
"""

from benchmarks.workloads import Workload, run_casadi, run_jax

INPUTS, STEPS, ROWS = 4, 20, 16


def make(size=None):
    import numpy as np

    width, rng = size or 16, np.random.default_rng(1)
    n_cell = 4 * width * (INPUTS + width + 1)  # parameters, neuron by neuron, its bias last
    X, Y = rng.normal(size=(ROWS, STEPS * INPUTS)), rng.normal(size=ROWS)
    at = rng.normal(size=n_cell + width + 1) * 0.25

    def split(at):
        return at[:n_cell].reshape(4 * width, -1), at[n_cell:]

    def ours(jit):
        from micrograd_c import sigmoid, tanh
        from micrograd_c.nn import Layer

        gates = Layer(INPUTS + width, 4 * width, nonlin=False)
        readout = Layer(width, 1, nonlin=False)

        def step(x, hidden, memory):
            sums = gates([*x, *hidden])
            for k in range(width):
                i, f, g, o = sums[k::width]
                memory[k] = sigmoid(f) * memory[k] + sigmoid(i) * tanh(g)
                hidden[k] = sigmoid(o) * tanh(memory[k])
            return hidden, memory

        @jit(parameters=gates.parameters() + readout.parameters())
        def loss(xs, y):
            hidden, memory = [0.0] * width, [0.0] * width
            for i in range(0, len(xs), INPUTS):
                hidden, memory = step(xs[i : i + INPUTS], hidden, memory)
            return (readout(hidden) - y) ** 2

        return lambda: list(loss.value_and_grad(X, Y, params=at))

    def jax():
        import jax
        from jax import numpy as jnp

        def loss(at, sequence, Y):
            gates, readout = split(at)
            of_inputs, of_hidden, bias = gates[:, :INPUTS], gates[:, INPUTS:-1], gates[:, -1]

            def step(state, x):
                hidden, memory = state
                sums = x @ of_inputs.T + hidden @ of_hidden.T + bias
                i, f, g, o = jnp.split(sums, 4, axis=1)
                memory = jax.nn.sigmoid(f) * memory + jax.nn.sigmoid(i) * jnp.tanh(g)
                return (jax.nn.sigmoid(o) * jnp.tanh(memory), memory), None

            zeros = jnp.zeros((ROWS, width))
            (hidden, _), _ = jax.lax.scan(step, (zeros, zeros), sequence)
            return ((hidden @ readout[:-1] + readout[-1] - Y) ** 2).mean()

        sequence = X.reshape(ROWS, STEPS, INPUTS).transpose(1, 0, 2)
        return run_jax(jax.value_and_grad(loss), at, sequence, Y)

    def casadi():
        import casadi

        def sigmoid(x):
            return 1.0 / (1.0 + casadi.exp(-x))

        x, columns = casadi.MX.sym("x", len(at)), casadi.MX.sym("X", STEPS * INPUTS, ROWS)
        y = casadi.MX.sym("y", 1, ROWS)
        gates = casadi.reshape(x[:n_cell], INPUTS + width + 1, 4 * width).T
        readout, bias = x[n_cell:], casadi.repmat(gates[:, -1], 1, ROWS)
        hidden = memory = casadi.MX.zeros(width, ROWS)
        for k in range(0, STEPS * INPUTS, INPUTS):
            inputs = casadi.vertcat(columns[k : k + INPUTS, :], hidden)
            i, f, g, o = casadi.vertsplit(casadi.mtimes(gates[:, :-1], inputs) + bias, width)
            memory = sigmoid(f) * memory + sigmoid(i) * casadi.tanh(g)
            hidden = sigmoid(o) * casadi.tanh(memory)
        error = casadi.mtimes(readout[:-1].T, hidden) + readout[-1] - y
        loss = casadi.sumsqr(error) / ROWS
        return run_casadi([x, columns, y], [loss, casadi.gradient(loss, x)], [at, X, Y])

    def numpy():
        sequence = X.reshape(ROWS, STEPS, INPUTS).transpose(1, 0, 2)

        def sigmoid(x):
            return 1.0 / (1.0 + np.exp(-x))

        def run():
            gates, readout = split(at)
            hidden, memory, tape = np.zeros((ROWS, width)), np.zeros((ROWS, width)), []
            for x in sequence:
                inputs = np.hstack([x, hidden, np.ones((ROWS, 1))])
                i, f, g, o = np.split(inputs @ gates.T, 4, axis=1)
                i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
                before, memory = memory, f * memory + i * g
                squashed = np.tanh(memory)
                hidden = o * squashed
                tape.append((inputs, i, f, g, o, before, squashed))
            error = hidden @ readout[:-1] + readout[-1] - Y
            by_score = error * (2.0 / ROWS)
            by_readout = np.append(by_score @ hidden, by_score.sum())
            by_hidden, by_memory = np.outer(by_score, readout[:-1]), 0.0
            by_gates = np.zeros_like(gates)
            for inputs, i, f, g, o, before, squashed in reversed(tape):
                by_memory = by_memory + by_hidden * o * (1.0 - squashed * squashed)
                by_sums = np.hstack([
                    by_memory * g * i * (1.0 - i), by_memory * before * f * (1.0 - f),
                    by_memory * i * (1.0 - g * g), by_hidden * squashed * o * (1.0 - o),
                ])  # fmt: skip
                by_gates += by_sums.T @ inputs
                by_hidden, by_memory = by_sums @ gates[:, INPUTS:-1], by_memory * f
            return [(error * error).mean(), by_gates, by_readout]

        return run

    title = f"LSTM, {width} hidden, {STEPS} steps, {ROWS} sequences, value and gradient"
    return Workload(title, ours, jax, casadi, numpy)
