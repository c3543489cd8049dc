"""Modules that were changed, subclassed, mixed, marked and copied: still right, on one crossing
or without."""

import copy
import gc
import pickle
import subprocess
import sys
import threading

import pytest
from net_tools import assert_same

from micrograd_c import _cvalue, nn
from micrograd_c.engine import Value


def as_list(out):
    return out if isinstance(out, list) else [out]


def compute(model, x):
    """One forward and backward; returns what to look at."""
    out = as_list(model(x))
    sum((i + 1.0) * o for i, o in enumerate(out)).backward()
    return [*out, *model.parameters()]


# --- changed after the first call, which made a net in C ---------------------------------


def swap(items, i, j):
    items[i], items[j] = items[j], items[i]


CHANGES = {
    "weight replaced": lambda m, nn, V: m.layers[0].neurons[1].w.__setitem__(0, V(0.25)),
    "bias replaced": lambda m, nn, V: setattr(m.layers[1].neurons[0], "b", V(0.25)),
    "weights replaced": lambda m, nn, V: setattr(m.layers[0].neurons[0], "w", [V(1.0), V(2.0)]),
    "weights a tuple": lambda m, nn, V: setattr(m.layers[0].neurons[0], "w", (V(1.0), V(2.0))),
    "bias deleted and set": lambda m, nn, V: (
        delattr(m.layers[0].neurons[0], "b"), setattr(m.layers[0].neurons[0], "b", V(0.75)),
    ),
    "weight computed": lambda m, nn, V: m.layers[0].neurons[1].w.__setitem__(0, V(0.2) * 3.0),
    "bias computed": lambda m, nn, V: setattr(m.layers[1].neurons[1], "b", V(0.2).exp()),
    "weight a number": lambda m, nn, V: m.layers[0].neurons[1].w.__setitem__(1, 0.5),
    "weights swapped": lambda m, nn, V: swap(m.layers[0].neurons[1].w, 0, 1),
    "weights reversed": lambda m, nn, V: m.layers[0].neurons[1].w.reverse(),
    "one weight more": lambda m, nn, V: m.layers[0].neurons[1].w.append(V(1.0)),
    "one weight fewer": lambda m, nn, V: m.layers[0].neurons[1].w.pop(),
    "weights sliced": lambda m, nn, V: m.layers[0].neurons[0].w.__setitem__(
        slice(None), [V(0.5), V(-0.5)]
    ),
    "weight shared": lambda m, nn, V: m.layers[0].neurons[1].w.__setitem__(
        0, m.layers[0].neurons[0].w[1]
    ),
    "bias shared between layers": lambda m, nn, V: setattr(
        m.layers[1].neurons[0], "b", m.layers[0].neurons[0].b
    ),
    "neuron shared": lambda m, nn, V: m.layers[0].neurons.__setitem__(1, m.layers[0].neurons[0]),
    "neurons replaced": lambda m, nn, V: setattr(
        m.layers[0], "neurons", [nn.Neuron(2, nonlin=False) for _ in range(3)]
    ),
    "neurons sorted": lambda m, nn, V: m.layers[0].neurons.sort(key=lambda n: n.w[0].data),
    "neurons grown": lambda m, nn, V: m.layers[1].neurons.extend([nn.Neuron(3), nn.Neuron(3)]),
    "neuron deleted": lambda m, nn, V: m.layers[1].neurons.__delitem__(0),
    "neurons multiplied": lambda m, nn, V: m.layers[1].neurons.__imul__(2),
    "nonlinearity of one": lambda m, nn, V: setattr(m.layers[0].neurons[2], "nonlin", "tanh"),
    "nonlinearity of all": lambda m, nn, V: [
        setattr(n, "nonlin", "sigmoid") for layer in m.layers for n in layer.neurons
    ],
    "nonlinearity by another name": lambda m, nn, V: [
        setattr(n, "nonlin", "softplus") for n in m.layers[0].neurons
    ],
    "nonlinearity none": lambda m, nn, V: [
        setattr(n, "nonlin", None) for n in m.layers[0].neurons
    ],
    "layer added": lambda m, nn, V: m.layers.append(nn.Layer(2, 4, nonlin="leaky_relu")),
    "layer taken": lambda m, nn, V: m.layers.pop(),
    "layer between": lambda m, nn, V: m.layers.insert(1, lambda x: [2.0 * v for v in x]),
    "layer twice": lambda m, nn, V: m.layers.append(nn.Layer(2, 2)) or m.layers.append(m.layers[2]),
    "layers a tuple": lambda m, nn, V: setattr(m, "layers", tuple(m.layers)),
    "no layers": lambda m, nn, V: m.layers.clear(),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("made_of", ["floats", "Values"])
def test_a_model_that_was_changed(change, made_of):
    def program(nn, V):
        model = nn.MLP(2, [3, 2])
        x = [V(0.7), V(-0.4)] if made_of == "Values" else [0.7, -0.4]
        before = model(x)
        change(model, nn, V)
        out = as_list(model(x))
        yield [v for v in out if isinstance(v, V)]
        if model.layers:
            sum((i + 1.0) * o for i, o in enumerate(out)).backward()
        sum(before).backward()
        yield [v for v in [*before, *out] if isinstance(v, V)]

    assert_same(program, last_bits=True)


def test_an_error_after_a_change_is_the_reference_engines():
    import python_ref.nn

    for module in (nn, python_ref.nn):
        neuron = module.Neuron(2)
        neuron([1.0, 2.0])
        neuron.nonlin = "no such method"
        with pytest.raises(AttributeError, match="no such method"):
            neuron([1.0, 2.0])
        neuron.nonlin = True
        for bad in (["a", 1.0], [None, 1.0], [1j, 1.0]):
            with pytest.raises(TypeError):
                neuron(bad)
        with pytest.raises(OverflowError):
            neuron([10**400, 1])
        with pytest.raises(TypeError):
            neuron(5)


def test_a_parameter_that_is_initialised_again():
    def program(nn, V):
        model = nn.MLP(2, [3, 2])
        model([1.0, 2.0])
        for p in model.parameters():
            p.__init__(0.125)
        yield compute(model, [V(0.5), V(1.5)])

    assert_same(program, last_bits=True)


# --- subclasses and one's own modules -------------------------------------------------------


def test_subclasses_that_override_call():
    def program(nn, V):
        class Doubled(nn.Neuron):
            def __call__(self, x):
                return super().__call__(x) * 2.0

        class Noisy(nn.Layer):
            neuron_class = Doubled

        class Residual(nn.Layer):
            def __call__(self, x):
                return [a + b for a, b in zip(super().__call__(x), x)]

        class Net(nn.MLP):
            def __call__(self, x):
                return [v.tanh() for v in super().__call__(x)]

        for layers in ([Noisy(2, 2)], [Residual(2, 2), nn.Layer(2, 2)], [nn.Layer(2, 2), Noisy(2, 3)]):
            model = Net(2, [2, 2])
            model.layers = layers
            yield compute(model, [V(0.5), V(1.5)])
            model.layers[0].neurons[0] = Doubled(2)
            yield compute(model, [0.5, 1.5])

    assert_same(program, last_bits=True)


def test_subclasses_that_override_parameters():
    def program(nn, V):
        class Frozen(nn.Layer):
            def parameters(self):
                return []

        model = nn.MLP(2, [3, 2])
        model.layers[0] = Frozen(2, 3)
        frozen = [p for n in model.layers[0].neurons for p in n.parameters()]
        for _ in range(2):
            assert len(model.parameters()) == 8
            yield [*compute(model, [0.5, 1.5]), *frozen]
            model.zero_grad()  # not the frozen ones

    assert_same(program, last_bits=True)


def test_subclasses_with_more_attributes():
    def program(nn, V):
        class Scaled(nn.Neuron):
            def __init__(self, nin, nonlin=True):
                super().__init__(nin, nonlin)
                self.scale = V(3.0)
                self.w = [v * self.scale for v in self.w]

            def parameters(self):
                return [self.scale, self.b]

        class ScaledLayer(nn.Layer):
            neuron_class = Scaled

        yield compute(ScaledLayer(2, 3), [1.0, -2.0])

    assert_same(program, last_bits=True)


def test_subclasses_that_keep_a_list_of_their_own():
    def program(nn, V):
        class Grown(nn.Layer):
            def __init__(self, nin, nout):
                neurons = []
                self.neurons = neurons
                for _ in range(nout):
                    neurons.append(nn.Neuron(nin))
                assert self.neurons is neurons

        class Net(nn.MLP):
            def __init__(self, layers):
                self.layers = layers

        layers = [Grown(2, 3)]
        net = Net(layers)
        yield compute(net, [V(0.5), V(1.5)])
        layers.append(nn.Layer(3, 1))
        yield compute(net, [V(0.5), V(1.5)])

    assert_same(program, last_bits=True)


def test_a_module_of_our_layers_and_own_values():
    def program(nn, V):
        class Own(nn.Module):
            def __init__(self):
                self.first, self.second = nn.Layer(2, 3, nonlin="tanh"), nn.MLP(4, [3, 1])
                self.gain = V(0.5, label="gain")

            def __call__(self, x):
                hidden = [self.gain * v for v in self.first(x)]
                return self.second([*hidden, x[0] * 1.0])

            def parameters(self):
                return [self.gain, *self.first.parameters(), *self.second.parameters()]

        own = Own()
        for x in ([V(0.3), V(0.4)], [V(0.3), V(-2.0)]):
            yield compute(own, x)
            own.zero_grad()
            for p in own.parameters():
                p.data -= 0.01

    assert_same(program, last_bits=True)


# --- labels, attributes and backward steps of one's own -----------------------------------------


@pytest.mark.parametrize("when", ["before", "after"])
def test_labelled_inputs_and_parameters(when):
    def program(nn, V):
        model, x = nn.MLP(2, [3, 2]), [V(0.5), V(-1.5)]

        def mark():
            for i, v in enumerate([*x, *model.parameters()]):
                v.label, v.m = f"v{i}", i

        if when == "before":
            mark()
        out = model(x)
        if when == "after":
            mark()
        names = {v.label: v for v in [*x, *model.parameters()]}
        assert len(names) == len(x) + 9 + 8
        del names, x, model
        gc.collect()
        yield out  # labels are compared
        sum(out).backward()
        yield out

    assert_same(program)


def test_attributes_live_as_long_as_the_output():
    class Note:
        pass

    x = [Value(0.5), Value(-1.5)]
    x[0].note = Note()
    out = nn.MLP(2, [3, 1])(x)
    del x
    gc.collect()
    kinds = {type(vars(v)["note"]) for v in below(out) if "note" in vars(v)}
    assert kinds == {Note}


def below(root):
    seen, todo = set(), [root]
    while todo:
        node = todo.pop()
        if node not in seen:
            seen.add(node)
            todo.extend(node._prev)
    return seen


def own_step(V, x, factor, then=lambda: None):
    out = V(x.data * factor, (x,), "mine")

    def _backward():
        x.grad += factor * out.grad
        then()

    out._backward = _backward
    return out


def test_own_backward_below_and_above_a_net():
    def program(nn, V):
        model, a = nn.MLP(2, [3, 2], nonlin="tanh"), V(0.5)
        out = model([own_step(V, a, 3.0), a * 2.0])
        loss = own_step(V, out[0], 2.0) + own_step(V, out[1], -1.0)
        loss.backward()
        yield model.parameters()
        yield [loss]
        loss.backward()
        yield [loss]

    assert_same(program, last_bits=True)


def test_own_backward_of_a_leaf():
    def program(nn, V):
        model, a = nn.MLP(2, [3, 2], nonlin="tanh"), V(0.5)
        seen = []
        a._backward = lambda: seen.append(a.grad)
        sum(model([a, V(1.0)])).backward()
        yield [*model.parameters(), a, V(sum(seen))]
        b = model.layers[0].neurons[1].b
        b._backward = lambda: seen.append(b.grad)
        out = model([V(1.0), V(2.0)])
        sum(out).backward()
        yield [*out, V(sum(seen))]

    assert_same(program, last_bits=True)


def test_own_backward_that_looks_at_the_net_while_backward_runs():
    def program(nn, V):
        model, x = nn.MLP(2, [3, 2], nonlin="tanh"), [V(0.5), V(-1.0)]
        out = model(x)
        ops = []
        loss = own_step(V, out[0], 2.0, lambda: ops.append(out[1]._op + out[1]._prev[0]._op))
        loss = loss + out[1]
        loss.backward()
        assert ops == ["++"]
        yield [loss]

    assert_same(program)


def test_own_backward_that_changes_weights_while_backward_runs():
    def program(nn, V):
        model, x = nn.MLP(2, [3, 2], nonlin="tanh"), [V(0.5), V(-1.0)]
        out = model(x)

        def halve():
            for p in model.parameters():
                p.data *= 0.5

        loss = own_step(V, out[0], 2.0, halve) + out[1]
        loss.backward()
        yield [loss]

    assert_same(program)


def test_own_backward_that_raises():
    def program(nn, V):
        model, x = nn.Layer(2, 2, nonlin="tanh"), [V(0.5), V(-1.0)]

        def fail():
            raise RuntimeError("mine")

        x[0] = own_step(V, x[0], 2.0, fail)
        out = model(x)
        loss = own_step(V, out[0], 2.0, fail) + out[1]
        with pytest.raises(RuntimeError, match="mine"):
            loss.backward()
        yield [loss]
        with pytest.raises(RuntimeError, match="mine"):
            sum(model(x)).backward()
        yield [loss, *x, *model.parameters()]

    assert_same(program)


# --- copies --------------------------------------------------------------------------------


def again_by_pickle(x):
    return pickle.loads(pickle.dumps(x))


@pytest.mark.parametrize("again", [copy.deepcopy, again_by_pickle], ids=["deepcopy", "pickle"])
@pytest.mark.parametrize("swept", [False, True])
def test_copies_of_outputs_and_models(again, swept):
    def program(nn, V):
        model, x = nn.MLP(2, [3, 2], nonlin="tanh"), [V(0.5), V(-1.5)]
        out = model(x)
        if swept:
            sum(out).backward()
        twin, model_twin = again(out), again(model)
        (twin[0] * 2.0).backward()
        yield [*twin, *out]
        yield compute(model_twin, x)
        model_twin.layers[0].neurons[0].w[0] = V(9.0)
        model_twin.layers[1].neurons[0].b.data = 5.0
        yield [*model_twin(x), *model(x)]

    assert_same(program, last_bits=True)


def test_a_copied_model_is_called_in_one_crossing():
    for again in (copy.deepcopy, again_by_pickle, copy.copy):
        model = again(nn.MLP(2, [3, 2]))
        gc.collect()
        before = _cvalue.live_nodes()
        out = model([1.0, 2.0])
        assert _cvalue.live_nodes() == before + 3 and len(out) == 2
        del out


SAVE = """
import sys, pickle
from micrograd_c import nn
model = nn.MLP(2, [3, 1])
model([1.0, 2.0])
sys.stdout.buffer.write(pickle.dumps((model, [p.data for p in model.parameters()])))
"""

LOAD = """
import sys, pickle
sys.modules["micrograd_c._native"] = None  # not built
import micrograd_c
model, data = pickle.loads(sys.stdin.buffer.read())
assert micrograd_c.backend == "python" and [p.data for p in model.parameters()] == data
model([1.0, 2.0]).backward()
"""


def test_a_models_pickle_loads_where_the_library_was_not_built():
    saved = subprocess.run([sys.executable, "-c", SAVE], stdout=subprocess.PIPE, check=True).stdout
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LOAD], input=saved, stderr=subprocess.PIPE
    )
    assert done.returncode == 0, done.stderr.decode()


