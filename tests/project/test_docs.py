"""The pages in docs/: their links exist, generated ones are up to date, add-an-operator.md works.

The Python examples of the pages run as doctests, see pyproject.toml.
"""

import doctest
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import micrograd_c
from python_ref.core.ops import NAMED

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs").glob("*.md"))
NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", "build", "*.egg-info", "__pycache__", ".hypothesis", "_native.*"
)

# A step of a page: "In `file`, after the line that begins with `start`:" and the block below.
STEP = re.compile(
    r"^In `([^`]+)`, after the line that begins with `([^`]+)`:\n\n```\w+\n(.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


def follow(page, checkout):
    """Insert the blocks of a page's steps; return the names of the changed files."""
    steps = STEP.findall(page)
    assert page.count("after the line that begins with") == len(steps)
    for name, start, block in steps:
        path = checkout / name
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        (place,) = [i for i, line in enumerate(lines) if line.lstrip().startswith(start)]
        lines.insert(place + 1, block)
        path.write_text("".join(lines), encoding="utf-8")
    return {name for name, _, _ in steps}


def run(*command, cwd, **environment):
    """Run this Python with ``command`` and the package in ``cwd``; return the output."""
    required = {"MICROGRAD_C_REQUIRE_EXT": "1", "PYTHONPATH": str(cwd), "CFLAGS": "-O0"}
    done = subprocess.run(
        [sys.executable, *command], cwd=cwd, encoding="utf-8",
        env={**os.environ, **required, **environment},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    return done.stdout


# Prints the engine, and then bits that must be the same on both engines.
USES_ELU = """
import random
from micrograd_c import backend, functional, jit, nn, elu
from micrograd_c.engine import Value

def show(*values):
    print(*(x.hex() for v in values for x in ([v.data, v.grad] if isinstance(v, Value) else [v])))

print(backend, Value(2.0).elu()._op, elu.__doc__)
v = Value(-0.75)
(v.elu() + functional.elu(v * 3.0)).backward()
show(elu(2), v)

random.seed(7)
model = nn.MLP(2, [4, 3, 1], nonlin="elu")
print(model.layers[0].neurons[0], nn.Neuron.__doc__)
x = [Value(0.3), Value(-1.5)]
for out in (model(x), model([-0.2, 40.0]), nn.Neuron(2, nonlin="elu")(x)):
    out.backward()
    show(out, *model.parameters(), *x)

loss = jit(lambda x, y: (model([x, y]) - elu(x)) ** 2)
show(loss.backward([0.5], [1.0]), *model.parameters(), *loss([-2.0, 3.0], [0.1, -0.4]).tolist())
loss.check([0.5, -2.0], [1.0, 0.1])
"""


@pytest.mark.slow
def test_the_steps_of_add_an_operator_lead_to_one(tmp_path):
    checkout = Path(shutil.copytree(ROOT, tmp_path / "checkout", ignore=NOT_COPIED))
    page = (ROOT / "docs" / "add-an-operator.md").read_text(encoding="utf-8")
    assert follow(page, checkout) == {
        "csrc/graph/ops.h", "python_ref/core/ops.py", "python_ref/core/derivatives.py",
        "tests/engine/test_operators.py", "tests/engine/test_second_derivatives.py", "CHANGELOG.md",
        "csrc/net/net.h", "python_ref/nn.py", "micrograd_c/explorer/operators.js",
    }  # fmt: skip

    commands = re.search(r"```sh\n(.*?)```", page, re.DOTALL).group(1).splitlines()
    build, generate, test, parity = (shlex.split(line.partition("python ")[2]) for line in commands)
    run(*build, cwd=checkout)
    run(*generate, cwd=checkout)
    output = run(*test, "-v", "-p", "no:cacheprovider", "-p", "no:xdist", cwd=checkout)
    for passed in (
        "test_derivatives_of_functions[c-elu]", "test_derivatives_of_functions[py-elu]",
        "test_backward_by_hand_node_by_node[elu]",
        "test_eager[c-elu]", "test_eager[py-elu]", "test_jit[c-elu]",
        "test_the_stubs_are_up_to_date",
    ):  # fmt: skip
        assert f"::{passed} PASSED" in output
    run(*parity, cwd=checkout)

    ours = run("-c", USES_ELU, cwd=checkout, MICROGRAD_C_BACKEND="c")
    theirs = run("-c", USES_ELU, cwd=checkout, MICROGRAD_C_BACKEND="python")
    assert ours.startswith("c elu x where positive, exp(x)") and '"elu"' in ours
    assert theirs == ours.replace("c elu", "python elu", 1)


def programs():
    """Yield the blocks of Python without prompts; other tests run those of the pages left out."""
    others = {"add-an-operator.md", "api.md", "coming-from.md", "distributed.md"}
    for page in [*PAGES, ROOT / "README.md"]:
        text = page.read_text(encoding="utf-8") if page.name not in others else ""
        for block in re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
            if ">>> " not in block:  # else a doctest
                yield pytest.param(block, id=page.stem)


@pytest.mark.parametrize("block", list(programs()))
def test_a_program_of_a_page_runs_alone(block, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exec(compile(block, "<page>", "exec"), {"__name__": "__main__"})
    saved = re.findall(r'\.save\("(.*?)"\)', block)
    assert sorted(path.name for path in tmp_path.iterdir()) == saved


@pytest.mark.parametrize("page", [*PAGES, ROOT / "README.md"], ids=lambda path: path.name)
def test_links_to_files_name_files_that_exist(page):
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (page.parent / target).exists(), target


def script(name):
    """Return a script of docs/ as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_api_reference_is_up_to_date():
    make_api = script("make_api")
    assert make_api.PAGE.read_text(encoding="utf-8") == make_api.page(), (
        "a docstring has changed: run python docs/make_api.py"
    )


def test_the_stubs_are_up_to_date():
    for path, text in script("make_stubs").stubs().items():
        assert path.read_text(encoding="utf-8") == text, (
            f"{path.name}: the operator table has changed: run python docs/make_api.py"
        )


def test_the_changelog_names_every_operator_beyond_micrograds():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert [op.name for op in NAMED if f"`{op.name}`" not in text] == ["relu"]


def examples_of_the_api_reference():
    """Yield each example's text, with the title above it as its id."""
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    title = None
    for match in re.finditer(
        r"^#+ `?(\w[\w.]*)|^```pycon\n(.*?)^```$", page, re.MULTILINE | re.DOTALL
    ):
        title = match[1] or title
        if match[2]:
            yield pytest.param(match[2], id=title)


@pytest.mark.parametrize("example", list(examples_of_the_api_reference()))
def test_an_example_of_the_api_reference_runs_alone(example):
    """Each imports all names that it uses, so that it can be pasted into a fresh interpreter."""
    test = doctest.DocTestParser().get_doctest(example, {}, "example", None, None)
    assert test.examples
    report = []
    doctest.DocTestRunner(verbose=False).run(test, out=report.append)
    assert not report, "".join(report)


def test_every_exported_name_is_in_the_api_reference():
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    titles = set(re.findall(r"^#+ `(?:Value\.)?(\w+)", page, re.MULTILINE))
    hidden = {"__version__", "backend", "load_ipython_extension", "unload_ipython_extension"}
    assert set(micrograd_c.__all__) - titles == hidden


def test_every_page_is_in_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert PAGES and [page.name for page in PAGES if f"docs/{page.name}" not in readme] == []
