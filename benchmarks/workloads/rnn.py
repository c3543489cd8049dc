"""A recurrent net, 4 inputs and ``size`` hidden, over 30 steps of 16 sequences.

The loss is the squared error of a linear function of the last hidden state.
"""

from benchmarks.workloads import Workload, run_casadi, run_jax

INPUTS, STEPS, ROWS = 4, 30, 16


def make(size=None):
    import numpy as np

    width, rng = size or 16, np.random.default_rng(1)
    n_cell = width * (INPUTS + width + 1)  # parameters, neuron by neuron, its bias last
    X, Y = rng.normal(size=(ROWS, STEPS * INPUTS)), rng.normal(size=ROWS)
    at = rng.normal(size=n_cell + width + 1) * 0.25

    def split(at):
        return at[:n_cell].reshape(width, -1), at[n_cell:]

    def ours(jit):
        from micrograd_c.nn import Layer

        cell = Layer(INPUTS + width, width, nonlin="tanh")
        readout = Layer(width, 1, nonlin=False)

        @jit(parameters=cell.parameters() + readout.parameters())
        def loss(xs, y):
            hidden = [0.0] * width
            for i in range(0, len(xs), INPUTS):
                hidden = cell([*xs[i : i + INPUTS], *hidden])
            return (readout(hidden) - y) ** 2

        return lambda: list(loss.value_and_grad(X, Y, params=at))

    def jax():
        import jax
        from jax import numpy as jnp

        def loss(at, sequence, Y):
            cell, readout = split(at)
            of_inputs, of_hidden, bias = cell[:, :INPUTS], cell[:, INPUTS:-1], cell[:, -1]

            def step(hidden, x):
                return jnp.tanh(x @ of_inputs.T + hidden @ of_hidden.T + bias), None

            hidden, _ = jax.lax.scan(step, jnp.zeros((ROWS, width)), sequence)
            return ((hidden @ readout[:-1] + readout[-1] - Y) ** 2).mean()

        sequence = X.reshape(ROWS, STEPS, INPUTS).transpose(1, 0, 2)
        return run_jax(jax.value_and_grad(loss), at, sequence, Y)

    def casadi():
        import casadi

        x, columns = casadi.MX.sym("x", len(at)), casadi.MX.sym("X", STEPS * INPUTS, ROWS)
        y = casadi.MX.sym("y", 1, ROWS)
        cell = casadi.reshape(x[:n_cell], INPUTS + width + 1, width).T
        readout, bias = x[n_cell:], casadi.repmat(cell[:, -1], 1, ROWS)
        hidden = casadi.MX.zeros(width, ROWS)
        for i in range(0, STEPS * INPUTS, INPUTS):
            inputs = casadi.vertcat(columns[i : i + INPUTS, :], hidden)
            hidden = casadi.tanh(casadi.mtimes(cell[:, :-1], inputs) + bias)
        error = casadi.mtimes(readout[:-1].T, hidden) + readout[-1] - y
        loss = casadi.sumsqr(error) / ROWS
        return run_casadi([x, columns, y], [loss, casadi.gradient(loss, x)], [at, X, Y])

    def numpy():
        sequence = X.reshape(ROWS, STEPS, INPUTS).transpose(1, 0, 2)

        def run():
            cell, readout = split(at)
            hidden, inputs = np.zeros((ROWS, width)), []
            for x in sequence:
                inputs.append(np.hstack([x, hidden, np.ones((ROWS, 1))]))
                hidden = np.tanh(inputs[-1] @ cell.T)
            error = hidden @ readout[:-1] + readout[-1] - Y
            by_score = error * (2.0 / ROWS)
            by_readout = np.append(by_score @ hidden, by_score.sum())
            by_hidden, by_cell = np.outer(by_score, readout[:-1]), np.zeros_like(cell)
            for given in reversed(inputs):
                by_sum = by_hidden * (1.0 - hidden * hidden)
                by_cell += by_sum.T @ given
                by_hidden = by_sum @ cell[:, INPUTS:-1]
                hidden = given[:, INPUTS:-1]
            return [(error * error).mean(), by_cell, by_readout]

        return run

    title = f"RNN, {width} hidden, {STEPS} steps, {ROWS} sequences, value and gradient"
    return Workload(title, ours, jax, casadi, numpy)
