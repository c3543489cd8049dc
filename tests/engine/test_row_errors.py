"""What linear and the normalizations of rows refuse, and what they say."""

import pytest

from micrograd_c import functional as F

ERRORS = [
    (lambda V: F.linear([], [[]]), ValueError, "linear: x is empty"),
    (lambda V: F.linear([V(1.0)], []), ValueError, "linear: weights is empty"),
    (
        lambda V: F.linear([V(1.0), V(2.0)], [[V(1.0), V(2.0)], [V(1.0)]]), ValueError,
        "row 1 of weights has 1 elements, expected one for each of x: has 2",
    ),
    (lambda V: F.linear([1.0], [[2.0, 3.0]]), ValueError, "row 0 of weights has 2 elements"),
    (
        lambda V: F.linear([V(1.0)], [[V(1.0)]], [V(1.0), V(2.0)]), ValueError,
        "bias has 2 elements, expected one for each of rows of weights: there are 1",
    ),
    (lambda V: F.linear(V(1.0), [[V(1.0)]]), TypeError, "expected x as a list of Values"),
    (lambda V: F.linear([V(1.0)], V(1.0)), TypeError, "expected weights as a list of rows"),
    (lambda V: F.linear([V(1.0)], [V(1.0)]), TypeError, "row 0 of weights as a list of Values"),
    (lambda V: F.linear("1", [[V(1.0)]]), TypeError, "expected x as a list"),
    (lambda V: F.linear([V(1.0)], [["1"]]), TypeError, "in row 0 of weights, got str"),
    (lambda V: F.linear([[V(1.0)]], [[V(1.0)]]), TypeError, "in x, got list"),
    (lambda V: F.linear([None], [[V(1.0)]]), TypeError, "in x, got NoneType"),
    (lambda V: F.linear([1j], [[2.0]]), TypeError, "in x, got complex"),
    (lambda V: F.rms_norm([]), ValueError, "rms_norm: x is empty"),
    (lambda V: F.rms_norm([V(1.0)], -1e-5), ValueError, "expected eps >= 0 and finite, got -1e-05"),
    (lambda V: F.rms_norm([V(1.0)], float("nan")), ValueError, "eps >= 0 and finite, got nan"),
    (lambda V: F.rms_norm([V(1.0)], V(1e-5)), TypeError, "expected eps as a number, got a Value"),
    (lambda V: F.rms_norm([V(1.0)], "x"), TypeError, "real number, got str"),
    (lambda V: F.rms_norm([V(0.0)], 0), ZeroDivisionError, None),
    (lambda V: F.rms_norm(V(1.0)), TypeError, "rms_norm: expected x as a list"),
    (lambda V: F.layer_norm([]), ValueError, "layer_norm: x is empty"),
    (
        lambda V: F.layer_norm([V(1.0), V(2.0)], [V(1.0)]), ValueError,
        "weight has 1 elements, expected one for each of x: has 2",
    ),
    (lambda V: F.layer_norm([V(1.0)], None, [1.0, 2.0]), ValueError, "bias has 2 elements"),
    (lambda V: F.layer_norm([V(1.0)], None, ["b"]), TypeError, "in bias, got str"),
    (lambda V: F.log_softmax([]), ValueError, "log_softmax: values is empty"),
    (lambda V: F.log_softmax({1.0: 2.0}), TypeError, "expected values as a list"),
]  # fmt: skip


@pytest.mark.parametrize("place", range(len(ERRORS)))
def test_errors(engine, live_nodes, place):
    call, error, message = ERRORS[place]
    before = live_nodes()
    with pytest.raises(error, match=message):
        call(engine.Value)
    assert live_nodes() == before
