"""``python -m benchmarks.workloads``, on tiny sizes: the peers that are installed agree."""

import importlib.util
import json
import shutil
from types import SimpleNamespace

import pytest

pytest.importorskip("scipy")
pytest.importorskip("numpy")
from benchmarks import elementary, workloads
from benchmarks.agreement import Disagreement
from benchmarks.peers import CannotDo
from benchmarks.workloads import Workload, __main__
from benchmarks.workloads.__main__ import BOUND, OURS, PEERS
from benchmarks.workloads.bound import BoundJit, prepare_bound
from micrograd_c._backend import backend
from micrograd_c._timing import Times

pytestmark = pytest.mark.skipif(backend != "c", reason="the workloads time the C engine")

TINY = (
    "readme_expression", "chain:10", "ode:2", "black_scholes:3", "implied_volatility:3",
    "heston:3", "garch:12", "kalman:5", "hmm:2", "logistic:6", "poisson:6", "softmax:6",
    "mixture:5", "arms:3", "bundle_adjustment_loss:2", "factorisation:6", "rnn:3", "lstm:2",
    "attention:3", "gpt:2", "pinn:3", "policy_gradient:5", "greeks:3", "curve_fit:4",
    "bundle_adjustment:2", "arms_in_a_loop:3", "net:5", "hessian:4", "hvp:4",
    "logistic_wide:20", "bfgs",
)  # fmt: skip

NOT_BOUND = ("curve_fit", "bundle_adjustment", "bfgs", "gpt")  # Jacobians, other arrays, fit


@pytest.fixture(autouse=True)
def environment_as_before(monkeypatch):
    monkeypatch.setattr(__main__.os, "environ", dict(__main__.os.environ))


@pytest.fixture
def one_race(monkeypatch):
    """A race in which everybody takes 8 seconds, without running. Returns who took part."""
    raced = []

    def race(contestants, rounds, piece_seconds):
        raced.extend(contestant.name for contestant in contestants)
        return {contestant.name: Times([8.0]) for contestant in contestants}

    monkeypatch.setattr(__main__, "race", race)
    return raced


def test_every_workload_is_here():
    assert {name.partition(":")[0] for name in TINY} == {
        name.partition(":")[0] for name in workloads.SUITE
    }


@pytest.mark.parametrize("name", TINY)
def test_peers_agree(name, one_race):
    workload = workloads.make(name)
    __main__.measured(workload, 1)  # raises Disagreement
    there = {
        "C by hand": any(map(shutil.which, ("gcc", "clang", "cc"))),
        **{peer: importlib.util.find_spec(peer.lower()) for peer in ("JAX", "CasADi", "NumPy")},
    }
    expected = {peer for peer, field in PEERS.items() if there[peer] and getattr(workload, field)}
    ours = {OURS} if name.partition(":")[0] in NOT_BOUND else {OURS, BOUND}
    assert set(one_race) == {*ours, *expected}


def test_calls_with_the_same_arrays_are_bound():
    import numpy as np

    x, calls = np.array([1.0, 2.0]), []
    f = BoundJit(lambda x: calls.append(x) or x * x)
    assert f(x) is f(x)  # the same array, which each run overwrites
    assert f(x).tolist() == [1.0, 4.0]
    assert len(calls) == 1
    with pytest.raises(CannotDo, match="change"):
        f(x + 1)
    with pytest.raises(CannotDo, match="jacobian"):
        f.jacobian(x)


def test_a_workload_that_is_one_bound_call_is_timed_without_what_surrounds_it():
    run = prepare_bound(workloads.make("hessian:3"))
    assert run()[0] is run()[0]  # the bound call's own array
    surrounded = prepare_bound(SimpleNamespace(ours=lambda jit: doubled(jit(lambda x: x * x))))
    assert [x.tolist() for x in surrounded()] == [[2.0, 8.0]]


def doubled(f):
    import numpy as np

    x = np.array([1.0, 2.0])
    return lambda: [2 * f(x)]


