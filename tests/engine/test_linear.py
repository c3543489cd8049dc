"""linear: the graph, the values and the gradients of a sum of products for each row."""

import copy
import pickle
import random
from itertools import product

import numpy as np
import pytest
from linear_tools import leaves, matrix, plain_linear
from memory_tools import collect, settled, take_free_leaves
from net_tools import assert_same_graph, exact, graph

from micrograd_c import functional as F
from micrograd_c import no_grad
from micrograd_c.engine import Value as CValue
from python_ref.core.differentiate import gradients
from python_ref.engine import Value as PyValue


def transformer_step(V, linear, softmax, rms_norm, looks):
    """Return the loss's data and all gradients of two layers of attention on a row of 4."""
    rng = random.Random(5)
    table, q, k, v, o = (matrix(V, rng, 4, 4) for _ in range(5))
    keys, values, losses = [], [], []
    for row in table:
        x = rms_norm([a + b for a, b in zip(row, table[0])])
        query = linear(x, q)
        keys.append(linear(x, k))
        values.append(linear(x, v))
        scores = [sum(a * b for a, b in zip(query, key)) / 4**0.5 for key in keys]
        weights = softmax(scores)
        mixed = [sum(w * row[j] for w, row in zip(weights, values)) for j in range(4)]
        out = [a + b for a, b in zip(linear(mixed, o), x)]
        losses.append(-softmax(linear(out, table))[1].log())
        if looks:
            out[0]._prev[0]._prev
    loss = (1 / 4) * sum(losses)
    loss.backward()
    return loss.data, [w.grad for m in (table, q, k, v, o) for row in m for w in row]


def plain_softmax(values):
    m = max(v.data for v in values)
    exps = [(v - m).exp() for v in values]
    total = sum(exps)
    return [e / total for e in exps]


def plain_rms_norm(x):
    scale = (sum(v * v for v in x) / len(x) + 1e-5) ** -0.5
    return [v * scale for v in x]


@pytest.mark.parametrize("looks", [False, True])
def test_attention_with_the_helpers_of_a_program(engine, looks):
    made = transformer_step(engine.Value, F.linear, F.softmax, F.rms_norm, looks)
    plain = (plain_linear, plain_softmax, plain_rms_norm)
    assert made == transformer_step(PyValue, *plain, looks)


# --- the graph ----------------------------------------------------------------------------


@pytest.mark.parametrize("with_bias", [False, True])
@pytest.mark.parametrize("n, m", [(1, 1), (1, 3), (2, 1), (5, 3), (16, 4)])
def test_graph(engine, n, m, with_bias):
    def made_by(linear):
        rng = random.Random(1)
        x, weights = leaves(engine.Value, rng, n), matrix(engine.Value, rng, m, n)
        bias = leaves(engine.Value, rng, m) if with_bias else None
        return linear(x, weights, bias)

    assert_same_graph(made_by(F.linear), made_by(plain_linear))


def test_forms_of_arguments(engine):
    V = engine.Value
    x, weights, bias = [V(1.0), V(-2.0)], [[V(0.5), V(1.5)], [V(2.0), V(0.25)]], [V(0.1), V(0.2)]
    expected = [v.data for v in F.linear(x, weights, bias)]
    for form in (tuple, iter, np.array):
        made = F.linear(form(x), [form(row) for row in weights], form(bias))
        assert [v.data for v in made] == expected
    made = F.linear([1.0, -2.0], np.array([[0.5, 1.5], [2.0, 0.25]]), bias)
    assert [v.data for v in made] == expected
    made = F.linear([1, np.float32(-2.0)], weights, [0.1, 0.2])
    assert [v.data for v in made] == expected
    numbers = F.linear([1, -2.0], [[0.5, 1.5], [2, 0.25]], [0.1, 0.2])
    assert numbers == expected and {type(y) for y in numbers} == {float}


def test_numbers_alone_are_added_one_after_the_other():
    xs = [0.1] * 10
    total = 0.0
    for x in xs:
        total += 1.0 * x
    assert F.linear(xs, [[1.0] * 10]) == [total]


