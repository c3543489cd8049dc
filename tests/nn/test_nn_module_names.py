"""Names that nn looks up in its module, as micrograd does; hints for names that it lacks."""

import copy
import pickle
import random
import sys

import pytest

import micrograd_c
from micrograd_c import nn

# --- names that a program assigns to -----------------------------------------------------------


@pytest.fixture
def assign(engine, monkeypatch):
    """A function that sets a name in the engine's nn for one test."""
    return lambda name, x: monkeypatch.setattr(engine.nn, name, x)


def test_a_custom_neuron(engine, assign):
    class Mine(engine.nn.Neuron):
        def __call__(self, x):
            return super().__call__(x) * 2.0

    before = engine.nn.MLP(2, [3, 1])
    assign("Neuron", Mine)
    model = engine.nn.MLP(2, [3, 1])
    assert {type(n) for layer in model.layers for n in layer.neurons} == {Mine}
    assert [n.nonlin for layer in model.layers for n in layer.neurons] == [True] * 3 + [False]
    for p, q in zip(model.parameters(), before.parameters()):
        p.data = q.data = 0.5
    assert before([1.0, 1.0]).data == 0.5 + 3 * 0.75
    assert model([1.0, 1.0]).data == 2 * (0.5 + 3 * 1.5)


def test_a_neuron_that_is_no_subclass(engine, assign):
    class Mine:
        def __init__(self, nin, nonlin):
            self.w = [engine.Value(0.5) for _ in range(nin)]

        def __call__(self, x):
            return sum(wi * xi for wi, xi in zip(self.w, x))

        def parameters(self):
            return self.w

    assign("Neuron", Mine)
    model = engine.nn.MLP(2, [3, 1])
    assert model([1.0, 1.0]).data == 1.5 and len(model.parameters()) == 6 + 3
    assert type(engine.nn.Layer(2, 1, nonlin=True).neurons[0]) is Mine


def test_a_custom_layer(engine, assign):
    Layer = engine.nn.Layer
    made = []

    class Mine(Layer):
        def __init__(self, nin, nout, **options):
            super().__init__(nin, nout, **options)
            made.append((nin, nout, options))

    assign("Layer", Mine)
    model = engine.nn.MLP(2, [3, 1])
    assert [type(layer) for layer in model.layers] == [Mine, Mine]
    assert made == [(2, 3, {"nonlin": True}), (3, 1, {"nonlin": False})]
    assert type(model([1.0, 2.0])) is engine.Value


def test_a_custom_value(engine, assign):
    class Mine(engine.Value):
        pass

    assign("Value", Mine)
    model = engine.nn.MLP(2, [3, 1])
    assert {type(p) for p in model.parameters()} == {Mine}
    model([1.0, 2.0]).backward()


def test_a_custom_random(engine, assign, monkeypatch):
    class Half:
        @staticmethod
        def uniform(low, high):
            assert (low, high) == (-1, 1)
            return 0.5

    assert engine.nn.random is random
    with monkeypatch.context() as patch:
        patch.setattr(random, "uniform", lambda low, high: high / 4)
        assert [v.data for v in engine.nn.Neuron(2).w] == [0.25, 0.25]
    assign("random", Half)
    assert {v.data for n in engine.nn.Layer(2, 3).neurons for v in n.w} == {0.5}


def test_a_custom_module_class_changes_nothing(engine, assign):
    """As in micrograd, whose classes are defined with Module as a base before."""
    assign("Module", object)
    model = engine.nn.MLP(2, [3, 1])
    model([1.0, 2.0]).backward()
    model.zero_grad()
    assert len(model.parameters()) == 13


def test_neuron_class_takes_precedence(engine, assign):
    class Own(engine.nn.Neuron):
        pass

    class OwnLayer(engine.nn.Layer):
        neuron_class = Own

    assign("Neuron", object)
    assert type(OwnLayer(2, 1).neurons[0]) is Own


