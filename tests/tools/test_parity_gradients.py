"""Parity's random programs with gradients(): their contents; the check can fail."""

import random
from itertools import islice

import pytest

from micrograd_c import engine as c_module
from micrograd_c.cli.engines import c_engine, python_engine
from micrograd_c.parity import compare, gradient_programs
from micrograd_c.parity.programs import Step, Var
from micrograd_c.parity.report import KINDS, make_report
from python_ref.core import differentiate
from python_ref.core.derivatives import DERIVATIVES, mul
from python_ref.core.ops import NAMED, UNARY
from python_ref.core.walking import topological_sort

GRADIENTS = KINDS["gradients"]


def programs(n):
    return [GRADIENTS.random_program(random.Random(seed)) for seed in range(n)]


def check(graphs=200, seed=1):
    return make_report(GRADIENTS, graphs, seed, c_engine(), python_engine())


def test_engines_agree():
    report = check(300)
    assert report.differences == 0, GRADIENTS.as_python(report.program)


# --- the programs ---


def test_every_operator_and_every_form_is_used():
    used = {step.form for program in programs(600) for step in program}
    assert used >= {"gradients", "item", "third", "set_data", "set_grad", "backward", "local",
                    "Half", "patched", *(op.name for op in NAMED)}  # fmt: skip


def order(program):
    """How often the program takes gradients of gradients in turn."""
    orders = {}
    for step in program:
        below = max((orders.get(x, 0) for x in step.operands if isinstance(x, Var)), default=0)
        orders[step.makes] = below + (step.form == "gradients")
    return max(orders.values())


def test_most_programs_take_second_derivatives_and_some_third():
    orders = [order(program) for program in programs(300)]
    assert sum(n >= 2 for n in orders) > 150
    assert sum(n >= 3 for n in orders) > 15


def test_most_numbers_are_finite():
    engine = python_engine()
    nodes = [node for program in programs(300)
             for node in GRADIENTS.run(program, engine).nodes.values()]  # fmt: skip
    finite = sum("nan" not in node[2:] for node in nodes)
    assert finite > 0.8 * len(nodes)


@pytest.mark.parametrize("seed", range(40))
def test_a_printed_program_is_python_that_does_the_same(seed):
    if c_module.Value is python_engine().Value:
        pytest.skip("there is no C engine in this process")
    program = GRADIENTS.random_program(random.Random(seed))
    result = GRADIENTS.run(program, c_engine())
    names = {}
    exec(GRADIENTS.as_python(program, result.errors), names)
    values = {step.makes: names[repr(step.makes)] for step in program if step.makes}
    found = {path: compare.describe(x) for path, x in compare.find_nodes(values).items()}
    assert found == result.nodes


# --- the check can fail ---


def bend(monkeypatch, name, bent):
    """Replace the derivatives with which gradients() computes, of the operator ``name``."""
    monkeypatch.setitem(DERIVATIVES, name, bent)


# By operator: what is made of it, or has a derivative that is.
MADE_BY = {
    "sin": {"cos"},
    "exp": {"softmax", "log_softmax", "logsumexp"},
    "log": {"**", "log_softmax", "logsumexp"},
    "sqrt": {"acosh"},
}
STEPS = "floor", "ceil", "sign"  # their derivative is 0, and so is 0 times any number


@pytest.mark.parametrize(
    "name", [op.name for op in NAMED if op.kind == UNARY and op.name not in STEPS]
)
def test_a_wrong_derivative_on_both_engines_is_found(name, monkeypatch):
    """By a bit, and with the same bits on both engines: backward() alone is right."""
    (right,) = DERIVATIVES[name]
    bend(monkeypatch, name, (lambda x, out, g: mul(right(x, out, g), 1 + 2**-52),))
    found = (r for r in (check(150, seed) for seed in range(1, 15_000, 150)) if r.differences)
    # Shrinking ends where no single step can be left out, with a long program now and then.
    report = next(r for r in islice(found, 3) if len(r.program) < 9)
    forms = [step.form for step in report.program]
    made_by = MADE_BY.get(name, set())
    assert {name, *made_by} & set(forms)
    left = GRADIENTS.run(report.program, c_engine())
    right = GRADIENTS.run(report.program, python_engine())
    lines = compare.differences(left, right)
    assert any("C engine" in line and "grad by backward()" in line for line in lines)
    assert any("Python engine" in line for line in lines)


def test_gradients_that_are_constants_are_found(monkeypatch):
    """The first gradients have the right bits, but their own gradients are then 0."""
    bend(monkeypatch, "sin", (lambda x, out, g: g._constant(x.cos().data * g.data),))
    program = [Step("leaf", (0.5,), Var(0)), Step("sin", (Var(0),), Var(1)),
               Step("gradients", (Var(1), Var(0)), Var(2)), Step("item", (Var(2), 0), Var(3)),
               Step("gradients", (Var(3), Var(0)), Var(4))]  # fmt: skip
    wrong = GRADIENTS.run(program, python_engine())
    monkeypatch.undo()
    assert compare.differences(wrong, GRADIENTS.run(program, python_engine()))


def test_terms_added_in_another_order_are_found(monkeypatch):
    def other_order(output):
        return topological_sort(output, operands_of=lambda node: node._operands[::-1])

    monkeypatch.setattr(differentiate, "topological_sort", other_order)
    assert check(600).differences > 0


def test_a_changed_grad_is_found(monkeypatch):
    def careless(output, inputs):
        found = differentiate.gradients(output, inputs)
        inputs[0].grad += 1.0
        return found

    monkeypatch.setattr(gradient_programs, "gradients", careless)
    report = check()
    assert report.differences > 100
    assert [step.form for step in report.program] == ["leaf", "gradients"]
    lines = compare.differences(*(GRADIENTS.run(report.program, engine())
                                  for engine in (c_engine, python_engine)))  # fmt: skip
    assert any("a grad that it changed" in line for line in lines)
