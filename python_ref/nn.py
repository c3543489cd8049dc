"""Neurons, layers and multi-layer perceptrons of Values, as micrograd has them."""

import random
from numbers import Integral

from python_ref.core.numbers import describe
from python_ref.core.operators import Operators
from python_ref.engine import Value

# The names that a star import of micrograd's nn gives, which has no __all__.
__all__ = ["random", "Value", "Module", "Neuron", "Layer", "MLP"]

# The nonlinearities of neurons: the Value method that a neuron calls on its sum, and how the
# neuron's repr starts. csrc/net/net.h has the same rows for nets in C; neurons with a row here
# alone work too, each operator at a time.
NONLINEARITIES = {
    "relu": "ReLU",
    "tanh": "Tanh",
    "sigmoid": "Sigmoid",
    "leaky_relu": "LeakyReLU",
    "silu": "SiLU",
    "gelu": "GELU",
}


def name_of(nonlin):
    """Return the name of the Value method that ``nonlin`` stands for, None for no method.

    As in micrograd, anything true that is not a name stands for relu.
    """
    if isinstance(nonlin, str):
        return nonlin
    return "relu" if nonlin else None


def check_nonlin(nonlin):
    """Return ``nonlin``; raise ValueError if it is neither a row's name nor true or false."""
    # A string, a function or a list is not meant as true.
    is_meant_as_name = callable(nonlin) or hasattr(type(nonlin), "__iter__")
    if is_meant_as_name and nonlin not in list(NONLINEARITIES):
        names = ", ".join(map(repr, NONLINEARITIES))
        raise ValueError(f"nonlin is {nonlin!r}, expected True (relu), False or one of {names}")
    return nonlin


NO_MODE = "modules have no modes, leave the call out"
NO_DEVICE = "Values are float64 on the CPU, leave the call out"

# Attributes of PyTorch's and Keras's modules, and what to write instead.
INSTEAD = {
    **dict.fromkeys(("train", "eval"), NO_MODE),
    **dict.fromkeys(("to", "cpu", "cuda", "float", "double", "half"), NO_DEVICE),
    "forward": "call the module, as in model(x)",
    "predict": "call the module for each row, as in [model(row) for row in rows]",
    "named_parameters": "parameters() lists the Values, state_dict() gives their data by name",
    "requires_grad_": "leave a parameter that is not to change out of the list that you update",
    "modules": "Layer has .neurons, MLP has .layers",
    "children": "Layer has .neurons, MLP has .layers",
    "weight": "a Neuron has .w and .b, a Layer .neurons, an MLP .layers",
    "weights": "a Neuron has .w and .b, a Layer .neurons, an MLP .layers",
    "bias": "a Neuron has .w and .b, a Layer .neurons, an MLP .layers",
    "biases": "a Neuron has .w and .b, a Layer .neurons, an MLP .layers",
    "params": "parameters() lists the Values",
    "num_parameters": "write len(model.parameters())",
    "compile": "make an optimizer of micrograd_c.optim and a loss function with micrograd_c.jit",
    "fit": "write a loss function of one row and use its fit, see micrograd_c.jit",
    "summary": "print(model) and len(model.parameters())",
}


class Named:
    """A class attribute whose value is that of a module's global variable when it is read.

    micrograd's classes look each other up in their module, so that ``nn.Neuron = Mine`` has an
    effect. A subclass may give the attribute a value of its own.
    """

    def __init__(self, name, names):
        """``names``: the module's globals."""
        self.name, self.names = name, names

    def __get__(self, instance, owner):
        return self.names[self.name]


def row_of(x, n):
    """Return ``x`` as a list or tuple of ``n`` numbers or Values.

    Raises TypeError if ``x`` is not a row, and ValueError for a row of another length.
    """
    row = x if type(x) is list or type(x) is tuple else items_of(x, n)
    if not PLAIN_ITEMS.issuperset(map(type, row)) and any(map(is_row, row)):
        raise not_one_row(n, f"{len(row)} rows")
    if len(row) != n:
        raise ValueError(
            f"expected {n} inputs, one for each weight of a neuron, got {len(row)}: "
            f"pass one row of {n} numbers or Values"
        )
    return row


PLAIN_ITEMS = {float, int, Value}


def is_row(item):
    if isinstance(item, Operators):
        return False
    return isinstance(item, (list, tuple)) or getattr(item, "ndim", 0) > 0


def items_of(x, n):
    if getattr(x, "ndim", 1) != 1:
        raise not_one_row(n, describe(x))
    if isinstance(x, (str, bytes, dict, set, frozenset)):
        raise TypeError(
            f"expected a row of {n} numbers or Values in their order, got {describe(x)}"
        )
    try:
        items = iter(x)
    except TypeError:
        hint = ""
        if isinstance(x, Operators):
            hint = "; a layer of one neuron gives its Value without a list, write [value]"
        raise TypeError(
            f"expected a row of {n} numbers or Values, got {describe(x)}{hint}"
        ) from None
    return list(items)


