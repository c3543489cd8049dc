"""jit: take, an entry or a row of a table by a column of indices, as one instruction."""

import copy
import threading

import numpy as np
import pytest
from jit_tools import ROWS

from micrograd_c import (
    TraceError,
    Value,
    grad,
    gradients,
    hessian,
    jit,
    jvp,
    losses,
    take,
    where,
)
from micrograd_c.functional import get_data, get_grad, zero_grad
from micrograd_c.nn import MLP
from micrograd_c.optim import SGD, Adam
from python_ref.core.vector import Vector

pytestmark = pytest.mark.usefixtures("jit_engine")


def table_of(rows, width, seed=0):
    rng = np.random.default_rng(seed)
    return [[Value(x) for x in row] for row in rng.normal(size=(rows, width)).tolist()]


def flat(table):
    return [x for row in table for x in row]


def take_by_where(table, index):
    """The row as a chain of where, which is what take saves."""
    row = []
    for column in zip(*table):
        chosen = column[0]
        for i, entry in enumerate(column[1:]):
            chosen = where(index > i + 0.5, entry, chosen)
        row.append(chosen)
    return Vector(row)


def embedding_losses(rows=7, width=3):
    """The same loss by take and by a chain of where, and its parameters."""
    table, weights = table_of(rows, width), [Value(0.3 - 0.2 * i) for i in range(width)]

    def loss_by(lookup):
        return jit(lambda i, y: ((lookup(table, i) @ weights).tanh() - y) ** 2)

    return loss_by(take), loss_by(take_by_where), flat(table) + weights


def indices(n, count, seed=1):
    return np.random.default_rng(seed).integers(0, count, size=n)


@pytest.mark.parametrize("n", [*ROWS, 600])
def test_values_and_gradients_are_those_of_a_chain_of_where(n, kernels):
    ours, theirs, parameters = embedding_losses()
    i, y = indices(n, 7), np.random.default_rng(2).normal(size=n)
    assert ours(i, y).tolist() == theirs(i, y).tolist()
    zero_grad(parameters)
    mean = ours.backward(i, y)
    gradient = get_grad(parameters)
    zero_grad(parameters)
    assert theirs.backward(i, y) == mean
    assert gradient == pytest.approx(get_grad(parameters), rel=1e-12, abs=1e-15)
    assert gradient.any()


@pytest.mark.parametrize("n", ROWS)
def test_the_values_are_numpys(n):
    loss, _, parameters = embedding_losses()
    i, y = indices(n, 7), np.linspace(-1, 1, n)
    table, weights = get_data(parameters[:-3]).reshape(7, 3), get_data(parameters[-3:])
    assert loss(i, y) == pytest.approx((np.tanh(table[i] @ weights) - y) ** 2, rel=1e-12)
    loss.check(i, y)


def test_values_and_numbers():
    values = [Value(1.0), 2.0, Value(4.0)]
    f = jit(lambda i: take(values, i) ** 2)
    assert f([2, 0, 1, 2]).tolist() == [16.0, 1.0, 4.0, 16.0]
    assert f.backward([2, 0, 1, 2]) == 9.25
    assert [v.grad for v in values if isinstance(v, Value)] == [0.5, 4.0]


@pytest.mark.parametrize("dtype", [np.int64, np.uint8, np.int32, float, np.float32])
def test_arrays_of_integers_as_columns(dtype):
    table = table_of(5, 2)
    f = jit(lambda x: take(table, x[1]) + take(table, x[0]))
    x = np.array([[0, 4], [3, 3], [1, 2]], dtype=dtype)
    expected = [[(a + b).data for a, b in zip(table[i], table[j])] for i, j in x.astype(int)]
    assert f(x).tolist() == expected


def test_a_single_entry_and_a_table_of_one_row():
    v = Value(3.0)
    assert jit(lambda i: take([v], i))([0, 0]).tolist() == [3.0, 3.0]
    assert jit(lambda i: take([[v, 1.0]], i))([0]).tolist() == [[3.0, 1.0]]
    assert jit(lambda i: list(take([[], []], i)) + [v])([1]).tolist() == [[3.0]]


