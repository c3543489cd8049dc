"""Parameters by name: state_dict, load_state_dict, save, load."""

import os
import pickle
import stat
import zipfile

import numpy as np
import pytest

import micrograd_c.nn
from micrograd_c import state


def values_of(module):
    return [p.data for p in module.parameters()]


def own_module(engine):
    """A module that mixes our layers, own Values, lists and modules of modules."""
    nn, V = engine.nn, engine.Value

    class Own(nn.Module):
        def __init__(self):
            self.scale = V(2.0)
            self.table = [[V(1.0), V(2.0)], (V(3.0),)]
            self.parts = [nn.Layer(2, 2), V(7.0), nn.Neuron(1, nonlin=False)]
            self.step = V(0.1)  # no parameter
            self.sizes = [2, 2]

        def parameters(self):
            numbers = [v for row in self.table for v in row]
            layer, offset, neuron = self.parts
            return [
                self.scale, *numbers, *layer.parameters(), offset, *neuron.parameters(),
            ]  # fmt: skip

    return Own()


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


def test_names_of_ones_own_module(engine):
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


def test_a_shared_value_has_its_first_name_alone(engine):
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


def test_equal_numbers_are_not_one_value(engine):
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


def test_the_arrays_are_the_callers_own(engine):
    model = engine.nn.MLP(2, [1])
    before = values_of(model)
    got = state.state_dict(model)
    for x in got.values():
        x[...] = 99.0
        assert x.base is None  # keeps no larger array alive
    assert values_of(model) == before
    state.load_state_dict(model, got)
    got["layers.0.neurons.0.b"][...] = -1.0
    assert values_of(model) == [99.0] * 3


# --- load_state_dict -----------------------------------------------------------


def test_there_and_back(engine):
    for make in (lambda: engine.nn.MLP(3, [4, 2]), lambda: own_module(engine)):
        saved, other = make(), make()
        for i, p in enumerate(saved.parameters()):
            p.data = [0.1 + i, -0.0, float("inf"), 5e-324][i % 4]
        grads = [p.grad for p in other.parameters()]
        state.load_state_dict(other, state.state_dict(saved))
        assert [str(x) for x in values_of(other)] == [str(x) for x in values_of(saved)]
        assert [p.grad for p in other.parameters()] == grads
        assert {id(p) for p in saved.parameters()}.isdisjoint(map(id, other.parameters()))


def test_nan_travels(engine):
    one = engine.nn.Neuron(1)
    state.load_state_dict(one, {"w": [float("nan")], "b": 0})
    assert np.isnan(state.state_dict(one)["w"]).all()


def test_the_next_call_sees_what_was_loaded(engine):
    one = engine.nn.Neuron(2, nonlin=False)
    one([1.0, 1.0])
    state.load_state_dict(one, {"w": [2.0, 3.0], "b": 0.5})
    assert one([10.0, 100.0]).data == 320.5


def test_whatever_numpy_makes_an_array(engine):
    one = engine.nn.Neuron(2)
    state.load_state_dict(one, {"w": (1, True), "b": np.float32(0.5)})
    assert values_of(one) == [1.0, 1.0, 0.5]


def test_all_that_does_not_fit_is_named_at_once(engine):
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


# --- files -----------------------------------------------------------------------


def test_a_file(engine, tmp_path):
    for make in (lambda: engine.nn.MLP(3, [4, 2]), lambda: own_module(engine)):
        saved, other = make(), make()
        state.save(saved, tmp_path / "model.npz")
        state.load(other, tmp_path / "model.npz")
        assert values_of(other) == values_of(saved)


def test_numpy_reads_it_without_pickle(engine, tmp_path):
    model = engine.nn.MLP(2, [2, 1])
    state.save(model, tmp_path / "model.npz")
    with np.load(tmp_path / "model.npz", allow_pickle=False) as archive:
        got = dict(archive)
    expected = state.state_dict(model)
    assert list(got) == list(expected)
    assert all(np.array_equal(got[name], expected[name]) for name in expected)


def test_numpy_may_write_it(engine, tmp_path):
    np.savez_compressed(tmp_path / "model.npz", w=[1.0, 2.0], b=3.0)
    one = engine.nn.Neuron(2)
    state.load(one, tmp_path / "model.npz")
    assert values_of(one) == [1.0, 2.0, 3.0]


def test_names_that_numpys_savez_has_a_use_for(engine, tmp_path):
    class Named(engine.nn.Module):
        def __init__(self):
            self.file = engine.Value(1.0)
            self.allow_pickle = engine.Value(2.0)
            self.größe = engine.Value(3.0)

        def parameters(self):
            return [self.file, self.allow_pickle, self.größe]

    saved, other = Named(), Named()
    saved.allow_pickle.data = saved.größe.data = 7.0
    state.save(saved, tmp_path / "model.npz")
    state.load(other, tmp_path / "model.npz")
    assert values_of(other) == [1.0, 7.0, 7.0]


