"""Helpers of the tests of optimizers: parameters to start from."""

START = [-2.0, -0.5, 0.1, 1.0, 3.0]


def values(engine, data=START):
    return [engine.Value(x) for x in data]
