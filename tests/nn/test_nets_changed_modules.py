"""Modules that were changed, subclassed and mixed, after a first call that made a net in C."""

import operator

import pytest
from net_tools import as_list, assert_same, below, compute

from micrograd_c import nn

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


def test_parameters_initialised_again(engine):
    """They are the same nodes with other numbers, also in earlier calls, as in micrograd."""
    nn = engine.nn
    model = nn.MLP(2, [3, 2])
    outs = model([1.0, 2.0])
    for p in model.parameters():
        p.__init__(0.125)
    others = [engine.Value(100.0) for _ in range(20)]
    outs[0].backward()
    assert {x.data for x in below(outs[0]) if not x._op} == {0.125, 1.0, 2.0}
    assert {x.grad for x in others} == {0.0}
    assert model([1.0, 2.0])[0].data == 0.125 + 3 * (0.125 * (0.125 + 0.125 + 0.25))


# --- subclasses and custom modules ----------------------------------------------------------


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

        for layers in (
            [Noisy(2, 2)], [Residual(2, 2), nn.Layer(2, 2)], [nn.Layer(2, 2), Noisy(2, 3)],
        ):  # fmt: skip
            model = Net(2, [2, 2])
            model.layers = layers
            yield compute(model, [V(0.5), V(1.5)])
            model.layers[0].neurons[0] = Doubled(2)
            yield compute(model, [0.5, 1.5])

    assert_same(program, last_bits=True)


def square(self, x):
    act = sum((wi * xi for wi, xi in zip(self.w, x)), self.b)
    return act * act if self.nonlin else act


REPLACED = {
    "Neuron.__call__": lambda nn, V: (nn.Neuron, "__call__", square),
    "Layer.__call__": lambda nn, V: (
        nn.Layer, "__call__", lambda self, x: [n(x).sigmoid() for n in self.neurons],
    ),
    "Value.tanh": lambda nn, V: (V, "tanh", lambda self: self.sigmoid() * 2),
    "Value.__mul__": lambda nn, V: (V, "__mul__", lambda self, other: self + other),
    "Value.__add__": lambda nn, V: (V, "__add__", lambda self, other: self * other),
    "Neuron.parameters": lambda nn, V: (nn.Neuron, "parameters", lambda self: self.w),
    "Layer.parameters": lambda nn, V: (
        nn.Layer, "parameters", lambda self: self.neurons[0].parameters(),
    ),
}  # fmt: skip


@pytest.mark.parametrize("called", [False, True], ids=["before the first call", "after it"])
@pytest.mark.parametrize("what", REPLACED)
def test_methods_replaced_on_a_class(what, called):
    """As when a notebook defines a method again; then the old method is restored."""

    def program(nn, V):
        model, x = nn.MLP(2, [3, 2], nonlin="tanh"), [V(0.5), V(-1.5)]
        if called:
            model(x)
        cls, name, method = REPLACED[what](nn, V)
        before = vars(cls).get(name)
        setattr(cls, name, method)
        try:
            yield model(x)
            (model([0.5, 1.0])[0] * 2).backward()
            yield model.parameters()
            model.zero_grad()
        finally:
            setattr(cls, name, before) if before else delattr(cls, name)
        yield [*model(x), *model.parameters()]
        yield nn.MLP(2, [3, 2], nonlin="tanh")(x)

    assert_same(program, last_bits=True)


def test_methods_replaced_on_a_subclass_after_a_call():
    def program(nn, V):
        class Mine(nn.Neuron):
            pass

        layer, x = nn.Layer(2, 2), [V(0.5), V(-1.5)]
        layer.neurons[1] = Mine(2)
        yield layer(x)
        Mine.__call__ = square
        yield layer(x)
        Mine.parameters = lambda self: [self.b]
        yield layer.parameters()

    assert_same(program)


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


OVERRIDES = {
    "a neuron's": lambda m: setattr(m.layers[0].neurons[1], "parameters", list),
    "a layer's": lambda m: setattr(m.layers[1], "parameters", list),
    "the net's": lambda m: setattr(m, "parameters", lambda: [m.layers[0].neurons[0].b]),
}


@pytest.mark.parametrize("override", OVERRIDES.values(), ids=OVERRIDES)
@pytest.mark.parametrize("when", ["before the first call", "after it"])
def test_parameters_replaced_on_an_object(override, when):
    """parameters() and zero_grad() use the C net's list only while it is the right one."""
    every, listed = {}, {}
    import python_ref.nn

    for module in (nn, python_ref.nn):
        model = module.MLP(2, [3, 2])
        p = every[module] = [*model.parameters()]
        if when == "after it":
            model([0.5, 1.5])
            assert all(map(operator.is_, model.parameters(), p))
        override(model)
        model([0.5, 1.5])
        for q in p:
            q.grad = 1.0
        model.zero_grad()
        listed[module] = [p.index(q) for q in model.parameters()]
        every[module] = [q.grad for q in p]
    assert listed[nn] == listed[python_ref.nn] and every[nn] == every[python_ref.nn]


def test_parameters_returns_a_new_list(engine):
    model = engine.nn.MLP(2, [3, 2])
    model([0.5, 1.5])
    model.parameters().clear()
    assert len(model.parameters()) == 17


def test_a_bias_that_was_deleted(engine):
    model = engine.nn.MLP(2, [3, 2])
    model([0.5, 1.5])
    del model.layers[0].neurons[0].b
    with pytest.raises(AttributeError, match="b"):
        model.parameters()


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


def test_subclasses_with_their_own_lists():
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


def test_a_module_of_layers_and_its_own_values():
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


def test_many_calls_of_modules_that_c_cannot_compute():
    """C is tried again after some calls, as the module may have changed."""

    def program(nn, V):
        neuron, model = nn.Neuron(2), nn.MLP(2, [3, 1])
        neuron.w[0] = neuron.w[0] * 1.0  # a computed weight
        model.layers[0].neurons[0].nonlin = "tanh"  # unlike the layer's other neurons
        for _ in range(40):
            outs = [neuron([1.0, 2.0]), model([1.0, 2.0])]
        neuron.w[0] = V(0.5)
        model.layers[0].neurons[0].nonlin = True
        for _ in range(40):
            outs += [neuron([1.0, 2.0]), model([1.0, 2.0])]
        yield outs

    assert_same(program, last_bits=True)
