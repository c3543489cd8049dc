"""Parameters by name: state_dict and load_state_dict."""

import numpy as np
import pytest
from state_tools import own_module, values_of

import micrograd_c.nn
from micrograd_c import state

# --- names -------------------------------------------------------------------


def test_names_and_shapes_of_an_mlp(engine):
    model = engine.nn.MLP(3, [2, 1])
    got = state.state_dict(model)
    assert {name: x.shape for name, x in got.items()} == {
        "layers.0.neurons.0.w": (3,),
        "layers.0.neurons.0.b": (),
        "layers.0.neurons.1.w": (3,),
        "layers.0.neurons.1.b": (),
        "layers.1.neurons.0.w": (2,),
        "layers.1.neurons.0.b": (),
    }
    assert all(type(x) is np.ndarray and x.dtype == np.float64 for x in got.values())
    assert [d for x in got.values() for d in x.ravel()] == values_of(model)


def test_names_stay_after_a_call(engine):
    model = engine.nn.MLP(2, [2, 1])
    names = list(state.state_dict(model))
    model([1.0, 2.0])
    assert list(state.state_dict(model)) == names


def test_names_of_a_custom_module(engine):
    model = own_module(engine)
    got = state.state_dict(model)
    assert {name: x.shape for name, x in got.items()} == {
        "scale": (),
        "table.0": (2,),
        "table.1": (1,),
        "parts": (1,),
        "parts.0.neurons.0.w": (2,),
        "parts.0.neurons.0.b": (),
        "parts.0.neurons.1.w": (2,),
        "parts.0.neurons.1.b": (),
        "parts.2.w": (1,),
        "parts.2.b": (),
    }
    assert got["parts"].tolist() == [7.0] and got["table.0"].tolist() == [1.0, 2.0]


def test_a_shared_value_has_only_its_first_name(engine):
    layer = engine.nn.Layer(2, 2)
    layer.neurons[1].w[0] = layer.neurons[0].w[1]
    layer.neurons[1].b = layer.neurons[0].b
    assert {name: x.shape for name, x in state.state_dict(layer).items()} == {
        "neurons.0.w": (2,),
        "neurons.0.b": (),
        "neurons.1.w": (1,),
    }
    one = engine.nn.Neuron(3)
    one.w[2] = one.w[0]
    assert state.state_dict(one)["w"].tolist() == [one.w[0].data, one.w[1].data]


def test_values_of_equal_data_have_separate_names(engine):
    layer = engine.nn.Layer(1, 2)
    for p in layer.parameters():
        p.data = 0.5
    assert len(state.state_dict(layer)) == 4


def test_a_parameter_without_a_name_is_an_error(engine):
    class Hidden(engine.nn.Module):
        def __init__(self):
            self.w = engine.Value(1.0)
            self.by_key = {"a": engine.Value(2.5), "b": engine.Value(3.5)}

        def parameters(self):
            return [self.w, *self.by_key.values()]

    with pytest.raises(ValueError, match=r"2 of the 3 parameters of Hidden .*data=2\.5"):
        state.state_dict(Hidden())


def test_modules_that_refer_to_each_other(engine):
    class Child(engine.nn.Module):
        def __init__(self, parent):
            self.parent = parent
            self.w = engine.Value(2.0)

        def parameters(self):
            return [self.w]

    class Parent(engine.nn.Module):
        def __init__(self):
            self.children = [Child(self), Child(self)]
            self.children.append(self.children)
            self.me = self

        def parameters(self):
            return [p for child in self.children[:2] for p in child.parameters()]

    assert list(state.state_dict(Parent())) == ["children.0.w", "children.1.w"]
    assert list(state.state_dict(Parent().children[1])) == ["w"]


def test_a_module_without_parameters(engine):
    module = engine.nn.Module()
    assert state.state_dict(module) == {}
    state.load_state_dict(module, {})


def test_the_arrays_belong_to_the_caller(engine):
    model = engine.nn.MLP(2, [1])
    before = values_of(model)
    got = state.state_dict(model)
    for x in got.values():
        x[...] = 99.0
        assert x.base is None  # so that it keeps no larger array alive
    assert values_of(model) == before
    state.load_state_dict(model, got)
    got["layers.0.neurons.0.b"][...] = -1.0
    assert values_of(model) == [99.0] * 3


# --- load_state_dict -----------------------------------------------------------


