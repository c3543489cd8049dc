"""The volatilities that ``size`` prices of calls imply, by six steps of Newton's method.

Each step needs the price by Black and Scholes and its derivative by the volatility, which is
not written by hand.
"""

from benchmarks.workloads import Workload, functions, run_casadi, run_jax
from benchmarks.workloads.greeks import price

STEPS, RATE, START = 6, 0.02, 0.3


def newton(priced_with_slope, market, volatility=START):
    """``priced_with_slope(volatility)`` returns a price and its derivative."""
    for _ in range(STEPS):
        priced, vega = priced_with_slope(volatility)
        volatility = volatility - (priced - market) / vega
    return volatility


def make(size=None):
    import numpy as np

    rng, n = np.random.default_rng(1), size or 1000
    spot, strike, years = (rng.uniform(*x, n) for x in ((90, 110), (90, 110), (0.25, 2)))
    market = price(spot, strike, years, RATE, rng.uniform(0.15, 0.45, n), functions.numpy())
    columns = [spot, strike, years, market]

    def of_volatility(spot, strike, years, ops):
        return lambda volatility: price(spot, strike, years, RATE, volatility, ops)

    def ours(jit):
        from micrograd_c import Value, value_and_grad

        ops = functions.ours()

        @jit
        def implied(spot, strike, years, market):
            priced = value_and_grad(of_volatility(spot, strike, years, ops))
            return newton(priced, market, Value(START))

        return lambda: [implied(*columns)]

    def jax():
        import jax

        ops = functions.jax()

        def implied(spot, strike, years, market):
            priced = jax.value_and_grad(of_volatility(spot, strike, years, ops))
            return newton(priced, market)

        return run_jax(jax.vmap(implied), *columns)

    def casadi():
        import casadi

        row, volatility = casadi.SX.sym("row", 4), casadi.SX.sym("volatility")
        spot, strike, years, market = casadi.vertsplit(row)
        priced = of_volatility(spot, strike, years, functions.casadi())(volatility)
        outputs = [priced, casadi.gradient(priced, volatility)]
        with_slope = casadi.Function("priced", [row, volatility], outputs)
        implied = newton(lambda volatility: with_slope(row, volatility), market)
        return run_casadi([row], [implied], [np.column_stack(columns)], n)

    def numpy():
        from scipy.special import erf

        def priced_with_slope(volatility):
            root = np.sqrt(years)
            d1 = (np.log(spot / strike) + (RATE + 0.5 * volatility**2) * years) / (
                volatility * root
            )
            d2, discounted = d1 - volatility * root, strike * np.exp(-RATE * years)
            cdf1, cdf2 = (0.5 * (1.0 + erf(d * np.sqrt(0.5))) for d in (d1, d2))
            vega = spot * root * np.exp(-0.5 * d1**2) / np.sqrt(2.0 * np.pi)
            return spot * cdf1 - discounted * cdf2, vega

        return lambda: [newton(priced_with_slope, market)]

    title = f"implied volatility of {n:,} options, {STEPS} steps of Newton's method"
    return Workload(title, ours, jax, casadi, numpy)
