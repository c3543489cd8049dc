"""MICROGRAD_C_BACKEND, the fallback and its warning; two engines in one process."""

import os
import shutil
import subprocess
import sys
import textwrap
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

import micrograd_c
import micrograd_c.engine
import python_ref.engine

# Makes `import micrograd_c._native` fail as it does where it was not built.
WITHOUT_LIBRARY = "import sys; sys.modules['micrograd_c._native'] = None\n"


def python(code, backend, *options):
    """Runs code in a new interpreter: its exit status, output and errors."""
    environment = {k: v for k, v in os.environ.items() if k != "MICROGRAD_C_BACKEND"}
    if backend is not None:
        environment["MICROGRAD_C_BACKEND"] = backend
    return subprocess.run(
        [sys.executable, *options, "-c", textwrap.dedent(code)],
        env=environment,
        capture_output=True,
        text=True,
    )


REPORT = """
from micrograd_c import backend
from micrograd_c.engine import Value
from micrograd_c.nn import MLP
a = Value(2.0)
(a * a).backward()
print(backend, Value.__module__, type(MLP(1, [1]).parameters()[0]) is Value, a.grad)
"""


@pytest.mark.parametrize("wanted", [None, "auto", "c"])
def test_c_where_it_is_built(wanted):
    run = python(REPORT, wanted, "-W", "error")
    assert run.stdout == "c micrograd_c._c.value True 4.0\n", run.stderr


def test_python_on_demand():
    run = python(REPORT, "python", "-W", "error")
    assert run.stdout == "python python_ref.engine True 4.0\n", run.stderr


def test_python_needs_no_library():
    run = python(WITHOUT_LIBRARY + REPORT, "python", "-W", "error")
    assert run.stdout == "python python_ref.engine True 4.0\n", run.stderr


@pytest.mark.parametrize("wanted", ["C", "rust", " c", "1"])
def test_another_value_is_an_error_that_lists_the_choices(wanted):
    run = python("import micrograd_c", wanted)
    assert run.returncode == 1
    last = run.stderr.strip().splitlines()[-1]
    assert last.startswith("ValueError") and repr(wanted) in last
    assert all(choice in last for choice in ("auto", "c", "python"))


@pytest.mark.parametrize("wanted", [None, "auto"])
def test_the_fallback_warns_once_with_cause_and_cure(wanted):
    code = WITHOUT_LIBRARY + "import micrograd_c, micrograd_c.nn, micrograd_c.engine\n" + REPORT
    run = python(code, wanted, "-W", "always")
    assert run.stdout == "python python_ref.engine True 4.0\n", run.stderr
    warnings = [line for line in run.stderr.splitlines() if "Warning" in line]
    assert len(warnings) == 1
    assert "_native" in warnings[0] and "compiler" in warnings[0]
    assert "circular" not in warnings[0]
    assert "MICROGRAD_C_BACKEND=python" in warnings[0]


def test_the_fallback_can_be_made_an_error():
    run = python(WITHOUT_LIBRARY + "import micrograd_c", None, "-W", "error")
    assert run.returncode == 1 and "RuntimeWarning" in run.stderr


def test_c_without_the_library_is_an_import_error_with_the_cause():
    run = python(WITHOUT_LIBRARY + "import micrograd_c", "c")
    last = run.stderr.strip().splitlines()[-1]
    assert run.returncode == 1
    assert last.startswith("ImportError") and "_native" in last and "compiler" in last
    assert "ModuleNotFoundError" in run.stderr  # the cause, chained


def test_importing_needs_no_numpy():
    for backend in ("c", "python"):
        run = python(
            """
            import sys
            import micrograd_c, micrograd_c.engine, micrograd_c.nn
            (micrograd_c.Value(2.0) * 3).backward()
            print("numpy" in sys.modules)
            """,
            backend,
        )
        assert run.stdout == "False\n", run.stderr


def test_the_reference_needs_nothing_of_micrograd_c():
    run = python(
        """
        import sys
        import python_ref.engine, python_ref.nn
        print(any(name.startswith("micrograd_c") for name in sys.modules))
        """,
        None,
    )
    assert run.stdout == "False\n", run.stderr


# A fresh directory as a checkout: the package without its library, and csrc/ beside it.
def make_checkout(directory):
    root = Path(micrograd_c.__file__).parent.parent
    for name in ("micrograd_c", "python_ref"):
        ignored = shutil.ignore_patterns("_native*", "__pycache__")
        shutil.copytree(root / name, directory / name, ignore=ignored)
    (directory / "csrc").mkdir()