def test_save_and_load_restores_the_parameters(engine):
    for make in (lambda: engine.nn.MLP(3, [4, 2]), lambda: own_module(engine)):
        saved, other = make(), make()
        for i, p in enumerate(saved.parameters()):
            p.data = [0.1 + i, -0.0, float("inf"), 5e-324][i % 4]
        grads = [p.grad for p in other.parameters()]
        state.load_state_dict(other, state.state_dict(saved))
        assert [str(x) for x in values_of(other)] == [str(x) for x in values_of(saved)]
        assert [p.grad for p in other.parameters()] == grads
        assert {id(p) for p in saved.parameters()}.isdisjoint(map(id, other.parameters()))


def test_nan_is_restored(engine):
    one = engine.nn.Neuron(1)
    state.load_state_dict(one, {"w": [float("nan")], "b": 0})
    assert np.isnan(state.state_dict(one)["w"]).all()


def test_the_next_call_uses_loaded_parameters(engine):
    one = engine.nn.Neuron(2, nonlin=False)
    one([1.0, 1.0])
    state.load_state_dict(one, {"w": [2.0, 3.0], "b": 0.5})
    assert one([10.0, 100.0]).data == 320.5


def test_anything_that_numpy_can_make_an_array_of(engine):
    one = engine.nn.Neuron(2)
    state.load_state_dict(one, {"w": (1, True), "b": np.float32(0.5)})
    assert values_of(one) == [1.0, 1.0, 0.5]


def test_one_error_names_all_that_does_not_fit(engine):
    layer = engine.nn.Layer(2, 3)
    before = values_of(layer)
    given = state.state_dict(layer)
    given = {name: x + 1.0 for name, x in given.items()}
    del given["neurons.2.b"]
    given["neurons.3.w"] = np.zeros(2)
    given["neurons.0.w"] = np.zeros(3)
    given["neurons.0.b"] = np.zeros((1,))
    given["neurons.1.b"] = "1.0"
    given["neurons.1.w"] = np.zeros(2, complex)
    with pytest.raises(ValueError) as caught:
        state.load_state_dict(layer, given)
    assert str(caught.value) == (
        "the state does not fit this Layer; missing: neurons.2.b; unexpected: neurons.3.w; "
        "not real numbers: neurons.1.w of complex128, neurons.1.b of <U3; "
        "wrong size: neurons.0.w of shape (3,), expected (2,), neurons.0.b of shape (1,), "
        "expected ()"
    )
    assert values_of(layer) == before


def test_not_strict(engine):
    one = engine.nn.Neuron(2)
    w = [p.data for p in one.w]
    state.load_state_dict(one, {"b": 4.0, "mine": "text"}, strict=False)
    assert values_of(one) == [*w, 4.0]
    with pytest.raises(ValueError, match="wrong size: w") as caught:
        state.load_state_dict(one, {"b": 5.0, "w": [1.0]}, strict=False)
    assert "missing" not in str(caught.value)
    assert values_of(one) == [*w, 4.0]


@pytest.mark.parametrize("given", [None, [1.0], "w", 3.0])
def test_a_state_that_is_no_dict(engine, given):
    with pytest.raises(TypeError, match="expected a dict of names to arrays, got"):
        state.load_state_dict(engine.nn.Neuron(1), given)


# --- Module's methods --------------------------------------------------------------


def test_modules_methods(tmp_path):
    saved, other = (micrograd_c.nn.MLP(2, [3, 1]) for _ in range(2))
    other.load_state_dict(saved.state_dict())
    assert values_of(other) == values_of(saved)
    other.load_state_dict({"layers.1.neurons.0.b": 9.0}, strict=False)
    assert other.layers[1].neurons[0].b.data == 9.0
    other.save(tmp_path / "model.npz")
    saved.load(tmp_path / "model.npz")
    assert values_of(saved) == values_of(other)
    with pytest.raises(ValueError, match="missing: w"):
        micrograd_c.nn.Neuron(1).load_state_dict({"b": 1.0})


def test_either_engine_loads_what_the_other_saved(tmp_path):
    import python_ref.nn

    ours, theirs = micrograd_c.nn.MLP(2, [3, 1]), python_ref.nn.MLP(2, [3, 1])
    ours.save(tmp_path / "model.npz")
    state.load(theirs, tmp_path / "model.npz")
    assert values_of(theirs) == values_of(ours)