def test_restored_names(engine, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(engine.nn, "Neuron", type("Mine", (engine.nn.Neuron,), {}))
        patch.setattr(engine.nn, "Layer", type("Mine", (engine.nn.Layer,), {}))
    model = engine.nn.MLP(2, [3, 1])
    assert type(model.layers[0]) is engine.nn.Layer
    assert type(model.layers[0].neurons[0]) is engine.nn.Neuron


def test_under_the_stand_in_for_micrograd(monkeypatch):
    for name in list(sys.modules):
        if name.partition(".")[0] == "micrograd":
            monkeypatch.delitem(sys.modules, name)
    micrograd_c.install()
    try:
        import micrograd.nn

        class Mine(micrograd.nn.Neuron):
            pass

        monkeypatch.setattr(micrograd.nn, "Neuron", Mine)
        assert type(micrograd.nn.MLP(2, [1]).layers[0].neurons[0]) is Mine
    finally:
        micrograd_c.uninstall()


def test_a_star_import_gives_micrograds_names(engine):
    names = {}
    exec(f"from {engine.nn.__name__} import *", names)
    names.pop("__builtins__")
    assert sorted(names) == ["Layer", "MLP", "Module", "Neuron", "Value", "random"]
    assert names["random"] is random and names["Value"] is engine.Value


# --- names that other libraries' modules have -------------------------------------------------


@pytest.mark.parametrize(
    "use, hint",
    [
        (lambda m: m.train(), "leave the call out"),
        (lambda m: m.eval(), "leave the call out"),
        (lambda m: m.forward([1.0, 2.0]), r"model\(x\)"),
        (lambda m: m.named_parameters(), "state_dict"),
        (lambda m: m.to("cuda"), "CPU"),
        (lambda m: m.cuda(), "CPU"),
        (lambda m: m.cpu(), "CPU"),
        (lambda m: m.double(), "float64"),
        (lambda m: m.float(), "float64"),
        (lambda m: m.half(), "float64"),
        (lambda m: m.requires_grad_(False), "leave a parameter"),
        (lambda m: m.children(), "layers"),
        (lambda m: m.modules(), "layers"),
        (lambda m: m.fit([[1.0, 2.0]], [1.0]), "jit"),
        (lambda m: m.predict([[1.0, 2.0]]), r"\[model\(row\) for row in rows\]"),
        (lambda m: m.compile("adam"), "optim"),
        (lambda m: m.summary(), "print"),
    ],
)
def test_hints_what_to_write_instead(engine, use, hint):
    class Own(engine.nn.Module):
        pass

    nn = engine.nn
    for model in (nn.Module(), Own(), nn.Neuron(2), nn.Layer(2, 1), nn.MLP(2, [1])):
        with pytest.raises(
            AttributeError, match=f"{type(model).__name__}.*has no attribute.*{hint}"
        ):
            use(model)


def test_a_module_that_has_such_a_method(engine):
    class Own(engine.nn.Module):
        def __init__(self):
            self.modules = [engine.nn.Neuron(2)]

        def forward(self, x):
            return self.modules[0](x)

        def __call__(self, x):
            return self.forward(x)

        def train(self):
            return "training"

    own = Own()
    assert own.train() == "training" and type(own([1.0, 2.0])) is engine.Value
    model = engine.nn.MLP(2, [1])
    model.eval = lambda: "mine"
    assert model.eval() == "mine" and not hasattr(model, "train")
    with pytest.raises(AttributeError, match="'MLP' object has no attribute 'layer'$"):
        model.layer
    again = copy.deepcopy(own), pickle.loads(pickle.dumps(engine.nn.MLP(2, [1])))
    assert len(again[1].parameters()) == 3


def test_help_says_what_the_arguments_are(engine):
    import inspect
    import pydoc

    for cls, names in (
        (engine.nn.Neuron, ("nin", "nonlin")),
        (engine.nn.Layer, ("nin", "nout")),
        (engine.nn.MLP, ("nin", "nouts", "nonlin")),
    ):
        doc, text = inspect.getdoc(cls), pydoc.plain(pydoc.render_doc(cls))
        for name in names:
            assert f"\n    {name}: " in doc and name in inspect.signature(cls).parameters
        assert doc.splitlines()[0] in text and "ValueError: " in text
        assert "ValueError" in inspect.getdoc(cls.__call__)
    assert inspect.getdoc(nn.MLP) == inspect.getdoc(engine.nn.MLP)
