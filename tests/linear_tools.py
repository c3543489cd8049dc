"""What the tests of linear share: the same as plain Python, and random Values."""


def plain_linear(x, weights, bias=None):
    starts = [0] * len(weights) if bias is None else bias
    return [sum((w * v for w, v in zip(row, x)), s) for row, s in zip(weights, starts)]


def leaves(V, rng, n):
    return [V(rng.uniform(-2.0, 2.0)) for _ in range(n)]


def matrix(V, rng, m, n):
    return [leaves(V, rng, n) for _ in range(m)]
