"""Parity's random programs with nets and functions for jit: their contents; the check can fail."""

import itertools
import math
import random
import re
import sys

import numpy as np
import pytest

import python_ref.nn
from micrograd_c import nn, optim
from micrograd_c.cli.engines import c_engine, python_engine
from micrograd_c.engine import Value
from micrograd_c.parity import compare, compare_jit, jit_programs, net_programs
from micrograd_c.parity.programs import FORMS, INFIX, METHODS, Step, Var
from micrograd_c.parity.report import KINDS, make_report
from micrograd_c.parity.shrink import shrink
from python_ref.core.ops import JIT_OPS

PythonValue = python_ref.engine.Value
NETS, JIT = KINDS["nets"], KINDS["jit"]
OPERATORS = set(INFIX) | {"neg", *(op.name for op in METHODS)}


def programs(kind, n):
    return [kind.random_program(random.Random(seed)) for seed in range(n)]


def test_every_form_of_step_is_in_some_kind_of_program():
    assert set(FORMS) == {
        step.form for kind in KINDS.values() for p in programs(kind, 300) for step in p
    }


# --- nets ---


def test_nets_of_every_nonlinearity_are_called_on_numbers_and_values():
    steps = [step for program in programs(NETS, 400) for step in program]
    nets = {(step.form, step.operands[-1]) for step in steps if step.form in net_programs.NETS}
    assert nets >= {
        (form, nonlin) for form in ("Neuron", "Layer") for nonlin in net_programs.NONLIN
    }
    assert nets >= {("MLP", nonlin) for nonlin in python_ref.nn.NONLINEARITIES}
    given = [{type(x) is Var for x in step.operands[1:]} for step in steps if step.form == "call"]
    assert all(kind in given for kind in ({True}, {False}, {True, False}))


def test_most_programs_of_nets_are_compared_bit_for_bit():
    exact = [not compare.run(program, PythonValue, python_ref.nn.MLP).tolerances
             for program in programs(NETS, 200)]  # fmt: skip
    assert 120 < sum(exact) < 180


def test_an_input_used_twice_makes_a_program_inexact():
    program = [Step("leaf", (1.0,), Var(0)), Step("Neuron", (1, 2, True), Var(1)),
               Step("call", (Var(1), Var(0), 2.0), Var(2))]  # fmt: skip
    assert compare.is_exact(program, {})
    assert not compare.is_exact([*program, Step("neg", (Var(0),), Var(3))], {})
    assert not compare.is_exact([*program, program[-1]._replace(makes=Var(3))], {})
    log_raised = [*program, Step("log", (Var(0),), Var(3))], {3: "ValueError: no"}
    assert compare.is_exact(*log_raised)  # v3 is another name of v0 then
    log_raised[0].append(Step("neg", (Var(3),), Var(4)))
    assert not compare.is_exact(*log_raised)


def test_gradients_in_another_order_may_differ_by_little():
    node = ("+", 2, compare.bits(1.0))
    first = compare.Result({}, {"v0": (*node, compare.bits(1.0))}, {"v0": 1e-12})
    for grad, same in ((1.0 + 2**-52, True), (1.0 + 1e-11, False), (math.nan, False)):
        other = compare.Result({}, {"v0": (*node, compare.bits(grad))})
        assert (compare.differences(other, first) == []) is same
        assert compare.differences(other, compare.Result({}, first.nodes)) != []
    other = compare.Result({}, {"v0": ("+", 2, compare.bits(2.0), compare.bits(1.0))})
    assert compare.differences(other, first) != []


def test_scales_are_sums_of_absolute_values():
    a, b = PythonValue(3.0), PythonValue(2.0)
    root = a * b + a * -b
    scale = compare.gradient_scales(root)
    root.backward()
    assert (a.grad, scale[a], scale[b], scale[root]) == (0.0, 4.0, 6.0, 1.0)


def test_scales_of_what_underflows_allow_for_lost_digits():
    a, b = PythonValue(1.0), PythonValue(0.0)
    scale = compare.gradient_scales(a * 1e300 * 1e-310 + b * 1e300 * 0.0)
    assert scale[a] == sys.float_info.min * 1e300 > 1e-310 * 1e300
    assert scale[b] == 0.0


@pytest.mark.parametrize("seed", range(60))
def test_the_printed_nets_do_what_the_program_does(seed):
    program = NETS.random_program(random.Random(seed))
    result = compare.run(program, Value, nn.MLP)
    variables = {}
    exec(NETS.as_python(program, result.errors), variables)
    left = [step.makes for step in program if step.makes and repr(step.makes) in variables]
    nodes = compare.find_nodes({var: variables[repr(var)] for var in left})
    assert {path: compare.describe(node) for path, node in nodes.items()} == result.nodes


class BentNeuron(python_ref.nn.Neuron):
    """A neuron whose output is one bit too large if it has two or more inputs."""

    def __call__(self, x):
        out = super().__call__(x)
        if len(x) > 1:
            out.data = math.nextafter(out.data, math.inf)
        return out


class BentLayer(python_ref.nn.Layer):
    neuron_class = BentNeuron


class BentMLP(python_ref.nn.MLP):
    layer_class = BentLayer


def test_a_wrong_bit_of_a_net_is_found_and_shown_by_the_smallest_program():
    bent = python_engine()._replace(MLP=BentMLP)
    report = make_report(NETS, 50, 1, c_engine(), bent)
    assert report.differences > 10
    forms = [step.form for step in report.program]
    assert len(forms) <= 3 and forms[-1] == "call"