def test_entries_of_every_kind():
    """Parameters, numbers, what is computed from parameters, and values of the row itself."""
    a, b = Value(1.5), Value(-0.5)

    def entries(x):
        return [a, 2.0, a * b, x, x * a, (x * b).tanh(), a, Value(7.0), x]

    def by_where(x, i):
        return take_by_where([[e] for e in entries(x)], i)[0]

    i, x = np.arange(9).repeat(3), np.random.default_rng(0).normal(size=27)
    got, expected = [], []
    for function, results in (
        (lambda x, i: take(entries(x), i), got), (by_where, expected),
    ):  # fmt: skip
        loss = jit(lambda x, i, function=function: function(x, i) ** 2 + 0.1 * b)
        results += [loss(x, i).tolist(), *loss.value_and_grad(x, i)]
        loss.check(x, i)
    assert got[:2] == expected[:2]
    assert got[2] == pytest.approx(expected[2], rel=1e-13)


def test_the_index_and_its_table_may_meet_again():
    """The index is a number of the row like any other; a table may be taken from twice."""
    table = table_of(4, 2)

    def f(i, j, lookup):
        return (lookup(table, i) @ lookup(table, j) + lookup(table, i)[0]) * i

    ours = jit(lambda i, j: f(i, j, take))
    theirs = jit(lambda i, j: f(i, j, take_by_where))
    i, j = indices(30, 4, seed=3), indices(30, 4, seed=4)
    assert ours(i, j).tolist() == theirs(i, j).tolist()
    mean, gradient = ours.value_and_grad(i, j)
    assert mean == theirs.value_and_grad(i, j)[0]
    by_parameter = dict(zip(map(id, theirs.parameters), theirs.value_and_grad(i, j)[1]))
    assert gradient == pytest.approx([by_parameter[id(p)] for p in ours.parameters], rel=1e-12)


def test_a_row_is_one_instruction_however_long_the_table_is(jit_engine, capsys):
    if jit_engine == "py":
        pytest.skip("the Python engine has no instructions")
    lines = []
    for rows in (3, 300):
        table = table_of(rows, 4)
        f = jit(lambda i, table=table: take(table, i) @ take(table, i))
        f([0.0])
        f.explain()
        lines.append(capsys.readouterr().out.splitlines())
    assert sum("= take(" in line for line in lines[0]) == 1
    for few, many in zip(*(lines[k][lines[k].index("for each row:") :] for k in (0, 1))):
        assert few.split("(")[0] == many.split("(")[0]


def test_it_is_explained(capsys):
    values = [Value(float(i)) for i in range(20)]
    f = jit(lambda i: take(values, i))
    f([1.0])
    f.explain()
    out = capsys.readouterr().out
    assert "take(" in out and "in all" in out


def test_neurons_may_use_a_table_too():
    """A layer stores the gradients of weights that it alone uses; these it does not."""
    net, seen = MLP(2, [3, 1]), {}
    parameters = net.parameters()
    for lookup in (take, lambda values, i: take_by_where([[v] for v in values], i)[0]):
        loss = jit(lambda x, i, lookup=lookup: net(x) * lookup(parameters, i))
        x, i = np.random.default_rng(5).normal(size=(40, 2)), indices(40, len(parameters))
        zero_grad(parameters)
        seen[lookup] = loss.backward(x, i), get_grad(parameters)
        loss.check(x, i)
    (mean, gradient), (other_mean, other) = seen.values()
    assert mean == other_mean and gradient == pytest.approx(other, rel=1e-12)


# --- training ------------------------------------------------------------------------


@pytest.mark.parametrize("threads", [1, 3])
def test_fit(threads):
    histories, ends = [], []
    for k in range(2):
        *functions, parameters = embedding_losses()
        i, y = indices(900, 7), np.tanh(np.random.default_rng(2).normal(size=900))
        optimizer = Adam(parameters, lr=0.05)
        histories.append(
            functions[k].fit(i, y, optimizer=optimizer, epochs=4, batch_size=600, threads=threads)
        )
        ends.append(get_data(parameters))
    assert histories[0] == pytest.approx(histories[1], rel=1e-9)
    assert ends[0] == pytest.approx(ends[1], rel=1e-9)
    assert histories[0][-1] < histories[0][0]


