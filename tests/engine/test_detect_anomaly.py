"""detect_anomaly: the first NaN or infinity raises, naming node, operator and line."""

import asyncio
import math
import sys
import threading

import pytest

from micrograd_c import detect_anomaly, gradcheck, gradients, no_grad, record_lines
from micrograd_c.debugging import line_of


def place():
    frame = sys._getframe(1)
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


def message_of(function):
    with pytest.raises(FloatingPointError) as caught:
        function()
    return str(caught.value)


# --- forward ---------------------------------------------------------------------------


def test_an_overflow_names_operator_operands_and_line(engine):
    x, y = engine.Value(1e200, label="x"), engine.Value(3e200)
    with detect_anomaly():
        y = y * 1.0
        made = place()
        message = message_of(lambda: x * y)
    line = int(made.rpartition(":")[2])
    assert message == (
        f"{__file__}:{line + 1}: '*' gives inf for x = 1e+200 and a '*' of "
        f"{__file__}:{line - 1} = 3e+200"
    )


@pytest.mark.parametrize(
    "apply",
    [
        lambda V, x: x - x,
        lambda V, x: x * 0.0,
        lambda V, x: V(math.nan) + 1.0,
        lambda V, x: (V(1e300) * 1e300) - x,
        lambda V, x: V(1e308).maximum(3) + 1e308,
        lambda V, x: V(math.nan, (x,), "mine"),
        lambda V, x: V(math.nan, (V(1.0),), (1.0,)),
    ],
)
def test_what_raises(engine, apply):
    """``x`` is an infinite leaf."""
    x = engine.Value(math.inf)
    with detect_anomaly(), pytest.raises(FloatingPointError):
        apply(engine.Value, x)
    apply(engine.Value, x)


@pytest.mark.parametrize(
    "apply, result",
    [
        (lambda V: V(-math.inf) + 3.0, -math.inf),  # as a mask of attention does
        (lambda V: (V(-math.inf) + 3.0).exp(), 0.0),
        (lambda V: V(math.nan), math.nan),
        (lambda V: V(math.inf, (V(math.inf),), "mine"), math.inf),
        (lambda V: V(5.0) * 2, 10.0),
    ],
)
def test_what_does_not_raise(engine, apply, result):
    with detect_anomaly():
        made = apply(engine.Value)
    assert made.data == result or math.isnan(result)
    assert line_of(made) is not None


def test_what_python_raises_is_raised_as_ever(engine):
    with detect_anomaly():
        with pytest.raises(ZeroDivisionError):
            1 / engine.Value(0.0)
        with pytest.raises(OverflowError):
            engine.Value(1000.0).exp()


def test_the_graph_is_as_before(engine, live_nodes):
    x = engine.Value(1e200)
    before = live_nodes()
    with detect_anomaly():
        for apply in (lambda: x * x, lambda: x * 1e200, lambda: x + math.inf - math.inf):
            message_of(apply)
    assert live_nodes() == before


def test_names(engine):
    model = engine.nn.MLP(2, [3, 1], nonlin=False)
    w = model.layers[1].neurons[0].w[2]
    w.data = 1e308
    h = model.layers[0]
    for neuron in h.neurons:
        neuron.w[0].data = neuron.w[1].data = 10.0
    for names, expected in (
        (model, "layers[1].neurons[0].w[2] = 1e+308"),
        ({"m": model, "_": w}, "layers[1].neurons[0].w[2] = 1e+308"),
        ({"m": model, "n": h}, "m.layers[1].neurons[0].w[2] = 1e+308"),
        ({"parts": [(0, model)]}, "parts[0][1].layers[1].neurons[0].w[2] = 1e+308"),
        ({"mine": w, "model": model}, "mine = 1e+308"),
        ({"d": {"w": w}}, "d['w'] = 1e+308"),
    ):
        with detect_anomaly(names):
            assert f"'*' gives inf for {expected} and a '+' of" in message_of(lambda: model([1, 2]))
    w.label = "w"
    with detect_anomaly(model):
        assert "gives inf for w = 1e+308 and" in message_of(lambda: model([1, 2]))
    with pytest.raises(TypeError, match="expected names as a dict such as locals"):
        detect_anomaly([w])


# --- backward --------------------------------------------------------------------------


def test_a_gradient_names_node_operator_and_line(engine):
    x = engine.Value(0.0, label="x")
    with detect_anomaly():
        root = x.sqrt() * 3
        line = int(place().rpartition(":")[2]) - 1
        message = message_of(root.backward)
    assert message == (
        f"{__file__}:{line}: in backward(), 'sqrt' makes the gradient of x = 0 inf: "
        "its own value is 0, its gradient 3"
    )
    assert [node.grad for node in (x, *root._prev, root)] == [0.0, 0.0, 0.0, 0.0]


def test_gradients_from_before_are_kept(engine):
    x, y = engine.Value(0.0), engine.Value(2.0)
    x.grad = y.grad = 5.0
    with detect_anomaly():
        message_of((y * x.sqrt()).backward)
        assert (x.grad, y.grad) == (5.0, 5.0)
        (y * (x + 1)).backward()
    assert (x.grad, y.grad) == (7.0, 6.0)


def test_a_sum_that_overflows(engine):
    x = engine.Value(1.0, label="x")
    x.grad = 1e308
    with detect_anomaly():
        assert "'*' makes the gradient of x = 1 inf" in message_of((x * 1e308).backward)
    assert x.grad == 1e308


def test_a_graph_from_outside_has_no_line(engine):
    root = engine.Value(0.0).sqrt() * 1
    with detect_anomaly():
        message = message_of(root.backward)
    assert message.startswith("in backward(), 'sqrt' (outside of detect_anomaly, which ")


