"""record_lines: each node keeps the line of the user's code that made it."""

import asyncio
import copy
import linecache
import pickle
import sys
import threading

import pytest

from micrograd_c import functional, losses, no_grad, record_lines
from micrograd_c.debugging import line_of
from python_ref.core.walking import topological_sort


def here():
    """Return the place of the caller's line, as line_of gives it."""
    frame = sys._getframe(1)
    return frame.f_code.co_filename, frame.f_lineno


def lines_below(root):
    return {line_of(node) for node in topological_sort(root)}


def test_each_operator_has_the_line_that_applied_it(engine):
    with record_lines():
        a, line_of_a = engine.Value(2.0), here()
        b, line_of_b = a * 3.0 + 1, here()
        c, line_of_c = (b.tanh() ** 2).maximum(0.5) - a, here()
    assert lines_below(a) == {line_of_a}
    assert lines_below(b) == {line_of_a, line_of_b}
    assert lines_below(c) == {line_of_a, line_of_b, line_of_c}


def test_nothing_is_recorded_outside(engine):
    a = engine.Value(2.0)
    with record_lines():
        b = a * a
    c = b + 1
    assert line_of(a) is None and line_of(b) is not None and line_of(c) is None
    assert "_mg_line" not in vars(c)


def test_a_line_of_several_rows_is_the_one_that_runs(engine):
    a = engine.Value(2.0)
    with record_lines():
        made = [
            a + 1,
            a * 2,
        ]
    assert line_of(made[1])[1] == line_of(made[0])[1] + 1


def test_sums_nets_and_helpers_have_the_line_of_their_call(engine):
    model = engine.nn.MLP(2, [3, 1], nonlin="tanh")
    values = [engine.Value(x) for x in (1.0, 2.0, 3.0)]
    outside = set(map(id, [*model.parameters(), *values]))
    calls = [
        lambda: sum(values),
        lambda: model([1.0, -2.0]),
        lambda: model(values[:2]),
        lambda: functional.total(values),
        lambda: functional.mean(values),
        lambda: functional.dot(values, values),
        lambda: functional.softmax(values)[1],
        lambda: functional.logsumexp(values),
        lambda: losses.cross_entropy(values, 1),
    ]
    for call in calls:
        with record_lines():
            root = call()
        inside = [node for node in topological_sort(root) if id(node) not in outside]
        expected = call.__code__.co_filename, call.__code__.co_firstlineno
        assert len(inside) > 2 and {line_of(node) for node in inside} == {expected}


def test_the_numbers_are_the_same(engine):
    model = engine.nn.MLP(2, [4, 4, 1], nonlin="gelu")

    def loss():
        for p in model.parameters():
            p.grad = 0.0
        root = functional.total(
            functional.softmax([model([0.3, x]) for x in (0.1, -2.0)])[:1]
        ).log()
        root.backward()
        return root.data, [p.grad for p in model.parameters()]

    with record_lines():
        recorded = loss()
    assert recorded == loss()


def test_a_line_stays_with_its_node(engine):
    with record_lines():
        root, line = engine.Value(2.0).exp() * 3, here()
    exp = root._prev[0]
    del exp
    root.label = "kept"
    assert line_of(root._prev[0]) == line_of(root._prev[0]._prev[0]) == line
    for again in (copy.deepcopy(root), pickle.loads(pickle.dumps(root))):
        assert lines_below(again) == {line} and again.label == "kept"


def test_operators_of_your_own(engine):
    class Mine(engine.Value):
        pass

    with record_lines():
        a, line = Mine(2.0), here()
        b, line_of_b = engine.Value(4.0, (a,), "square"), here()
        c, line_of_c = engine.Value(4.0, (a, b), (1.0, 2.0)), here()
        d, line_of_d = a + b, here()
    assert [line_of(v) for v in (a, b, c, d)] == [line, line_of_b, line_of_c, line_of_d]
    with record_lines():
        a.__init__(3.0)
        line = here()[1] - 1
    assert line_of(a)[1] == line


def test_values_with_attributes_of_any_kind(engine):
    """On the C engine, Python makes what is computed from these."""
    a = engine.Value(2.0)
    a.note = ["a list"]
    with record_lines():
        b, line = a * a.log(), here()
        c, line_of_c = 2 - b, here()
    assert lines_below(b) == {None, line} and line_of(c) == line_of_c


def test_leaves_that_no_grad_makes(engine):
    a = engine.Value(2.0)
    with record_lines(), no_grad():
        b, line = a * 3.0, here()
    assert line_of(b) == line and b._prev == ()
    with no_grad(), record_lines():
        assert line_of(a * 3.0) == here()


def test_as_a_decorator(engine):
    @record_lines
    def f(x):
        return x * x

    @record_lines()
    def g(x):
        return x * x

    for function in (f, g):
        line = line_of(function(engine.Value(2.0)))
        assert line == (__file__, function.__wrapped__.__code__.co_firstlineno + 2)
    assert line_of(engine.Value(2.0)) is None


def test_it_ends_with_an_exception_and_may_be_nested(engine):
    with pytest.raises(ZeroDivisionError), record_lines():
        with record_lines():
            pass
        assert line_of(engine.Value(1.0)) == here()
        1 / engine.Value(0.0)
    assert line_of(engine.Value(1.0)) is None


def test_threads_and_tasks_have_their_own_mode(engine):
    seen = []
    with record_lines():
        thread = threading.Thread(target=lambda: seen.append(line_of(engine.Value(1.0))))
        thread.start()
        thread.join()
    assert seen == [None]

    async def recording():
        made = []
        with record_lines():
            for _ in range(3):
                await asyncio.sleep(0)
                made.append(line_of(engine.Value(1.0) + 1) is not None)
        return made

    async def not_recording():
        made = []
        for _ in range(3):
            await asyncio.sleep(0)
            made.append(line_of(engine.Value(1.0) + 1) is not None)
        return made

    async def both():
        return await asyncio.gather(recording(), not_recording())

    assert asyncio.run(both()) == [[True] * 3, [False] * 3]


def test_the_cell_of_a_notebook(engine):
    name, source = "<ipython-input-1-abc>", "a = Value(2.0)\nb = a * 3\n"
    linecache.cache[name] = len(source), None, source.splitlines(True), name
    cell = {"Value": engine.Value, "__name__": "__main__"}
    with record_lines():
        exec(compile(source, name, "exec"), cell)
    try:
        assert line_of(cell["b"]) == (name, 2)
        assert linecache.getline(*line_of(cell["b"])) == "b = a * 3\n"
    finally:
        del linecache.cache[name]


def test_no_memory_of_it_is_left(engine, live_nodes):
    before = live_nodes()
    with record_lines():
        root = engine.nn.MLP(2, [4, 1])([1.0, 2.0]) * 2
        root.backward()
    del root
    assert live_nodes() == before


def test_explore_shows_the_lines(engine):
    from micrograd_c import explore

    a = engine.Value(2.0)
    with record_lines():
        b, line = a * 3.0, here()
    lines = explore(b)._graph.lines
    text = linecache.getline(*line).strip()
    assert lines == {1: (*line, text), 2: (*line, text)} and text == "b, line = a * 3.0, here()"
