"""The constructor: what counts as data; bad arguments leave no node behind."""

import decimal
import fractions

import numpy as np
import pytest


class Named:
    """An object whose repr, which is part of a test's name, is the same in every process."""

    def __repr__(self):
        return f"{type(self).__name__}()"


class WithFloat(Named):
    def __float__(self):
        return 2.5


class WithIndex(Named):
    def __index__(self):
        return 7


class WithBoth(WithIndex):
    def __float__(self):
        return 2.5


class FailingFloat(Named):
    def __float__(self):
        raise RuntimeError("not today")


class TextFromFloat(Named):
    def __float__(self):
        return "2.5"


NUMBERS = [
    (3, 3.0),
    (-2.5, -2.5),
    (True, 1.0),
    (False, 0.0),
    (2**53 + 1, 2.0**53),
    (10**300, 1e300),
    (fractions.Fraction(1, 4), 0.25),
    (decimal.Decimal("0.5"), 0.5),
    (WithFloat(), 2.5),
    (WithIndex(), 7.0),
    (WithBoth(), 2.5),
    (np.float16(0.5), 0.5),
    (np.float32(0.1), float(np.float32(0.1))),
    (np.float64(0.1), 0.1),
    (np.longdouble(0.5), 0.5),
    (np.int8(-3), -3.0),
    (np.uint64(2**63), 2.0**63),
    (np.bool_(True), 1.0),
    (np.array(4.0), 4.0),
    (np.array([4]), 4.0),
    (np.array([[4.5]]), 4.5),
]

NOT_NUMBERS = [
    ("2.5", "str"),
    (b"2", "bytes"),
    (np.str_("2.5"), "str_"),
    (np.bytes_(b"2"), "bytes_"),
    (bytearray(b"2"), "bytearray"),
    (None, "NoneType"),
    (1j, "complex"),
    (np.complex128(1), "complex128"),
    ([1.0], "list"),
    ((1.0,), "tuple"),
    ({}, "dict"),
    (object(), "object"),
    (float, "type"),
    (np.array([1.0, 2.0]), "ndarray"),
    (np.array([]), "ndarray"),
    (np.zeros((2, 2)), "ndarray"),
]


@pytest.mark.parametrize("data, expected", NUMBERS, ids=repr)
def test_numbers_are_data(engine, data, expected):
    v = engine.Value(data)
    assert v.data == expected
    assert type(v.data) is float
    assert v.grad == 0.0 and type(v.grad) is float


@pytest.mark.parametrize("data, name", NOT_NUMBERS, ids=[name for _, name in NOT_NUMBERS])
def test_anything_else_is_a_type_error_that_names_the_type(engine, data, name):
    with pytest.raises(TypeError, match=name):
        engine.Value(data)


@pytest.mark.parametrize("shape", [(2,), (2, 2), (0,)])
def test_the_message_for_an_array_has_its_shape(engine, shape):
    with pytest.raises(TypeError, match="shape"):
        engine.Value(np.zeros(shape))


@pytest.mark.parametrize("data", [10**400, -(10**400)])
def test_an_int_too_big_for_a_double(engine, data):
    with pytest.raises(OverflowError):
        engine.Value(data)


def test_no_data(engine):
    with pytest.raises(TypeError):
        engine.Value()


def test_an_error_of_the_data_itself_comes_through(engine):
    with pytest.raises(RuntimeError, match="not today"):
        engine.Value(FailingFloat())
    with pytest.raises(TypeError):
        engine.Value(TextFromFloat())


@pytest.mark.parametrize("data", ["x", 10**400, None, np.zeros(2), FailingFloat()], ids=repr)
def test_bad_data_leave_no_node(engine, live_nodes, data):
    child = engine.Value(1.0)
    before = live_nodes()
    for children in ((), (child,)):
        with pytest.raises((TypeError, OverflowError, RuntimeError)):
            engine.Value(data, children, "op")
    assert live_nodes() == before
    assert child.data == 1.0 and child.grad == 0.0


def test_all_arguments_by_position(engine):
    a, b = engine.Value(1.0), engine.Value(2.0)
    v = engine.Value(3.0, (a, b), "my_op", "v")
    assert v.data == 3.0 and v._op == "my_op" and v.label == "v"
    assert v._prev == (a, b)


def test_all_arguments_by_keyword(engine):
    a, b = engine.Value(1.0), engine.Value(2.0)
    v = engine.Value(data=3.0, _children=(a, b), _op="my_op", label="v")
    assert v.data == 3.0 and v._op == "my_op" and v.label == "v"
    assert v._prev == (a, b)


def test_defaults(engine):
    v = engine.Value(3.0)
    assert v._prev == () and v._op == "" and v.label == ""


def test_an_unknown_keyword(engine):
    with pytest.raises(TypeError):
        engine.Value(1.0, requires_grad=True)


@pytest.mark.parametrize("make", [tuple, list, iter, lambda xs: (x for x in xs)])
def test_children_are_any_iterable_of_values(engine, make):
    a, b = engine.Value(1.0), engine.Value(2.0)
    assert engine.Value(0.0, make([b, a]), "f")._prev == (b, a)


def test_children_may_be_a_set(engine):
    a, b = engine.Value(1.0), engine.Value(2.0)
    assert set(engine.Value(0.0, {a, b}, "f")._prev) == {a, b}


def test_equal_children_are_one(engine):
    a, b = engine.Value(1.0), engine.Value(2.0)
    assert engine.Value(0.0, (a, b, a), "f")._prev == (a, b)


def test_many_children(engine):
    children = [engine.Value(i) for i in range(1000)]
    v = engine.Value(0.0, children, "f")
    assert v._prev == tuple(children)


def test_children_without_an_operator_and_an_operator_without_children(engine):
    a = engine.Value(1.0)
    assert engine.Value(0.0, (a,))._prev == (a,)
    assert engine.Value(0.0, (a,))._op == ""
    assert engine.Value(0.0, (), "f")._op == "f"
    assert engine.Value(0.0, (), "f")._prev == ()


@pytest.mark.parametrize("child", [1.0, None, "a", [1]], ids=repr)
def test_a_child_that_is_no_value(engine, live_nodes, child):
    a = engine.Value(1.0)
    before = live_nodes()
    with pytest.raises(TypeError, match=type(child).__name__):
        engine.Value(0.0, (a, child), "f")
    assert live_nodes() == before


def test_children_that_are_no_iterable(engine):
    with pytest.raises(TypeError):
        engine.Value(0.0, 5, "f")


def test_a_value_as_data_is_a_new_leaf(engine):
    a = engine.Value(2.0)
    b = engine.Value(a * 3)
    assert b.data == 6.0 and b._prev == ()


def test_a_second_init_makes_a_new_leaf(engine, live_nodes):
    v = engine.Value(1.0)
    before = live_nodes()
    v.__init__(2.0)
    assert v.data == 2.0 and v.grad == 0.0
    assert live_nodes() == before


@pytest.mark.parametrize(
    "given",
    [np.array("3"), np.array(b"3"), np.array(1j), np.timedelta64(5, "s"), np.datetime64("2020")],
    ids=repr,
)
def test_numpy_scalars_that_are_no_numbers(engine, given):
    with pytest.raises(TypeError, match="expected a real number"):
        engine.Value(given)
    with pytest.raises(TypeError):
        engine.Value(1.0) + given


def test_none_for_no_operands_and_no_operator(engine):
    a = engine.Value(1.0)
    assert engine.Value(1, None)._prev == () and engine.Value(1, (), None)._op == ""
    assert engine.Value(1, (a,), None)._op == ""
