"""Random programs that take gradients with ``gradients()``, and gradients of these in turn.

Between the operators such a program computes the gradients of a Value by some others, combines
them at random, and takes the gradients of the combination. Each time ``run`` also asks
``backward()`` for the same gradients, on the same engine: they must have the same bits. As in the
other kinds, both engines must leave the same nodes, among them those of all gradients.
"""

from micrograd_c.parity import compare, override_programs
from micrograd_c.parity.compare import bits
from micrograd_c.parity.programs import FORMS, Form, Step, Var, random_number, random_operation
from python_ref.core.differentiate import gradients
from python_ref.core.walking import topological_sort

FORMS.update(
    {
        "gradients": Form("gradients({}, [{rest}])"),
        "third": Form("third({}, {})", lambda x, y: third(x, y)),
    }
)


def third(x, y):
    """x / 3 + y / 4, an operator whose ``_backward`` the program assigns."""
    out = type(x)(x.data / 3 + y.data / 4, (x, y), "third")

    def backward():
        x.grad += out.grad / 3
        y.grad += out.grad / 4

    out._backward = backward
    return out


# --- making programs -----------------------------------------------------------------


def random_program(rng):
    """Return a random list of steps that takes gradients up to three times in turn."""
    program = GradientProgram(rng)
    for _ in range(rng.choice((1, 2, 2, 2, 3))):
        for _ in range(rng.randint(1, 6)):
            program.operation()
        program.gradients()
    program.steps.append(Step("backward", (program.alive[-1],)))
    if rng.random() < 0.7:
        return program.steps
    steps = override_programs.with_overrides(rng, program.steps)
    if any(step.form == "third" for step in steps):
        # The _backward of a node whose _prev is cleared adds to nodes that are not below it.
        steps = [step for step in steps if step.form != "clear_prev"]
    return steps


class GradientProgram:
    """A program while it is being made: its steps, and what further steps may use."""

    def __init__(self, rng):
        self.rng = rng
        self.steps, self.made = [], 0
        self.alive = []  # the variables that are a single Value
        for _ in range(rng.randint(1, 4)):
            self.make("leaf", random_number(rng))
        self.leaves = tuple(self.alive)

    def make(self, form, *operands, alive=True):
        """Add a step that assigns a new variable, and return the variable."""
        var = Var(self.made)
        self.made += 1
        self.steps.append(Step(form, operands, var))
        if alive:
            self.alive.append(var)
        return var

    def operation(self):
        """Add a random operator, or rarely a step that changes data or gradients."""
        rng, dice = self.rng, self.rng.random()
        if dice < 0.05:
            self.steps.append(Step("set_data", (rng.choice(self.alive), random_number(rng))))
        elif dice < 0.1:
            self.steps.append(Step("set_grad", (rng.choice(self.alive), rng.choice((0.0, 0.5)))))
        elif dice < 0.12:
            self.make("third", rng.choice(self.alive), rng.choice(self.alive))
        else:
            self.make(*random_operation(rng, self.alive))

    def gradients(self):
        """Add the gradients of the newest variable, and a random combination of them."""
        rng = self.rng
        inputs = rng.sample(self.leaves, rng.randint(1, len(self.leaves)))
        if rng.random() < 0.5:  # maybe the output itself, or one of the inputs again
            inputs.append(rng.choice(self.alive))
        found = self.make("gradients", self.alive[-1], *inputs, alive=False)
        items = [self.make("item", found, i) for i in range(len(inputs))]
        rng.shuffle(items)
        total = items[0]
        for x in items[1:]:
            if rng.random() < 0.5:
                x = self.make("*", x, rng.choice((x, rng.choice(self.alive), random_number(rng))))
            total = self.make(rng.choice("+-*"), total, x)


def as_python_with_gradients(program, errors=()):
    """Return the program as Python source, with what its forms of steps need."""
    setup = [
        "from micrograd_c import gradients",
        "from micrograd_c.parity.gradient_programs import third",
    ]
    return "\n".join([*setup, override_programs.as_python_with_overrides(program, errors)])


# --- running them ----------------------------------------------------------------------


def run(program, engine):
    """Run a program on an engine and return its ``compare.Result``.

    Where ``gradients()`` and ``backward()`` disagree, the Result has a node more for it. Its path
    names the engine, so that the Results of two engines differ also where both disagree alike.
    """
    faults = {}

    def checked(output, *inputs):
        before = {x: x.grad for x in [*topological_sort(output), *inputs]}
        found = gradients(output, inputs)
        place = f"gradients() number {len(checks)} of the {engine.name}"
        checks.append(place)
        for x, grad in before.items():
            if bits(x.grad) != bits(grad):
                faults[f"{place}, a grad that it changed"] = (x._op, 0, bits(grad), bits(x.grad))
        for i, (mine, grad) in enumerate(zip(found, by_backward(output, inputs, before))):
            if bits(mine.data) != bits(grad):
                path = f"{place}, result {i}, and grad by backward()"
                faults[path] = (inputs[i]._op, 0, bits(mine.data), bits(grad))
        return found

    checks = []
    result = compare.run(program, engine.Value, calls={"gradients": checked})
    return result._replace(nodes={**result.nodes, **faults})


def by_backward(output, inputs, nodes):
    """Return the grads that ``output.backward()`` gives the inputs; none if it raises.

    It raises where some node's second derivative is not known, maybe of one that no input is
    below, which ``gradients()`` passes by. ``nodes`` maps all nodes to their grads, which are
    put back.
    """
    for x in nodes:
        x.grad = 0.0
    try:
        output.backward()
        return [x.grad for x in inputs]
    except TypeError:
        return []
    finally:
        for x, grad in nodes.items():
            x.grad = grad