def test_the_number_of_threads_changes_no_bit():
    ends = []
    for threads in (1, 2, 4):
        loss, _, parameters = embedding_losses(rows=50)
        i, y = indices(3000, 50), np.random.default_rng(2).normal(size=3000)
        loss.fit(i, y, optimizer=SGD(parameters, lr=0.1), epochs=2, threads=threads)
        ends.append(get_data(parameters).tolist())
    assert ends[0] == ends[1] == ends[2]


def test_check_finite_names_what_was_taken():
    values = [Value(1.0), Value(np.inf)]
    f = jit(lambda i: take(values, i) * 2.0)
    assert f([0, 0], check_finite=True).tolist() == [2.0, 2.0]
    with pytest.raises(FloatingPointError, match="example 1: a parameter is inf"):
        f([0, 1], check_finite=True)
    assert f.backward([0, 0], check_finite=True) == 2.0
    with pytest.raises(FloatingPointError, match="example 1"):
        f.backward([0, 1], check_finite=True)


def test_an_entry_that_is_not_finite_changes_nothing_in_other_rows():
    a, b = Value(2.0), Value(np.nan)
    f = jit(lambda i: take([a * 1.5, b * np.inf], i))
    assert f([0, 0]).tolist() == [3.0, 3.0]
    assert f.backward([0] * 4) == 3.0 and a.grad == 1.5


def test_detached_entries_get_no_gradient():
    a, b = Value(2.0), Value(3.0)
    f = jit(lambda i: take([a.detach(), b], i) * b)
    assert f.backward([0, 0, 1, 1]) == 7.5
    assert (a.grad, b.grad) == (0.0, 4.0)


# --- derivatives -----------------------------------------------------------------------


def test_jacobian_by_the_parameters():
    loss, _, parameters = embedding_losses()
    loss = jit(loss._function, parameters=parameters)
    i, y = indices(20, 7), np.linspace(-1, 1, 20)
    jacobian = loss.jacobian(i, y)
    assert jacobian.shape == (20, 24)
    for row in range(20):
        _, gradient = loss.value_and_grad(i[row : row + 1], y[row : row + 1])
        assert jacobian[row] == pytest.approx(gradient, rel=1e-12, abs=1e-15)


def test_derivatives_by_what_is_not_in_the_table():
    """A PINN's: of a net with an embedding, by its input, and of that by the parameters."""
    table = table_of(4, 3)

    def u(x, i, lookup):
        return lookup(table, i) @ [x, x * x, x.sin()]

    def loss_by(lookup):
        def loss(x, i):
            return (grad(u)(x, i, lookup) + grad(grad(u))(x, i, lookup)) ** 2

        return jit(loss, parameters=flat(table))

    x, i = np.linspace(-1, 1, 30), indices(30, 4)
    ours, theirs = loss_by(take), loss_by(take_by_where)
    assert ours(x, i) == pytest.approx(theirs(x, i), rel=1e-13)
    mean, gradient = ours.value_and_grad(x, i)
    assert gradient == pytest.approx(theirs.value_and_grad(x, i)[1], rel=1e-11)
    ours.check(x, i)


def test_second_derivatives_by_entries():
    """Of entries that are columns of the row, where the index decides which one counts."""

    def f(x, i):
        return take([x[0] ** 3, x[0] * x[1], x[1].exp()], i) * x[0]

    x, i = np.random.default_rng(0).normal(size=(12, 2)), np.arange(12) % 3
    found = jit(hessian(f))(x, i)
    assert found.shape == (12, 2, 2)
    for row in range(12):
        assert found[row] == pytest.approx(np.array(hessian(f)(x[row].tolist(), int(i[row]))))
    slope = jit(lambda x, i: jvp(lambda x: f(x, i), (x,), ([1.0, 2.0],))[1])(x, i)
    expected = [jvp(lambda v, k=k: f(v, k), (list(v),), ([1.0, 2.0],))[1] for v, k in zip(x, i)]
    assert slope == pytest.approx(np.array(expected))
    assert (jit(lambda x, i: jvp(lambda y: take([x[0]], i) * y, (x[1],), (1.0,))[1])(x, i * 0)
            == x[:, 0]).all()  # fmt: skip


