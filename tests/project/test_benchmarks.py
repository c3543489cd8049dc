"""The benchmarks run, on tiny sizes; how fast anything is, no test says."""

import functools
import gc
import json
import subprocess
import sys

import pytest
from checkout_tools import ROOT

pytest.importorskip("scipy")  # for NumPy by hand
from benchmarks import backward, nets, programs, rows, train_mlp
from benchmarks.agreement import Disagreement, check_agreement
from benchmarks.text import table
from micrograd_c import _timing
from micrograd_c._timing import Contestant, Times, race, seconds_a_call
from micrograd_c.cli import main
from micrograd_c.cli.commands import bench


@pytest.fixture(autouse=True)
def short_collections():
    """A race's full collections then do not go through all that the tests have made so far."""
    if hasattr(gc, "freeze"):  # not on PyPy
        gc.freeze()
        yield
        gc.unfreeze()
    else:
        yield


def test_table_without_rows():
    assert table(["who", "time"], []).splitlines()[0] == "| who | time |"


def test_missing_tabulate_is_said_in_a_sentence():
    code = "import sys; sys.modules['tabulate'] = None; import benchmarks.text"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.PIPE, encoding="utf-8"
    )
    assert done.returncode == 1
    assert done.stderr == "the benchmarks need tabulate: pip install -e '.[bench]'\n"


def test_race_runs_contestants_by_turns_with_their_collector():
    runs = []

    def noted(name):
        return lambda: runs.append((name, gc.isenabled()))

    contestants = [Contestant("a", noted("a")), Contestant("b", noted("b"), collector=False)]
    rounds = []
    times = race(contestants, 3, piece_seconds=0.0, between_rounds=lambda: rounds.append(len(runs)))
    assert gc.isenabled()
    assert runs[-6:] == [("a", True), ("b", False)] * 3
    assert rounds == [6, 8, 10]
    assert [len(times[name].seconds) for name in "ab"] == [3, 3]


def test_race_calls_quick_contestants_many_times(monkeypatch):
    calls = []
    # a clock that only the contestant moves on: 100 microseconds a call
    monkeypatch.setattr(_timing.time, "perf_counter", lambda: 1e-4 * len(calls))
    times = race([Contestant("quick", lambda: calls.append(1))], 2, piece_seconds=0.01)
    assert times["quick"].seconds == pytest.approx([1e-4, 1e-4])
    assert len(calls) == 2 * (1 + 5 + 25) + 2 * 100


def test_collector_is_as_before_when_a_contestant_raises():
    with pytest.raises(ZeroDivisionError):
        seconds_a_call(lambda: 1 / 0, collector=False)
    assert gc.isenabled()


def test_times():
    times = Times([3.0, 1.0, 2.0])
    assert (times.minimum, times.median, times.spread) == (1.0, 2.0, 1.0)


def test_agreement():
    check_agreement(1.0, [2.0, 0.0], 1.0, [2.0, 1e-10])
    with pytest.raises(Disagreement, match="loss"):
        check_agreement(1.1, [2.0], 1.0, [2.0])
    with pytest.raises(Disagreement, match="gradients"):
        check_agreement(1.0, [2.0, 0.0], 1.0, [2.0, 1e-3])
    with pytest.raises(Disagreement, match="gradients"):
        check_agreement(1.0, [float("nan")], 1.0, [2.0])
    with pytest.raises(Disagreement, match="1 numbers where 2"):
        check_agreement(1.0, [2.0], 1.0, [2.0, 3.0])


def test_train_mlp(capsys, monkeypatch):
    X, y, _ = train_mlp.moons()
    monkeypatch.setattr(train_mlp, "moons", lambda: (X[::20], y[::20], False))
    train_mlp.main(["--rounds", "1"])
    out = capsys.readouterr().out
    for name in ("micrograd, gc on", "python_ref", "user's Neuron", "micrograd_c.nn"):
        assert name in out


def test_train_mlp_notices_other_gradients():
    X, y, _ = train_mlp.moons()
    demos = [train_mlp.Demo(entry, X[:3], y[:3]) for entry in train_mlp.entries()]
    demos[-1].model.parameters()[7].data += 1e-6
    with pytest.raises(Disagreement):
        train_mlp.check_first_steps(demos, golden=False)


