"""The Hessian of the same function times a vector."""

from benchmarks.workloads import Workload, run_casadi, run_jax
from benchmarks.workloads.hessian import distances, jax_distances, second_derivatives


def make(size=None):
    import numpy as np

    n, rng = size or 20, np.random.default_rng(1)
    x, v = rng.uniform(size=n), rng.uniform(size=n)

    def ours(jit):
        from micrograd_c import hvp

        run, rows = jit(lambda x, v: hvp(distances, (x,), (v,))), (x[None], v[None])
        return lambda: [run(*rows)]

    def jax():
        import jax

        slopes = jax.grad(jax_distances(n))
        return run_jax(lambda x, v: jax.jvp(slopes, (x,), (v,))[1], x, v)

    def casadi():
        import casadi

        at, along = casadi.SX.sym("x", n), casadi.SX.sym("v", n)
        slopes = casadi.gradient(distances(casadi.vertsplit(at)), at)
        return run_casadi([at, along], [casadi.jtimes(slopes, at, along)], [x, v])

    def numpy():
        return lambda: [second_derivatives(x) @ v]

    title = f"Hessian-vector product, {n} numbers"
    return Workload(title, ours, jax, casadi, numpy)
