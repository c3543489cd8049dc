"""jit: branches on data that depend on an argument are refused; where() takes comparisons."""

import math
import operator

import numpy as np
import pytest

import python_ref.engine
from micrograd_c import TraceError, jit, where
from micrograd_c.engine import Value
from micrograd_c.nn import MLP

W = Value(2.0)


def while_loop(x, y):
    while x:
        return x - 1
    return x


def asserted(x, y):
    assert x
    return x


BRANCHES = {
    "if": lambda x, y: x if y else W,
    "not": lambda x, y: not x,
    "and": lambda x, y: x and W,
    "or": lambda x, y: x or W,
    "bool": lambda x, y: bool(x * W),
    "any": lambda x, y: any([x]),
    "filter": lambda x, y: list(filter(None, [x])),
    "while": while_loop,
    "assert": asserted,
    "==": lambda x, y: W * x if y == 1 else -W * x,
    "!=": lambda x, y: W * x if y != 1 else -W * x,
    "1 ==": lambda x, y: W * x if 1 == y else -W * x,
    "NumPy's 1 ==": lambda x, y: W * x if np.float64(1) == y else -W * x,
    "== of two": lambda x, y: x if x == y else W,
    "== of itself": lambda x, y: x if x == x else W,
    "== of a parameter": lambda x, y: x if x == W else W,
    "a parameter ==": lambda x, y: x if W == x else W,
    "== of an array": lambda x, y: np.ones(2) == x,
    "in": lambda x, y: x if y in (0, 1) else W,
    "in a list of Values": lambda x, y: x if y in [x, W] else W,
    "index": lambda x, y: [W, y].index(x),
    "dict": lambda x, y: {0: x, 1: W}.get(y),
    "set": lambda x, y: x if y in {0, 1} else W,
    "set of Values": lambda x, y: list({x, W}),
    "<": lambda x, y: x if x < y else W,
    "chain": lambda x, y: x if 0 < x < 1 else W,
    "a parameter <": lambda x, y: x if W < x else W,
    "max": lambda x, y: max(x, y),
    "min": lambda x, y: min(W, y),
    "sorted": lambda x, y: sorted([x, W]),
    "comparison of comparisons": lambda x, y: x if (x > 0) == (y > 0) else W,
    "not of a comparison": lambda x, y: where(not x > 0, x, y),
    "~ of a comparison": lambda x, y: where(~(x > 0), x, y),
    "np.where": lambda x, y: np.where(x > 0, x, y),
    "index of a list": lambda x, y: [W, x][y],
    "range": lambda x, y: sum([x for _ in range(y)]),
    "repeat": lambda x, y: len([1.0] * y) * x,
    "array's index": lambda x, y: np.arange(3.0)[y] * x,
    "of an element": lambda x, y: x if [y][0] == 1 else W,
}


@pytest.mark.parametrize("f", BRANCHES.values(), ids=BRANCHES)
def test_branches_are_refused(f, jit_engine):
    file = r"test_jit_branches\.py:\d+: "
    with pytest.raises(TraceError, match=file + ".*where"):
        jit(f)([1.0, -1.0], [1.0, 0.0])


def test_the_error_names_the_users_line(jit_engine):
    def f(x, y):
        scaled = x * W
        return scaled if y == 1 else -scaled

    with pytest.raises(TraceError, match=rf":{f.__code__.co_firstlineno + 2}: "):
        jit(f)([1.0], [1.0])


def test_branches_that_depend_on_no_argument(jit_engine):
    model, shared = MLP(1, [2, 1]), Value(3.0)
    weights = {p: i for i, p in enumerate(model.parameters())}

    def f(x):
        assert W and (W == W) and not (W == 2.0) and W in {W, shared} and shared not in (W,)
        assert list(weights) == model.parameters() and W > 1 and max(W, shared) is shared
        assert x is not None and x != None and x != "x" and x in [x, W]  # noqa: E711
        penalty = sum(p * p for p in {*model.parameters(), W, W})
        return model([x]) + penalty

    jit(f).check([1.0, 2.0])


def test_the_other_engines_values_are_no_part_of_the_trace(jit_engine):
    if Value is python_ref.engine.Value:
        pytest.skip("there is no other engine in this process")
    low, high = python_ref.engine.Value(1.0), python_ref.engine.Value(2.0)
    assert jit(lambda x: x * float(high) if low < high else x)([3.0]).tolist() == [6.0]


# --- comparisons in where ---

NUMBERS = [-math.inf, -1.0, -5e-324, -0.0, 0.0, 5e-324, 1.0, math.inf, math.nan]
RELATIONS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


