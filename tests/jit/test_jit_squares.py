"""jit's sums of squares of parameters, which have a way back of their own in C."""

import pytest

from micrograd_c import Value, jit


@pytest.mark.parametrize("places", [[0, 1, 2, 3], [3, 0, 2, 1], [0, 1, 1, 3], [0, 2, 3], [1] * 4])
def test_squares_of_some_parameters(places):
    """All of them in any order, one of them twice, one of them left out."""
    parameters = [Value(0.5 + i) for i in range(4)]
    loss = jit(lambda x: x * parameters[0] + sum(parameters[i] * parameters[i] for i in places))
    loss.check([1.0, 2.0])
    loss.backward([1.0, 2.0])
    for i, p in enumerate(parameters):
        assert p.grad == 2 * p.data * places.count(i) + (1.5 if i == 0 else 0.0)
