"""A portfolio of European calls: its price, and delta, rho, vega and theta of each option."""

from benchmarks.tasks import make_data, make_task
from benchmarks.tasks.black_scholes import price
from benchmarks.workloads import Workload, functions, run_c, run_casadi, run_jax


def make(size=None):
    import numpy as np

    n = size or 1000
    data = make_data(f"black_scholes:{n}")
    task = make_task("black_scholes", data)
    columns, strikes = np.array(data["inputs"]).reshape(4, n), np.array(data["strikes"])

    def ours(jit):
        from micrograd_c import value_and_grad

        ops, arguments = functions.ours(), [*columns, strikes]
        run = jit(value_and_grad(lambda *row: price(*row, ops), argnums=(0, 1, 2, 3)))

        def call():
            prices, greeks = run(*arguments)
            return [prices.sum(), *greeks]

        return call

    def jax():
        import jax

        ops = functions.jax()
        return run_jax(
            jax.value_and_grad(lambda columns, strikes: price(*columns, strikes, ops).sum()),
            list(columns), strikes,
        )  # fmt: skip

    def casadi():
        import casadi

        row = casadi.SX.sym("row", 5)
        value = price(*casadi.vertsplit(row), functions.casadi())
        arguments = [np.vstack([columns, strikes]).T]
        slopes = casadi.gradient(value, row)[:4]
        return run_casadi([row], [value, slopes], arguments, n, summed=[0])

    def numpy():
        from benchmarks.peers.numpy_by_hand import BlackScholesRunner

        runner = BlackScholesRunner(task)
        return lambda: list(runner.price_and_greeks())

    def by_column(arrays):
        value, greeks = arrays
        return [value, greeks.reshape(n, 4).T]

    title = f"Black-Scholes, price and four Greeks of {n:,} options"
    return Workload(
        title, ours, jax, casadi, numpy, lambda: run_c(task, times=100),
        in_our_order={"CasADi": by_column},
    )  # fmt: skip
