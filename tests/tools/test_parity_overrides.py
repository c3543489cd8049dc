"""Random programs with overridden operators: both engines agree, and faults are found."""

import random

import pytest

from micrograd_c import engine as c_engine
from micrograd_c import functional, nn
from micrograd_c.parity import compare, override_programs
from micrograd_c.parity.compare import differences
from micrograd_c.parity.report import KINDS, make_report
from python_ref import engine as reference
from python_ref import nn as reference_nn

OVERRIDES = KINDS["overrides"]


class Engine:
    def __init__(self, module, nets):
        self.Value, self.MLP = module.Value, nets.MLP


C, PYTHON = Engine(c_engine, nn), Engine(reference, reference_nn)


def test_engines_agree():
    report = make_report(OVERRIDES, 300, 1, C, PYTHON)
    assert report.differences == 0, OVERRIDES.as_python(report.program)


def test_every_form_is_used():
    used = {
        step.form for seed in range(300) for step in OVERRIDES.random_program(random.Random(seed))
    }
    assert used >= {
        "Half", "patched", "patched_total", "local", "total", "dot", "clear_prev", "stranger_left",
        "stranger_right",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["__radd__", "__rmul__"])
def test_an_engine_with_its_own_reflected_operator_is_found(name, monkeypatch):
    Value = C.Value
    if Value is PYTHON.Value:
        pytest.skip("there is one engine in this process")
    monkeypatch.setattr(Value, name, getattr(Value, name.replace("r", "", 1)))
    assert make_report(OVERRIDES, 300, 1, C, PYTHON).differences


def test_a_bulk_helper_that_ignores_patched_operators_is_found(monkeypatch):
    if functional.c_bulk is None:
        pytest.skip("there is one engine in this process")
    monkeypatch.setattr(functional.c_bulk, "are_original", lambda: True)
    assert make_report(OVERRIDES, 300, 1, C, PYTHON).differences


def test_a_printed_program_with_overrides_is_python_that_runs():
    for seed in range(40):
        program = OVERRIDES.random_program(random.Random(seed))
        result = compare.run(program, C.Value)
        names = {}
        exec(OVERRIDES.as_python(program, result.errors), names)
        values = {var: names[repr(var)] for var in alive(program)}
        found = {path: compare.describe(x) for path, x in compare.find_nodes(values).items()}
        assert found == result.nodes


def alive(program):
    made = [step.makes for step in program if step.makes]
    return [x for x in made if not any(s.form == "del" and s.operands == (x,) for s in program)]


def test_differences_are_printed():
    program = OVERRIDES.random_program(random.Random(3))
    first, second = compare.run(program, C.Value), compare.run(program, PYTHON.Value)
    assert differences(first, second) == []
    assert override_programs.as_python_with_overrides(program).count("\n") > 5