@pytest.mark.parametrize("name", ["model", "model.npz", "model.tar", ".npz", "mödel"])
def test_the_path_is_taken_as_it_is(engine, tmp_path, name):
    one = engine.nn.Neuron(1)
    for path in (tmp_path / name, str(tmp_path / name)):
        state.save(one, path)
        assert os.listdir(tmp_path) == [name]
        state.load(one, path)


def test_the_file_is_as_readable_as_any(engine, tmp_path):
    (tmp_path / "other").write_text("")
    state.save(engine.nn.Neuron(1), tmp_path / "model.npz")
    modes = [stat.S_IMODE(os.stat(tmp_path / name).st_mode) for name in ("other", "model.npz")]
    assert modes[0] == modes[1]


def test_saving_through_a_link(engine, tmp_path):
    (tmp_path / "real").mkdir()
    try:
        (tmp_path / "link.npz").symlink_to(tmp_path / "real" / "model.npz")
    except OSError:
        pytest.skip("no symbolic links here")
    state.save(engine.nn.Neuron(1), tmp_path / "link.npz")
    assert (tmp_path / "link.npz").is_symlink()
    assert os.listdir(tmp_path / "real") == ["model.npz"]


def test_what_was_there_stays_when_writing_fails(engine, tmp_path, monkeypatch):
    path = tmp_path / "model.npz"
    state.save(engine.nn.Neuron(1), path)
    before = path.read_bytes()

    def full(file, array, allow_pickle):
        file.write(b"half")
        raise OSError("the disk is full")

    monkeypatch.setattr(np.lib.format, "write_array", full)
    with pytest.raises(OSError, match="the disk is full"):
        state.save(engine.nn.Neuron(1), path)
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["model.npz"]


def test_a_name_that_cannot_be_taken(engine, tmp_path):
    (tmp_path / "model.npz").mkdir()
    with pytest.raises(OSError):
        state.save(engine.nn.Neuron(1), tmp_path / "model.npz")
    assert os.listdir(tmp_path) == ["model.npz"]
    with pytest.raises(FileNotFoundError):
        state.save(engine.nn.Neuron(1), tmp_path / "no" / "model.npz")


def test_nothing_is_written_for_a_module_that_cannot_be_named(engine, tmp_path):
    class Nameless(engine.nn.Module):
        def parameters(self):
            return [engine.Value(1.0)]

    with pytest.raises(ValueError, match="1 of the 1 parameters of Nameless"):
        state.save(Nameless(), tmp_path / "model.npz")
    assert os.listdir(tmp_path) == []


def test_no_file(engine, tmp_path):
    with pytest.raises(FileNotFoundError):
        state.load(engine.nn.Neuron(1), tmp_path / "model.npz")


def refused(engine, path):
    """Whether loading ends in a ValueError that names the file, and changes nothing."""
    layer = engine.nn.Layer(20, 2)
    before = values_of(layer)
    with pytest.raises(ValueError) as caught:
        state.load(layer, path)
    assert values_of(layer) == before
    return str(path) in str(caught.value)


class Exploding:
    def __reduce__(self):
        return pytest.fail, ("a pickle was loaded",)


def test_files_of_another_kind(engine, tmp_path):
    path = tmp_path / "model.npz"
    path.write_bytes(b"")
    assert refused(engine, path)
    path.write_text("some text")
    assert refused(engine, path)
    path.write_bytes(pickle.dumps(Exploding()))
    assert refused(engine, path)
    with open(path, "wb") as file:
        np.save(file, np.zeros(3))
    assert refused(engine, path)
    np.savez(path, w=np.array([Exploding()], dtype=object))
    assert refused(engine, path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("neurons.0.b.npy", b"no array")
    refused(engine, path)


def test_a_damaged_file(engine, tmp_path):
    path = tmp_path / "model.npz"
    state.save(engine.nn.Layer(20, 2), path)
    whole = path.read_bytes()
    for end in range(0, len(whole), 97):
        path.write_bytes(whole[:end])
        assert refused(engine, path)
    start = whole.index(b"NUMPY") + 200  # among the first array's numbers
    path.write_bytes(whole[:start] + bytes([whole[start] ^ 1]) + whole[start + 1 :])
    assert refused(engine, path)


def test_any_damaged_byte_is_refused_or_harmless(engine, tmp_path):
    path = tmp_path / "model.npz"
    layer = engine.nn.Layer(3, 1)
    state.save(layer, path)
    before, whole = values_of(layer), path.read_bytes()
    for place in range(0, len(whole), 5):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        try:
            state.load(layer, path)
        except ValueError:
            pass
        assert values_of(layer) == before


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
