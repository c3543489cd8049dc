"""The suite of ``python -m benchmarks`` on tiny tasks; how fast anything is, no test says."""

import json
import shutil

import pytest

pytest.importorskip("scipy")  # for NumPy by hand
from benchmarks import __main__ as command
from benchmarks import (
    compare,
    crossover,
    growth,
    instructions,
    pictures,
    readme,
    report,
    suite,
    tasks,
    worker,
)
from benchmarks.agreement import check_agreement
from benchmarks.peers import BY_NAME, PEERS, CannotDo, c_by_hand, nets, numpy_by_hand, values
from micrograd_c.gradcheck import gradcheck

TINY = suite.Settings(rounds=2, piece_seconds=0.0, patience=60.0)
SMALL = ("demo_step:6", "digits:1", "deep_tanh:2", "readme_expression", "chain:20", "ode:3",
         "black_scholes:3", "square_net:3")  # fmt: skip


def task_of(name):
    """The task as a worker has it, its data through JSON."""
    return tasks.make_task(name, json.loads(json.dumps(tasks.make_data(name))))


def first_answer(runner):
    runner.steps(1)
    return runner.answer()


@pytest.fixture(scope="module")
def results():
    names = ("python_ref", "micrograd, gc off", "micrograd_c nets", "minigrad")
    peers = [BY_NAME[name] for name in names]
    return {
        "machine": {"processor": "some"},
        "tasks": [suite.run_task("demo_step:4", TINY, peers)],
    }


@pytest.mark.parametrize("name", SMALL)
def test_engines_and_arrays_agree_on_every_task(name):
    task = task_of(name)
    expected = first_answer(values.make_runner(task, kind="python_ref"))
    assert len(expected[1]) == len(task.inputs)
    assert any(expected[1])
    for kind in ("micrograd", "micrograd_c"):
        check_agreement(*first_answer(values.make_runner(task, kind)), *expected)
    for module in (nets, numpy_by_hand):
        try:
            runner = module.make_runner(task)
        except CannotDo:
            assert not task.net
            continue
        check_agreement(*first_answer(runner), *expected)


def c_runner(task):
    try:
        return c_by_hand.make_runner(task)
    except CannotDo as error:
        if "needs" in str(error):
            pytest.skip(f"the limit {error}")
        raise


# 6 rows: less than a vector; 70: blocks of 32 and a rest; 3 inputs: no multiple of what is unrolled
@pytest.mark.parametrize(
    "name",
    [*tasks.SUITE, "demo_step:6", "digits:70", "square_net:3", "deep_tanh:1", "chain:2",
     "ode:1", "black_scholes:3"],
)  # fmt: skip
def test_c_by_hand_agrees(name):
    task = task_of(name)
    runner = c_runner(task)
    if task.net:
        expected = numpy_by_hand.make_runner(task)
    else:
        expected = values.make_runner(task, "micrograd_c")
    check_agreement(*first_answer(runner), *first_answer(expected))
    runner.steps(3)
    expected.steps(3)
    assert runner.loss == pytest.approx(expected.loss, rel=1e-12)


def test_c_by_hand_refuses_what_nobody_wrote():
    net_task, program_task = task_of("digits:1"), task_of("ode:1")
    strange = [
        net_task._replace(net=net_task.net._replace(**changed))
        for changed in ({"nonlin": "tanh"}, {"loss": "hinge"}, {"alpha": 0.5}, {"sizes": [64, 10]})
    ]
    for task in (*strange, program_task._replace(program=lambda inputs, ops: inputs[0])):
        with pytest.raises(CannotDo, match="not written for this"):
            c_by_hand.make_runner(task)


def test_c_by_hand_says_that_there_is_no_compiler(monkeypatch):
    monkeypatch.setattr(c_by_hand.shutil, "which", lambda name: None)
    with pytest.raises(CannotDo, match="needs gcc or clang"):
        c_by_hand.make_runner(task_of("demo_step:6"))


def test_black_scholes_gradients_are_the_greeks(engine):
    from benchmarks.scalar_math import METHODS

    task = task_of("black_scholes:2")
    inputs = list(map(engine.Value, task.inputs))
    assert gradcheck(lambda *xs: task.program(xs, METHODS), inputs)


def test_a_second_step_starts_where_the_first_ended():
    task = task_of("demo_step:4")
    losses = []
    for runner in (values.make_runner(task, "python_ref"), nets.make_runner(task)):
        runner.steps(3)
        losses.append(runner.answer()[0])
    assert losses[0] == pytest.approx(losses[1], rel=1e-12)
    assert losses[0] != first_answer(nets.make_runner(task))[0]


def test_run_task(results):
    (task,) = results["tasks"]
    rows = {row["peer"]: row for row in task["rows"]}
    assert list(rows) == ["python_ref", "micrograd, gc off", "micrograd_c nets", "minigrad"]
    assert rows["micrograd, gc off"]["versions"] == {"micrograd": "0.1.0"}
    for name in ("python_ref", "micrograd, gc off", "micrograd_c nets"):
        assert rows[name]["failure"] is None
        assert len(rows[name]["seconds"]) == 2