def not_one_row(n, got):
    return TypeError(
        f"expected one row of {n} numbers or Values, got {got}: call it for one row at a time, "
        "as in [model(row) for row in rows], or train and predict on arrays with micrograd_c.jit"
    )


class Module:
    """A model, or a part of one, with parameters that can be trained.

    To write a module of your own, return its Values as a list from ``parameters()``.
    """

    def __getattr__(self, name):  # Python calls it for missing attributes only
        if name in INSTEAD:
            kind = type(self).__name__
            raise AttributeError(f"{kind!r} object has no attribute {name!r}: {INSTEAD[name]}")
        return object.__getattribute__(self, name)  # Python's own error

    def zero_grad(self):
        """Set the gradient of every parameter to 0."""
        for p in self.parameters():
            p.grad = 0

    def parameters(self):
        """Return the parameters as a list of Values."""
        return []


class Neuron(Module):
    """A weighted sum of inputs and a bias, through a nonlinearity.

    ``w`` is the list of weights, drawn from ``random.uniform(-1, 1)``, ``b`` the bias, at
    first 0.

    Args:
        nin: The number of inputs.
        nonlin: True for relu, False for none, or the name of a nonlinearity:
            {names}.

    Raises:
        ValueError: For another name.
    """

    value_class, _random = Named("Value", globals()), Named("random", globals())

    def __init__(self, nin, nonlin=True):
        check_nonlin(nonlin)
        value_class, generator = self.value_class, self._random
        self.w = [value_class(generator.uniform(-1, 1)) for _ in range(nin)]
        self.b = value_class(0)
        self.nonlin = nonlin

    def __call__(self, x):
        """Return the output for ``x``, a sequence of ``nin`` numbers or Values, as a Value.

        Raises:
            ValueError: For another number of inputs.
            TypeError: If ``x`` is not such a sequence, or is a sequence of rows.
        """
        w = self.w
        act = sum((wi * xi for wi, xi in zip(w, row_of(x, len(w)))), self.b)
        name = name_of(self.nonlin)
        return act if name is None else getattr(act, name)()

    def parameters(self):
        return self.w + [self.b]

    def __repr__(self):
        return f"{NONLINEARITIES.get(name_of(self.nonlin), 'Linear')}Neuron({len(self.w)})"


if Neuron.__doc__:  # None under -OO
    Neuron.__doc__ = Neuron.__doc__.format(names=", ".join(f'"{name}"' for name in NONLINEARITIES))


class Layer(Module):
    """``nout`` neurons, each with the same ``nin`` inputs.

    The attribute ``neurons`` is the list of them.

    Args:
        nin: The number of inputs.
        nout: The number of neurons, each with an output.
        **kwargs: Passed to each Neuron: ``Layer(3, 4, nonlin="tanh")``.
    """

    neuron_class = Named("Neuron", globals())

    def __init__(self, nin, nout, **kwargs):
        neuron_class = self.neuron_class
        self.neurons = [neuron_class(nin, **kwargs) for _ in range(nout)]

    def __call__(self, x):
        """Return the neurons' outputs for ``x``: a list of Values, or one Value for one neuron.

        Raises:
            ValueError: As a Neuron does.
            TypeError: As a Neuron does.
        """
        if hasattr(type(x), "__next__"):  # an iterator, which one neuron would use up
            x = list(x)
        out = [n(x) for n in self.neurons]
        return out[0] if len(out) == 1 else out

    def parameters(self):
        return [p for n in self.neurons for p in n.parameters()]

    def __repr__(self):
        return f"Layer of [{', '.join(str(n) for n in self.neurons)}]"


class MLP(Module):
    """A multi-layer perceptron: layers, each with the outputs of the one before as its inputs.

    The attribute ``layers`` is the list of the layers.

    Args:
        nin: The number of inputs.
        nouts: The list of the layers' sizes: ``MLP(2, [16, 16, 1])`` has two hidden layers of 16
            neurons and one output.
        nonlin: The nonlinearity of the hidden layers, as in Neuron; the last layer is linear.

    Raises:
        TypeError: If ``nouts`` is an int.
        ValueError: For another ``nonlin`` than Neuron's.
    """

    layer_class = Named("Layer", globals())

    def __init__(self, nin, nouts, nonlin="relu"):
        check_nonlin(nonlin)
        if isinstance(nouts, Integral):
            raise TypeError(
                f"expected the layers' sizes in a list as nouts, got {nouts}: write [{nouts}]"
            )
        sizes = [nin] + list(nouts)
        last = len(sizes) - 2
        hidden = True if name_of(nonlin) == "relu" else nonlin  # as micrograd's neurons have it
        layer_class = self.layer_class
        self.layers = [
            layer_class(sizes[i], sizes[i + 1], nonlin=hidden if i != last else False)
            for i in range(last + 1)
        ]

    def __call__(self, x):
        """Return the last layer's outputs for ``x``, one row of ``nin`` numbers or Values.

        They are a list of Values, or one Value if the last layer has one neuron.

        Raises:
            ValueError: For another number of inputs.
            TypeError: If ``x`` is not such a row.
        """
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]

    def __repr__(self):
        return f"MLP of [{', '.join(str(layer) for layer in self.layers)}]"