def test_gradients_have_the_bits_of_backward():
    loss, _, parameters = embedding_losses()

    def derivative(i, y):
        return gradients(loss._function(i, y), parameters)

    i, y = np.arange(7.0), np.linspace(-1, 1, 7)
    found = jit(derivative)(i, y)
    for row in range(7):
        zero_grad(parameters)
        loss.backward(i[row : row + 1], y[row : row + 1])
        assert found[row].tolist() == get_grad(parameters).tolist()


def test_against_jax():
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    loss, _, parameters = embedding_losses()
    i, y = indices(64, 7), np.linspace(-1, 1, 64)
    start = get_data(parameters)

    def theirs(p):
        table, weights = p[:21].reshape(7, 3), p[21:]
        return (((jax.numpy.tanh(table[i] @ weights)) - y) ** 2).mean()

    mean, gradient = jax.value_and_grad(theirs)(start)
    loss = jit(loss._function, parameters=parameters)
    ours, our_gradient = loss.value_and_grad(i, y)
    assert ours == pytest.approx(float(mean), rel=1e-12)
    assert our_gradient == pytest.approx(np.asarray(gradient), rel=1e-11, abs=1e-15)


# --- calls in other ways ---------------------------------------------------------------


def test_called_with_values_and_within_another_jitted_function():
    table = table_of(4, 2)
    inner = jit(lambda i: take(table, i)[1])
    outer = jit(lambda x: inner(x[1]) * x[0])
    assert inner(Value(2.0)) is table[2][1]
    assert outer([[2.0, 3.0]]).tolist() == [2.0 * table[3][1].data]
    with pytest.raises(IndexError, match="argument 0, row 1, column 1"):
        outer([[2.0, 3.0], [2.0, 4.0]])


def test_an_index_that_is_the_same_for_all_rows():
    table = table_of(4, 2)
    f = jit(lambda x: take(table, 2)[0] * take([x, 5.0], Value(1.0)) + take(table, np.int64(0))[1])
    expected = (table[2][0] * 5.0 + table[0][1]).data
    assert f([1.0, 2.0]).tolist() == [expected] * 2


def test_a_program_may_change_a_batch_that_was_checked():
    """Nothing else is read then: the value of an index that is none is NaN."""
    values, i = [Value(1.0), Value(2.0)], np.zeros(40)
    loss = jit(lambda i: take(values, i))

    def spoil(epoch, mean):
        i[3:7] = [2.0, -1.0, 1e300, np.nan]

    history = loss.fit(i, optimizer=SGD(values, lr=0.5), epochs=2, callback=spoil)
    assert history[0] == 1.0 and np.isnan(history[1])
    assert values[1].data == 2.0 and np.isfinite(get_data(values)).all()


def test_threads_run_one_program():
    loss, _, parameters = embedding_losses(rows=20)
    i, y = indices(500, 20), np.linspace(-1, 1, 500)
    expected, found = loss(i, y).tolist(), []
    threads = [threading.Thread(target=lambda: found.append(loss(i, y).tolist())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


def test_cross_entropy_of_rows_of_a_table():
    """A bigram model: the logits of the next symbol by the one before."""
    table = table_of(5, 5)
    loss = jit(lambda before, after: losses.cross_entropy(take(table, before), after))
    before, after = indices(60, 5, seed=1), indices(60, 5, seed=2)
    logits = np.array([get_data(row) for row in table])[before]
    expected = np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(60), after]
    assert loss(before, after) == pytest.approx(expected)
    loss.check(before, after)


def test_a_traced_value_that_was_taken_is_like_any_other():
    def f(i):
        found = take([Value(1.0), i], i)
        for read in (lambda: found.data, lambda: bool(found), lambda: float(found),
                     lambda: copy.copy(found), lambda: found._prev):  # fmt: skip
            with pytest.raises(TraceError):
                read()
        assert repr(found) == "Value(traced)"
        return found

    assert jit(f)([1.0]).tolist() == [1.0]
