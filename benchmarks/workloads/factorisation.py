"""Matrix factorisation: 200 users and 1,000 items of 8 factors, 9,600 parameters in all.

The loss adds up the squared errors of the known ratings, in a Python loop.
"""

from benchmarks.workloads import Workload, run_casadi, run_jax

USERS, ITEMS, FACTORS = 200, 1000, 8


def make(size=None):
    import numpy as np

    n, rng = size or 5000, np.random.default_rng(1)
    at = rng.normal(size=(USERS + ITEMS) * FACTORS) * 0.1
    users, items = rng.integers(USERS, size=n), rng.integers(ITEMS, size=n)
    ratings, one_row = rng.normal(size=n), np.ones(1)

    def total(table):
        known = zip(users.tolist(), items.tolist(), ratings.tolist())
        terms = []
        for i, j, rating in known:
            pairs = zip(table[i], table[USERS + j])
            terms.append((sum(a * b for a, b in pairs) - rating) ** 2)
        return sum(terms)

    def rows_of(values):
        return [values[i : i + FACTORS] for i in range(0, len(values), FACTORS)]

    def ours(jit):
        from micrograd_c import Value

        parameters = [Value(x) for x in at.tolist()]
        loss = jit(lambda scale: scale * total(rows_of(parameters)), parameters=parameters)
        return lambda: list(loss.value_and_grad(one_row, params=at))

    def jax():
        import jax

        def loss(at, ratings):
            table = at.reshape(-1, FACTORS)
            found = (table[users] * table[USERS + items]).sum(axis=1)
            return ((found - ratings) ** 2).sum()

        return run_jax(jax.value_and_grad(loss), at, ratings)

    def casadi():
        import casadi

        x = casadi.SX.sym("x", len(at))
        loss = total(rows_of(casadi.vertsplit(x)))
        return run_casadi([x], [loss, casadi.gradient(loss, x)], [at])

    def numpy():
        def run():
            table = at.reshape(-1, FACTORS)
            p, q = table[users], table[USERS + items]
            missing = (p * q).sum(axis=1) - ratings
            gradient, scaled = np.zeros_like(table), 2.0 * missing[:, None]
            np.add.at(gradient, users, scaled * q)
            np.add.at(gradient, USERS + items, scaled * p)
            return [missing @ missing, gradient]

        return run

    title = f"factorisation, {len(at):,} parameters, {n:,} ratings, value and gradient"
    return Workload(title, ours, jax, casadi, numpy, target=1.2)
