"""European calls by Black and Scholes: price, delta, gamma, vega, theta (by years) and rho."""

import math

from benchmarks.workloads import Workload, functions, run_casadi, run_jax


def price(spot, strike, years, rate, volatility, ops):
    deviation = volatility * ops.sqrt(years)
    drift = (rate + volatility * volatility * 0.5) * years
    d1 = (ops.log(spot / strike) + drift) / deviation
    discount = ops.exp(-(rate * years))
    return spot * normal_cdf(d1, ops) - discount * strike * normal_cdf(d1 - deviation, ops)


def normal_cdf(x, ops):
    return (ops.erf(x * math.sqrt(0.5)) + 1.0) * 0.5


def make(size=None):
    import numpy as np

    rng, n = np.random.default_rng(1), size or 1000
    ranges = [(80, 120), (80, 120), (0.25, 2), (0.01, 0.05), (0.1, 0.4)]
    columns = [rng.uniform(*bounds, n) for bounds in ranges]

    def ours(jit):
        from micrograd_c import gradients

        ops = functions.ours()

        @jit
        def greeks(spot, strike, years, rate, volatility):
            value = price(spot, strike, years, rate, volatility, ops)
            delta, vega, theta, rho = gradients(value, [spot, volatility, years, rate])
            (gamma,) = gradients(delta, [spot])
            return [value, delta, gamma, vega, theta, rho]

        return lambda: [greeks(*columns)]

    def jax():
        import jax
        from jax import numpy as jnp

        ops = functions.jax()

        def value(*row):
            return price(*row, ops)

        def greeks(*row):
            result, (delta, vega, theta, rho) = jax.value_and_grad(value, (0, 4, 2, 3))(*row)
            gamma = jax.grad(jax.grad(value))(*row)
            return jnp.stack([result, delta, gamma, vega, theta, rho])

        return run_jax(jax.vmap(greeks), *columns)

    def casadi():
        import casadi

        row = casadi.SX.sym("row", 5)
        value = price(*casadi.vertsplit(row), functions.casadi())
        slopes = casadi.gradient(value, row)
        gamma = casadi.gradient(slopes[0], row)[0]
        out = casadi.vertcat(value, slopes[0], gamma, slopes[4], slopes[2], slopes[3])
        return run_casadi([row], [out], [np.column_stack(columns)], n)

    def numpy():
        from scipy.special import erf

        def run():
            spot, strike, years, rate, volatility = columns
            root = np.sqrt(years)
            deviation = volatility * root
            d1 = (np.log(spot / strike) + (rate + 0.5 * volatility**2) * years) / deviation
            cdf1, cdf2 = (0.5 * (1.0 + erf(d * np.sqrt(0.5))) for d in (d1, d1 - deviation))
            density = np.exp(-0.5 * d1**2) / np.sqrt(2.0 * np.pi)
            discounted = strike * np.exp(-rate * years) * cdf2
            gamma, vega = density / (spot * deviation), spot * density * root
            theta = 0.5 * vega * volatility / years + rate * discounted
            value, rho = spot * cdf1 - discounted, years * discounted
            return [np.column_stack([value, cdf1, gamma, vega, theta, rho])]

        return run

    title = f"Black-Scholes, price and five Greeks of {n:,} options"
    return Workload(title, ours, jax, casadi, numpy)
