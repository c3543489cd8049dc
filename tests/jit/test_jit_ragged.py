"""jit: arguments with rows of several lengths in calls, backward and value_and_grad."""

import pickle

import numpy as np
import pytest
from jit_tools import PairLoss, ragged_pairs

from micrograd_c import functional, jit
from micrograd_c.engine import Value


def of_parts(w, b):
    return jit(lambda x: sum(x * x) * w - b * len(x))


# --- calls ---


def test_a_call_gives_what_each_row_gives_alone(jit_engine):
    f = of_parts(Value(1.5), Value(-0.25))
    rows = [[1.0, 2.0], [3.0], np.array([0.5, 0.25, -1.0]), (4, 5), [True]]
    out = f(rows)
    assert out.tolist() == [f([list(row)]).item() for row in rows]
    assert out.tolist() == [7.5 + 0.5, 13.5 + 0.25, 1.96875 + 0.75, 61.5 + 0.5, 1.5 + 0.25]


def test_results_of_one_shape_are_an_array_and_others_a_list(jit_engine):
    f = jit(lambda x: [sum(x), x[0]])
    assert f([[1.0, 2.0], [3.0]]).tolist() == [[3.0, 1.0], [3.0, 3.0]]
    doubled = jit(lambda x: {"all": x * 2, "first": x[0]})([[1.0, 2.0], [3.0], [4.0, 5.0]])
    assert [out["all"].tolist() for out in doubled] == [[2.0, 4.0], [6.0], [8.0, 10.0]]
    assert [out["first"] for out in doubled] == [1.0, 3.0, 4.0]


def test_other_arguments_are_arrays_or_shared(jit_engine):
    f = jit(lambda x, y, z, c, k: sum(x) * y + z[0] * c[1] + k, in_axes=(0, 0, 0, None, 0))
    x, y, z, c = [[1.0, 2.0], [3.0], [4.0]], [1.0, 10.0, 100.0], [[1, 2], [3, 4], [5, 6]], [7, 8]
    assert f(x, y, z, c, 0.5).tolist() == [3 + 8 + 0.5, 30 + 24 + 0.5, 400 + 40 + 0.5]
    both = jit(lambda x, y: sum(x) * len(y))
    assert both([[1.0], [2.0], [3.0]], [[0, 0], [0], [0]]).tolist() == [2.0, 2.0, 3.0]


def test_rows_of_one_length_are_an_array(jit_engine):
    w, rows = Value(3.0), [[1.0, 2.0], [3.0, 4.0]]
    f = jit(lambda x: sum(x) * w)
    assert f(rows).tolist() == f(np.array(rows)).tolist()
    f.explain()
    assert "programs" not in repr(f)


def test_one_trace_a_length_when_it_first_comes(jit_engine):
    lengths = []

    def f(x):
        lengths.append(len(x))
        return sum(x)

    f = jit(f)
    f([[1.0], [1.0, 2.0], [3.0]])
    f([[1.0, 5.0], [2.0, 3.0]])
    f([[1.0, 2.0, 3.0], [1.0]])
    assert lengths == [1, 2, 3]


def test_lists_of_values_call_the_function(jit_engine):
    a, b, c = Value(1.0), Value(2.0), Value(3.0)
    f = jit(lambda rows: sum(sum(row) for row in rows))
    out = f([[a, b], [c]])
    out.backward()
    assert (out.data, a.grad, c.grad) == (6.0, 1.0, 1.0)


# --- gradients ---


def test_gradients_are_added_in_the_order_of_the_rows(jit_engine):
    """With four examples, a quarter of each row's gradient is exact."""
    loss, (x, y) = PairLoss(), ragged_pairs(4, seed=1)
    f = jit(loss, parameters=loss.parameters)
    assert len({*map(len, x)}) > 1
    alone = [f.value_and_grad([a], [b]) for a, b in zip(x, y)]
    mean, gradient = f.value_and_grad(x, y)
    expected = alone[0][1] / 4
    for _, g in alone[1:]:
        expected = expected + g / 4
    assert gradient.tolist() == expected.tolist()
    assert mean == sum(value for value, _ in alone) / 4
    functional.zero_grad(loss.parameters)
    assert f.backward(x, y) == mean
    assert functional.get_grad(loss.parameters).tolist() == gradient.tolist()


def test_backward_is_that_of_eager_values(jit_engine):
    loss, (x, y) = PairLoss(), ragged_pairs(12)
    f = jit(loss)
    f.backward(x, y)
    ours = functional.get_grad(loss.parameters)
    functional.zero_grad(loss.parameters)
    functional.mean([loss(a, b) for a, b in zip(x, y)]).backward()
    np.testing.assert_allclose(ours, functional.get_grad(loss.parameters), rtol=1e-12)
    f.check(x, y)