def failure_of(peer, task_name="chain:10", settings=TINY, after=()):
    peers = [*after, BY_NAME["python_ref"]._replace(**peer)]
    return suite.run_task(task_name, settings, peers)["rows"][-1]["failure"]


def test_what_a_peer_cannot_do_is_a_row_that_says_so(monkeypatch):
    assert failure_of({"python": "no-such-python"}) == "no no-such-python here"
    monkeypatch.setattr(suite, "environment", lambda peer: {"PYTHONPATH": str(suite.ROOT)})
    assert failure_of({"name": "micrograd_c nets"}) == "no net"
    too_large = f"chain:{2 * BY_NAME['python_ref'].most_operators}"
    assert failure_of({}, too_large) == "would take too long"


def test_a_peer_that_does_not_answer_is_stopped():
    assert failure_of({}, settings=TINY._replace(patience=0.001)) == "no answer in 0.001 s"


def test_a_slow_peer_has_two_rounds():
    settings = TINY._replace(rounds=4, budget=0.0)
    (row,) = suite.run_task("chain:10", settings, [BY_NAME["python_ref"]])["rows"]
    assert len(row["seconds"]) == 2


@pytest.mark.parametrize("slow, very_slow, turns", [(0.0, 9e9, 2), (0.0, 0.0, 1)])
def test_a_very_slow_peer_has_one_round_and_that_is_its_warm_up(
    monkeypatch, slow, very_slow, turns
):
    monkeypatch.setattr(suite, "SLOW", slow)
    monkeypatch.setattr(suite, "VERY_SLOW", very_slow)
    counted = []
    time_steps = suite.Worker.time_steps
    monkeypatch.setattr(
        suite.Worker, "time_steps", lambda self, n: counted.append(n) or time_steps(self, n)
    )
    settings = TINY._replace(rounds=4, budget=0.0)
    (row,) = suite.run_task("chain:10", settings, [BY_NAME["python_ref"]])["rows"]
    assert len(row["seconds"]) == turns and counted == [1] * turns


def test_a_peer_that_disagrees_is_a_row_that_says_so():
    worker = suite.Worker(BY_NAME["python_ref"], "chain:10", tasks.make_data("chain:10"), 60.0)
    try:
        worker.first = worker.receive()
        reference = dict(worker.first, gradients=[g + 1e-3 for g in worker.first["gradients"]])
        suite.compare(worker, reference)
        assert worker.failure.startswith("disagrees: gradients off by")
    finally:
        worker.stop()


def test_report_names_everybody_and_who_is_ahead(results):
    text = report.markdown(results)
    assert "- processor: some" in text
    for row in results["tasks"][0]["rows"]:
        assert row["peer"] in text
    assert "micrograd 0.1.0" in text


def test_summary_has_the_limit_and_the_fastest_of_the_others():
    rows = [("micrograd, gc on", 3.0), ("micrograd_c jit", 2.0), ("micrograd_c fit", 1.5),
            ("xad", 1.0), ("C by hand", 0.5)]  # fmt: skip
    rows = [{"peer": name, "failure": None, "seconds": [s]} for name, s in rows]
    *_, line = report.summary([{"title": "t", "rows": rows}]).splitlines()
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert cells == ["t", "3.00 s", "", "", "1.50 s", "", "500 ms", "xad, 1.00 s"]


def test_readme_shows_some_rows_and_a_link_to_the_report(results, tmp_path):
    machine = dict.fromkeys(("command", "processor", "Python", "commit", "load"), "some")
    folder, path = tmp_path / "docs", tmp_path / "README.md"
    folder.mkdir()
    path.write_text(f"before\n{readme.BEGIN}old{readme.END}\nafter\n")
    (task,) = results["tasks"]
    tasks = [dict(task, task=name, title=name) for name in ("ode", "chain")]
    for _ in range(2):  # the second time it replaces what the first wrote
        readme.update(dict(results, tasks=tasks, machine=machine), folder, path)
    text = path.read_text()
    assert text.startswith("before\n") and text.endswith("\nafter\n") and "old" not in text
    assert text.count("(docs/report.md)") == 1
    assert "| ode " in text and "| chain " not in text
    path.write_text("no comments")
    with pytest.raises(ValueError, match="has no"):
        readme.update(dict(results, machine=machine), folder, path)


def test_readme_shows_rows_that_the_suite_has():
    assert set(readme.SHOWN) <= set(tasks.SUITE)


def test_instructions_repeat_exactly():
    if not shutil.which("valgrind"):
        pytest.skip("callgrind is valgrind's, which is missing")
    first, second = (instructions.count("net") for _ in range(2))
    assert first == second
    assert first["mg_net_call, a row of 64-32-10"] > 1000


def test_losses_are_told():
    def row(name, seconds):
        return {"peer": name, "failure": None, "seconds": [seconds]}

    task = {"rows": [row("micrograd_c eager", 2.0), row("micrograd_c nets", 1.0)]}
    assert report.faster_peers(task) == "Nobody is faster than micrograd_c nets."
    task["rows"].append(row("PyTorch eager", 0.5))
    assert "PyTorch eager (2.00x)" in report.faster_peers(task)


