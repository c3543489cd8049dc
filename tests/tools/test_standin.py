"""micrograd's programs on micrograd_c: install() and uninstall()."""

import os
import sys

import pytest
from run_tools import python, write_program

import micrograd_c
import micrograd_c.engine
import micrograd_c.nn
from micrograd_c import standin


@pytest.fixture
def modules(monkeypatch):
    """sys.modules without micrograd, as at the start of a program; restored afterwards."""
    monkeypatch.delenv("PYTHONPATH", raising=False)
    before = dict(sys.modules)
    for name in [name for name in sys.modules if name.partition(".")[0] == "micrograd"]:
        del sys.modules[name]
    yield sys.modules
    standin.uninstall()
    for name in [name for name in sys.modules if name.partition(".")[0] == "micrograd"]:
        del sys.modules[name]
    sys.modules.update(before)


class Absent:
    """A finder for a machine without micrograd."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] == "micrograd":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


@pytest.mark.parametrize("installed", [True, False], ids=["micrograd", "no micrograd"])
def test_every_import_line_of_micrograd_gets_ours(modules, monkeypatch, installed):
    if installed:
        pytest.importorskip("micrograd")
        for name in ("micrograd", "micrograd.engine", "micrograd.nn"):
            modules.pop(name, None)
    else:
        monkeypatch.setattr(sys, "meta_path", [Absent, *sys.meta_path])
    micrograd_c.install()

    import micrograd
    import micrograd.engine
    import micrograd.nn as nn
    from micrograd import engine
    from micrograd.engine import Value
    from micrograd.nn import MLP, Layer, Module, Neuron

    assert micrograd.engine is engine is micrograd_c.engine
    assert micrograd.nn is nn is micrograd_c.nn
    assert Value is micrograd_c.engine.Value
    assert (MLP, Layer, Module, Neuron) == (nn.MLP, nn.Layer, nn.Module, nn.Neuron)
    with pytest.raises(ModuleNotFoundError, match=r"^No module named 'micrograd\.trace_graph'$"):
        import micrograd.trace_graph


def test_uninstall_restores_an_absent_micrograd(modules, monkeypatch):
    monkeypatch.setattr(sys, "meta_path", [Absent, *sys.meta_path])
    micrograd_c.install()
    micrograd_c.uninstall()
    with pytest.raises(ModuleNotFoundError):
        import micrograd  # noqa: F401


def test_uninstall_restores_exactly_what_was_there(modules):
    pytest.importorskip("micrograd")
    import micrograd.nn

    modules["micrograd.own"] = own = object()
    before = {name: m for name, m in modules.items() if name.startswith("micrograd.")}
    theirs = micrograd
    with pytest.warns(RuntimeWarning, match="micrograd is already imported"):
        micrograd_c.install()
    assert modules["micrograd"] is not theirs
    assert "micrograd.own" not in modules

    micrograd_c.uninstall()
    assert modules["micrograd"] is theirs
    assert {name: m for name, m in modules.items() if name.startswith("micrograd.")} == before
    assert modules["micrograd.own"] is own
    assert theirs.nn is modules["micrograd.nn"]


def test_names_imported_before_install_stay_micrograds(modules):
    pytest.importorskip("micrograd")
    from micrograd.engine import Value as Theirs

    with pytest.warns(RuntimeWarning, match="names bound so far stay micrograd's") as caught:
        micrograd_c.install()
    assert caught[0].filename == __file__  # the caller's line, not ours
    from micrograd.engine import Value as Ours

    assert Ours is micrograd_c.engine.Value
    assert Theirs is not Ours


def test_a_second_install_changes_nothing(modules):
    micrograd_c.install()
    first = modules["micrograd"]
    micrograd_c.install()
    assert modules["micrograd"] is first
    micrograd_c.uninstall()
    assert "micrograd" not in modules
    micrograd_c.uninstall()
    assert "micrograd" not in modules


# --- the processes that a program starts ---

CHILD = "import micrograd.engine; print(micrograd.engine.Value.__module__)"


@pytest.mark.parametrize("path", [None, "", "first{0}second"])
def test_child_processes_inherit_install_and_uninstall(modules, monkeypatch, tmp_path, path):
    before = path and path.format(os.pathsep)
    if before is not None:
        monkeypatch.setenv("PYTHONPATH", before)
    settings = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ours = micrograd_c.engine.Value.__module__
    micrograd_c.install()
    assert python("-c", CHILD, cwd=tmp_path).stdout == f"{ours}\n"
    micrograd_c.install()
    expected = [standin.finder.STARTUP, *([before] if before else [])]
    assert os.environ["PYTHONPATH"] == os.pathsep.join(expected)

    micrograd_c.uninstall()
    assert (os.environ.get("PYTHONPATH") or None) == (before or None)
    assert {name: v for name, v in os.environ.items() if name != "PYTHONPATH"} == settings
    assert f"{ours}\n" not in python("-c", CHILD, cwd=tmp_path).stdout


def test_uninstall_keeps_what_the_program_put_on_the_path(modules, monkeypatch):
    micrograd_c.install()
    own = os.pathsep.join(["mine", os.environ["PYTHONPATH"], "", "yours"])
    monkeypatch.setenv("PYTHONPATH", own)
    micrograd_c.uninstall()
    assert os.environ["PYTHONPATH"] == os.pathsep.join(["mine", "", "yours"])


def test_uninstall_below_run(tmp_path):
    write_program(
        tmp_path,
        """
        import os, subprocess, sys
        import micrograd_c
        from micrograd.engine import Value
        print(Value is micrograd_c.Value)
        micrograd_c.install()
        micrograd_c.uninstall()
        print([name for name in sys.modules if name.startswith("micrograd.")])
        print([name for name in os.environ if name.startswith(("MICROGRAD_C_", "PYTHONPATH"))])
        import micrograd
        print(micrograd.answer)
        subprocess.run([sys.executable, "-c", "import micrograd; print(micrograd.answer)"])
        """,
    )
    write_program(tmp_path, "answer = 42", "micrograd.py")
    done = python(
        "-u", "-m", "micrograd_c", "run", "program.py",
        cwd=tmp_path, PYTHONPATH=None, MICROGRAD_C_BACKEND=None,
    )  # fmt: skip
    assert done.stdout.split("\n") == ["True", "[]", "[]", "42", "42", ""], done.stderr


def test_a_fork_beside_the_program_is_named_in_a_warning(modules, monkeypatch, tmp_path):
    write_program(tmp_path, "class Value: pass", "micrograd/engine.py")
    write_program(tmp_path, "from .engine import Value", "micrograd/own.py")
    write_program(tmp_path, "", "micrograd/__init__.py")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.warns(RuntimeWarning, match="micrograd is passed over; .*plain python") as caught:
        micrograd_c.install()
    assert caught[0].filename == __file__
    assert str(tmp_path) in str(caught[0].message)
    import micrograd.own

    assert micrograd.own.Value is micrograd_c.engine.Value
    # The warning was shown once: child processes do not repeat it.
    assert python("-c", CHILD, cwd=tmp_path).stderr == ""


def test_modules_taken_out_by_the_program_are_found_again(modules):
    """Test suites do so to import them anew."""
    micrograd_c.install()
    import importlib.util

    for name in ("micrograd.nn", "micrograd.engine", "micrograd"):
        del modules[name]
        assert importlib.import_module(name) is modules[name]
    assert modules["micrograd.nn"] is micrograd_c.nn
    assert importlib.reload(modules["micrograd"]).engine is micrograd_c.engine
    assert importlib.util.find_spec("micrograd") is not None
    assert micrograd_c.nn.__spec__.name == "micrograd_c.nn"
