"""jit: what take refuses as an index or a table, before anything runs."""

import numpy as np
import pytest

from micrograd_c import TraceError, Value, jit, take
from micrograd_c.functional import get_data, get_grad
from micrograd_c.optim import SGD

pytestmark = pytest.mark.usefixtures("jit_engine")


def embedding():
    """A loss by rows of a table of 7, and its parameters."""
    table = [[Value(0.1 * i + j) for j in range(3)] for i in range(7)]
    loss = jit(lambda i, y: (take(table, i) @ [1.0, 2.0, 3.0] - y) ** 2)
    return loss, [x for row in table for x in row]


METHODS = ["__call__", "backward", "value_and_grad", "jacobian", "check"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "bad, error, message",
    [
        (7, IndexError, "row 2: expected an index from 0 to 6, of 7 in all, got 7.0"),
        (-1, IndexError, "row 2: expected an index from 0 to 6, of 7 in all, got -1.0"),
        (1.5, TypeError, "row 2: expected a whole number as an index, got 1.5"),
        (np.nan, TypeError, "row 2: expected a whole number as an index, got nan"),
        (np.inf, TypeError, "row 2: expected a whole number as an index, got inf"),
    ],
)
def test_indices_are_checked_before_anything_runs(method, bad, error, message):
    loss, parameters = embedding()
    with pytest.raises(error, match=f"^argument 0, {message}"):
        getattr(loss, method)([0, 1, bad, bad], [0.0] * 4)
    assert not get_grad(parameters).any()


def test_fit_checks_before_its_first_step():
    loss, parameters = embedding()
    before = get_data(parameters).tolist()
    with pytest.raises(IndexError, match="row 3: expected an index from 0 to 6"):
        loss.fit([0, 1, 2, 9], [0.0] * 4, optimizer=SGD(parameters, lr=1.0), batch_size=1)
    assert get_data(parameters).tolist() == before


def test_the_error_names_the_column():
    f = jit(lambda y, x: take([1.0, 2.0], x[1]) + y)
    with pytest.raises(IndexError, match="argument 1, row 1, column 1: .*from 0 to 1, .*got 2.0"):
        f([0.0, 0.0], [[5.0, 1.0], [5.0, 2.0]])


def test_tables_of_two_sizes_have_each_their_rule():
    f = jit(lambda i: take([1.0, 2.0, 3.0], i) + take([1.0, 2.0], i))
    with pytest.raises(IndexError, match="from 0 to 1"):
        f([2.0])
    assert f([1.0]).tolist() == [4.0]


W = Value(1.0)


@pytest.mark.parametrize(
    "index, message",
    [
        (lambda x: x[0] + 1, "the index of take is a Value that depends on an argument"),
        (lambda x: x[0].detach(), "the index of take is a Value that depends on an argument"),
        (lambda x: x[0] > 1, "the index of take is a Value that depends on an argument"),
        (lambda x: take([0, 1], x[0]), "the index of take is a Value that depends on an argument"),
        (lambda x: W * 1.0, "the index of take is a Value that was computed"),
        (lambda x: W, "the index of take is a parameter"),
    ],
)
def test_an_index_that_is_no_column(index, message):
    f = jit(lambda x: take([1.0, 2.0, x[1]], index(x)))
    with pytest.raises(TraceError, match=message + ".*compute the index before the call"):
        f([[0.0, 1.0]])


def test_a_row_is_no_index():
    with pytest.raises(TypeError, match="expected a whole number as the index, got Vector"):
        jit(lambda x: take([1.0, 2.0], x))([[0.0, 1.0]])


def test_a_constant_index_out_of_range():
    with pytest.raises(IndexError, match="expected an index from 0 to 1, of 2 in all, got 2"):
        jit(lambda x: take([x, x], 2))([1.0])


@pytest.mark.parametrize(
    "values, error, message",
    [
        ([[1.0, 2.0], [1.0]], ValueError, "row 0 has 2 elements and row 1 has 1"),
        ([[1.0, 2.0], 1.0], TypeError, "got some of each"),
        ([1.0, "a"], TypeError, "to take from, got str"),
        ([], ValueError, "at least one"),
        (3.0, TypeError, "expected a sequence"),
    ],
)
def test_tables_that_cannot_be_taken_from(values, error, message):
    with pytest.raises(error, match=message):
        jit(lambda i: take(values, i))([0.0])
