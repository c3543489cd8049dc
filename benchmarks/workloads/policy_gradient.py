"""A policy gradient: a net 4-16-2 chose ``size`` actions, each of which had an advantage.

The loss is the mean of -advantage * log p(action), which REINFORCE and A2C differentiate.
Source: https://en.wikipedia.org/wiki/Policy_gradient_method.
"""

from benchmarks.workloads import Workload, run_casadi, run_jax

STATES, HIDDEN, ACTIONS = 4, 16, 2
N_FIRST = HIDDEN * (STATES + 1)


def make(size=None):
    import numpy as np

    n, rng = size or 1000, np.random.default_rng(1)
    states, advantages = rng.normal(size=(n, STATES)), rng.normal(size=n)
    actions = rng.integers(ACTIONS, size=n)
    at = rng.normal(size=N_FIRST + ACTIONS * (HIDDEN + 1)) * 0.4  # neuron by neuron, bias last

    def layers(at):
        return at[:N_FIRST].reshape(HIDDEN, STATES + 1), at[N_FIRST:].reshape(ACTIONS, HIDDEN + 1)

    def ours(jit):
        from micrograd_c.losses import cross_entropy
        from micrograd_c.nn import MLP

        policy = MLP(STATES, [HIDDEN, ACTIONS], nonlin="tanh")

        @jit(parameters=policy.parameters())
        def loss(state, action, advantage):
            return advantage * cross_entropy(policy(state), action)

        return lambda: list(loss.value_and_grad(states, actions, advantages, params=at))

    def jax():
        import jax
        from jax import numpy as jnp

        def loss(at, states, actions, advantages):
            first, last = layers(at)
            hidden = jnp.tanh(states @ first[:, :-1].T + first[:, -1])
            log_p = jax.nn.log_softmax(hidden @ last[:, :-1].T + last[:, -1])
            return -(advantages * log_p[jnp.arange(n), actions]).mean()

        return run_jax(jax.value_and_grad(loss), at, states, actions, advantages)

    def casadi():
        import casadi

        x = casadi.MX.sym("x", len(at))
        columns = casadi.MX.sym("states", STATES, n)
        weights = casadi.MX.sym("weights", ACTIONS, n)  # each advantage at its action
        first = casadi.reshape(x[:N_FIRST], STATES + 1, HIDDEN).T
        last = casadi.reshape(x[N_FIRST:], HIDDEN + 1, ACTIONS).T

        def layer(matrix, inputs):
            return casadi.mtimes(matrix[:, :-1], inputs) + casadi.repmat(matrix[:, -1], 1, n)

        scores = layer(last, casadi.tanh(layer(first, columns)))
        log_sums = casadi.log(casadi.sum1(casadi.exp(scores)))  # these scores do not overflow
        loss = (casadi.dot(casadi.sum1(weights), log_sums) - casadi.dot(weights, scores)) / n
        outputs = [loss, casadi.gradient(loss, x)]
        placed = np.eye(ACTIONS)[actions] * advantages[:, None]
        return run_casadi([x, columns, weights], outputs, [at, states, placed])

    def numpy():
        rows = np.arange(n)

        def run():
            first, last = layers(at)
            hidden = np.tanh(states @ first[:, :-1].T + first[:, -1])
            scores = hidden @ last[:, :-1].T + last[:, -1]
            scores -= scores.max(axis=1, keepdims=True)
            exps = np.exp(scores)
            sums = exps.sum(axis=1, keepdims=True)
            loss = -(advantages * (scores[rows, actions] - np.log(sums[:, 0]))).mean()
            by_score = exps / sums
            by_score[rows, actions] -= 1.0
            by_score *= advantages[:, None] / n
            by_input = by_score @ last[:, :-1] * (1.0 - hidden * hidden)
            slopes = [
                np.column_stack([by_input.T @ states, by_input.sum(axis=0)]),
                np.column_stack([by_score.T @ hidden, by_score.sum(axis=0)]),
            ]
            return [loss, *slopes]

        return run

    title = f"policy gradient, net {STATES}-{HIDDEN}-{ACTIONS}, {n:,} actions, value and gradient"
    return Workload(title, ours, jax, casadi, numpy)
