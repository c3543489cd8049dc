"""The notebooks in ``examples/``: they run from top to bottom, and are committed as run."""

import ast
import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
NAMES = ["digits", "gpt", "lecture", "moons", "trace_graph"]


def read(name):
    return nbformat.read(EXAMPLES / f"{name}.ipynb", as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs(notebook):
    return [output for cell in code_cells(notebook) for output in cell.outputs]


def printed(notebook):
    return "".join(o.text for o in outputs(notebook) if o.output_type == "stream")


def pictures(notebook):
    """How many plots, and pages of explorers, the outputs hold.

    The pages themselves are not committed. The drawing below a Value is there only with dot.
    """
    found = 0
    for data in (output.get("data", {}) for output in outputs(notebook)):
        is_explorer = data.get("text/plain", "").startswith("<Explorer of a graph")
        found += is_explorer or "image/png" in data
    return found


def test_these_are_all_the_examples():
    assert sorted(path.stem for path in EXAMPLES.glob("*.ipynb")) == NAMES


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # nbclient and what it stands on warn of their own affairs
@pytest.mark.parametrize("name", NAMES)
def test_it_runs_from_top_to_bottom(name, tmp_path):
    pytest.importorskip("sklearn")
    pytest.importorskip("matplotlib")
    notebook = read(name)
    expected = pictures(notebook)
    for cell in code_cells(notebook):
        cell.outputs, cell.execution_count = [], None
    # Raises at the first cell that fails. In a directory of its own: it needs no file beside it.
    where = {"metadata": {"path": str(tmp_path)}}
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3", resources=where).execute()
    assert pictures(notebook) == expected
    assert list(tmp_path.iterdir()) == []
    RESULTS[name](printed(notebook))


def check_moons(text):
    # The contract's golden: micrograd 0.1.0's first loss is 0.8958441028683222 at accuracy 0.5.
    assert text.splitlines()[2] == "loss 0.8958, accuracy 50%"
    assert re.search(r"step 99 .* accuracy 100%", text)


def check_lecture(text):
    assert "by hand:  6.0\nby nudge: 6.0" in text
    assert "careless: 1.0\nright:    2.0" in text
    assert "gradients cleared      0 of 20 nets stuck" in text


def check_trace_graph(text):
    assert "the graph has 2526 Values" in text
    assert re.search(r"\* +320\n +\+ +320\n +ReLU +32\n +leaf +401\n", text)


def check_digits(text):
    accuracies = re.findall(r"test accuracy (\d+\.\d)%", text)
    assert float(accuracies[-1]) > 94


def check_gpt(text):
    assert "4128 parameters" in text and "steps: 5" in text
    assert float(re.search(r"loss at last: (\d\.\d+)", text)[1]) < 2.6


RESULTS = {
    "digits": check_digits,
    "gpt": check_gpt,
    "lecture": check_lecture,
    "moons": check_moons,
    "trace_graph": check_trace_graph,
}


@pytest.mark.parametrize("name", NAMES)
def test_it_is_committed_as_run(name):
    notebook = read(name)
    nbformat.validate(notebook)
    counts = [cell.execution_count for cell in code_cells(notebook)]
    assert counts == list(range(1, len(counts) + 1))
    assert pictures(notebook) >= 3
    assert notebook.metadata.kernelspec.name == "python3"
    RESULTS[name](printed(notebook))


@pytest.mark.parametrize("name", NAMES)
def test_its_outputs_tell_nothing_of_a_machine(name):
    assert not [o for o in outputs(read(name)) if o.output_type == "error"]
    assert not [o for o in outputs(read(name)) if o.get("name") == "stderr"]
    text = (EXAMPLES / f"{name}.ipynb").read_text(encoding="utf-8")
    for trace in ("/home/", "/root/", "/tmp/", "/Users/", "site-packages", "Warning", " at 0x"):
        assert trace not in text
    assert len(text) < 300_000


# The first code cell of each notebook, with the modules that its other cells import.
INSTALL = """\
# Installs what this notebook imports, where it is missing, as in Colab.
from importlib.util import find_spec

if not all(map(find_spec, {})):
    %pip install --quiet "micrograd_c[notebook]\""""

# Where the modules come from in the extra notebook: "x" is the extra x of this package.
FROM = {"graphviz": "draw", "matplotlib": "plot", "sklearn": "scikit-learn>=1.0"}
OF_PYTHON = {"collections", "itertools", "math", "random", "sys", "time"}


def imported_modules(notebook):
    """The modules that a notebook cannot do without. draw_dot imports graphviz itself."""
    found = {"graphviz"} if "draw_dot" in str(notebook.cells) else set()
    for cell in code_cells(notebook)[1:]:
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add(node.module.partition(".")[0])
    return found - OF_PYTHON - {"numpy", "torch"}  # cells say what to do where torch is missing


@pytest.mark.parametrize("name", NAMES)
def test_it_opens_with_what_it_needs(name):
    notebook = read(name)
    intro, install = notebook.cells[:2]
    assert "The next cell installs what is missing." in intro.source
    modules = imported_modules(notebook)
    listed = json.loads(re.search(r"\[.*\]", install.source)[0])
    assert sorted(listed) == sorted(modules)
    assert install.source == INSTALL.format(json.dumps(listed)) and install.outputs == []
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    extra = re.search(r"^notebook = (\[.*\])$", text, re.MULTILINE)[1]
    extras = re.search(r"micrograd_c\[(.*?)\]", extra)[1].split(",")
    for module in modules - {"micrograd_c"}:
        assert FROM[module] in [*extras, *json.loads(extra)], module


def test_the_first_release_switches_the_links_on(tmp_path):
    """By the command in CONTRIBUTING.md."""
    if not shutil.which("perl"):
        pytest.skip("needs perl")
    shutil.copytree(EXAMPLES, tmp_path / "examples")
    for name in ("README.md", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    command = shlex.split(re.search(r"^perl -pi -e .*$", page, re.MULTILINE)[0])
    assert command.pop() == "examples/*.ipynb"
    notebooks = [f"examples/{name}.ipynb" for name in NAMES]
    subprocess.run([*command, *notebooks], cwd=tmp_path, check=True)

    for name in ("README.md", "pyproject.toml", *notebooks):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert "OWNER" not in text and "at the release" not in text
        assert "github.com/you/micrograd_c" in text or "gh/you/micrograd_c" in text
    assert '\nRepository = "https://github.com/you/micrograd_c"\n' in (
        tmp_path / "pyproject.toml"
    ).read_text(encoding="utf-8")
    for name in notebooks:
        (first, *_) = nbformat.read(tmp_path / name, as_version=4).cells
        assert "<!--" not in first.source and "-->" not in first.source
        assert f"(https://colab.research.google.com/github/you/micrograd_c/blob/main/{name})" in (
            first.source
        )
        assert f"/gh/you/micrograd_c/main?labpath={name.replace('/', '%2F')})" in first.source