def test_an_output_is_one_node_until_a_program_looks():
    from micrograd_c._native import lib

    live_nodes = lib.mg_live_nodes
    V, rng = CValue, random.Random(2)
    x, weights = leaves(V, rng, 20), matrix(V, rng, 10, 20)
    collect()
    before = live_nodes()
    made = F.linear(x, weights)
    assert live_nodes() - before == 12  # outputs, weights, call
    again = F.linear(x, weights)
    assert live_nodes() - before == 23
    sum(made).backward()
    assert live_nodes() - before == 23 and made[0].grad == 1.0
    assert made[3]._prev[1]._op == "*" and made[3]._prev[1].grad == 1.0
    assert live_nodes() - before == 23 + 2 * 20
    del made, again
    assert settled(before)


def test_weights_outlive_their_lists(engine):
    V, rng = engine.Value, random.Random(3)
    x = leaves(V, rng, 3)
    made = F.linear(x, matrix(V, rng, 2, 3))
    rng = random.Random(3)
    expected = plain_linear(leaves(V, rng, 3), matrix(V, rng, 2, 3))
    assert_same_graph(made, expected)


def test_changed_data(engine):
    """Nodes show the values of the call; backward reads the operands' present data."""

    def run(linear):
        rng = random.Random(4)
        x, weights = leaves(engine.Value, rng, 3), matrix(engine.Value, rng, 2, 3)
        first = linear(x, weights)
        weights[0][1].data, x[2].data = 7.0, -3.0
        second = linear(x, weights)
        sum([*first, *second]).backward()
        return exact(graph([*first, *second]))

    assert run(F.linear) == run(plain_linear)


def test_copies_and_pickles(engine):
    V, rng = engine.Value, random.Random(6)
    made = F.linear(leaves(V, rng, 3), matrix(V, rng, 2, 3))
    expected = exact(graph(made))
    assert exact(graph(copy.deepcopy(made))) == expected
    assert exact(graph(pickle.loads(pickle.dumps(made)))) == expected
    assert exact(graph(made)) == expected


def test_no_grad(engine, live_nodes):
    V, rng = engine.Value, random.Random(7)
    x, weights = leaves(V, rng, 3), matrix(V, rng, 2, 3)
    before = live_nodes()
    with no_grad():
        made = F.linear(x, weights)
    assert [v._prev for v in made] == [(), ()]
    assert [v.data for v in made] == [v.data for v in plain_linear(x, weights)]
    if engine.name == "c":
        assert live_nodes() - before == 2


def test_the_way_that_other_pythons_go():
    """PyPy and free-threaded CPython read the ids of Values in Python."""
    from micrograd_c._c import bulk

    def made_by(linear, row):
        rng = random.Random(13)
        x, weights, bias = leaves(CValue, rng, 3), matrix(CValue, rng, 2, 3), leaves(CValue, rng, 2)
        rows = [row(code, x, 0.1, weights[0], weights[1]) for code in range(4)]
        return [*linear(x, weights, None), *linear(tuple(x), weights, bias), *sum(rows, [])]

    made = made_by(bulk.linear_by_ids, bulk.row_by_ids)
    assert_same_graph(made, made_by(bulk.make_linear, bulk.make_row))
    x, weights = made[:2], [made[:2], [*made[:1], 1.0]]
    for linear in (bulk.linear_by_ids, bulk.make_linear):  # operators must do these
        assert linear(x, weights, None) is linear(x, [x, made[:3]], None) is None
        assert linear(x, [x], x) is linear(x, "x", None) is linear([], [[]], None) is None
        assert linear(iter(x), [x], None) is linear(x, [], None) is None


# --- derivatives of derivatives ---------------------------------------------------------------


@pytest.mark.parametrize("name", ["linear", "rms_norm", "layer_norm", "log_softmax"])
def test_second_derivatives(engine, name):
    def of(linear):
        def f(a, b, c):
            x = [a * b, b, c]
            y = linear(x) if name != "linear" else linear(x, [[a, b, c], [c, c, b]], [b, a])
            return sum(v * v * (i + 1.0) for i, v in enumerate(y))

        point = [engine.Value(v) for v in (0.5, -1.5, 0.75)]
        slopes = gradients(f(*point), point)
        return [[v.data for v in gradients(slope, point)] for slope in slopes]

    plain = {
        "linear": plain_linear, "rms_norm": plain_rms_norm, "layer_norm": plain_layer_norm,
        "log_softmax": plain_log_softmax,
    }[name]  # fmt: skip
    assert of(getattr(F, name)) == of(plain)