# --- lifetimes and threads -------------------------------------------------------------------


def test_calls_go_on_without_their_model():
    def program(nn, V):
        model, x = nn.MLP(2, [3, 2], nonlin="tanh"), [V(0.5), V(-1.5)]
        outs = [model(x) for _ in range(3)]
        del model, x
        gc.collect()
        sum(outs[1]).backward()
        yield outs[1]
        del outs[1]
        (outs[0][0] * outs[1][1]).backward()
        yield [*outs[0], *outs[1]]

    assert_same(program, last_bits=True)


def test_everything_is_freed():
    gc.collect()
    before = _cvalue.live_nodes()
    for look in (False, True):
        model, x = nn.MLP(2, [3, 2]), [Value(1.0), Value(2.0)]
        x[0].label = "x"
        outs = [model(x) for _ in range(10)]
        sum(o for out in outs for o in out).backward()
        if look:
            assert len(below(outs[0][0])) > 20
        del outs[::2]
        model.layers[0].neurons[0].w[0] = Value(1.0)
        outs.append(model(x))
        del model, x, outs
        gc.collect()
        assert _cvalue.live_nodes() == before


def test_threads_that_call_one_net():
    model = nn.MLP(3, [8, 8, 2], nonlin="tanh")
    rows = [[0.01 * i, -0.02 * i, 0.5] for i in range(200)]
    expected = [[v.data for v in model(row)] for row in rows]
    wrong = []

    def work(look):
        for row, data in zip(rows, expected):
            x = [Value(v) for v in row]
            out = model(x)
            if look and len(out[0]._prev) != 2:
                wrong.append(out)
            out[0].grad = 0.0
            out[1].backward()
            if [v.data for v in out] != data or not any(v.grad for v in x):
                wrong.append(row)

    switch = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work, args=(i == 0,)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(switch)
    assert not wrong


