"""SECURITY.md: input is never run as code, paths are used as given, extras are optional."""

import ast
import io
import os
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
from trust_tools import ROOT, run_python

import micrograd_c
import python_ref
from micrograd_c import nn, state

# The sources of the installed package: the tests may run without a checkout beside them.
SOURCES = {
    f"{package.__name__}/{path.relative_to(folder).as_posix()}": path
    for package in (micrograd_c, python_ref)
    for folder in [Path(package.__file__).parent]
    for path in sorted(folder.rglob("*.py"))
}
RUNS_PROGRAMS = {  # to run a program, or to load a function, is their purpose
    "micrograd_c/cli/commands/explore.py",
    "micrograd_c/cli/commands/run.py",
    "micrograd_c/distributed/sending.py",
    "micrograd_c/replace/child.py",
    "micrograd_c/replace/source.py",
}
RUN_CODE = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "system",
    "popen",
    "Popen",
    "loads",
    "load_module",
}


def test_there_are_sources():
    assert {*RUNS_PROGRAMS, "micrograd_c/state.py", "python_ref/engine.py"} < set(SOURCES)


@pytest.mark.parametrize("name", sorted(set(SOURCES) - RUNS_PROGRAMS))
def test_no_source_runs_what_it_is_given(name):
    for node in ast.walk(ast.parse(SOURCES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            called = getattr(node.func, "id", None)
            method = getattr(node.func, "attr", None)
            assert called not in RUN_CODE, f"line {node.lineno}: {called}"
            owner = getattr(getattr(node.func, "value", None), "id", None)
            is_harmless = (owner, method) in {("re", "compile"), ("json", "loads")}
            assert is_harmless or method not in RUN_CODE, f"line {node.lineno}: {method}"
            assert not any(word.arg == "shell" for word in node.keywords), f"line {node.lineno}"
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [alias.name for alias in node.names] + [getattr(node, "module", "") or ""]
            assert not {"pickle", "marshal", "socket", "urllib.request", "runpy"} & set(names)


# Passes hostile text to everything that takes text; an audit hook must see no code run.
AUDITED = """
import os, sys, tempfile, warnings
import numpy as np
from micrograd_c import jit, nn, optim, state
from micrograd_c.engine import Value

HOSTILE = ["__import__('os').system('touch evil')", "$(touch evil)", "; touch evil", "../evil"]
FORBIDDEN = ("exec", "subprocess.",            # NumPy compiles an .npy header, as a literal
             "os.system", "os.exec", "os.fork", "os.posix_spawn",
             "os.spawn", "socket.", "pickle.", "ctypes.", "import")
seen, watching = [], False

def hook(event, args):
    if watching and event.startswith(FORBIDDEN):
        seen.append((event, args))

def session(folder):
    for text in HOSTILE:
        a = Value(2.0, label=text)
        out = Value(4.0, (a,), text)
        out.note = text
        repr(out * a), out._op, (out * a)._prev
        takes_number = (
            lambda: Value(text), lambda: a + text, lambda: a**text,
            lambda: setattr(a, "data", text),
        )
        for bad in takes_number:
            try:
                bad()
            except TypeError:
                continue
            raise AssertionError("taken as a number")
        try:
            nn.Neuron(2, nonlin=text)([1.0, 2.0])
        except (ValueError, TypeError, KeyError):
            pass
        net = nn.MLP(2, [2, 1])
        path = os.path.join(folder, text.replace("/", "_"))
        state.save(net, path)
        state.load(net, path)
        assert os.listdir(folder) == [os.path.basename(path)]
        os.unlink(path)
        try:
            net.load_state_dict({text: np.zeros(3)})
        except ValueError:
            pass
        jit(lambda x: net([x, x]))([1.0, 2.0])

with tempfile.TemporaryDirectory() as folder:
    session(folder)                            # so that all lazy imports happen now
    sys.addaudithook(hook)
    watching = True
    session(folder)
    watching = False
assert not seen, seen
assert not os.path.exists("evil") and not os.path.exists("../evil")
print("fine")
"""


def test_hostile_text_runs_nothing():
    assert run_python(AUDITED) == "fine\n"


def npz(members):
    """Return the bytes of a zip file of arrays whose names may be anything."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, array in members.items():
            data = io.BytesIO()
            np.lib.format.write_array(data, np.asarray(array))
            archive.writestr(name, data.getvalue())
    return file.getvalue()


HOSTILE_FILES = {
    "names that climb": npz({"../evil.npy": [1.0], "w.npy": [1.0], "b.npy": 1.0}),
    "absolute names": npz({"/tmp/evil.npy": [1.0], "w.npy": [1.0], "b.npy": 1.0}),
    "objects": npz({"w.npy": np.array([print], dtype=object), "b.npy": 1.0}),
    "text": npz({"w.npy": np.array(["1.0"]), "b.npy": 1.0}),
    "complex": npz({"w.npy": np.array([1j]), "b.npy": 1.0}),
    "records": npz({"w.npy": np.zeros(1, [("x", "f8")]), "b.npy": 1.0}),
    "another shape": npz({"w.npy": np.zeros((1, 1)), "b.npy": 1.0}),
    "a header that lies": npz({"w.npy": [1.0], "b.npy": 1.0}).replace(b"(1,)", b"(9,)"),
    "a header that computes": npz({"w.npy": [1.0], "b.npy": 1.0}).replace(b"(1,)", b"1**9"),
}


@pytest.mark.parametrize("kind", HOSTILE_FILES)
def test_hostile_files(tmp_path, kind):
    model = nn.Neuron(1)
    before = [p.data for p in model.parameters()]
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "model.npz").write_bytes(HOSTILE_FILES[kind])
    with pytest.raises(ValueError):
        state.load(model, folder / "model.npz")
    assert [p.data for p in model.parameters()] == before
    assert os.listdir(tmp_path) == ["models"] and os.listdir(folder) == ["model.npz"]
    assert not os.path.exists("/tmp/evil.npy")


WITHOUT_OPTIONAL = """
import sys
OPTIONAL = ("matplotlib", "graphviz", "tqdm", "IPython", "ipykernel", "sklearn", "torch", "psutil",
            "hypothesis", "pytest", "micrograd", "scipy", "setuptools", "pandas", "dask",
            "distributed", "cloudpickle", "shtab", "playwright", "mkdocs")
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in OPTIONAL:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Missing())
import importlib, pkgutil, micrograd_c, python_ref
for package in (micrograd_c, python_ref):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if module.name.split(".")[1:] not in (["__main__"], ["_c", "build"], ["_graphviz"]):
            importlib.import_module(module.name)
from micrograd_c import jit, nn, optim
from micrograd_c.cli import main
net = nn.MLP(2, [4, 1])
loss = jit(lambda x, y: (net(x) - y) ** 2)
loss.fit([[0.0, 1.0], [1.0, 0.0]], [1.0, -1.0], optimizer=optim.SGD(net.parameters()), epochs=2)
assert not set(OPTIONAL) & set(sys.modules)
print("fine")
"""


def test_optional_packages_are_optional():
    assert run_python(WITHOUT_OPTIONAL) == "fine\n"


def test_dependencies_are_bounded_below():
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    needed = re.search(r"\ndependencies = \[(.*?)\n\]", project, re.S).group(1)
    optional = re.search(r"\n\[project.optional-dependencies\](.*?)\n\[", project, re.S).group(1)
    extras = re.findall(r"^(\w+) = \[", optional, re.M)
    assert {"plot", "draw", "progress", "all", "bench", "lint", "test"} <= set(extras)
    for text in re.findall(r'"([^"]+)"', needed + optional):
        # an extra may list other extras; a pinned version (==) is a bound, too
        assert re.match(r"micrograd_c\[|[\w.-]+(\[[\w,]+\])?[>=]=\d", text), text
