"""The parity check: its programs, its comparison, and that it can fail."""

import math
import random
import re

import pytest

import python_ref.engine
import python_ref.nn
from micrograd_c.cli import main
from micrograd_c.cli.commands import parity as parity_command
from micrograd_c.cli.engines import Engine
from micrograd_c.parity import compare, programs
from micrograd_c.parity.programs import INFIX, METHODS, Step, Var, as_python, random_program
from micrograd_c.parity.report import KINDS, make_report
from micrograd_c.parity.shrink import shrink
from python_ref.core.ops import OPS

PythonValue = python_ref.engine.Value
EAGER = KINDS["eager"]


def engine_of(value_class, mlp_class=python_ref.nn.MLP):
    return Engine("engine", value_class, mlp_class)


def check_eager(graphs, seed, *value_classes):
    return make_report(EAGER, graphs, seed, *map(engine_of, value_classes))


class LargerTanh(PythonValue):
    """An engine whose tanh is one bit too large."""

    def tanh(self):
        out = super().tanh()
        out.data = math.nextafter(out.data, 2.0)
        return out


class WrongMessage(PythonValue):
    """An engine whose log raises the right exception with another message."""

    def log(self):
        try:
            return super().log()
        except ValueError:
            raise ValueError("no logarithm") from None


class NegatedGradient(PythonValue):
    """An engine whose backward leaves the wrong sign on the gradient of the root."""

    def backward(self):
        super().backward()
        self.grad = -self.grad


def seeded_programs(n):
    return [random_program(random.Random(seed)) for seed in range(n)]


# --- the programs ---


def test_programs_use_every_operator_and_every_kind_of_step():
    used = {step.form for program in seeded_programs(400) for step in program}
    others = {"leaf", "del", "neg", "set_data", "set_grad", "backward"}
    assert used == others | set(INFIX) | {op.name for op in METHODS}
    with_method = {name for name in OPS if hasattr(python_ref.engine.Value, name)} - {"detach"}
    assert {op.name for op in METHODS} == with_method


def test_programs_share_operands_change_data_and_run_backward_again():
    shared = late = repeated = 0
    for program in seeded_programs(100):
        operands = [x for step in program if step.makes for x in set(step.operands)
                    if isinstance(x, Var)]  # fmt: skip
        shared += len(operands) > len(set(operands))
        forms = [step.form for step in program]
        late += "set_data" in forms and forms.index("set_data") < len(forms) - 1
        repeated += forms.count("backward") > 1
    assert min(shared, late, repeated) > 20


def test_a_program_is_made_by_its_seed_alone():
    assert seeded_programs(20) == seeded_programs(20)
    assert seeded_programs(2)[0] != seeded_programs(2)[1]


def test_most_numbers_in_the_programs_are_finite():
    nodes = [node for program in seeded_programs(300)
             for node in compare.run(program, PythonValue).nodes.values()]  # fmt: skip
    finite = sum("nan" not in node[2:] for node in nodes)
    assert finite > 0.8 * len(nodes)


@pytest.mark.parametrize("seed", range(60))
def test_a_printed_program_is_python_that_does_the_same(engine, seed):
    program = random_program(random.Random(seed))
    result = compare.run(program, engine.Value)
    source = as_python(program, result.errors).replace("from micrograd_c.engine import Value\n", "")
    variables = {"Value": engine.Value}
    exec(source, variables)
    left = [repr(step.makes) for step in program if step.makes]
    left = [name for name in left if name in variables]
    nodes = compare.find_nodes({Var(int(name[1:])): variables[name] for name in left})
    assert {path: compare.describe(node) for path, node in nodes.items()} == result.nodes


def test_negative_numbers_are_printed_in_parentheses_where_needed():
    assert str(Step("**", (-2.0, Var(0)), Var(1))) == "v1 = (-2.0) ** v0"
    assert str(Step("leaf", (-2.0,), Var(0))) == "v0 = Value(-2.0)"


# --- the comparison ---


def test_both_engines_run_the_same_programs_alike(engine):
    report = check_eager(300, 7, engine.Value, PythonValue)
    assert (report.graphs, report.differences, report.program) == (300, 0, None)
    assert report.nodes > 3000


