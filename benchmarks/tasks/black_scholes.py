"""The price of a portfolio of European calls by Black and Scholes, with its Greeks.

The loss is the portfolio's price; its gradients are each option's delta, rho, vega and
theta (by years to expiry). The normal distribution is 0.5 * (1 + erf(x / sqrt(2))).
Source: https://en.wikipedia.org/wiki/Black-Scholes_model.
"""

import math
import random

from benchmarks.tasks import Rows, Task


def make_data(size=None):
    rng, n = random.Random(1), size or 100
    ranges = [(80, 120), (0.01, 0.05), (0.1, 0.4), (0.25, 2)]  # spot, rate, volatility, years
    inputs = [rng.uniform(*bounds) for bounds in ranges for _ in range(n)]
    strikes = [rng.uniform(80, 120) for _ in range(n)]
    title = f"Black-Scholes, {n} options and their Greeks"
    return {"title": title, "inputs": inputs, "strikes": strikes}


def make_task(data):
    strikes = data["strikes"]
    n = len(strikes)

    def program(inputs, ops):
        columns = [inputs[i : i + n] for i in range(0, 4 * n, n)]
        prices = [price(*row, ops) for row in zip(*columns, strikes)]
        return sum(prices[1:], prices[0])

    rows = Rows(n, price, [strikes])
    return Task(data["title"], data["inputs"], program, operators=35 * n, rows=rows, sizes={"N": n})


def price(spot, rate, volatility, years, strike, ops):
    """Return the price of one call or, with arrays and their ops, of many."""
    deviation = volatility * years**0.5
    drift = (rate + volatility * volatility * 0.5) * years
    d1 = (ops.log(spot * (1.0 / strike)) + drift) / deviation
    d2 = d1 - deviation
    discount = ops.exp(-(rate * years))
    return spot * normal_cdf(d1, ops) - discount * strike * normal_cdf(d2, ops)


def normal_cdf(x, ops):
    return (ops.erf(x * math.sqrt(0.5)) + 1.0) * 0.5