@pytest.mark.parametrize("relation", RELATIONS.values(), ids=RELATIONS)
def test_comparisons_in_where(relation, jit_engine):
    xs, ys = np.array([(x, y) for x in NUMBERS for y in NUMBERS]).T
    expected = np.where(relation(xs, ys), 1.0, 2.0).tolist()
    assert jit(lambda x, y: where(relation(x, y), 1, 2))(xs, ys).tolist() == expected
    for bound in NUMBERS:
        for number in (bound, np.float64(bound), Value(bound)):
            right = jit(lambda x, y: where(relation(x, number), 1, 2))
            left = jit(lambda x, y: where(relation(number, x), 1, 2))
            assert right(xs, ys).tolist() == np.where(relation(xs, bound), 1, 2).tolist()
            assert left(xs, ys).tolist() == np.where(relation(bound, xs), 1, 2).tolist()


@pytest.mark.parametrize("relation", RELATIONS.values(), ids=RELATIONS)
def test_comparisons_in_where_outside_of_jit(relation, engine):
    for x in NUMBERS:
        for y in NUMBERS:
            got = where(relation(Value(x), y), Value(1.0), 2)
            assert got.data == (1.0 if relation(x, y) else 2.0)
    assert [where(c, 1.0, 2.0).data for c in (True, False, np.True_, np.False_)] == [1, 2, 1, 2]


def test_the_gradient_goes_to_the_selected_operand(jit_engine):
    a, b, bound = Value(2.0), Value(3.0), Value(0.0)
    f = jit(lambda x: where(x * a >= bound, a * x, b * x))
    f.backward([1.0, -1.0, 0.0, -3.0])
    assert (a.grad, b.grad, bound.grad) == (0.25, -1.0, 0.0)
    f.check([1.0, -1.0, 0.0, -3.0])


def test_a_pole_in_a_comparison_spoils_no_gradient(jit_engine):
    w = Value(0.0)
    jit(lambda x: where((w * x).sqrt() > 1, x, w * x)).backward([1.0])
    assert w.grad == 1.0


def test_a_comparison_of_parameters_is_evaluated_in_each_run(jit_engine):
    w = Value(1.0)
    f = jit(lambda x: where(w > 0, x, -x))
    assert f([3.0]).tolist() == [3.0]
    w.data = -1.0
    assert f([3.0]).tolist() == [-3.0]


def test_comparisons_combined_with_and_and_or(jit_engine):
    xs = [-2.0, -0.5, 0.5, 2.0]

    def result(f):
        return jit(f)(xs).tolist()

    assert result(lambda x: where((x > -1) & (x < 1), 1, 0)) == [0, 1, 1, 0]
    assert result(lambda x: where((x < -1) | (x > 1), 1, 0)) == [1, 0, 0, 1]
    assert result(lambda x: where((x < 0) & True & (W > 1), 1, 0)) == [1, 1, 0, 0]
    assert result(lambda x: where(np.True_ & (x < 0) | False, 1, 0)) == [1, 1, 0, 0]
    assert result(lambda x: x if (W > 1) & (W < 3) else -x) == xs
    assert result(lambda x: (x > 0) * x + 1) == [1, 1, 1.5, 3]
    assert result(lambda x: x >= 0.5) == [0, 0, 1, 1]


# --- subclasses ---


class Parameter(Value):
    pass


class Reflected(Value):
    def __rmul__(self, other):
        return self + other


OPERATORS = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
    "**": operator.pow, "maximum": lambda a, b: a.maximum(b), "atan2": lambda a, b: a.atan2(b),
}  # fmt: skip


@pytest.mark.parametrize("f", OPERATORS.values(), ids=OPERATORS)
def test_parameters_of_a_subclass(f, jit_engine):
    for data in (3.0, 1.0):
        p, v = Parameter(data), Value(data)
        for of_p, of_v in (
            (lambda x: f(p, x), lambda x: f(v, x)),
            (lambda x: f(x, p), lambda x: f(x, v)),
            (lambda x: f(p, p) * x, lambda x: f(v, v) * x),
        ):
            p.grad = v.grad = 0.0
            assert jit(of_p).backward([1.5, 0.25]) == jit(of_v).backward([1.5, 0.25])
            assert p.grad == v.grad
            jit(of_p).check([1.5, 0.25])
        with pytest.raises(TraceError, match="compared"):
            jit(lambda x: x if f(p, x) > 0 else -x)([1.0])


def test_a_subclass_reflected_operator_goes_first(jit_engine):
    r = Reflected(3.0)
    for f in (lambda x: x * r, lambda x: (x + 1) * r, lambda x: 2 * r * x):
        jit(f).check([1.0, 2.0])
    assert jit(lambda x: x * r)([2.0]).tolist() == [5.0]