def test_a_hyperparameter_that_is_not_converted_is_found(monkeypatch):
    """C reads it as a double, while the Python engine computes with the type it has."""
    monkeypatch.delattr(optim.Optimizer, "__setattr__")
    report = make_report(NETS, 300, 1, c_engine(), python_engine())
    assert report.differences > 0
    assert "step" in [step.form for step in report.program]


# --- jit ---


def test_functions_use_every_operator_on_rows_and_on_what_is_uniform():
    used = {True: set(), False: set()}
    for program in programs(JIT, 400):
        rows = set()
        for step in program:
            is_row = step.form in ("argument", "column") or bool(rows.intersection(step.operands))
            if is_row:
                rows.add(step.makes)
            if step.form not in jit_programs.OUTSIDE:
                used[is_row].add(step.form)
    compared = set(jit_programs.COMPARISONS)
    assert used[True] == OPERATORS | compared | {"where", "detach", "sum", "return"}
    assert used[False] >= OPERATORS | {"where", "detach", "leaf", "return"}


def test_functions_have_parameters_of_a_subclass():
    forms = [step.form for program in programs(JIT, 50) for step in program]
    assert 0 < forms.count("own parameter") < forms.count("parameter")


def test_functions_have_arguments_of_every_shape_and_rows_in_every_number():
    widths, rows = set(), set()
    for program in programs(JIT, 400):
        for columns in jit_programs.split(program)[1]:
            widths.add(len(columns))
            rows.add(len(columns[0].operands))
    assert widths == {1, 2, 3, 4}
    assert rows > {1, 2, 3, 4, 5, 8, 16, 17} and len(rows) > 20


def test_most_outputs_are_finite():
    outputs = [node[2] for program in programs(JIT, 200)
               for path, node in compare_jit.run_in_python(program).nodes.items()
               if path.startswith("output")]  # fmt: skip
    finite = sum(x != "nan" and math.isfinite(compare.number(x)) for x in outputs)
    assert finite > 0.7 * len(outputs)


@pytest.mark.parametrize("seed", range(40))
def test_the_printed_function_gives_what_the_program_gives(seed, capsys):
    program = JIT.random_program(random.Random(seed))
    result = compare_jit.run_in_c(program)
    source = JIT.as_python(program, result.errors)
    variables = {}
    exec(re.sub(r"^print\((.*)\)$", r"out = \1", source, flags=re.MULTILINE), variables)
    expected = [node[2] for path, node in result.nodes.items() if path.startswith("output")]
    assert [compare.bits(x) for x in np.ravel(variables["out"]).tolist()] == expected


@pytest.mark.parametrize("name", ["tanh", "sqrt", "maximum", "if_positive"])
@pytest.mark.parametrize("what", ["value", "gradient"])
def test_a_wrong_operator_is_found_and_shown_by_the_smallest_function(name, what, monkeypatch):
    """The Python engine's operator is changed: its value by a bit, its gradient by 1e-9."""
    row = JIT_OPS[name]
    if what == "value":
        bent = row._replace(value=lambda *xs: row.value(*xs) * (1 + 2**-52))
    else:
        last = row.derivatives[-1]
        derivatives = (*row.derivatives[:-1], lambda *xs: last(*xs) * (1 + 1e-9))
        bent = row._replace(derivatives=derivatives)
    monkeypatch.setitem(JIT_OPS, name, bent)
    report = make_report(JIT, 150, 1, c_engine(), python_engine())
    assert report.differences > 0
    forms = [step.form for step in report.program]
    assert len(forms) < 10
    assert {"if_positive": "where"}.get(name, name) in forms


@pytest.mark.parametrize("name, symbols", [("less", "<>"), ("less_equal", ["<=", ">="])])
def test_a_comparison_that_errs_where_both_are_equal_is_found(name, symbols, monkeypatch):
    other = JIT_OPS["less_equal" if name == "less" else "less"]
    monkeypatch.setitem(JIT_OPS, name, JIT_OPS[name]._replace(value=other.value))
    reports = (
        make_report(JIT, 300, seed, c_engine(), python_engine()) for seed in range(1, 3001, 300)
    )
    report = next(report for report in reports if report.differences > 0)
    assert any(step.form in symbols for step in report.program)


@pytest.mark.parametrize("seed", [20846345, 21066588, 21244205])  # found among a million seeds
def test_gradients_that_underflow_on_their_way_may_differ(seed):
    """C starts from 1 / rows; the Python engine divides by the number of rows at the end."""
    assert make_report(JIT, 1, seed, c_engine(), python_engine()).differences == 0


def test_kernels_that_differ_are_found(monkeypatch):
    program = JIT.random_program(random.Random(1))
    rows = itertools.count()
    monkeypatch.setattr(compare_jit, "bits", lambda x: next(rows))
    assert "differs from the portable kernels" in compare_jit.run_in_c(program).errors.values()


def test_functions_shrink_by_rows_and_outputs():
    program = next(p for p in programs(JIT, 50) if len(p[-1].operands) > 2)
    small = shrink(program, compare_jit.can_run)
    assert small[0] in (Step("argument", (1.0,), Var(0)), Step("leaf", (1.0,), Var(0)))
    assert len(small) <= 3 and len(small[-1].operands) == 1
