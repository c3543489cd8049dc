"""A GARCH(1, 1) model of ``size`` days' returns: the likelihood and its gradient.

A day's variance follows from the day before: v' = omega + alpha r**2 + beta v.
Source: https://en.wikipedia.org/wiki/Autoregressive_conditional_heteroskedasticity.
"""

from benchmarks.tasks import Rows, Task
from benchmarks.workloads import Workload, functions, run_c, run_casadi, run_jax

AT = (0.1, 0.1, 0.8)  # omega, alpha, beta


def loss_of(parameters, returns, log):
    omega, alpha, beta = parameters
    variance, total = 1.0, 0.0
    for r in returns:
        total = total + log(variance) + r * r / variance
        variance = omega + alpha * r * r + beta * variance
    return total * (0.5 / len(returns))


def make(size=None):
    import numpy as np

    n, rng = size or 500, np.random.default_rng(1)
    variance, series = 1.0, []
    for _ in range(n):
        series.append(rng.normal() * variance**0.5)
        variance = 0.1 + 0.1 * series[-1] ** 2 + 0.8 * variance
    returns, at = np.array(series), np.array(AT)

    def ours(jit):
        from micrograd_c import Value, log

        parameters = [Value(p) for p in AT]

        @jit(in_axes=None, parameters=parameters)
        def loss(returns):
            return loss_of(parameters, returns, log)

        return lambda: list(loss.value_and_grad(returns, params=at))

    def jax():
        import jax
        from jax import numpy as jnp

        def loss(at, returns):
            omega, alpha, beta = at

            def day(variance, r):
                term = jnp.log(variance) + r * r / variance
                return omega + alpha * r * r + beta * variance, term

            return jax.lax.scan(day, 1.0, returns)[1].sum() * (0.5 / n)

        return run_jax(jax.value_and_grad(loss), at, returns)

    def casadi():
        import casadi

        x, r = casadi.SX.sym("x", 3), casadi.SX.sym("r", n)
        loss = loss_of(casadi.vertsplit(x), casadi.vertsplit(r), functions.casadi().log)
        return run_casadi([x, r], [loss, casadi.gradient(loss, x)], [at, returns])

    def numpy():
        from scipy.signal import lfilter

        squares, ones = returns * returns, np.ones(n - 1)

        def run():
            omega, alpha, beta = at

            def filtered(first, inputs):  # v[0] = first, v[t] = inputs[t - 1] + beta * v[t - 1]
                return lfilter([1.0], [1.0, -beta], np.concatenate([[first], inputs]))

            variance = filtered(1.0, omega + alpha * squares[:-1])
            by_variance = (1.0 - squares / variance) / variance
            slopes = [filtered(0.0, x) for x in (ones, squares[:-1], variance[:-1])]
            loss = (np.log(variance) + squares / variance).sum() * (0.5 / n)
            return [loss, np.array(slopes) @ by_variance * (0.5 / n)]

        return run

    def c():
        rows = Rows(n, None, [series])
        task = Task("GARCH", list(AT), loss_of, operators=0, rows=rows, sizes={"DAYS": n})
        return run_c(task, times=10)

    title = f"GARCH(1, 1), {n:,} days, value and gradient"
    return Workload(title, ours, jax, casadi, numpy, c)
