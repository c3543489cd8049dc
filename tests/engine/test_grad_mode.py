"""no_grad and enable_grad: what records a graph, and what does not."""

import threading

import pytest

from micrograd_c import enable_grad, functional, is_grad_enabled, no_grad


def results(engine):
    """Return Values made in every possible way."""
    V = engine.Value
    a, b, labelled = V(2.0), V(-3.0), V(0.5, label="w")
    model = engine.nn.MLP(2, [3, 2])
    return [
        a + b, a * 2, 3 - a, a / b, a**2, a**b, -a, a.relu(), a.tanh(), a.maximum(b),
        a.leaky_relu(), labelled * a, labelled.exp(), model([a, b])[0], model([1.0, 2.0])[1],
        functional.total([a, b]), functional.dot([a], [b]), functional.softmax([a, b])[0],
        functional.logsumexp([a, b]), functional.log_softmax([a, b])[0],
        functional.rms_norm([a, b])[1], functional.layer_norm([a, b], [b, a], [a, b])[0],
        functional.linear([a, b], [[a, a], [b, a]], [a, b])[1], sum([a, b]),
    ]  # fmt: skip


def test_nothing_is_recorded(engine):
    with no_grad():
        quiet = results(engine)
    for v in quiet:
        assert (v._prev, v._op) == ((), "")
    assert all(v._prev for v in results(engine))


def test_values_are_the_same(engine):
    import random

    random.seed(1)
    recorded = [v.data for v in results(engine)]
    random.seed(1)
    with no_grad():
        assert [v.data for v in results(engine)] == recorded


def test_explicit_children_are_recorded(engine):
    a = engine.Value(1.0)
    with no_grad():
        assert engine.Value(2.0, (a,), "mine")._prev == (a,)


def test_backward_of_an_older_graph_works(engine):
    a = engine.Value(3.0)
    y = a * a
    with no_grad():
        y.backward()
    assert a.grad == 6.0


def test_nesting(engine):
    a = engine.Value(1.0)

    def records():
        assert is_grad_enabled() == bool((a + 1)._prev)
        return is_grad_enabled()

    assert records()
    with no_grad():
        assert not records()
        with no_grad():
            assert not records()
        assert not records()
        with enable_grad():
            assert records()
            with no_grad():
                assert not records()
            assert records()
        assert not records()
    assert records()


def test_as_decorators(engine):
    @no_grad()
    def predict(x):
        return x * 2, recorded(x)

    @enable_grad()
    def recorded(x):
        return x * 3

    x = engine.Value(1.0)
    quiet, loud = predict(x)
    assert (quiet._prev, len(loud._prev)) == ((), 2)
    assert (x * 2)._prev


def test_an_error_ends_it(engine):
    with pytest.raises(ZeroDivisionError), no_grad():
        raise ZeroDivisionError
    assert is_grad_enabled() and (engine.Value(1.0) + 1)._prev


def test_a_mode_holds_for_one_thread_only(engine):
    a, seen = engine.Value(1.0), []

    def other():
        seen.append((is_grad_enabled(), len((a + 1)._prev)))
        with no_grad():
            seen.append((is_grad_enabled(), len((a + 1)._prev)))

    with no_grad():
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        assert not is_grad_enabled() and not (a + 1)._prev
    assert seen == [(True, 2), (False, 0)]