# --- the choice of nonlinearity ------------------------------------------------------------------


@pytest.mark.parametrize(
    "nonlin, name",
    [
        ("relu", "ReLU"),
        ("tanh", "Tanh"),
        ("sigmoid", "Sigmoid"),
        ("leaky_relu", "LeakyReLU"),
    ],
)
def test_nonlin(engine, nonlin, name):
    model = engine.nn.MLP(2, [2, 1], nonlin=nonlin)
    assert repr(model) == (
        f"MLP of [Layer of [{name}Neuron(2), {name}Neuron(2)], Layer of [LinearNeuron(2)]]"
    )
    hidden = model.layers[0]([-1.0, 2.0])
    for neuron, out in zip(model.layers[0].neurons, hidden):
        act = neuron.b + neuron.w[0] * -1.0 + neuron.w[1] * 2.0
        assert out.data == getattr(act, nonlin)().data
    assert repr(engine.nn.Neuron(3, nonlin=nonlin)) == f"{name}Neuron(3)"


def test_the_default_is_micrograds(engine):
    model = engine.nn.MLP(2, [2, 1])
    assert repr(model.layers[0].neurons[0]) == "ReLUNeuron(2)"
    assert model.layers[0].neurons[0]([0.0, 0.0])._op == "ReLU"


@pytest.mark.parametrize("nonlin", ["softmax", "ReLU", "", None, 1, 0.0, ["relu"]])
def test_a_nonlin_there_is_not(engine, nonlin):
    for make in (
        lambda: engine.nn.Neuron(2, nonlin=nonlin),
        lambda: engine.nn.Layer(2, 2, nonlin=nonlin),
        lambda: engine.nn.MLP(2, [2, 1], nonlin=nonlin),
        lambda: engine.nn.MLP(2, [1], nonlin=nonlin),
    ):
        with pytest.raises(ValueError, match="nonlin is .*expected True .*'tanh', 'sigmoid'"):
            make()