def test_a_nan_that_arrived_is_told(engine):
    """x has a NaN from before, which the user's own code put there."""
    x = engine.Value(2.0)
    y = x * 3.0
    y.grad = math.nan
    with detect_anomaly():
        message = message_of((y + 1).backward)
    assert "'*'" in message and ", to which nan arrived" in message and x.grad == 0.0


def test_a_backward_of_your_own(engine):
    x = engine.Value(2.0, label="x")
    out = engine.Value(4.0, (x,), "square", label="out")

    def backward():
        x.grad += math.nan

    out._backward = backward
    with detect_anomaly():
        message = message_of((out * 2).backward)
    assert "'square', out," in message and "the gradient of x = 2 nan" in message
    assert (x.grad, out.grad) == (0.0, 0.0)


def test_a_backward_assigned_to_a_value_that_is_dropped(engine):
    x, calls = engine.Value(2.0), []
    y = x * 3.0
    root = y + 1.0
    y._backward = lambda: calls.append("called")
    del y
    with detect_anomaly():
        root.backward()
    assert calls == ["called"] and x.grad == 0.0


@pytest.mark.parametrize("nonlin", ["tanh", "relu", False])
def test_the_gradients_are_those_of_backward(engine, nonlin):
    model = engine.nn.MLP(3, [4, 2, 1], nonlin=nonlin)
    w, x = model.parameters(), [engine.Value(v) for v in (0.5, -1.0, 2.0)]
    x[0].note = ["pins"]

    def gradients_of(root):
        for node in (*w, *x):
            node.grad = 0.0
        root.backward()
        return [node.grad for node in (*w, *x)], root.grad

    with detect_anomaly():
        checked = gradients_of((model(x) + x[0]) ** 2)
        of_older_graph = gradients_of(compute_outside(model, x))
    assert checked == of_older_graph == gradients_of((model(x) + x[0]) ** 2)


def compute_outside(model, x):
    made = []
    thread = threading.Thread(target=lambda: made.append((model(x) + x[0]) ** 2))
    thread.start()
    thread.join()
    return made[0]


def test_backward_of_a_leaf(engine):
    x = engine.Value(2.0)
    with detect_anomaly():
        x.backward()
    assert x.grad == 1.0


# --- the context -----------------------------------------------------------------------


def test_contexts_within_each_other(engine):
    x = engine.Value(1e200)
    with detect_anomaly():
        with record_lines():
            message_of(lambda: x * x)
        with no_grad():
            assert (x * x).data == math.inf
    with record_lines(), detect_anomaly():
        message_of(lambda: x * x)
    assert (x * x).data == math.inf


def test_as_a_decorator(engine):
    x = engine.Value(1e200)

    @detect_anomaly({"x": x})
    def f():
        return x * x

    assert "x = 1e+200 and x = 1e+200" in message_of(f)

    @detect_anomaly()
    async def later():
        await asyncio.sleep(0)
        return x * x

    message_of(lambda: asyncio.run(later()))
    assert (x * x).data == math.inf


def test_derivatives_of_functions_expect_infinities(engine):
    """gradients() computes 0 times infinity, and takes it for 0."""
    x = engine.Value(0.0)
    with detect_anomaly():
        (d,) = gradients(x.sqrt() * 1.0, [x])
    assert d.data == math.inf


def test_gradcheck_works_within(engine):
    with detect_anomaly():
        assert gradcheck(lambda x: x.tanh() * x, [engine.Value(0.5)])


# --- under jit -------------------------------------------------------------------------


def test_jitted_functions_check_as_with_check_finite(jit_engine):
    from micrograd_c import Value, jit, optim

    w = Value(1.0)
    loss = jit(lambda x: (w * x).log() * 2)
    X = [1.0, 2.0, 0.0]
    sgd = optim.SGD([w], lr=0.1)
    calls = [
        lambda: loss(X),
        lambda: loss.backward(X),
        lambda: loss.value_and_grad(X),
        lambda: loss.fit(X, optimizer=sgd, epochs=2),
    ]
    with detect_anomaly():
        for call in calls:
            assert message_of(call) == "example 2: 'log' is -inf, the output is -inf"
        assert (w.data, w.grad) == (1.0, 0.0)
        loss.backward(X[:2])
    for call in calls[:3]:
        call()


def test_rows_of_several_lengths_are_checked_too(jit_engine):
    from micrograd_c import Value, jit

    w = Value(1.0)
    loss = jit(lambda x: (w * x[0]).log())
    words = [[1.0, 2.0], [0.0]]
    assert loss(words).tolist() == [0.0, -math.inf]
    with detect_anomaly():
        for call in (loss, loss.backward, loss.value_and_grad):
            assert "example 1: 'log' is -inf" in message_of(lambda call=call: call(words))


def test_a_bound_call_takes_it_from_where_it_was_bound(jit_engine):
    np = pytest.importorskip("numpy")
    from micrograd_c import Value, jit

    w = Value(1.0)
    loss = jit(lambda x: (w * x).log())
    x = np.array([0.0])
    with detect_anomaly():
        bound = loss.bind(x)
    assert "'log' is -inf" in message_of(bound)
    assert loss.bind(x)() == -math.inf


def test_it_is_refused_while_jit_traces(jit_engine):
    from micrograd_c import TraceError, Value, jit

    @jit
    def f(x):
        with detect_anomaly():
            return x * 2

    with pytest.raises(TraceError, match="write it around the call of the jitted function"):
        f([1.0])
    w = Value(1.0)
    with detect_anomaly():  # an infinity that reaches no result is accepted, also while tracing
        assert jit(lambda x: x * 0 + (w * 1e308 * 1e308).minimum(1.0))([1.0]).tolist() == [1.0]
