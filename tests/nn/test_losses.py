"""micrograd_c.losses against the definitions, PyTorch, gradcheck, and the other engine."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from micrograd_c.gradcheck import gradcheck
from micrograd_c.losses import (
    binary_cross_entropy_with_logits,
    cross_entropy,
    hinge_loss,
    l2_penalty,
    mse_loss,
)
from python_ref.engine import Value as OracleValue

NUMBERS = st.floats(-30, 30)
SIGNS = st.sampled_from([-1, 1])
PROBABILITIES = st.floats(0, 1)


def examples(targets):
    """Return a strategy of lists of (output, target)."""
    return st.lists(st.tuples(NUMBERS, targets), min_size=1, max_size=6)


@st.composite
def classified_rows(draw):
    """Draw n rows of k numbers, and a class for each row."""
    n, k = draw(st.integers(1, 4)), draw(st.integers(1, 5))
    rows = draw(st.lists(st.lists(NUMBERS, min_size=k, max_size=k), min_size=n, max_size=n))
    return rows, draw(st.lists(st.integers(0, k - 1), min_size=n, max_size=n))


def close(a, b):
    return a == pytest.approx(b, rel=1e-12, abs=1e-13)


# (loss, strategy of targets, the loss of one example by its definition)
ELEMENTWISE = [
    pytest.param(mse_loss, NUMBERS, lambda x, t: (x - t) ** 2, id="mse"),
    pytest.param(hinge_loss, SIGNS, lambda x, t: max(0.0, 1 - t * x), id="hinge"),
    pytest.param(
        binary_cross_entropy_with_logits,
        PROBABILITIES,
        lambda x, t: t * math.log1p(math.exp(-x)) + (1 - t) * math.log1p(math.exp(x)),
        id="bce",
    ),
]


@pytest.mark.parametrize("loss, targets, definition", ELEMENTWISE)
@given(data=st.data())
def test_elementwise_losses_are_the_mean_of_their_definition(
    engine, loss, targets, definition, data
):
    xs, ts = zip(*data.draw(examples(targets)))
    values = [engine.Value(x) for x in xs]
    expected = sum(definition(x, t) for x, t in zip(xs, ts)) / len(xs)
    assert close(loss(values, ts).data, expected)
    assert close(loss(values, [engine.Value(t) for t in ts]).data, expected)
    assert close(loss(np.array(values), np.array(ts)).data, expected)


@pytest.mark.parametrize("loss, targets, definition", ELEMENTWISE)
def test_a_single_value_is_a_list_of_one(engine, loss, targets, definition):
    assert loss(engine.Value(0.25), 1).data == loss([engine.Value(0.25)], [1]).data


@given(case=classified_rows())
def test_cross_entropy_is_minus_the_log_of_the_softmax(engine, case):
    rows, classes = case
    values = [[engine.Value(x) for x in row] for row in rows]
    each = [math.log(sum(math.exp(x - row[k]) for x in row)) for row, k in zip(rows, classes)]
    assert close(cross_entropy(values, classes).data, sum(each) / len(each))
    assert close(cross_entropy(np.array(values), np.array(classes)).data, sum(each) / len(each))
    assert close(cross_entropy(values[0], classes[0]).data, each[0])


@given(case=classified_rows())
def test_cross_entropy_with_a_one_hot_target_is_that_of_the_class(engine, case):
    rows, classes = case
    values = [[engine.Value(x) for x in row] for row in rows]
    one_hot = np.eye(len(rows[0]))[classes]
    assert close(cross_entropy(values, one_hot).data, cross_entropy(values, classes).data)
    assert close(
        cross_entropy(values[0], [engine.Value(p) for p in one_hot[0]]).data,
        cross_entropy(values[0], classes[0]).data,
    )


@given(xs=st.lists(NUMBERS, min_size=1, max_size=6), alpha=st.floats(0, 2))
def test_l2_penalty_is_alpha_times_the_sum_of_squares(engine, xs, alpha):
    values = [engine.Value(x) for x in xs]
    penalty = l2_penalty(values, alpha=alpha)
    assert close(penalty.data, alpha * sum(x * x for x in xs))
    penalty.backward()
    assert [v.grad for v in values] == pytest.approx([2 * alpha * x for x in xs], rel=1e-12)


def test_l2_penalty_has_the_weight_of_micrograds_demo_by_default(engine):
    assert l2_penalty([engine.Value(1.0)]).data == 1e-4


# --- gradients ---


@given(both=examples(PROBABILITIES))
def test_gradients_are_the_slopes(engine, both):
    xs, ts = ([engine.Value(x) for x in column] for column in zip(*both))
    assert gradcheck(mse_loss, [xs, ts])
    assert gradcheck(binary_cross_entropy_with_logits, [xs, ts])
    assert gradcheck(lambda row: cross_entropy(row, len(row) - 1), [xs])
    assert gradcheck(cross_entropy, [xs, ts])


TORCH_CASES = [
    pytest.param(mse_loss, "mse_loss", NUMBERS, id="mse"),
    pytest.param(
        binary_cross_entropy_with_logits,
        "binary_cross_entropy_with_logits",
        PROBABILITIES,
        id="bce",
    ),
]


@pytest.mark.parametrize("loss, name, targets", TORCH_CASES)
@given(data=st.data())
def test_values_and_gradients_are_those_of_torch(engine, loss, name, targets, data):
    torch = pytest.importorskip("torch")
    xs, ts = zip(*data.draw(examples(targets)))
    values = [engine.Value(x) for x in xs]
    ours = loss(values, ts)
    ours.backward()
    tensor = torch.tensor(xs, dtype=torch.float64, requires_grad=True)
    theirs = getattr(torch.nn.functional, name)(tensor, torch.tensor(ts, dtype=torch.float64))
    theirs.backward()
    assert close(ours.data, theirs.item())
    assert close([v.grad for v in values], tensor.grad.tolist())


@given(case=classified_rows(), data=st.data())
def test_cross_entropy_is_that_of_torch(engine, case, data):
    torch = pytest.importorskip("torch")
    rows, classes = case
    n, k = len(rows), len(rows[0])
    soft = data.draw(
        st.lists(st.lists(PROBABILITIES, min_size=k, max_size=k), min_size=n, max_size=n)
    )
    for target, tensor_type in ((classes, torch.int64), (soft, torch.float64)):
        values = [[engine.Value(x) for x in row] for row in rows]
        ours = cross_entropy(values, target)
        ours.backward()
        tensor = torch.tensor(rows, dtype=torch.float64, requires_grad=True)
        theirs = torch.nn.functional.cross_entropy(tensor, torch.tensor(target, dtype=tensor_type))
        theirs.backward()
        assert close(ours.data, theirs.item())
        gradients = [v.grad for row in values for v in row]
        assert close(gradients, tensor.grad.flatten().tolist())


@given(both=examples(SIGNS))
def test_engines_agree_bit_for_bit(engine, both):
    def run(Value):
        xs = [Value(x) for x, _ in both]
        ts = [t for _, t in both]
        halves = [(t + 1) / 2 for t in ts]
        loss = (
            mse_loss(xs, ts)
            + hinge_loss(xs, ts)
            + binary_cross_entropy_with_logits(xs, halves)
            + cross_entropy(xs, 0)
            + cross_entropy([xs, xs], [0, len(xs) - 1])
            + cross_entropy(xs, halves)
            + l2_penalty(xs)
        )
        loss.backward()
        return loss.data, [x.grad for x in xs]

    assert run(engine.Value) == run(OracleValue)


# --- stability ---


def test_huge_logits_do_not_overflow(engine):
    high, low = engine.Value(1e300), engine.Value(-1e300)
    assert cross_entropy([high, low], 0).data == 0.0
    assert cross_entropy([high, low], 1).data == 2e300
    assert binary_cross_entropy_with_logits([high, low], [1, 0]).data == 0.0
    assert binary_cross_entropy_with_logits([low, high], [1, 0]).data == 1e300


@pytest.mark.parametrize("x, target", [(40.0, 1), (-40.0, 0), (500.0, 1), (-500.0, 0)])
def test_a_tiny_binary_cross_entropy_is_exact_to_its_last_digits(engine, x, target):
    loss = binary_cross_entropy_with_logits(engine.Value(x), target)
    assert loss.data == pytest.approx(math.exp(-abs(x)), rel=1e-12, abs=0)


def test_a_diverging_mse_is_infinite(engine):
    assert mse_loss(engine.Value(1e200), 0).data == math.inf


# --- errors ---


@pytest.mark.parametrize("loss", [mse_loss, hinge_loss, binary_cross_entropy_with_logits])
def test_elementwise_errors(engine, loss):
    value = engine.Value(0.5)
    with pytest.raises(ValueError, match="2 Values but 3 targets"):
        loss([value, value], [1, 1, 1])
    with pytest.raises(ValueError, match="at least one Value"):
        loss([], [])
    with pytest.raises(TypeError, match="expected a Value, got float"):
        loss([value, 0.5], [1, 1])
    with pytest.raises(TypeError, match="expected a Value, got list"):
        loss([[value]], [1])
    with pytest.raises(TypeError, match="real number, got str"):
        loss([value], ["1"])


@pytest.mark.parametrize("target", [0, 2, 0.5, math.nan])
def test_hinge_loss_takes_only_signs(engine, target):
    with pytest.raises(ValueError, match="expected -1 or 1 as a target"):
        hinge_loss([engine.Value(1.0)], [target])


@pytest.mark.parametrize("target", [-1, 1.5, math.nan])
def test_binary_cross_entropy_takes_only_probabilities(engine, target):
    with pytest.raises(ValueError, match="expected a probability from 0 to 1"):
        binary_cross_entropy_with_logits([engine.Value(1.0)], [target])


def test_cross_entropy_with_a_class_that_is_a_value(engine):
    row = [engine.Value(x) for x in (1.0, 2.0, 3.0)]
    assert cross_entropy(row, engine.Value(2.0)).data == cross_entropy(row, 2).data
    with pytest.raises(TypeError, match="expected an int as the target class, got"):
        cross_entropy(row, engine.Value(0.5))
    with pytest.raises(IndexError, match="class 3 is out of range"):
        cross_entropy(row, engine.Value(3.0))


@pytest.mark.parametrize("target", [-1, 3])
def test_cross_entropy_with_a_class_out_of_range(engine, target):
    row = [engine.Value(x) for x in (1.0, 2.0, 3.0)]
    with pytest.raises(IndexError, match=f"class {target} is out of range for 3 logits"):
        cross_entropy(row, target)
    with pytest.raises(IndexError, match=f"class {target} is out of range for 3 logits"):
        cross_entropy([row, row], [0, target])


def test_cross_entropy_errors(engine):
    row = [engine.Value(1.0), engine.Value(2.0)]
    with pytest.raises(TypeError, match="in a list, got Value"):
        cross_entropy(row[0], 0)
    with pytest.raises(ValueError, match="at least one logit"):
        cross_entropy([], 0)
    with pytest.raises(ValueError, match="at least one Value"):
        cross_entropy([[]], [0])
    with pytest.raises(ValueError, match="1 rows of logits but 2 targets"):
        cross_entropy([row], [0, 1])
    with pytest.raises(ValueError, match="2 logits but 3 probabilities"):
        cross_entropy(row, [0.5, 0.25, 0.25])
    with pytest.raises(TypeError, match="an int as the target class, got float"):
        cross_entropy(row, 1.0)
    with pytest.raises(TypeError, match="expected a Value, got float"):
        cross_entropy([row, [1.0, 2.0]], [0, 1])


def test_l2_penalty_errors(engine):
    with pytest.raises(ValueError, match="at least one Value"):
        l2_penalty([])
    with pytest.raises(ValueError, match="alpha >= 0, got -1.0"):
        l2_penalty([engine.Value(1.0)], alpha=-1)
    with pytest.raises(TypeError, match="expected a Value, got int"):
        l2_penalty([1])


def test_an_array_without_axes_is_a_number(engine):
    V = engine.Value
    assert mse_loss(V(1.0), np.array(3.0)).data == 4.0
    row = [V(1.0), V(2.0)]
    assert cross_entropy(row, np.array(1)).data == cross_entropy(row, 1).data


def test_cross_entropy_with_the_other_engines_value(engine):
    from micrograd_c._c import value as c_value
    from python_ref.engine import Value

    other = Value if engine.name == "c" else c_value.Value
    with pytest.raises(TypeError, match="one engine"):
        cross_entropy([engine.Value(1.0), engine.Value(2.0)], other(1.0))
