"""What interrupts a search for Values, or comes in the middle of one: micrograd_c/_c/pinning.py."""

import gc
import sys

import pytest

from micrograd_c._c import pinning
from micrograd_c.engine import Value

cpython = pytest.mark.skipif(
    sys.implementation.name != "cpython", reason="PyPy finalizes and traces in its own ways"
)


# --- objects that the search meets ------------------------------------------------------


def test_an_operand_that_became_another_one(engine):
    """The id of the node that it had goes to a new one, whose Value it is not."""
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


def test_a_half_made_one_that_knows_no_name(engine):
    """Whoever asks it for one gets a RecursionError, but the search does not ask."""

    class Delegating(engine.Value):
        def __getattr__(self, name):
            return getattr(self.inner, name)

    half = Delegating.__new__(Delegating)
    x = engine.Value(3.0)
    y = x * 2.0
    assert y._prev[0] is x
    del half


def test_a_step_that_makes_the_root_another_one(engine, live_nodes):
    """The nodes that backward has yet to come by live on, and no others are in their places."""
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


# --- in the middle of something ----------------------------------------------------------


def labelled_late(n=3):
    """Results, of whose operands some are labelled afterwards; nobody else holds those."""
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
    """A tracer that does ``work`` before the numberth line of _c/pinning.py that is run."""
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
    """Runs attempt(0), attempt(1), ... until it says that there was no such step."""
    number = 0
    while attempt(number):
        number += 1
    assert number > 15


@cpython
def test_attributes_that_come_while_others_are_searched_for():
    """As from another thread, before any line of the search."""

    def attempt(number):
        results, more = labelled_late(), []
        traced(at_step(number, lambda: more.append(labelled_late())), pinning.resolve_pending)
        for later in more:
            check_labels(later)
        check_labels(results)
        return more

    until_no_step_is_left(attempt)


@cpython
def test_searches_that_are_interrupted():
    """Before any line: no attribute is lost, and the next search finds what there is."""

    def interrupt():
        raise KeyboardInterrupt

    def attempt(number):
        results = labelled_late()
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
def test_the_collector_is_the_users(how):
    """Attributes stay, whatever the user does with it."""
    callbacks = getattr(gc, "callbacks", [])
    before = list(callbacks)
    results = labelled_late(50)
    try:
        if how == "callbacks cleared":
            callbacks.clear()
        elif how == "gc off":
            gc.disable()
        elif hasattr(gc, "freeze"):
            gc.freeze()
        results += [result * 2.0 for result in labelled_late(pinning.NextSearch.MIN_PENDING)]
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
def test_a_value_that_a_search_met_before_another_took_its_node():
    """As a thread makes an instance of a subclass while another thread searches."""
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
