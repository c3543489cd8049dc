"""take: an entry, or a row of a table, by its index; eager."""

import math

import numpy as np
import pytest

import micrograd_c
import micrograd_c.functional as F
from micrograd_c.functional import take
from python_ref.core.vector import Vector


def table_of(engine):
    return [[engine.Value(10.0 * i + j) for j in range(3)] for i in range(4)]


INDICES = [2, np.int64(2), np.uint8(2), 2.0, np.float64(2.0), np.float32(2.0), np.array(2)]


@pytest.mark.parametrize("index", INDICES)
def test_an_entry_is_the_value_itself(engine, index):
    values = [engine.Value(x) for x in (1.0, 2.0, 3.0)]
    assert take(values, index) is values[2]
    assert take(tuple(values), index) is values[2]
    assert take(values, engine.Value(2)) is values[2]


@pytest.mark.parametrize("index", INDICES)
def test_a_row_is_a_vector_of_the_values_themselves(engine, index):
    table = table_of(engine)
    row = take(table, index)
    assert type(row) is Vector and len(row) == 3
    assert all(x is y for x, y in zip(row, table[2]))
    row += [1, 1, 1]  # a Vector of its own
    assert [x.data for x in table[2]] == [20.0, 21.0, 22.0]


def test_only_what_was_taken_gets_a_gradient(engine):
    table = table_of(engine)
    row = take(table, 1)
    (row @ row).backward()
    assert [[x.grad for x in row] for row in table] == [
        [0.0] * 3, [20.0, 22.0, 24.0], [0.0] * 3, [0.0] * 3,
    ]  # fmt: skip


def test_numbers_stay_numbers(engine):
    assert take([5, 6.5], 1) == 6.5
    assert take([5, engine.Value(1.0)], 0) == 5
    found = take(np.array([5.0, 6.0]), 1)
    assert type(found) is float and found == 6.0
    row = take(np.arange(6.0).reshape(2, 3), 1)
    assert type(row) is Vector and list(row) == [3.0, 4.0, 5.0]
    assert all(type(x) is float for x in row)
    assert take([[1, engine.Value(2.0)], [3, 4]], 1) == [3, 4]


@pytest.mark.parametrize("index", [4, -1, -4, 100, 4.0, -1.0, np.int64(-1), 10**30])
def test_an_index_out_of_range_is_an_index_error(engine, index):
    with pytest.raises(IndexError, match="expected an index from 0 to 3, of 4 in all, got "):
        take(table_of(engine), index)


@pytest.mark.parametrize("index", [0.5, math.nan, math.inf, -math.inf, np.float64(1.5)])
def test_an_index_that_is_no_whole_number(engine, index):
    with pytest.raises(TypeError, match="expected a whole number as an index, got "):
        take(table_of(engine), index)
    with pytest.raises(TypeError, match="expected a whole number as an index, got "):
        take(table_of(engine), engine.Value(float(index)))


@pytest.mark.parametrize("index", [None, "1", 1j, [1], slice(2), np.array([1]), (0, 1)])
def test_an_index_that_is_no_number(engine, index):
    with pytest.raises(TypeError, match="take: expected a whole number as the index, got"):
        take(table_of(engine), index)


def test_a_computed_value_is_no_index(engine):
    with pytest.raises(TypeError, match="a Value that was computed.*write int"):
        take(table_of(engine), engine.Value(1.0) + 1.0)


@pytest.mark.parametrize("values", [3, None, "abc", {0: 1.0}, {1.0}, iter([1.0]), np.array(1.0)])
def test_what_is_no_sequence(values):
    with pytest.raises(TypeError, match="take: expected a sequence of Values and numbers"):
        take(values, 0)


def test_a_value_is_no_sequence(engine):
    with pytest.raises(TypeError, match="take: expected a sequence"):
        take(engine.Value(1.0), 0)


@pytest.mark.parametrize("values", [[], (), np.zeros(0), np.zeros((0, 3))])
def test_nothing_to_take_from(values):
    with pytest.raises(ValueError, match="at least one"):
        take(values, 0)


@pytest.mark.parametrize("entry", ["a", None, [[1.0]], np.zeros((2, 2)), [None]])
def test_entries_that_cannot_be_taken(entry):
    with pytest.raises(TypeError, match="to take from, got"):
        take([entry, entry], 1)


def test_it_is_public():
    assert micrograd_c.take is F.take and "take" in F.__all__ and "take" in micrograd_c.__all__
