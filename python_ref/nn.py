"""Neurons, layers and multi-layer perceptrons of Values, as micrograd has them."""

import random

from python_ref.engine import Value

# What a star import of micrograd's nn brings: it has no __all__.
__all__ = ["random", "Value", "Module", "Neuron", "Layer", "MLP"]

# What a neuron may do to its sum, by the Value method, and what its repr says then.
NONLINEARITIES = {
    "relu": "ReLU",
    "tanh": "Tanh",
    "sigmoid": "Sigmoid",
    "leaky_relu": "LeakyReLU",
}


def name_of(nonlin):
    """The Value method that ``nonlin`` stands for: as in micrograd, relu for all that is true."""
    if isinstance(nonlin, str):
        return nonlin
    return "relu" if nonlin else None


def check_nonlin(nonlin):
    is_no_truth = callable(nonlin) or hasattr(type(nonlin), "__iter__")  # another name, a list
    if is_no_truth and nonlin not in list(NONLINEARITIES):
        names = ", ".join(map(repr, NONLINEARITIES))
        raise ValueError(f"nonlin is {nonlin!r}, expected True (relu), False or one of {names}")
    return nonlin


class Module:
    """Something with parameters that can be trained."""

    def zero_grad(self):
        """Set the gradient of every parameter to 0."""
        for p in self.parameters():
            p.grad = 0

    def parameters(self):
        """The Values to train, as a list."""
        return []


class Neuron(Module):
    """A weighted sum of ``nin`` inputs and a bias, through a nonlinearity.

    ``nonlin``: True for relu, False for none, or "relu", "tanh", "sigmoid",
    "leaky_relu". Weights are drawn from ``random.uniform(-1, 1)``, the bias is 0.
    """

    value_class = Value

    def __init__(self, nin, nonlin=True):
        check_nonlin(nonlin)
        self.w = [self.value_class(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = self.value_class(0)
        self.nonlin = nonlin

    def __call__(self, x):
        """The output for ``x``, a sequence of ``nin`` numbers or Values, as a Value."""
        act = sum((wi * xi for wi, xi in zip(self.w, x)), self.b)
        name = name_of(self.nonlin)
        return act if name is None else getattr(act, name)()

    def parameters(self):
        return self.w + [self.b]

    def __repr__(self):
        return f"{NONLINEARITIES.get(name_of(self.nonlin), 'Linear')}Neuron({len(self.w)})"


class Layer(Module):
    """``nout`` neurons side by side; further arguments are each Neuron's."""

    neuron_class = Neuron

    def __init__(self, nin, nout, **kwargs):
        self.neurons = [self.neuron_class(nin, **kwargs) for _ in range(nout)]

    def __call__(self, x):
        """A list of ``nout`` Values; the Value alone where ``nout`` is 1."""
        out = [n(x) for n in self.neurons]
        return out[0] if len(out) == 1 else out

    def parameters(self):
        return [p for n in self.neurons for p in n.parameters()]

    def __repr__(self):
        return f"Layer of [{', '.join(str(n) for n in self.neurons)}]"


class MLP(Module):
    """Layers of sizes ``nouts``, each fed by the one before; the last is linear."""

    layer_class = Layer

    def __init__(self, nin, nouts, nonlin="relu"):
        check_nonlin(nonlin)
        sizes = [nin] + list(nouts)
        last = len(sizes) - 2
        hidden = True if name_of(nonlin) == "relu" else nonlin  # as micrograd's neurons have it
        self.layers = [
            self.layer_class(sizes[i], sizes[i + 1], nonlin=hidden if i != last else False)
            for i in range(last + 1)
        ]

    def __call__(self, x):
        """The last layer's output for ``x``, a sequence of ``nin`` numbers or Values."""
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]

    def __repr__(self):
        return f"MLP of [{', '.join(str(layer) for layer in self.layers)}]"
