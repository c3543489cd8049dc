"""The Jacobian of residuals of a curve with five parameters."""

from benchmarks.derivatives import (
    CASADI,
    JAX,
    OURS,
    Workload,
    casadi_ops,
    jax_ops,
    our_ops,
    run_casadi,
    run_jax,
)

AT = [1.0, 0.5, 0.3, 2.0, 0.1]  # the parameters


def residual(p, x, y, ops):
    return p[0] * ops.exp(-(p[1] * x)) + p[2] * ops.sin(p[3] * x) + p[4] - y


def make(size=None):
    import numpy as np

    n = size or 200
    x, at = np.linspace(0, 5, n), np.array(AT)
    y = np.random.default_rng(1).normal(size=n)

    def ours():
        from micrograd_c import Value, jit

        ops, parameters = our_ops(), [Value(p) for p in AT]
        residuals = jit(lambda x, y: residual(parameters, x, y, ops), parameters=parameters)
        return lambda: [residuals.jacobian(x, y, params=at)]

    def jax():
        import jax

        ops = jax_ops()
        slopes = jax.grad(lambda p, x, y: residual(p, x, y, ops))
        return run_jax(jax.vmap(slopes, (None, 0, 0)), at, x, y)

    def casadi():
        import casadi

        p, row = casadi.SX.sym("p", len(AT)), casadi.SX.sym("row", 2)
        slopes = casadi.gradient(residual(casadi.vertsplit(p), row[0], row[1], casadi_ops()), p)
        return run_casadi([p, row], [slopes], [at, np.column_stack([x, y])], n, shared=[0])

    title = f"curve fit, Jacobian {n} x {len(AT)}"
    return Workload(title, 1.0, {OURS: ours, JAX: jax, CASADI: casadi})
