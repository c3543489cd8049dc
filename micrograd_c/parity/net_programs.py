"""Random programs with nets in them: neurons, layers and MLPs among other operators.

C sums all of a net's contributions to a parameter or an input before it adds them to the
gradient. If a parameter or an input is used in several places, the engines therefore add in
different orders, and the last bits of its gradient may differ. So a program is one of two sorts.
In an *exact* program each net is called once and each input is used once; its gradients must be
equal bit for bit. A *shared* program has no such limits, but runs backward only once, at its
end, so that ``compare.gradient_scales`` can tell by how much its gradients may differ.
"""

import random

from micrograd_c.parity.programs import (
    FORMS,
    Form,
    Step,
    Var,
    as_python,
    random_number,
    random_operation,
)
from python_ref.nn import NONLINEARITIES

NONLIN = (True, False, *NONLINEARITIES)
NETS = ("Neuron", "Layer", "MLP")

FORMS.update(
    {
        "Neuron": Form("random.seed({}) or Neuron({}, {})"),
        "Layer": Form("random.seed({}) or Layer({}, {}, nonlin={})"),
        "MLP": Form("random.seed({}) or MLP({}, {}, {})"),
        "call": Form("{0}([{rest}])", lambda net, *x: net(list(x))),
        "item": Form("{}[{}]", lambda outputs, i: outputs[i]),
        "read_prev": Form("{}._prev", lambda v: v._prev and None),
        "node_backward": Form("{}._backward()", lambda v: v._backward()),
        "step": Form(
            "optimizer = getattr(optim, {1})({0}.parameters()); "
            "setattr(optimizer, {2}, np.dtype({3}).type({4})); optimizer.step()",
            lambda *operands: optimizer_step(*operands),
        ),
        "set_parameter": Form(
            "{}.parameters()[{}].data = {}",
            lambda net, i, x: setattr(net.parameters()[i], "data", x),
        ),
    }
)


OPTIMIZERS = {"SGD": ("momentum",), "Adam": ("eps",), "AdamW": ("eps",), "RMSprop": ("alpha",)}


def optimizer_step(net, kind, name, dtype, number):
    """Take a step of a new optimizer, one of whose hyperparameters is a NumPy number."""
    import numpy as np

    from micrograd_c import optim

    optimizer = getattr(optim, kind)(net.parameters())
    setattr(optimizer, name, np.dtype(dtype).type(number))
    optimizer.step()


def makers(mlp_class):
    """Return the functions that make nets of the engine that ``mlp_class`` belongs to.

    The first argument of each is a seed for the weights.
    """
    layer_class = mlp_class.layer_class

    def seeded(make):
        return lambda seed, *arguments: random.seed(seed) or make(*arguments)

    return {
        "Neuron": seeded(layer_class.neuron_class),
        "Layer": seeded(lambda nin, nout, nonlin: layer_class(nin, nout, nonlin=nonlin)),
        "MLP": seeded(mlp_class),
    }


def random_program(rng):
    """Return a random list of steps with at least one call of a net."""
    program = NetProgram(rng)
    for _ in range(rng.randint(1, 3)):
        program.make("leaf", random_number(rng))
    program.call()
    for _ in range(rng.randint(1, 8)):
        program.add_step()
    program.steps.append(Step("backward", (program.alive[-1],)))
    return program.steps


