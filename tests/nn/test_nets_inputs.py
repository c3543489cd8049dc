"""The inputs of a net: one row, with as many numbers or Values as the net has inputs."""

import numpy as np
import pytest

from micrograd_c import jit
from micrograd_c.engine import Value as CValue
from micrograd_c.nn import MLP, Layer

MAKE = {
    "Neuron": lambda nn: nn.Neuron(2),
    "Layer": lambda nn: nn.Layer(2, 3),
    "Layer of one": lambda nn: nn.Layer(2, 1),
    "MLP": lambda nn: nn.MLP(2, [3, 1]),
    "MLP of one": lambda nn: nn.MLP(2, [1]),
}
KINDS = {
    "list": lambda V, n: [0.5] * n,
    "tuple": lambda V, n: (0.5,) * n,
    "ints": lambda V, n: [1] * n,
    "NumPy row": lambda V, n: np.full(n, 0.5),
    "object row": lambda V, n: np.array([V(0.5) for _ in range(n)], dtype=object),
    "generator": lambda V, n: (0.5 for _ in range(n)),
    "iterator": lambda V, n: iter([0.5] * n),
    "map": lambda V, n: map(float, range(n)),
    "range": lambda V, n: range(n),
    "keys": lambda V, n: dict.fromkeys(range(n)).keys(),
    "Values": lambda V, n: [V(0.5) for _ in range(n)],
    "computed Values": lambda V, n: [V(0.5) * 2.0 for _ in range(n)],
    "Values and numbers": lambda V, n: [V(0.5), *[0.5] * (n - 1)][:n],
    "a subclass of list": lambda V, n: type("Row", (list,), {})([0.5] * n),
}
makes = pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
kinds = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


@makes
@kinds
@pytest.mark.parametrize("n", [0, 1, 3, 7])
@pytest.mark.parametrize("called", [False, True], ids=["", "after a call"])
def test_a_row_of_the_wrong_size(engine, make, kind, n, called):
    model = make(engine.nn)
    if called:
        model([0.5, 0.5])
    with pytest.raises(
        ValueError, match=f"expected 2 inputs.*, got {n}: pass one row of 2 numbers"
    ):
        model(kind(engine.Value, n))
    model([0.5, 0.5])


@makes
@kinds
def test_a_row_of_the_right_size(engine, make, kind):
    """Also an iterator, which the first neuron must not use up."""
    model, other = make(engine.nn), list(kind(engine.Value, 2))
    other = [x.data if isinstance(x, engine.Value) else x for x in other]
    out, expected = (model(x) for x in (kind(engine.Value, 2), other))
    if not isinstance(out, list):
        out, expected = [out], [expected]
    assert [o.data for o in out] == [e.data for e in expected]


ROWS = {
    "list of lists": [[1.0, 2.0], [3.0, 4.0]],
    "one row": [[1.0, 2.0]],
    "three rows": [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]],
    "tuples": ((1.0, 2.0), (3.0, 4.0)),
    "matrix": np.ones((2, 2)),
    "tall matrix": np.ones((5, 2)),
    "column": np.ones((2, 1)),
    "list of arrays": [np.ones(2), np.ones(2)],
    "list of arrays of one": [np.ones(1), np.ones(1)],
    "three dimensions": np.ones((2, 2, 2)),
    "zip": ((1.0, 2.0), (3.0, 4.0)),
}


@makes
@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS)
def test_several_rows(engine, make, rows):
    for called in (rows, iter(rows)):
        with pytest.raises(
            TypeError, match=r"one row of 2 .*\[model\(row\) for row in rows\].*jit"
        ):
            make(engine.nn)(called)


@makes
@pytest.mark.parametrize("x", [5, 2.5, None, np.array(3.0), np.float64(2.0)], ids=repr)
def test_no_row(engine, make, x):
    with pytest.raises(TypeError, match="row of 2 numbers or Values, got"):
        make(engine.nn)(x)


@makes
@pytest.mark.parametrize(
    "x", ["ab", [None, 1.0], [1j, 1.0], ["1", "2"], {"a": 1, "b": 2}], ids=repr
)
def test_a_row_of_anything_but_numbers(engine, make, x):
    with pytest.raises(TypeError):
        make(engine.nn)(x)


@pytest.mark.parametrize("nouts", [[1, 1], [1, 3], [3, 1, 2]])
def test_a_layer_of_one_before_another(engine, nouts):
    with pytest.raises(TypeError, match=r"got Value; a layer of one .* write \[value\]"):
        engine.nn.MLP(2, nouts)([1.0, 2.0])
    with pytest.raises(TypeError, match="got Value"):
        engine.nn.Neuron(1)(engine.Value(1.0))