def test_elementary_functions_have_a_row_each(capsys, monkeypatch, one_race):
    monkeypatch.setattr(elementary, "race", __main__.race)
    elementary.main(["--rounds", "1", "exp", "x**-1"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("|")[1].strip() for line in lines[2:]] == ["`exp`", "`x**-1`"]
    with pytest.raises(SystemExit):
        elementary.main(["sine"])
    assert "there are exp, log" in capsys.readouterr().err


def test_c_by_hand_takes_part_in_one_row_of_the_ode():
    assert workloads.make("ode").c and not workloads.make("ode:2").c


def test_prints_and_writes_a_page_and_all_seconds(tmp_path, capsys, monkeypatch, one_race):
    file, page = tmp_path / "figures.json", tmp_path / "page.md"
    page.write_text(f"# Title\n\nold\n{__main__.END}\nafter\n")
    monkeypatch.setattr(__main__, "PAGE", page)
    __main__.main(["curve_fit:4", "--json", str(file), "--write"])
    out = capsys.readouterr().out
    assert "| curve fit, Jacobian 4 x 5 " in out and "wanted" in out
    assert json.loads(file.read_text())["curve_fit:4"][OURS] == [8.0]
    text = page.read_text()
    assert text.startswith("# Title\n\n`python -m") and text.endswith(f"{__main__.END}\nafter\n")
    assert "| curve fit, Jacobian 4 x 5 " in text and "old" not in text
    __main__.main(["curve_fit:4", "--compare", str(file)])
    assert "now / before" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["nothing", "net:0", "net:x", "net:"])
def test_refuses_an_unknown_workload(name, capsys):
    with pytest.raises(SystemExit):
        __main__.main([name])
    assert f"no workload {name!r}; there are readme" in capsys.readouterr().err


def test_a_peer_that_disagrees_is_not_timed():
    import numpy as np

    workload = Workload(
        "some title",
        ours=lambda jit: lambda: [np.ones(2)],
        jax=lambda: lambda: [np.array([1.0, 1.1])],
    )
    with pytest.raises(Disagreement, match="some title, JAX: off by 1.0e-01"):
        __main__.measured(workload, 1)


def test_a_library_that_is_missing_is_left_out(one_race):
    def missing():
        raise ModuleNotFoundError("no jax here")

    workload = Workload("some title", ours=lambda jit: lambda: [[1.0]], jax=missing)
    figures = __main__.measured(workload, 1)
    assert list(figures) == [OURS, BOUND]
    assert __main__.ratio(figures, "JAX") == __main__.both(figures.get("JAX")) == ""


def test_a_peer_that_works_more_than_once_a_call_is_divided(one_race):
    def often():
        return [[1.0]]

    often.times = 4
    workload = Workload("some title", ours=lambda jit: lambda: [[1.0]], c=lambda: often)
    assert __main__.measured(workload, 1) == {OURS: [8.0], BOUND: [8.0], "C by hand": [2.0]}


def test_summary_counts_who_is_faster():
    figures = {
        "a": {OURS: [2.0], BOUND: [0.5], "JAX": [1.0]},
        "b": {OURS: [1.0], "JAX": [4.0]},
        "c": {OURS: [1.0]},
    }
    assert __main__.summary(figures) == (
        "- JAX: the median ratio is 1.12, the largest 2.00; JAX is faster in 1 of 2.\n"
        "- JAX, and our bound calls: the median ratio is 0.375, the largest 0.500; JAX is faster "
        "in 0 of 2."
    )


def test_comparison_with_earlier_seconds():
    before = {"a": {OURS: [2.0, 3.0], "JAX": [1.0]}, "gone": {OURS: [1.0]}}
    now = {"a": {OURS: [3.0, 9.0], "JAX": [1.5]}, "new": {OURS: [1.0]}}
    line = __main__.compared(before, now).splitlines()[-1]
    assert [cell.strip() for cell in line.strip("|").split("|")] == [
        "a", "2.00 s", "3.00 s", "1.50", "1.50",
    ]  # fmt: skip
