"""``python -m benchmarks.derivatives``, on tiny sizes: the peers that are installed agree."""

import json

import pytest

pytest.importorskip("scipy")
pytest.importorskip("numpy")
from benchmarks import derivatives
from benchmarks.agreement import Disagreement
from benchmarks.derivatives import JAX, OURS, Workload, __main__
from micrograd_c._backend import backend

pytestmark = pytest.mark.skipif(backend != "c", reason="the workloads time the C engine")

TINY = (
    "greeks:3", "curve_fit:4", "bundle_adjustment:2", "arms:3", "arms_in_a_loop:3", "net:5",
    "factorisation:6", "hessian:4", "hvp:4", "logistic:20", "hmm:2", "bfgs",
)  # fmt: skip


@pytest.fixture(autouse=True)
def environment_as_before(monkeypatch):
    monkeypatch.setattr(__main__.os, "environ", dict(__main__.os.environ))


def test_every_workload_is_here():
    assert {name.partition(":")[0] for name in TINY} == {
        name.partition(":")[0] for name in derivatives.SUITE
    }


@pytest.mark.parametrize("name", TINY)
def test_peers_agree(name, monkeypatch):
    monkeypatch.setattr(__main__, "race", lambda contestants, rounds: {})
    __main__.measured(derivatives.make(name), 1)  # raises Disagreement


def test_prints_a_table_and_writes_all_seconds(tmp_path, capsys):
    file = tmp_path / "figures.json"
    __main__.main(["--only", "curve_fit:4", "--rounds", "2", "--json", str(file)])
    out = capsys.readouterr().out
    assert "| curve fit, Jacobian 4 x 5 " in out and "wanted" in out
    assert len(json.loads(file.read_text())["curve_fit:4"][OURS]) == 2


@pytest.mark.parametrize("name", ["nothing", "net:0", "net:x", "net:"])
def test_refuses_an_unknown_workload(name, capsys):
    with pytest.raises(SystemExit):
        __main__.main(["--only", name])
    assert f"no workload {name!r}; there are greeks" in capsys.readouterr().err


def test_a_peer_that_disagrees_is_not_timed():
    import numpy as np

    peers = {OURS: lambda: lambda: [np.ones(2)], JAX: lambda: lambda: [np.array([1.0, 1.1])]}
    with pytest.raises(Disagreement, match="some title, JAX: off by 1.0e-01"):
        __main__.measured(Workload("some title", 1.0, peers), 1)


def test_a_library_that_is_missing_is_left_out():
    import numpy as np

    def missing():
        raise ModuleNotFoundError("no jax here")

    workload = Workload("some title", 1.0, {OURS: lambda: lambda: [np.ones(1)], JAX: missing})
    figures = __main__.measured(workload, 1)
    assert list(figures) == [OURS]
    assert __main__.row_of(workload, figures)[3:5] == ["", ""]