@pytest.mark.parametrize("wanted", [None, "c"])
@pytest.mark.parametrize("arguments", [["-c", "import micrograd_c"], ["-m", "micrograd_c", "info"]])
def test_a_checkout_that_hides_the_installed_package_is_named(tmp_path, wanted, arguments):
    make_checkout(tmp_path / "checkout")
    installed = tmp_path / "installed"
    (installed / "micrograd_c").mkdir(parents=True)
    (installed / "micrograd_c" / f"_native{EXTENSION_SUFFIXES[-1]}").write_bytes(b"")
    for path, is_hidden in ((installed, True), (tmp_path, False)):
        environment = {**os.environ, "PYTHONPATH": str(path), "MICROGRAD_C_BACKEND": wanted or ""}
        if wanted is None:
            del environment["MICROGRAD_C_BACKEND"]
        done = subprocess.run(  # without site: else what is installed here would be found too
            [sys.executable, "-S", *arguments],
            cwd=tmp_path / "checkout", env=environment, capture_output=True, text=True,
        )  # fmt: skip
        assert (done.returncode == 0) == (wanted is None), done.stderr
        hidden = f"{tmp_path / 'checkout'} hides the micrograd_c installed in {installed}"
        assert (hidden in done.stderr) == is_hidden, done.stderr
        assert ("run from another directory" in done.stderr) == is_hidden
        assert "pip install -e ." in done.stderr
        assert ("compiler" in done.stderr) == (not is_hidden)


# --- python -O and -OO, which drop assertions and docstrings ------------------------


@pytest.mark.parametrize("option", ["-O", "-OO"])
@pytest.mark.parametrize("backend", ["c", "python"])
def test_without_docstrings(option, backend, tmp_path):
    code = """
    import importlib, pkgutil, random
    import micrograd_c, python_ref
    from micrograd_c import engine, functional, jit, losses, nn, optim
    for package in (micrograd_c, python_ref):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if module.name.rpartition(".")[2] not in ("build", "__main__", "_native"):
                importlib.import_module(module.name)
    x = engine.Value(2.0)
    y = functional.tanh(x) + (x * x).relu() - functional.atan2(x, 1.0)
    y.backward()
    print(y.data, x.grad, functional.tanh.__doc__ is None)
    random.seed(1337)
    net = nn.MLP(2, [3, 1])
    loss = jit(lambda a, b, t: losses.mse_loss(net([a, b]), t))
    optimizer = optim.Adam(net.parameters(), lr=0.1)
    print(loss.fit([1.0, 2.0], [2.0, 3.0], [0.5, 1.0], epochs=3, optimizer=optimizer, seed=1))
    """
    done = python(code, backend, option)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    plain = python(code, backend)
    drops = option == "-OO"
    assert done.stdout.split() == plain.stdout.replace("False", str(drops)).split()


def test_the_command_line_without_docstrings(tmp_path):
    for arguments in (
        ["--help"], ["run", "--help"], ["bench", "--help"],
        ["demo", "--steps", "2", "--samples", "10", "--hidden", "2"],
        ["run", "-c", "import micrograd.nn as nn; print(nn.MLP(2, [1]))"],
    ):  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-OO", "-m", "micrograd_c", *arguments],
            cwd=tmp_path, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr


def test_version():
    run = python("import micrograd_c; print(micrograd_c.__version__)", None)
    assert run.stdout.strip() == micrograd_c.__version__
    assert [part.isdigit() for part in micrograd_c.__version__.split(".")[:2]] == [True, True]


# --- side by side -------------------------------------------------------------------

C, PY = micrograd_c.engine.Value, python_ref.engine.Value


def test_both_work_in_one_process():
    c, py = C(2.0), PY(2.0)
    (c * c + 1).backward()
    (py * py + 1).backward()
    assert c.grad == py.grad == 4.0
    assert type(c * 1) is C and type(py * 1) is PY


MIXED = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "/": lambda x, y: x / y,
    "**": lambda x, y: x**y,
    "maximum": lambda x, y: x.maximum(y),
    "minimum": lambda x, y: x.minimum(y),
    "atan2": lambda x, y: x.atan2(y),
    "<": lambda x, y: x < y,
    ">=": lambda x, y: x >= y,
    "sum": lambda x, y: sum([x, y]),
    "child": lambda x, y: type(x)(1.0, (y,), "f"),
}


@pytest.mark.parametrize("name", MIXED)
@pytest.mark.parametrize("first, second", [(C, PY), (PY, C)], ids=["c-py", "py-c"])
def test_mixing_their_values_is_a_type_error(name, first, second):
    x, y = first(2.0), second(3.0)
    with pytest.raises(TypeError):
        MIXED[name](x, y)
    assert x != y
    (x * x).backward()
    (y * y).backward()
    assert (x.grad, y.grad) == (4.0, 6.0)