@pytest.mark.parametrize("kind", backward.GRAPHS)
def test_backward_builds_as_many_nodes_as_it_says(kind):
    root, _ = backward.build(kind, 500)
    seen, waiting = {root}, [root]
    while waiting:
        for operand in waiting.pop()._prev:
            if operand not in seen:
                seen.add(operand)
                waiting.append(operand)
    leaves = 3 if kind == "chain" else 2
    assert len(seen) == 500 + leaves
    root.backward()
    assert all(abs(v.grad) > 0 for v in seen)


def test_backward_measures_in_a_process_of_its_own(capsys):
    result = backward.measure_apart("chain", 2000, repeats=2)
    assert len(result["backwards"]) == 2
    backward.main(["--one", "wide DAG", "--nodes", "1000", "--repeats", "1"])
    assert set(json.loads(capsys.readouterr().out)) == {"build", "bytes", "backwards", "free"}


def test_nets(capsys, monkeypatch):
    X, y, source = nets.digits()
    monkeypatch.setattr(nets, "digits", lambda: (X[:12], y[:12], source))
    monkeypatch.setattr(nets, "BATCH", 4)
    nets.main(["--rounds", "1", "--batches", "1", "--rows", "50"])
    out = capsys.readouterr().out
    assert "Overhead" in out and "bytes a scalar node" in out and "micrograd, gc on" in out
    assert "times the limit" in out and "C by hand" in out


def test_nets_counts_the_nodes_that_a_forward_stands_for(engine):
    model = engine.nn.MLP(3, [2, 2])
    # a hidden neuron: 3 numbers, 3 products, 3 sums, relu; an output: 2 products, 2 sums
    assert nets.inner_nodes(model, [1.0, 2.0, 3.0]) == 2 * 10 + 2 * 4


def test_programs(capsys, monkeypatch):
    for name, value in (("STEPS", 2), ("CHAIN", 20), ("NODES", (300, 900)), ("THREADS_ROWS", 40)):
        monkeypatch.setattr(programs, name, value)
    monkeypatch.setattr(programs, "race", functools.partial(race, piece_seconds=0.0))
    programs.main(["--rounds", "1"])
    out = capsys.readouterr().out
    for text in ("backward + step from Python", "tanh, cross-entropy", "chain of 20 times",
                 "trace + compile", "two threads"):  # fmt: skip
        assert text in out
    programs.main(["--rounds", "1", "--only", "chain"])
    assert "two threads" not in capsys.readouterr().out


def test_rows(capsys, monkeypatch):
    monkeypatch.setattr(rows, "race", lambda who, n, piece_seconds: race(who, n, 0.0))
    monkeypatch.setattr(rows, "SIZES", (1, 15, 16))
    rows.main(["--rounds", "1", "--steps", "2"])
    out = capsys.readouterr().out
    assert "| 15 " in out and "backward: 15 rows to 16: " in out and "forward: more rows" in out


def test_rows_that_take_less_time_than_fewer():
    assert rows.inversions({1: 1.0, 2: 1.03, 3: 1.0, 4: 2.0}) == []
    assert rows.inversions({1: 1.0, 2: 3.0, 3: 2.0, 4: 2.5, 5: 1.5}) == [(2, 5), (3, 5), (4, 5)]


def test_programs_random_graph_has_as_many_nodes_as_it_says(engine):
    program = programs.random_program(engine.Value, 5000)
    seen, waiting = set(), [program([engine.Value(x) for x in (-1.0, 0.5)])]
    waiting[0].backward()
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting.extend(node._prev)
    assert sum(bool(node._prev) for node in seen) == 5000
    assert all(abs(node.data) < 1e9 and abs(node.grad) < 1e9 for node in seen)


def test_bench_command(capsys, monkeypatch):
    monkeypatch.setattr(bench, "SAMPLES", 6)
    assert main(["bench", "--rounds", "1"]) == 0
    out = capsys.readouterr().out
    assert "Python engine" in out and "micrograd, garbage collector off" in out