def test_results_include_interior_nodes_and_exceptions():
    program = [
        Step("leaf", (-3.0,), Var(0)),
        Step("-", (2, Var(0)), Var(1)),
        Step("log", (Var(0),), Var(2)),
        Step("del", (Var(0),)),
        Step("backward", (Var(1),)),
    ]
    result = compare.run(program, PythonValue)
    assert list(result.errors) == [2]
    assert result.errors[2].startswith("ValueError: ")
    assert [node[0] for node in result.nodes.values()] == ["+", "*", "", "", ""]


def test_bits_distinguish_zeros_and_treat_all_nans_alike():
    assert compare.bits(0.0) != compare.bits(-0.0)
    assert compare.bits(math.nan) == compare.bits(-math.nan) == compare.bits(math.inf - math.inf)
    assert compare.bits(1.0) != compare.bits(1.0 + 2**-52)
    assert compare.number(compare.bits(-1e-300)) == -1e-300


# --- the check can fail ---


def test_a_wrong_bit_is_found_and_shown_by_the_smallest_program():
    report = check_eager(200, 1, LargerTanh, PythonValue)
    assert 0 < report.differences < 200
    assert [step.form for step in report.program] == ["leaf", "tanh"]
    again = check_eager(1, report.seed, LargerTanh, PythonValue)
    assert again.differences == 1 and again.program == report.program


def test_a_wrong_message_is_found():
    report = check_eager(200, 1, WrongMessage, PythonValue)
    assert [step.form for step in report.program] == ["leaf", "log"]
    left, right = (compare.run(report.program, cls) for cls in (WrongMessage, PythonValue))
    assert compare.differences(left, right)[0].startswith("step 1: ValueError: no logarithm != ")


def test_a_wrong_gradient_is_found():
    report = check_eager(300, 1, NegatedGradient, PythonValue)
    assert [step.form for step in report.program] == ["leaf", "backward"]


def test_a_missing_node_is_found():
    program = [Step("leaf", (1.0,), Var(0)), Step("neg", (Var(0),), Var(1))]
    result = compare.run(program, PythonValue)
    less = compare.Result({}, {"v0": result.nodes["v0"]})
    lines = compare.differences(result, less)
    assert lines and all(line.endswith("!= nothing") for line in lines)


def test_shrinking_keeps_the_failing_steps_and_renumbers_variables():
    program = random_program(random.Random(3)) + [Step("leaf", (7.0,), Var(99))]
    small = shrink(program, lambda p: any(step.form == "leaf" for step in p))
    assert small == [Step("leaf", (1.0,), Var(0))]


# --- the command ---


def test_the_command_prints_counts(monkeypatch, capsys):
    engines = iter([Engine("one", PythonValue, None), Engine("other", PythonValue, None)])
    monkeypatch.setattr(parity_command, "c_engine", lambda: next(engines))
    monkeypatch.setattr(parity_command, "python_engine", lambda: next(engines))
    assert main(["parity", "--kind", "eager", "--graphs", "20", "--seed", "3"]) == 0
    nodes = sum(len(compare.run(random_program(random.Random(seed)), PythonValue).nodes)
                for seed in range(3, 23))  # fmt: skip
    assert capsys.readouterr().out == f"eager: graphs 20, nodes {nodes}, differences 0\n"


def test_the_command_runs_every_kind_on_the_c_engine(capsys):
    assert main(["parity", "--graphs", "30"]) == 0
    out = capsys.readouterr().out
    assert re.findall(r"(\w+): graphs 30, nodes \d+, differences 0\n", out) == list(KINDS)
    assert tuple(KINDS) == parity_command.KIND_NAMES


def test_the_command_shows_a_difference_and_ends_with_status_1(monkeypatch, capsys):
    monkeypatch.setattr(parity_command, "c_engine", lambda: Engine("C engine", LargerTanh, None))
    assert main(["parity", "--kind", "eager", "--graphs", "100", "--seed", "1"]) == 1
    out = capsys.readouterr().out
    report = check_eager(100, 1, LargerTanh, PythonValue)
    assert f"differences {report.differences}\n" in out
    assert f"--kind eager --graphs 1 --seed {report.seed}" in out
    assert programs.as_python(report.program) in out
    assert "v1: ('tanh' of 1, data " in out
