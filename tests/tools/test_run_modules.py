"""The modules that a program under ``run`` finds: its own, the standard library's, a fork's."""

import shutil
import sys
from importlib.util import find_spec

import pytest
from run_tools import OURS, assert_same, python, run, write_program

# --- files with the names of the standard library's modules ---

# In the current directory not types.py, typing.py or operator.py: `python -m` itself imports them.
NAMES = ["secrets", "csv", "random", "queue", "numbers", "shutil", "zipfile", "threading",
         "signal", "tempfile", "statistics", "argparse", "string", "pathlib"]  # fmt: skip


@pytest.mark.parametrize("order", ["before", "after"])
@pytest.mark.parametrize("name", [*NAMES, "types", "typing", "contextlib", "enum", "weakref"])
def test_a_module_of_the_programs_own(tmp_path, name, order):
    """Imported before micrograd or after it, by the program and by processes that it starts."""
    pytest.importorskip("micrograd")
    own = f"import {name}; print({name}.mine)"
    lines = [own, "import micrograd.engine, micrograd.nn"]
    if order == "after":
        lines.reverse()
    text = "\n".join([*lines, "print(micrograd.engine.Value(2.0).data)"])
    write_program(tmp_path, text, "folder/program.py")
    module = "mine = 42\ndef uniform(a, b):\n    return 0.25\n"
    write_program(tmp_path, module, f"folder/{name}.py")
    assert_same("folder/program.py", cwd=tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_a_module_of_the_programs_own_in_the_current_directory(tmp_path, name):
    pytest.importorskip("micrograd")
    write_program(tmp_path, f"import micrograd.nn, {name}; print({name}.mine)")
    write_program(tmp_path, "print('imported'); mine = 42", f"{name}.py")
    assert_same("program.py", cwd=tmp_path)
    assert_same("-m", "program", cwd=tmp_path)
    assert_same("-c", f"import {name}; print({name}.mine)", cwd=tmp_path)


def test_the_programs_own_random_draws_the_weights(tmp_path):
    pytest.importorskip("micrograd")
    text = "import micrograd.nn as nn; print([p.data for p in nn.Neuron(2).w], nn.random.__file__)"
    write_program(tmp_path, text)
    write_program(tmp_path, "def uniform(a, b):\n    return 0.25", "random.py")
    assert "[0.25, 0.25]" in assert_same("program.py", cwd=tmp_path).stdout


def test_a_directory_hides_no_library_module(tmp_path):
    """Python prefers any module to a directory without __init__.py (a namespace package)."""
    pytest.importorskip("micrograd")
    write_program(tmp_path, "import micrograd.nn, random, csv; print(random.__name__, csv.reader)")
    write_program(tmp_path, "", "csv/file.py")
    write_program(tmp_path, "", "random/file.py")
    assert_same("program.py", cwd=tmp_path)


def test_no_second_copy_of_the_standard_library(tmp_path):
    """The program's imports return the same modules that micrograd_c imported."""
    write_program(
        tmp_path,
        """
        import micrograd.nn, micrograd_c.state, micrograd_c.nn, threading, secrets, random
        print(micrograd_c.state.secrets is secrets, micrograd_c.nn.random is random)
        """,
    )
    write_program(tmp_path, "mine = 42", "csv.py")
    assert run("program.py", cwd=tmp_path).stdout == "True True\n"


def test_in_process_no_file_is_taken_for_the_standard_librarys(tmp_path):
    pytest.importorskip("micrograd")
    for name in NAMES:
        if name != "random":  # which micrograd's nn imports
            write_program(tmp_path, "raise SystemExit('the wrong one')", f"{name}.py")
    write_program(tmp_path, "import micrograd.nn, sys; print(sys.path)")
    done = assert_same("program.py", cwd=tmp_path, options=["-E"], PYTHONPATH=None)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", [["info"], ["demo", "--help"], ["train", "--help"]])
def test_a_command_takes_no_file_of_the_directory(tmp_path, command):
    for name in NAMES:
        write_program(tmp_path, "raise SystemExit('the wrong one')", f"{name}.py")
    done = python("-m", "micrograd_c", *command, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "the wrong one" not in done.stderr


# --- a fork's own micrograd ---

FORK = {
    "__init__.py": "from .engine import Value",
    "engine.py": "class Value:\n    fork = True",
    "nn.py": "class MLP:\n    fork = True",
    "utils.py": "from .engine import Value\nfrom micrograd.nn import MLP\nanswer = Value(42.0)",
    "viz/__init__.py": "from ..utils import answer",
    "viz/dots.py": "from . import answer",
}


@pytest.fixture
def fork(tmp_path):
    for name, text in FORK.items():
        write_program(tmp_path, text, f"micrograd/{name}")
    return tmp_path


FORKS_PROGRAM = """
    import micrograd.utils, micrograd.viz.dots
    from micrograd import MLP, Layer, Module, Neuron, Value, utils
    from micrograd.utils import answer
    import micrograd.engine, micrograd.nn
    assert Value is micrograd.engine.Value and MLP is micrograd.nn.MLP is utils.MLP
    assert type(answer) is Value and micrograd.viz.dots.answer is answer
    assert issubclass(Neuron, Module) and issubclass(Layer, Module)
    assert utils.__file__.startswith(FOLDER), utils.__file__
    print(Value.__module__)
    """


def assert_names(done, package):
    """Assert that stderr is one line that names the package and says how to use it."""
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert f"{package} is passed over" in done.stderr
    assert "plain python" in done.stderr


@pytest.mark.parametrize("options", [[], ["-E"]], ids=["plain", "in process"])
@pytest.mark.parametrize("form", [["program.py"], ["-m", "program"], ["-c"], ["-"]], ids=" ".join)
def test_a_fork_is_named_and_its_other_modules_are_found(fork, form, options):
    text = FORKS_PROGRAM.replace("FOLDER", repr(str(fork)))
    text = write_program(fork, text).read_text()
    form = ["-c", text] if form == ["-c"] else form
    stdin = text if form == ["-"] else ""
    done = run(*form, cwd=fork, options=options, stdin=stdin)
    assert done.stdout == f"{OURS}\n", done.stderr
    assert_names(done, fork / "micrograd" if form != ["-"] else "micrograd")


def test_a_forks_own_program(fork):
    write_program(fork, "from .utils import answer; print(answer)", "micrograd/train.py")
    done = run("-m", "micrograd.train", cwd=fork)
    assert done.stdout == "Value(data=42.0, grad=0.0)\n"
    assert_names(done, fork / "micrograd")


def test_a_fork_that_is_one_file(tmp_path):
    write_program(tmp_path, "from micrograd import Value, MLP; print(Value(1.0))")
    write_program(tmp_path, "class Value: pass", "micrograd.py")
    done = run("program.py", cwd=tmp_path)
    assert done.stdout == "Value(data=1.0, grad=0.0)\n"
    assert_names(done, tmp_path / "micrograd.py")


def test_a_fork_without_an_init(tmp_path):
    """It is found only if no micrograd is installed."""
    write_program(tmp_path, "from micrograd.utils import Value; print(Value(1.0))")
    write_program(tmp_path, FORK["engine.py"], "micrograd/engine.py")
    write_program(tmp_path, FORK["utils.py"], "micrograd/utils.py")
    done = run("program.py", cwd=tmp_path)
    if find_spec("micrograd") is None:
        assert done.stdout == "Value(data=1.0, grad=0.0)\n"
        assert_names(done, tmp_path / "micrograd")
    else:  # plain Python would not find the fork either
        assert "No module named 'micrograd.utils'" in done.stderr


def test_a_fork_is_named_once(fork):
    """Workers do not name it again, nor does a program that does not import it."""
    write_program(
        fork,
        """
        import multiprocessing, subprocess, sys
        from micrograd.engine import Value
        def work(x):
            from micrograd.engine import Value as again
            return Value is again
        if __name__ == "__main__":
            with multiprocessing.get_context("spawn").Pool(2) as pool:
                print(pool.map(work, [1, 2]))
            subprocess.run([sys.executable, "-c", "import micrograd.nn"])
        """,
    )
    done = run("program.py", cwd=fork)
    assert done.stdout == "[True, True]\n"
    assert_names(done, fork / "micrograd")
    write_program(fork, "print('no micrograd')")
    assert run("program.py", cwd=fork).stderr == ""


def test_an_installed_fork_is_named_and_micrograd_is_not(tmp_path):
    micrograd = pytest.importorskip("micrograd")
    site = tmp_path / "site-packages"
    shutil.copytree(micrograd.__path__[0], site / "micrograd")
    write_program(tmp_path, "from micrograd.engine import Value; print(Value.__module__)")
    done = run("program.py", cwd=tmp_path, PYTHONPATH=str(site))
    assert (done.stdout, done.stderr) == (f"{OURS}\n", "")

    with open(site / "micrograd" / "engine.py", "a") as file:
        file.write("\n# Changed.\n")
    done = run("program.py", cwd=tmp_path, PYTHONPATH=str(site))
    assert done.stdout == f"{OURS}\n"
    assert_names(done, site / "micrograd")


def test_a_forks_name_is_no_error_where_stderr_is_closed(fork):
    write_program(fork, "from micrograd.engine import Value; print(Value(1.0))")
    code = (
        "import subprocess, sys; subprocess.run([sys.executable, '-c', "
        "'import os, sys; os.close(2); "
        "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])', *sys.argv[1:]])"
    )
    if sys.platform != "win32":
        done = python("-c", code, "-m", "micrograd_c", "run", "program.py", cwd=fork)
        assert done.stdout == "Value(data=1.0, grad=0.0)\n"


# --- star imports ---


@pytest.mark.parametrize("package", ["micrograd_c", "python_ref"])
def test_star_imports_bring_micrograds_names(package):
    micrograds = {
        "engine": {"Value"},
        "nn": {"random", "Value", "Module", "Neuron", "Layer", "MLP"},
    }
    for module, expected in micrograds.items():
        names = {}
        exec(f"from {package}.{module} import *", names)
        assert set(names) - {"__builtins__"} == expected
    import random

    assert names["random"] is random


@pytest.mark.parametrize(
    "module, expected",
    [
        ("losses", {"mse_loss", "hinge_loss", "binary_cross_entropy_with_logits", "cross_entropy",
                    "l2_penalty"}),
        ("state", {"state_dict", "load_state_dict", "save", "load"}),
        ("gradcheck", {"gradcheck", "GradcheckError"}),
        ("drawing", {"draw_dot"}),
        ("plotting", {"plot_decision_boundary", "plot_history"}),
        ("standin", {"install", "uninstall"}),
        ("lr_scheduler", {"LRScheduler", "StepLR", "CosineAnnealingLR", "LinearLR"}),
    ],
)  # fmt: skip
def test_star_imports_bring_what_is_documented(module, expected):
    names = {}
    exec(f"from micrograd_c.{module} import *", names)
    assert set(names) - {"__builtins__"} == expected