def test_comparison(results):
    _, regressions = compare.compare(results, results)
    assert regressions == []
    slower = json.loads(json.dumps(results))
    rows = {row["peer"]: row for row in slower["tasks"][0]["rows"]}
    rows["micrograd_c nets"]["seconds"] = [100 * s for s in rows["micrograd_c nets"]["seconds"]]
    rows["python_ref"]["seconds"] = [100 * s for s in rows["python_ref"]["seconds"]]
    text, regressions = compare.compare(results, slower)
    assert "100.00" in text
    assert len(regressions) == 1 and "micrograd_c nets" in regressions[0]
    rows["micrograd_c nets"]["failure"] = "crashed"
    assert "crashed" in compare.compare(results, slower)[1][0]


def test_comparison_of_growth_crossover_and_instructions():
    def measured(seconds, count):
        rows = [{"peer": "micrograd_c jit: run", "failure": None, "seconds": seconds}]
        part = {"tasks": [{"task": "chain:100", "rows": rows}]}
        return {"tasks": [], "growth": part, "crossover": part, "instructions": {"path": count}}

    old = measured([1.0, 1.05], 100.0)
    assert compare.compare(old, measured([1.1, 1.2], 101.9))[1] == []
    _, regressions = compare.compare(old, measured([1.2, 1.3], 102.1))
    assert [text.partition(":")[0] for text in regressions] == ["growth", "crossover", "path"]
    text, regressions = compare.compare(old, measured([9.9], 90.0))
    assert "timed once" in text and regressions == []


def test_exponents():
    def result(n):
        row = {"peer": "someone", "failure": None, "seconds": [3e-9 * n**2, 1.0]}
        return {"operators": n, "rows": [row, {"peer": "other", "failure": "crashed"}]}

    assert growth.exponents(map(result, (1000, 2000, 4000))) == {"someone": pytest.approx(2.0)}


def test_overtaken():
    def result(n, ours, theirs):
        seconds = {"micrograd_c nets": ours, "PyTorch eager": theirs}
        rows = [{"peer": k, "failure": None, "seconds": [v]} for k, v in seconds.items()]
        return {"operators": 100 * n, "rows": rows}

    widths = (4, 8, 16)
    slower = [result(4, 2.0, 1.0), result(8, 1.0, 2.0), result(16, 3.0, 2.0)]
    assert crossover.overtaken(slower, widths) == {"micrograd_c nets": 16}
    slower[2]["rows"][1] = {"peer": "PyTorch eager", "failure": "crashed"}
    assert crossover.overtaken(slower, widths) == {"micrograd_c nets": None}
    ahead = [result(n, 1.0, 2.0) for n in widths]
    assert crossover.overtaken(ahead, widths) == {"micrograd_c nets": None}


def test_what_cannot_be_written_in_the_end_loses_nothing_else(
    results, monkeypatch, tmp_path, capsys
):
    figures, folder = tmp_path / "figures.json", tmp_path / "report"

    def run(args, say):
        figures.mkdir()  # in the place of the file
        return dict(results, machine={"processor": "some"})

    monkeypatch.setattr(command, "run", run)
    assert command.main(["--json", str(figures), "--out", str(folder)]) == 2
    out, err = capsys.readouterr()
    assert "figures.json" in err and "python_ref" in out
    assert "python_ref" in (folder / "report.md").read_text()


def test_growth_tells_what_jit_does_once_apart():
    row = {"peer": "micrograd_c jit", "failure": None, "seconds": [2.0, 3.0], "prepare": 9.0}
    run, once = growth.split_jit_row(row)
    assert run["seconds"] == [2.0, 3.0] and once["seconds"] == [7.0]
    assert (run["peer"], once["peer"]) == (growth.JIT_RUN, growth.JIT_PREPARE)
    assert growth.split_jit_row({"peer": "python_ref"}) == [{"peer": "python_ref"}]
    failed = {"peer": "micrograd_c jit", "failure": "crashed"}
    assert [part["failure"] for part in growth.split_jit_row(failed)] == ["crashed"] * 2


def test_a_package_that_is_for_another_python_is_a_row_that_says_so(monkeypatch):
    def fail(package):
        raise ImportError("its C library is for another Python")

    monkeypatch.setattr(worker, "import_module", fail)
    with pytest.raises(CannotDo, match="some_package cannot be imported in "):
        worker.version_of("some_package")


def test_pictures_of_growth_and_crossover(tmp_path):
    def result(task, n):
        rows = [{"peer": peer.name, "failure": None, "seconds": [1e-6 * n], "peak": n}
                for peer in PEERS[:3]]  # fmt: skip
        return {"task": task, "title": task, "operators": n, "rows": rows}

    few = [result("t", 10), result("t", 100)]
    results = {"tasks": [], "growth": {"tasks": few}, "crossover": {"tasks": few, "widths": [1, 2]}}
    assert pictures.draw(results, tmp_path) == ["growth.png", "crossover.png"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["crossover.png", "growth.png"]
