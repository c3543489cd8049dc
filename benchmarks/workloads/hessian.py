"""The Hessian of a function in which each pair of its numbers meets: a sum of distances."""

from benchmarks.workloads import Workload, run_casadi, run_jax


def distances(x):
    pairs = ((x[i], x[j]) for i in range(len(x)) for j in range(i))
    return sum(((a - b) ** 2 + 0.1) ** 0.5 for a, b in pairs)


def jax_distances(n):
    import numpy as np
    from jax import numpy as jnp

    i, j = np.tril_indices(n, -1)
    return lambda x: jnp.sqrt((x[i] - x[j]) ** 2 + 0.1).sum()


def second_derivatives(x):
    """The Hessian, by hand, with NumPy."""
    import numpy as np

    apart = x[:, None] - x
    pairs = 0.1 * (apart * apart + 0.1) ** -1.5
    np.fill_diagonal(pairs, 0.0)
    return np.diag(pairs.sum(axis=1)) - pairs


def make(size=None):
    import numpy as np

    n = size or 20
    x = np.random.default_rng(1).uniform(size=n)

    def ours(jit):
        from micrograd_c import hessian

        run, row = jit(hessian(distances)), x[None]
        return lambda: [run(row)]

    def jax():
        import jax

        return run_jax(jax.hessian(jax_distances(n)), x)

    def casadi():
        import casadi

        at = casadi.SX.sym("x", n)
        second, _ = casadi.hessian(distances(casadi.vertsplit(at)), at)
        return run_casadi([at], [second], [x])

    def numpy():
        return lambda: [second_derivatives(x)]

    return Workload(f"Hessian {n} x {n}", ours, jax, casadi, numpy)