def test_one_weight_too_many_or_too_few(engine):
    for change in (lambda w: w.append(engine.Value(1.0)), lambda w: w.pop()):
        model = engine.nn.MLP(2, [3, 1])
        model([1.0, 2.0])
        change(model.layers[0].neurons[1].w)
        with pytest.raises(ValueError, match=r"expected [13] inputs.*, got 2"):
            model([1.0, 2.0])


def test_layers_that_do_not_fit(engine):
    nn = engine.nn
    for change in (
        lambda m: m.layers.insert(1, nn.Layer(3, 4)),
        lambda m: m.layers[0].neurons.append(nn.Neuron(2)),
        lambda m: m.layers[0].neurons.pop(),
    ):
        model = nn.MLP(2, [3, 2])
        model([1.0, 2.0])
        change(model)
        with pytest.raises(ValueError, match=r"expected 3 inputs.*, got [24]"):
            model([1.0, 2.0])


def test_subclasses_with_weights_of_another_number(engine):
    class Wide(engine.nn.Neuron):
        def __init__(self, nin, **kwargs):
            super().__init__(nin + 1, **kwargs)

    class WideLayer(engine.nn.Layer):
        neuron_class = Wide

    layer = WideLayer(2, 3)
    with pytest.raises(ValueError, match=r"expected 3 inputs.*, got 2"):
        layer([1.0, 2.0])
    assert len(layer([1.0, 2.0, 3.0])) == 3


def test_a_subclass_may_take_what_it_likes(engine):
    class Padded(engine.nn.Neuron):
        def __call__(self, x):
            return super().__call__([*x, 0.0, 0.0][: len(self.w)])

    class First(engine.nn.Layer):
        neuron_class = Padded

        def __call__(self, x):
            return super().__call__([x]) if isinstance(x, float) else super().__call__(x)

    layer = First(2, 3)
    assert [o.data for o in layer(1.0)] == [o.data for o in layer([1.0, 0.0])]


def test_no_inputs(engine):
    model = engine.nn.MLP(0, [2, 2])
    assert [type(o) for o in model([])] == [engine.Value] * 2
    with pytest.raises(ValueError, match=r"expected 0 inputs.*, got 1"):
        model([1.0])


def test_a_refused_row_leaves_no_node(engine, live_nodes):
    model = engine.nn.MLP(2, [3, 1])
    before = live_nodes()
    for x in ([1.0], [1.0, 2.0, 3.0], [engine.Value(1.0)] * 3, np.ones((2, 2)), [[1.0], [2.0]]):
        with pytest.raises((ValueError, TypeError)):
            model(x)
    del x
    assert live_nodes() == before


@pytest.mark.parametrize("x", ["12", b"12", {1.0: 2, 3.0: 4}, {1.0, 2.0}, frozenset([1.0, 2.0])])
def test_inputs_without_order(engine, x):
    for model in (engine.nn.MLP(2, [3, 1]), engine.nn.Layer(2, 1), engine.nn.Neuron(2)):
        with pytest.raises(TypeError, match="a row of 2 numbers or Values in their order, got"):
            model(x)


def test_a_number_in_place_of_the_list_of_sizes(engine):
    for size in (3, np.int64(3)):
        with pytest.raises(TypeError, match=r"got 3: write \[3\]"):
            engine.nn.MLP(2, size)
    with pytest.raises(AttributeError, match=r"'MLP'.*'weights'.*Neuron has \.w"):
        engine.nn.MLP(2, [1]).weights


@pytest.mark.parametrize(
    "make", [lambda: MLP(2, [3, 1]), lambda: Layer(2, 1)], ids=["MLP", "Layer"]
)
def test_jit_raises_the_same_errors_while_tracing(jit_engine, make):
    model = make()
    f = jit(lambda x: model(x))
    for run in (f, f.forward if hasattr(f, "forward") else f):
        with pytest.raises(ValueError, match=r"expected 2 inputs.*, got 3"):
            run(np.ones((4, 3)))
    assert f(np.ones((4, 2))).shape == (4,)
    with pytest.raises(TypeError, match="one row of 2"):
        jit(lambda x: model([x, x]))(np.ones((4, 2)))
    assert jit(lambda a, b: model([a, b]))(np.ones(3), np.ones(3)).shape == (3,)
    assert all(isinstance(p, CValue) for p in model.parameters())
