"""The Jacobian of residuals of a curve with five parameters."""

from benchmarks.workloads import Workload, functions, run_casadi, run_jax

AT = [1.0, 0.5, 0.3, 2.0, 0.1]  # the parameters


def residual(p, x, y, ops):
    return p[0] * ops.exp(-(p[1] * x)) + p[2] * ops.sin(p[3] * x) + p[4] - y


def make(size=None):
    import numpy as np

    n = size or 200
    x, at = np.linspace(0, 5, n), np.array(AT)
    y = np.random.default_rng(1).normal(size=n)

    def ours(jit):
        from micrograd_c import Value

        ops, parameters = functions.ours(), [Value(p) for p in AT]
        residuals = jit(lambda x, y: residual(parameters, x, y, ops), parameters=parameters)
        return lambda: [residuals.jacobian(x, y, params=at)]

    def jax():
        import jax

        ops = functions.jax()
        slopes = jax.grad(lambda p, x, y: residual(p, x, y, ops))
        return run_jax(jax.vmap(slopes, (None, 0, 0)), at, x, y)

    def casadi():
        import casadi

        p, row = casadi.SX.sym("p", len(AT)), casadi.SX.sym("row", 2)
        slopes = casadi.gradient(
            residual(casadi.vertsplit(p), row[0], row[1], functions.casadi()), p
        )
        return run_casadi([p, row], [slopes], [at, np.column_stack([x, y])], n, shared=[0])

    def numpy():
        def run():
            p, decay = at[:, None], np.exp(-(at[1] * x))
            sine, cosine = np.sin(p[3] * x), np.cos(p[3] * x)
            slopes = [decay, -(p[0] * x * decay), sine, p[2] * x * cosine, np.ones(n)]
            return [np.column_stack(slopes)]

        return run

    title = f"curve fit, Jacobian {n} x {len(AT)}"
    return Workload(title, ours, jax, casadi, numpy)