class NetProgram:
    """A program with nets while it is being made: its steps, and what further steps may use."""

    def __init__(self, rng):
        self.rng = rng
        self.is_exact = rng.random() < 0.7
        self.steps, self.made = [], 0
        self.alive = []  # variables that may be operands
        self.inputs = []  # variables that an exact program made as inputs, for one call only
        self.nets = []  # (Var, number of inputs, of outputs, of parameters)

    def make(self, form, *operands, alive=True):
        """Add a step that assigns a new variable, and return the variable."""
        var = Var(self.made)
        self.made += 1
        self.steps.append(Step(form, operands, var))
        if alive:
            self.alive.append(var)
        return var

    def add_step(self):
        """Add a random step."""
        rng, dice = self.rng, self.rng.random()
        if dice < 0.25:
            self.call()
        elif dice < 0.30 and len(self.alive) > 1:
            self.steps.append(Step("del", (self.alive.pop(rng.randrange(len(self.alive))),)))
        elif dice < 0.6 and self.is_exact:
            self.steps.append(self.change())
        else:
            self.make(*random_operation(rng, self.alive))

    def change(self):
        """Return a step that changes data or gradients, other than the final backward."""
        rng = self.rng
        var = rng.choice(self.alive + self.inputs)
        net, _, _, parameters = rng.choice(self.nets)
        return rng.choice(
            (
                Step("set_data", (var, random_number(rng))),
                Step("set_grad", (var, rng.choice((0.0, 0.5)))),
                Step("set_parameter", (net, rng.randrange(parameters), random_number(rng))),
                Step("step", (net, *self.optimizer())),
                Step("backward", (rng.choice(self.alive),)),
                Step("node_backward", (rng.choice(self.alive),)),
                Step("read_prev", (rng.choice(self.alive),)),
            )
        )

    def optimizer(self):
        """Return the operands of an optimizer step: class, hyperparameter, dtype, number."""
        rng = self.rng
        kind = rng.choice(list(OPTIMIZERS))
        name = rng.choice(("lr", "weight_decay", *OPTIMIZERS[kind]))
        return kind, name, rng.choice(("f8", "f4", "f2", "i8", "?")), rng.uniform(-0.1, 1.0)

    def call(self):
        """Add a call of a net: a new one, or in a shared program maybe an earlier one."""
        rng = self.rng
        if self.is_exact or not self.nets or rng.random() < 0.4:
            self.new_net()
        net, nin, nout, _ = self.nets[-1] if self.is_exact else rng.choice(self.nets)
        outputs = self.make("call", net, *self.net_inputs(nin), alive=nout == 1)
        if nout > 1:
            for i in rng.sample(range(nout), rng.randint(1, nout)):
                self.make("item", outputs, i)
            if rng.random() < 0.5:
                self.steps.append(Step("del", (outputs,)))

    def new_net(self):
        """Add a step that makes a Neuron, a Layer or an MLP."""
        rng = self.rng
        kind, nin, nonlin = rng.choice(NETS), rng.randint(1, 3), rng.choice(NONLIN)
        seed, hidden = rng.randrange(1000), [rng.randint(2, 3) for _ in range(rng.randint(0, 2))]
        nouts = [*hidden, rng.randint(1, 3)]
        if kind == "Neuron":
            sizes, operands = [nin, 1], (nin, nonlin)
        elif kind == "Layer":
            sizes, operands = [nin, nouts[-1]], (nin, nouts[-1], nonlin)
        else:
            sizes, operands = [nin, *nouts], (nin, nouts, nonlin or "relu")
        parameters = sum((a + 1) * b for a, b in zip(sizes, sizes[1:]))
        net = self.make(kind, seed, *operands, alive=False)
        self.nets.append((net, nin, sizes[-1], parameters))

    def net_inputs(self, n):
        """Return the n inputs of a call: all of them numbers, or numbers and Values mixed."""
        rng = self.rng
        if rng.random() < 0.25:
            return [random_number(rng) for _ in range(n)]
        return [self.net_input() for _ in range(n)]

    def net_input(self):
        """Return a number, a new leaf, a computed Value or, in a shared program, any variable."""
        rng, dice = self.rng, self.rng.random()
        if dice < 0.15:
            return random_number(rng)
        if not self.is_exact and dice < 0.7:
            return rng.choice(self.alive)
        if dice < 0.5:
            new = self.make("leaf", random_number(rng), alive=False)
        else:  # by an operator that never raises: a failed step would make it its own operand
            form = rng.choice(("+", "*"))
            new = self.make(form, rng.choice(self.alive), rng.uniform(-2.0, 2.0), alive=False)
        self.inputs.append(new)
        return new


def as_python_with_nets(program, errors=()):
    """Return the program as Python source, with the imports that nets need."""
    nets = "import random\nfrom micrograd_c.nn import MLP, Layer, Neuron\n"
    if any(step.form == "step" for step in program):
        nets = f"import numpy as np\nfrom micrograd_c import optim\n{nets}"
    return nets + as_python(program, errors)
