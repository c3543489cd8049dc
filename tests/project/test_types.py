"""The stubs: mypy --strict checks programs with them, stubtest compares them with the code."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import micrograd_c

pytest.importorskip("mypy")
pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = Path(micrograd_c.__file__).parent

# stubtest takes these for read-only, because __setattr__ sets them.
# A function with an attribute, explore.live, has no type of its own: the stub has an object.
ALLOWED = """
micrograd_c.engine.Value.data
micrograd_c.engine.Value.grad
micrograd_c.explorer.explore
"""

# Each "type: ignore" is a test too: one that is not needed is an error under --strict.
PROGRAM = """
from typing import Iterable, List, Tuple

import numpy as np
from typing_extensions import assert_type

from micrograd_c import exp, jit, maximum, no_grad, optim, total
from micrograd_c.engine import Value
from micrograd_c.losses import cross_entropy, hinge_loss, l2_penalty
from micrograd_c.nn import MLP, Layer, Neuron

v = Value(3.0)
assert_type(2 * v + 1, Value)
assert_type(1 - v / 2, Value)
assert_type(2 / v, Value)
assert_type(2.0**v, Value)
assert_type(-(v**2), Value)
assert_type(np.float64(2) * v, Value)
assert_type(np.int64(2) + v, Value)
assert_type(v * np.float32(2), Value)
assert_type(v.relu().tanh(), Value)
assert_type(v < 2, bool)
assert_type(v.data, float)
assert_type(v._prev, Tuple[Value, ...])
assert_type(exp(v), Value)
assert_type(exp(1), float)
assert_type(maximum(1, v), Value)
assert_type(total([v, v]), Value)
assert_type(Neuron(2)([1.0, v]), Value)
(v * np.ones(3)).shape

Value("3")  # type: ignore[arg-type]
v + "3"  # type: ignore[operator]
v.dta  # type: ignore[attr-defined]

model = MLP(2, [16, 1])
(model([1.0, 2.0]) - 1) ** 2 + 2 / model([v, v]).relu()
first, *others = model([1.0, 2.0])
for output in model([1.0, 2.0]):
    (2 * output).backward()
single: Value = Layer(2, 1)(Layer(2, 2)([1.0, 2.0]))
several: List[Value] = model([1.0, 2.0])
cross_entropy(model([1.0, 2.0]), 0)
text: str = model([1.0, 2.0])  # type: ignore[assignment]
model([1.0, 2.0]).dta  # type: ignore[union-attr]

class Wide(MLP):
    def __call__(self, x: Iterable[object]) -> List[Value]:
        return [super().__call__([1.0, 2.0]).tanh(), several[0]]

optimizer = optim.SGD(model.parameters(), lr=0.1)
for step in range(3):
    loss = hinge_loss([model([1.0, 2.0]), model(np.ones(2))], [1, -1])
    loss += l2_penalty(model.parameters())
    model.zero_grad()
    loss.backward()
    for p in model.parameters():
        p.data -= 0.1 * p.grad
    optimizer.step()

@jit
def traced(x: list[Value], y: Value) -> Value:
    out: Value = model(x)
    return (1 - y * out).relu()

@jit(in_axes=(0, None))
def shared(x: list[Value], w: list[Value]) -> Value:
    return x[0] * w[0]

assert_type(shared, jit)
jit(lambda: v)()
jit(lambda x: x, in_axes=1)  # type: ignore[call-overload]

losses = traced.fit([[1.0, 2.0]], [1.0], optimizer=optimizer, epochs=3)
assert_type(losses, list[float])

@no_grad()
def score(x: list[float]) -> float:
    return float(model(x))

assert_type(score([1.0, 2.0]), float)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a copy of the stubs, so that mypy finds them wherever the package is."""
    folder = tmp_path_factory.mktemp("types")
    names = ("__pycache__", "*.py", "*.c", "*.so", "*.pyd")
    without_stubs = ("native",)  # of jit: else mypy takes the folder for a package
    not_copied = shutil.ignore_patterns(*names, *without_stubs)
    shutil.copytree(PACKAGE, folder / "micrograd_c", ignore=not_copied)
    return folder


def run(folder, *command):
    """Run a module with this Python; return what it prints and its exit status."""
    done = subprocess.run(
        [sys.executable, "-m", *map(str, command)],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(PACKAGE.parent)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
    )  # fmt: skip
    return done.stdout, done.returncode


def mypy(folder, program):
    (folder / "program.py").write_text(program, encoding="utf-8")
    return run(folder, "mypy", "--strict", "program.py")


def test_strict_program_passes(folder):
    output, status = mypy(folder, PROGRAM)
    assert status == 0, output


def test_a_wrong_type_is_found(folder):
    output, status = mypy(folder, "from micrograd_c import Value\nx: int = 2 * Value(1.0) + 1\n")
    assert status == 1 and '"Value"' in output, output


def test_every_exported_name_has_a_type(folder):
    names = ", ".join(micrograd_c.__all__)
    output, status = mypy(folder, f"from micrograd_c import {names}\n")
    assert status == 0, output


def modules_with_stubs():
    stubs = (path.relative_to(PACKAGE.parent).with_suffix("") for path in PACKAGE.rglob("*.pyi"))
    modules = {".".join(part for part in stub.parts if part != "__init__") for stub in stubs}
    assert {"micrograd_c", "micrograd_c.engine", "micrograd_c.jit"} <= modules
    return modules


def stubtest(folder, *options):
    (folder / "allowed").write_text(ALLOWED, encoding="utf-8")
    modules = sorted(modules_with_stubs() - {"micrograd_c"})
    command = ("mypy.stubtest", "--concise", "--ignore-unused-allowlist", "--allowlist", "allowed")
    return run(folder, *command, *options, *modules)


def test_stubs_are_those_of_the_code(folder):
    output, status = stubtest(folder, "--ignore-missing-stub")
    assert status == 0, output


def test_what_the_api_reference_names_has_types(folder):
    """Public names that are not in the API reference are for our own modules: no types."""
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    public = set(re.findall(r"^#+ `(\w[\w.]*)", page, re.MULTILINE))
    output, _ = stubtest(folder)
    missing = re.findall(r"^micrograd_c\.\w+\.(\S+) is not present in stub", output, re.MULTILINE)
    assert {"Value", "Value.backward", "state_dict"} < public
    assert missing and not public & set(missing)
    modules = set(re.findall(r"^## (micrograd_c\.\w+)$", page, re.MULTILINE))
    assert modules and modules <= modules_with_stubs()