def plain_layer_norm(x):
    minus_mean = -(sum(x) / len(x))
    centered = [v + minus_mean for v in x]
    scale = (sum(v * v for v in centered) / len(x) + 1e-5) ** -0.5
    return [v * scale for v in centered]


def plain_log_softmax(values):
    m = max(v.data for v in values)
    shifted = [v - m for v in values]
    minus_log = -sum(s.exp() for s in shifted).log()
    return [s + minus_log for s in shifted]


# --- Values with more than data ------------------------------------------------------------------


def test_custom_backward_of_a_weight_and_of_an_input(engine):
    def run(linear):
        rng = random.Random(8)
        x, weights = leaves(engine.Value, rng, 2), matrix(engine.Value, rng, 2, 2)
        made = linear(x, weights)
        steps = []
        weights[0][0]._backward = lambda: steps.append("weight")
        x[1]._backward = lambda: steps.append("input")
        made[1]._backward = lambda: steps.append("output")
        sum(made).backward()
        return steps, exact(graph(made))

    steps, made = run(F.linear)
    assert sorted(steps) == ["input", "output", "weight"]
    assert (steps, made) == run(plain_linear)


def test_a_weight_that_becomes_computed(engine):
    def run(linear):
        rng = random.Random(9)
        a, *x = leaves(engine.Value, rng, 3)
        weights = matrix(engine.Value, rng, 2, 2)
        made = linear(x, weights)
        weights[1][0].__init__(0.5, (a,), (2.0,))
        sum(made).backward()
        return a.grad, exact(graph(made))

    assert run(F.linear) == run(plain_linear)


def test_attributes_of_operands_stay(engine):
    V, rng = engine.Value, random.Random(10)
    x, weights = leaves(V, rng, 2), matrix(V, rng, 1, 2)
    x[0].note, weights[0][1].note = ["x"], ["w"]
    made = F.linear(x, weights)[0]
    del x, weights
    assert made._prev[0]._prev[0]._prev[1].note == ["x"]
    assert made._prev[1]._prev[0].note == ["w"]


def test_attributes_that_are_set_after_the_call(engine):
    V, rng = engine.Value, random.Random(11)
    x, weights = leaves(V, rng, 2), matrix(V, rng, 1, 2)
    made = F.linear(x, weights)[0]
    x[0].note, weights[0][1].note = ["x"], ["w"]
    del x, weights
    assert made._prev[0]._prev[0]._prev[1].note == ["x"]
    assert made._prev[1]._prev[0].note == ["w"]


# --- memory ------------------------------------------------------------------------------------


def test_no_memory(few_free_nodes):
    from micrograd_c._native import lib

    def run():
        made = F.linear(x, weights, bias)
        sum(made).backward()
        return exact(graph(made))

    def zero():
        for v in (*x, *bias, *weights[0], *weights[1]):
            v.grad = 0.0

    rng = random.Random(12)
    x, weights, bias = leaves(CValue, rng, 2), matrix(CValue, rng, 2, 2), leaves(CValue, rng, 2)
    expected = run()
    zero()
    collect()
    nodes, blocks = lib.mg_live_nodes(), lib.mg_live_blocks()
    succeeded = 0
    try:
        # How many nodes can be made, and which allocation fails, with all after it. Where the
        # third or a later one fails, there must be nodes enough: else one before it is a chunk
        # of more nodes, which stays.
        for room, nth in [*product(range(0, 30, 2), (1, 2)), (30, 3), (30, 4)]:
            taken = take_free_leaves()
            del taken[len(taken) - room :]
            lib.mg_fail_allocation(nth, True)
            try:
                made = run()
            except MemoryError:
                made = None
            lib.mg_fail_allocation(0, False)
            taken.clear()
            assert made is None or made == expected
            succeeded += made is not None
            del made
            zero()
            assert settled(nodes) and lib.mg_live_blocks() == blocks
    finally:
        lib.mg_fail_allocation(0, False)
    assert succeeded
