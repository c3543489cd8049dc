"""The bulk helpers make the graphs of plain operators; for linear see test_linear.py."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from memory_tools import collect, settled, take_free_leaves
from net_tools import as_list, assert_same_graph, exact, graph

from micrograd_c import engine as c_engine
from micrograd_c import functional as F
from python_ref.core.numbers import to_float


def plain_total(values):
    return sum(values)


def plain_mean(values):
    return sum(values) / len(values)


def plain_logsumexp(values):
    m = shift(values)
    return sum((v - m).exp() for v in values).log() + m


def plain_softmax(values):
    m = shift(values)
    exps = [(v - m).exp() for v in values]
    total = sum(exps)
    return [e / total for e in exps]


def plain_log_softmax(values):
    m = shift(values)
    shifted = [v - m for v in values]
    minus_log = -sum(s.exp() for s in shifted).log()
    return [s + minus_log for s in shifted]


def plain_rms_norm(values):
    inverse = (sum(v * v for v in values) / len(values) + 1e-5) ** -0.5
    return [v * inverse for v in values]


def plain_layer_norm(values):
    minus_mean = -(sum(values) / len(values))
    centered = [v + minus_mean for v in values]
    inverse = (sum(v * v for v in centered) / len(values) + 1e-5) ** -0.5
    return [v * inverse for v in centered]


def layer_norm_of_itself(values):
    return F.layer_norm(values, values, values[::-1])


def plain_layer_norm_of_itself(values):
    return [y * w + b for y, w, b in zip(plain_layer_norm(values), values, values[::-1])]


def shift(values):
    """Return the number to subtract: the largest, or 0 if that is infinite or NaN.

    If the first is a NaN, the largest is NaN, as no comparison with NaN is true.
    """
    m = values[0].data
    for v in values:
        m = v.data if v.data > m else m
    return m if math.isfinite(m) else 0.0


HELPERS = {
    "total": (F.total, plain_total),
    "mean": (F.mean, plain_mean),
    "logsumexp": (F.logsumexp, plain_logsumexp),
    "softmax": (F.softmax, plain_softmax),
    "log_softmax": (F.log_softmax, plain_log_softmax),
    "rms_norm": (F.rms_norm, plain_rms_norm),
    "layer_norm": (F.layer_norm, plain_layer_norm),
    "layer_norm with weights": (
        lambda values: layer_norm_of_itself(list(values)),
        plain_layer_norm_of_itself,
    ),
}

helpers = pytest.mark.parametrize("helper, plain", HELPERS.values(), ids=HELPERS)

INF, NAN = math.inf, math.nan
ROWS = {
    "one": [0.7],
    "three": [0.1, 0.2, 0.3],
    "equal": [1.0, 1.0],
    "zeros": [0.0, -0.0, -0.0],
    "far apart": [-800.0, 700.0, 3.0],
    "large": [1e308, -1e308, 1e308],
    "nan": [1.0, NAN, 2.0],
    "nan first": [NAN, 2.0],
    "inf": [INF, 1.0],
    "minus inf": [-INF, 1.0],
    "both": [INF, -INF],
    "nothing but minus inf": [-INF, -INF],
    "many": [0.01 * i * i - 3.0 for i in range(50)],
}


def outcome(function, values):
    """Return what the function made, or the type and message of its exception."""
    try:
        made = function(values)
    except (ArithmeticError, ValueError) as error:
        return type(error), str(error)
    return made


@helpers
@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_as_plain_operators(engine, helper, plain, row):
    made = outcome(helper, [engine.Value(x) for x in row])
    expected = outcome(plain, [engine.Value(x) for x in row])
    if isinstance(expected, tuple):
        assert made == expected
    else:
        assert not isinstance(made, tuple), made
        assert_same_graph(made, expected)


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=6), st.sampled_from(sorted(HELPERS)))
def test_on_rows_that_hypothesis_finds(row, name):
    helper, plain = HELPERS[name]
    V = c_engine.Value
    assert_same_graph(helper([V(x) for x in row]), plain([V(x) for x in row]))


@helpers
def test_one_value_several_times(engine, helper, plain):
    def rows(V):
        a, b = V(0.5), V(-1.0)
        c = a * b
        return [a, c, a, b, c]

    assert_same_graph(helper(rows(engine.Value)), plain(rows(engine.Value)))


@helpers
def test_iterators_and_tuples(engine, helper, plain):
    row = [0.5, 1.5]
    expected = exact(graph(as_list(plain([engine.Value(x) for x in row]))))
    for values in (tuple, iter, np.array):
        made = helper(values([engine.Value(x) for x in row]))
        assert exact(graph(as_list(made))) == expected


@helpers
@pytest.mark.parametrize("place", [0, 1, 2])
def test_numbers_among_values(engine, helper, plain, place):
    row = [engine.Value(0.5), engine.Value(1.5), engine.Value(-1.0)]
    row[place] = row[place].data
    expected = plain([engine.Value(float(v)) for v in row])
    for made, value in zip(as_list(helper(row)), as_list(expected)):
        assert to_float(made) == value.data
    as_list(helper(row))[-1].backward()


def test_numbers_alone():
    assert F.total([1, 2.5]) == 3.5 and F.mean([1, 2]) == 1.5
    assert F.dot([1, 2], [3, 4]) == 11 and F.dot([1.0], [2.0], 0.5) == 2.5
    assert F.logsumexp([0.0, 0.0]) == pytest.approx(math.log(2), rel=1e-15)
    assert F.softmax([0.0, 0.0]) == [0.5, 0.5]
    assert F.log_softmax([1, 1]) == pytest.approx([-math.log(2)] * 2, rel=1e-15)
    assert F.rms_norm([3, -4.0]) == [v.data for v in F.rms_norm([c_engine.Value(3), -4.0])]
    assert F.layer_norm([1, 3], eps=0) == [-1.0, 1.0]


@helpers
def test_labels_stay(engine, helper, plain):
    def made_by(function):
        row = [engine.Value(0.5, label="a"), engine.Value(1.5), engine.Value(2.0)]
        row[2].m = 0.25
        return function(row)

    assert_same_graph(made_by(helper), made_by(plain))


@helpers
def test_custom_backwards(engine, helper, plain):
    def made_by(function):
        a = engine.Value(0.5)
        out = engine.Value(1.0, (a,), "mine")
        out._backward = lambda: setattr(a, "grad", a.grad + 2.0 * out.grad)
        return function([out, engine.Value(0.5)])

    assert_same_graph(made_by(helper), made_by(plain))


def test_subclasses_of_value(engine):
    class Named(engine.Value):
        pass

    for helper, plain in HELPERS.values():
        row = [Named(0.5), engine.Value(1.5)]
        made, expected = helper(row), plain([engine.Value(0.5), engine.Value(1.5)])
        assert [v.data for v in as_list(made)] == [v.data for v in as_list(expected)]


def test_empty_lists(engine):
    assert F.total([]) == 0
    for name in ("mean", "logsumexp", "softmax"):
        with pytest.raises(ValueError, match=f"{name} of no values"):
            getattr(F, name)([])


@helpers
@pytest.mark.parametrize("bad", [None, "text", 1j])
def test_bad_elements(engine, live_nodes, helper, plain, bad):
    row = [engine.Value(1.0), bad]
    before = live_nodes()
    with pytest.raises(TypeError):
        helper(row)
    assert live_nodes() == before


# --- dot ---------------------------------------------------------------------------------


@pytest.mark.parametrize("start", [None, 0.5, "Value"])
@pytest.mark.parametrize("n", [0, 1, 2, 7])
def test_dot(engine, start, n):
    def operands():
        ws = [engine.Value(0.3 * i - 1.0) for i in range(n)]
        xs = [engine.Value(1.7 - 0.2 * i) for i in range(n)]
        return ws, xs, engine.Value(0.25) if start == "Value" else start

    ws, xs, s = operands()
    made = F.dot(ws, xs, s)
    ws, xs, s = operands()
    expected = sum((w * x for w, x in zip(ws, xs)), 0 if s is None else s)
    if isinstance(expected, engine.Value):
        assert_same_graph(made, expected)
    else:
        assert made == expected


def test_dot_with_numbers_and_itself(engine):
    ws = [engine.Value(2.0), engine.Value(-3.0)]
    for xs in ([1.5, 2.5], np.array([1.5, 2.5]), (engine.Value(1.5), 2.5)):
        made = F.dot(ws, xs)
        assert made.data == 2.0 * 1.5 - 3.0 * 2.5
    assert F.dot([1.5, 2.5], ws).data == -4.5
    square = F.dot(ws, ws, ws[0])
    square.backward()
    assert square.data == 15.0 and [w.grad for w in ws] == [5.0, -6.0]


def test_dot_of_different_lengths(engine, live_nodes):
    ws = [engine.Value(1.0), engine.Value(2.0)]
    before = live_nodes()
    with pytest.raises(ValueError, match="dot of 2 and 3 elements"):
        F.dot(ws, [1.0, 2.0, 3.0])
    assert live_nodes() == before


# --- failures leave nothing behind -----------------------------------------------------------


@pytest.mark.parametrize("name", [*HELPERS, "dot"])
def test_no_memory(name, few_free_nodes):
    from micrograd_c._native import lib

    V = c_engine.Value
    helper = (lambda v: F.dot(v, v)) if name == "dot" else HELPERS[name][0]
    values = [V(0.5), V(1.5), V(-1.0)]
    expected = exact(graph(as_list(helper([V(0.5), V(1.5), V(-1.0)]))))
    collect()
    nodes, blocks = lib.mg_live_nodes(), lib.mg_live_blocks()
    try:
        for room in range(30):  # so many new nodes can be made; no block can be allocated
            taken = take_free_leaves()
            del taken[len(taken) - room :]
            lib.mg_fail_allocation(1, True)
            try:
                made = helper(values)
            except MemoryError:
                made = None
            lib.mg_fail_allocation(0, False)
            taken.clear()
            if made is not None:
                assert exact(graph(as_list(made))) == expected
            del made
            assert settled(nodes) and lib.mg_live_blocks() == blocks
            assert [v.grad for v in values] == [0.0] * 3
    finally:
        lib.mg_fail_allocation(0, False)


def test_no_memory_for_a_list():
    """If the block for the list cannot be allocated, operators compute the result one by one."""
    from micrograd_c._native import lib

    V = c_engine.Value
    lib.mg_fail_allocation(1, False)
    try:
        made = F.logsumexp([V(0.5), V(1.5)])
    finally:
        lib.mg_fail_allocation(0, False)
    assert_same_graph(made, plain_logsumexp([V(0.5), V(1.5)]))
