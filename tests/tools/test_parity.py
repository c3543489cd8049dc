"""The C engine against the Python engine: every node's data and grad, bit for bit."""

import math
import random
import re
import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from memory_tools import SLOW

from micrograd_c import nn
from micrograd_c.engine import Value
from micrograd_c.parity import compare
from micrograd_c.parity.programs import INFIX, METHODS, Step, Var
from python_ref import engine as reference
from python_ref import nn as reference_nn
from python_ref.core.ops import ONLY_TRACED, OPS, UNARY, UNARY_K

SPECIAL = (
    0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 3.0, 5e-324, -5e-324, 2.2e-308, 1e308, -1e308,
    math.inf, -math.inf, math.nan,
)  # fmt: skip

numbers = st.floats() | st.sampled_from(SPECIAL) | st.integers(-4, 4) | st.floats(-3, 3)


def assert_equal(program):
    left, right = compare.run(program, Value), compare.run(program, reference.Value)
    assert left == right, "\n".join(compare.differences(left, right))
    return right


@pytest.mark.parametrize(
    ("kind", "graphs"), [("eager", 4000), ("nets", 1500), ("gradients", 1500), ("jit", 1500)]
)
def test_random_programs(kind, graphs):
    """In a process of its own: in this one each ``_prev`` would search the objects of all tests."""
    if SLOW:
        graphs //= 10
    command = [sys.executable, "-m", "micrograd_c", "parity", "--kind", kind,
               "--graphs", str(graphs), "--seed", "20000"]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    expected = rf"{kind}: graphs {graphs}, nodes \d{{4,}}, differences 0"
    assert re.search(expected, done.stdout), done.stdout


@st.composite
def programs(draw):
    """Programs like those of random_program, but drawn so that hypothesis can shrink them."""
    steps, alive = [], []

    def make(form, *operands):
        steps.append(Step(form, operands, Var(len(alive))))
        alive.append(steps[-1].makes)

    def operand():
        return draw(st.sampled_from(alive))

    for _ in range(draw(st.integers(1, 3))):
        make("leaf", draw(numbers))
    for _ in range(draw(st.integers(1, 12))):
        kind = draw(st.sampled_from(("infix", "number", "method", "method", "set", "backward")))
        if kind == "infix":
            make(draw(st.sampled_from(sorted(INFIX))), operand(), operand())
        elif kind == "number":
            pair = (operand(), draw(numbers))
            operands = pair if draw(st.booleans()) else pair[::-1]
            make(draw(st.sampled_from(sorted(INFIX))), *operands)
        elif kind == "method":
            op = draw(st.sampled_from(METHODS))
            if op.kind == UNARY_K:
                make(op.name, operand(), draw(numbers))
            else:
                make(op.name, *(operand() for _ in op.derivatives))
        elif kind == "set":
            form = draw(st.sampled_from(("set_data", "set_grad")))
            steps.append(Step(form, (operand(), draw(numbers))))
        else:
            steps.append(Step("backward", (operand(),)))
    steps.append(Step("backward", (alive[-1],)))
    return steps


@given(programs())
@example([Step("leaf", (-0.0,), Var(0)), Step("**", (Var(0), -math.inf), Var(1)),
          Step("backward", (Var(1),))])  # fmt: skip
def test_programs_that_hypothesis_finds(program):
    assert_equal(program)


# --- the comparison can fail; trust/test_special_values.py tests that the operators agree ---


def program_of_one_operator(form):
    """Return a program of one operator on special numbers, with several gradients arriving."""
    arity = 2 if form in INFIX or OPS[form].kind != UNARY else 1
    steps, made = [], 0

    def make(form, *operands):
        nonlocal made
        steps.append(Step(form, operands, Var(made)))
        made += 1
        return steps[-1].makes

    for x in SPECIAL:
        for y in SPECIAL if arity == 2 else (None,):
            for g in (1.0, -3.0, math.inf):  # new leaves for each, or inf would hide the others
                if y is None:
                    results = [make(form, make("leaf", x))]
                else:
                    results = [make(form, make("leaf", x), y)]
                    if form in INFIX or OPS[form].kind != UNARY_K:
                        results.append(make(form, make("leaf", x), make("leaf", y)))
                for result in results:
                    steps.append(Step("backward", (make("*", result, g),)))
    return steps


ONE_OPERATOR = sorted(INFIX) + sorted(op.name for op in METHODS)


STEPS = ("floor", "ceil", "sign")  # their derivative is 0


@pytest.mark.parametrize("name", [n for n in OPS if n not in ONLY_TRACED and n not in STEPS])
def test_a_wrong_derivative_is_noticed(name, monkeypatch):
    """One derivative of the reference is changed by 1 part in 2**52."""
    row = OPS[name]
    form = {"add": "+", "mul": "*", "pow": "**", "pow_k": "**"}.get(name, name)
    program = program_of_one_operator(form)
    right = compare.run(program, Value)
    for i, derivative in enumerate(row.derivatives):

        def bent(*args, derivative=derivative):
            return derivative(*args) * (1 + 2**-52)

        derivatives = (*row.derivatives[:i], bent, *row.derivatives[i + 1 :])
        with monkeypatch.context() as patch:
            patch.setitem(OPS, name, row._replace(derivatives=derivatives))
            assert compare.run(program, reference.Value) != right


# --- nets -----------------------------------------------------------------------------


def train(nn_module, steps, nouts):
    """Train a small net for a few steps; return the losses, parameters and gradients."""
    random.seed(5)
    net = nn_module.MLP(2, nouts)
    data = [([random.gauss(0, 1), random.gauss(0, 1)], random.choice((-1, 1))) for _ in range(12)]
    losses = []
    for step in range(steps):
        scores = [net(x) for x, _ in data]
        hinge = [(1 + -y * score).relu() for score, (_, y) in zip(scores, data)]
        loss = sum(hinge) * (1.0 / len(hinge)) + 1e-4 * sum(p * p for p in net.parameters())
        net.zero_grad()
        loss.backward()
        losses.append(loss.data.hex())
        for p in net.parameters():
            p.data -= (1.0 - 0.9 * step / steps) * p.grad
    return losses, [(p.data.hex(), p.grad.hex()) for p in net.parameters()]


@pytest.mark.parametrize("nouts", [[1], [4, 1], [8, 8, 1]], ids=str)
def test_training(nouts):
    assert train(nn, 15, nouts) == train(reference_nn, 15, nouts)


def test_sharing_and_custom_backwards():
    """A graph with a custom backward in its middle accumulates in the same order."""

    def build(value_class):
        rng = random.Random(9)
        pool = [value_class(rng.uniform(-1, 1)) for _ in range(4)]
        leaves = list(pool)
        for i in range(200):
            a, b = rng.choice(pool), rng.choice(pool)
            out = (a * b + a).tanh()
            if i % 10 == 0:
                mine = value_class(out.data / 3, (out, a), "third")

                def step(mine=mine, out=out, a=a):
                    out.grad += mine.grad / 3
                    a.grad += mine.grad * 0.1

                mine._backward = step
                out = mine
            pool.append(out)
        sum(pool).backward()
        return [(v.data.hex(), v.grad.hex()) for v in leaves + pool]

    assert build(Value) == build(reference.Value)
