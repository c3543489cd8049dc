"""What a jitted function may return: nested lists, tuples and dicts, and the arrays of a call."""

import weakref

import numpy as np
import pytest
from memory_tools import collect

from micrograd_c import Value, grad, hessian, jacobian, jit, jvp, value_and_grad

pytestmark = pytest.mark.usefixtures("jit_engine")

XS = np.array([1.0, 2.0, 3.0])


def test_nested_lists_of_one_shape_are_one_array():
    found = jit(lambda x: [[x, 2 * x, 1.0], [-x, x * x, 0]])(XS)
    assert found.shape == (3, 2, 3) and found.dtype == np.float64
    assert found[1].tolist() == [[2.0, 4.0, 1.0], [-2.0, 4.0, 0.0]]
    assert jit(lambda x: [[[x]]])(XS).shape == (3, 1, 1, 1)
    assert jit(lambda x: ([x], [x]))(XS).shape == (3, 2, 1)


def test_other_structures_keep_their_containers():
    value, slopes = jit(lambda x: (x, [x, x * x]))(XS)
    assert value.tolist() == [1.0, 2.0, 3.0] and slopes.tolist() == [[1, 1], [2, 4], [3, 9]]
    found = jit(lambda x: {"a": x, "b": [[x], [x, 2 * x]]})(XS)
    assert list(found) == ["a", "b"] and found["a"].shape == (3,)
    assert [array.shape for array in found["b"]] == [(3, 1), (3, 2)]


def test_derivatives_have_the_shapes_of_their_rows():
    rows = np.array([[0.5, 1.0], [2.0, -1.0], [0.3, 0.2]])

    def f(p):
        return p[0] ** 2 * p[1].tanh()

    assert jit(grad(f))(rows).shape == (3, 2)
    found = jit(hessian(f))(rows)
    assert found.shape == (3, 2, 2)
    for row, matrix in zip(rows.tolist(), found.tolist()):
        assert np.allclose(matrix, hessian(f)(row), rtol=1e-14, atol=0)
    assert jit(jacobian(lambda p: [p[0] * p[1], p[0], p[1]]))(rows).shape == (3, 3, 2)
    value, slope = jit(value_and_grad(f))(rows)
    assert value.shape == (3,) and slope.shape == (3, 2)


def test_a_value_and_its_gradient_stay_apart():
    """Also where both are one number a row: else ``value, slope = …`` would unpack two rows."""
    value, slope = jit(value_and_grad(lambda x: x**3))(XS[:2])
    assert value.tolist() == [1.0, 8.0] and slope.tolist() == [3.0, 12.0]
    by_x, by_y = jit(grad(lambda x, y: x * y, argnums=(0, 1)))(XS, 2 * XS)
    assert by_x.tolist() == (2 * XS).tolist() and by_y.tolist() == XS.tolist()
    value, tangent = jit(lambda x: jvp(lambda x: x * x, (x,), (1.0,)))(XS)
    assert value.tolist() == [1, 4, 9] and tangent.tolist() == [2, 4, 6]
    assert jit(lambda x: (x, 2 * x))(XS).shape == (3, 2)  # a tuple of the function's own


def test_second_derivatives_by_several_arguments():
    """A row is one array, so there is a block for each pair of arguments, as JAX has it."""

    def f(p, s):
        return p[0] * p[0] * s + p[1] * s**3

    rows = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    (pp, ps), (sp, ss) = jit(hessian(f, argnums=(0, 1)))(rows, XS)
    assert [blocks.shape for blocks in (pp, ps, sp, ss)] == [(3, 2, 2), (3, 2), (3, 2), (3,)]
    assert pp[:, 0, 0].tolist() == (2 * XS).tolist() and not pp[:, 1].any()
    assert ps.tolist() == sp.tolist() == np.column_stack([2 * rows[:, 0], 3 * XS**2]).tolist()
    assert ss.tolist() == (6 * rows[:, 1] * XS).tolist()
    by_p, by_s = jit(jacobian(lambda p, s: p * s, argnums=(0, 1)))(rows, XS)
    assert by_p.shape == (3, 2, 2) and by_s.tolist() == rows.tolist()


def test_check_compares_all_of_it():
    jit(lambda x: {"a": [x, x * x], "b": x})(XS)
    jit(hessian(lambda p: p[0] * p[1] ** 3)).check(np.ones((2, 2)))


def test_check_finite_names_the_row():
    function = jit(lambda x: [[x, x.log()], [x, x]])
    with pytest.raises(FloatingPointError, match="example 1"):
        function([1.0, 0.0], check_finite=True)


def test_a_loss_is_one_value():
    w = Value(1.0)
    with pytest.raises(TypeError, match="single Value"):
        jit(lambda x: {"loss": w * x}).backward(XS)


@pytest.mark.parametrize("result", ["x", None, {"a": None}, [[1j]], object()])
def test_what_is_no_value(result):
    with pytest.raises(TypeError, match="to return a Value, or lists, tuples and dicts of Values"):
        jit(lambda x: result)(XS)


@pytest.mark.parametrize("result", [[], (), {}, [[], []]])
def test_nothing_at_all(result):
    with pytest.raises(TypeError, match="at least one Value, got none"):
        jit(lambda x: result)(XS)


def test_a_program_does_not_keep_the_traced_graph():
    w, seen = Value(1.0), []

    def function(x):
        y = w * x
        seen.append(weakref.ref(y))
        return [y, y.tanh()]

    jitted = jit(function)
    jitted(XS)
    jitted.jacobian(XS)
    collect()
    assert len(seen) == 2 and [reference() for reference in seen] == [None, None]
