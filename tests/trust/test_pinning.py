"""Searches for living Values (micrograd_c/_c/pinning.py): unusual objects, interruptions."""

import gc
import sys

import pytest

from micrograd_c._c import pinning
from micrograd_c.engine import Value

cpython = pytest.mark.skipif(
    sys.implementation.name != "cpython", reason="PyPy finalizes and traces in its own ways"
)


# --- unusual objects that a search meets ------------------------------------------------


def test_an_operand_that_was_initialised_again(engine):
    """Its first node's id is given to a new node; a search must find the new node's Value."""
    a = engine.Value(2.0)
    b = a * 3.0
    assert b._prev[0] is a
    a.__init__(5.0)
    del b
    x = engine.Value(7.0)
    y = x * 2.0
    assert y._prev[0] is x and [operand.data for operand in y._prev] == [7.0, 2.0]


def test_a_subclass_that_knows_every_name(engine):
    class Anything(engine.Value):
        def __getattr__(self, name):
            return f"the {name}"

    x = Anything(3.0)
    y = x * 2.0
    y.backward()
    assert (x.grad, x.unknown, x._prev, y._prev[0]) == (2.0, "the unknown", (), x)
    del x, y
    gc.collect()


def test_a_half_made_value_whose_getattr_recurses(engine):
    """Reading any attribute of it raises RecursionError, but the search reads none."""

    class Delegating(engine.Value):
        def __getattr__(self, name):
            return getattr(self.inner, name)

    half = Delegating.__new__(Delegating)
    x = engine.Value(3.0)
    y = x * 2.0
    assert y._prev[0] is x
    del half


def test_a_custom_backward_that_initialises_the_root_again(engine, live_nodes):
    """The nodes that backward has yet to visit stay alive, and their ids are not reused."""
    before = live_nodes()
    graph = [engine.Value(6.0, (engine.Value(3.0) * 2.0,), "mine")]
    graph.append((graph[0] * 5.0).tanh())
    leaves = [engine.Value(0.5) for _ in range(100)]

    def step():
        graph[1].__init__(1.0)
        graph.clear()
        gc.collect()
        for leaf in leaves:
            graph.append(leaf * leaf)
            graph[-1].backward()

    graph[0]._backward = step
    graph[1].backward()
    assert [leaf.grad for leaf in leaves] == [1.0] * 100
    graph.clear()
    leaves.clear()
    gc.collect()
    assert live_nodes() == before


# --- searches that are interrupted, or start in the middle of another --------------------


def labelled_after_use(n=3):
    """Results with operands that were labelled after their use, and that nothing else holds."""
    results = []
    for i in range(n):
        middle = Value(float(i)) * 2.0
        results.append((middle + 1.0).tanh())
        middle.label, middle.note = f"middle {i}", [i]
    return results


def check_labels(results):
    for i, result in enumerate(results):
        middle = result._prev[0]._prev[0]
        assert (middle.label, middle.note) == (f"middle {i}", [i])


def at_step(number, work):
    """Return a tracer that does ``work`` before the line of _c/pinning.py that runs as numberth."""
    steps = iter(range(number, -1, -1))

    def trace(frame, event, argument):
        if frame.f_code.co_filename != pinning.__file__:
            return None
        if event == "line" and next(steps, None) == 0:
            sys.settrace(None)
            work()
        return trace

    return trace


def traced(trace, work):
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)


def until_no_step_is_left(attempt):
    """Run attempt(0), attempt(1), ... until one returns False: there was no such step."""
    number = 0
    while attempt(number):
        number += 1
    assert number > 15


@cpython
def test_attributes_that_are_set_during_a_search():
    """Before any line of the search, as another thread might."""

    def attempt(number):
        results, more = labelled_after_use(), []
        traced(at_step(number, lambda: more.append(labelled_after_use())), pinning.resolve_pending)
        for later in more:
            check_labels(later)
        check_labels(results)
        return more

    until_no_step_is_left(attempt)


@cpython
def test_searches_that_are_interrupted():
    """Before any line: no attribute is lost, and the next search completes the work."""

    def interrupt():
        raise KeyboardInterrupt

    def attempt(number):
        results = labelled_after_use()
        try:
            traced(at_step(number, interrupt), pinning.resolve_pending)
        except KeyboardInterrupt:
            pinning.resolve_pending()
            check_labels(results)
            return True
        check_labels(results)
        return False

    until_no_step_is_left(attempt)


@pytest.mark.parametrize("how", ["callbacks cleared", "gc off", "frozen"])
def test_a_collector_that_the_user_changes(how):
    """Attributes stay, whatever the user does with the garbage collector."""
    callbacks = getattr(gc, "callbacks", [])
    before = list(callbacks)
    results = labelled_after_use(50)
    try:
        if how == "callbacks cleared":
            callbacks.clear()
        elif how == "gc off":
            gc.disable()
        elif hasattr(gc, "freeze"):
            gc.freeze()
        results += [result * 2.0 for result in labelled_after_use(pinning.NextSearch.MIN_PENDING)]
        gc.collect()
        check_labels(results[:50])
        check_labels([result._prev[0] for result in results[50:]])
        assert gc.isenabled() == (how != "gc off")
    finally:
        callbacks[:] = before
        gc.enable()
        if hasattr(gc, "unfreeze"):
            gc.unfreeze()


@cpython
def test_a_value_whose_node_is_taken_over_during_a_search():
    """As when a thread makes an instance of a subclass while another thread searches."""
    x = Value(2.0)
    y = x * 3.0
    made = Value(1.0, (y,), "mine")
    living = type(x)._mg_living()
    taker = object.__new__(Value)
    taker._mg_become(made)
    x.note = []
    pinning.add_references([x], living)
    assert taker._prev == (y,) and made._mg_id == taker._mg_id
    del made, living
    assert (taker * 2.0)._prev[0] is taker and taker.data == 1.0
