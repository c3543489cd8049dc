"""NumPy, with derivatives written by hand: nets and Black-Scholes as array programs."""

import numpy as np
from scipy.special import erf

from benchmarks.peers import CannotDo


def make_runner(task):
    if task.net:
        return NetRunner(task)
    if task.rows and task.rows.function.__module__.endswith("black_scholes"):
        return BlackScholesRunner(task)
    raise CannotDo("no arrays")


class NetRunner:
    """A net. A layer's weights are a matrix (nout, nin + 1) whose last column is the bias."""

    def __init__(self, task):
        self.net, self.lr = task.net, task.lr
        self.X, self.Y = np.array(task.net.X), np.array(task.net.Y)
        self.flat, self.weights, i = np.array(task.inputs), [], 0
        for nin, nout in zip(task.net.sizes, task.net.sizes[1:]):
            n = nout * (nin + 1)
            self.weights.append(self.flat[i : i + n].reshape(nout, nin + 1))
            i += n
        self.grads = np.empty_like(self.flat)

    def steps(self, n):
        for _ in range(n):
            self.forward_and_backward()
            self.flat -= self.lr * self.grads

    def forward_and_backward(self):
        Y, outputs = self.Y, [self.X]
        for i, w in enumerate(self.weights):
            z = outputs[-1] @ w[:, :-1].T + w[:, -1]
            if i < len(self.weights) - 1:
                z = np.maximum(z, 0.0) if self.net.nonlin == "relu" else np.tanh(z)
            outputs.append(z)
        scores = outputs.pop()
        if self.net.loss == "hinge":
            margins = 1.0 - Y * scores
            self.loss = np.maximum(margins, 0.0).mean()
            delta = np.where(margins > 0, -Y, 0.0) / Y.size
        else:
            difference = scores - Y
            self.loss = (difference * difference).mean()
            delta = difference * (2.0 / Y.size)
        end = len(self.flat)
        for w in reversed(self.weights):
            x, start = outputs.pop(), end - w.size
            grad = self.grads[start:end].reshape(w.shape)
            np.matmul(delta.T, x, out=grad[:, :-1])
            delta.sum(axis=0, out=grad[:, -1])
            end = start
            if start:  # not the first layer
                through = (x > 0) if self.net.nonlin == "relu" else 1.0 - x * x
                delta = (delta @ w[:, :-1]) * through
        if self.net.alpha:
            self.loss += self.net.alpha * (self.flat @ self.flat)
            self.grads += 2.0 * self.net.alpha * self.flat

    def answer(self):
        return float(self.loss), self.grads.tolist()


class BlackScholesRunner:
    """Black-Scholes. The Greeks are computed by their formulas, with SciPy's erf."""

    def __init__(self, task):
        self.columns = np.array(task.inputs).reshape(4, -1)
        self.strike = np.array(task.rows.constants[0])

    def steps(self, n):
        for _ in range(n):
            self.loss, self.grads = self.price_and_greeks()

    def price_and_greeks(self):
        strike = self.strike
        spot, rate, volatility, years = self.columns
        root = np.sqrt(years)
        d1 = np.log(spot / strike) + (rate + 0.5 * volatility**2) * years
        d1 /= volatility * root
        d2 = d1 - volatility * root
        cdf1, cdf2 = (0.5 * (1.0 + erf(d * np.sqrt(0.5))) for d in (d1, d2))
        density = np.exp(-0.5 * d1**2) / np.sqrt(2.0 * np.pi)
        discounted = strike * np.exp(-rate * years)
        rho = years * discounted * cdf2
        vega = spot * density * root
        theta = spot * density * volatility / (2.0 * root) + rate * discounted * cdf2
        loss = (spot * cdf1 - discounted * cdf2).sum()
        return loss, np.concatenate([cdf1, rho, vega, theta])

    def answer(self):
        return float(self.loss), self.grads.tolist()