def test_both_engines_add_the_same_bits(monkeypatch):
    from micrograd_c.jit import interpreted, programs

    results = []
    for _ in range(2):
        loss, (x, y) = PairLoss(), ragged_pairs(12, seed=5)
        mean, gradient = jit(loss, parameters=loss.parameters).value_and_grad(x, y)
        results.append([mean, *gradient.tolist()])
        monkeypatch.setattr(programs, "Program", interpreted.InterpretedProgram)
    assert results[0] == results[1]


def test_many_rows_of_one_length(jit_engine):
    """600 rows of an array would be several chunks in C."""
    w = Value(2.0)
    f = jit(lambda x: sum(x) * w)
    rows = [[1.0, 1.0]] * 600 + [[3.0]] + [[1.0, 1.0]]
    mean, gradient = f.value_and_grad(rows)
    assert mean == pytest.approx(2 * gradient[0], rel=1e-12)
    assert gradient[0] == pytest.approx((601 * 2 + 3) / 602, rel=1e-12)


def test_an_output_that_no_argument_changes(jit_engine):
    w = Value(2.0)
    f = jit(lambda x: w * len(x))
    mean, gradient = f.value_and_grad([[0.0, 0.0], [0.0], [0.0], [0.0, 0.0]])
    assert (mean, gradient.tolist()) == (3.0, [1.5])


# --- parameters ---


def test_parameters_are_those_of_the_longest_first(jit_engine):
    a, b, c = Value(1.0), Value(2.0), Value(3.0)
    f = jit(lambda x: sum(v * p for v, p in zip(x, (a, b))) if len(x) > 1 else x[0] * c * a)
    f([[1.0], [1.0, 1.0]])
    assert f.parameters == (a, b, c)
    again = jit(f._function)
    again([[1.0, 1.0], [1.0]])
    assert again.parameters == (a, b, c)
    assert f.value_and_grad([[1.0], [1.0, 1.0]])[1].tolist() == [2.0, 0.5, 0.5]
    params = [10.0, 20.0, 30.0]
    assert f([[1.0], [1.0, 1.0]], params=params).tolist() == [300.0, 30.0]
    mean, gradient = f.value_and_grad([[1.0], [1.0, 1.0]], params=params)
    assert (mean, gradient.tolist()) == (165.0, [15.5, 0.5, 5.0])
    assert (a.grad, a.data) == (0.0, 1.0)


def test_given_parameters_keep_their_order(jit_engine):
    a, b, unused = Value(1.0), Value(2.0), Value(9.0)
    f = jit(lambda x: sum(v * p for v, p in zip(x, (a, b))), parameters=[unused, b, a])
    rows = [[1.0], [1.0, 3.0]]
    assert f.value_and_grad(rows)[1].tolist() == [0.0, 1.5, 1.0]
    assert f.value_and_grad(rows, params=[0.0, 1.0, 2.0])[0] == 3.5
    assert f.value_and_grad([[1.0], [2.0]], params=[0.0, 1.0, 2.0])[1].tolist() == [0.0, 0.0, 1.5]


def test_a_length_that_comes_later_adds_its_parameters(jit_engine):
    ps = [Value(float(i)) for i in range(3)]
    f = jit(lambda x: sum(v * p for v, p in zip(x, ps)))
    f.backward([[1.0], [1.0, 1.0]])
    assert f.parameters == tuple(ps[:2])
    f.backward([[1.0], [1.0, 1.0, 1.0]])
    assert f.parameters == tuple(ps)
    assert f.value_and_grad([[1.0], [1.0, 1.0]])[1].tolist() == [1.0, 0.5, 0.0]


# --- everything else ---


def test_explain_and_repr_list_the_lengths(jit_engine, capsys):
    f = jit(lambda x: sum(x))
    f([[1.0], [1.0, 2.0]])
    f.explain()
    shown = capsys.readouterr().out
    assert "examples of lengths 2: " in shown and "examples of lengths 1: " in shown
    assert repr(f).endswith("2 programs for rows of several lengths>")


def test_what_needs_one_program_says_so(jit_engine, tmp_path):
    f = jit(lambda x: sum(x))
    with pytest.raises(ValueError, match="jacobian: expected rows of one length"):
        f.jacobian([[1.0], [1.0, 2.0]])
    with pytest.raises(TypeError, match="bind needs a NumPy array"):
        f.bind([[1.0], [1.0, 2.0]])
    with pytest.raises(ValueError, match="to_c: .* rows of several lengths"):
        f.to_c(tmp_path / "f.c")


def doubled(x):
    return sum(x) * 2


jitted = jit(doubled)


def test_pickles_after_ragged_calls(jit_engine):
    jitted([[1.0], [1.0, 2.0]])
    again = pickle.loads(pickle.dumps(jitted))
    assert again([[1.0], [1.0, 2.0]]).tolist() == [2.0, 6.0]
    f = jit(doubled)
    f([[1.0], [1.0, 2.0]])
    assert pickle.loads(pickle.dumps(f))([[1.0], [1.0, 2.0]]).tolist() == [2.0, 6.0]
