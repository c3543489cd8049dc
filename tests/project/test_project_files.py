"""Settings and templates: they are valid, name files that exist, and agree with each other."""

import re
import subprocess
import sys

import pytest
from checkout_tools import ROOT, tracked_files

import micrograd_c

YAML = sorted(
    path
    for pattern in (".github/**/*.yml", ".*.yaml", ".clang-*", "CITATION.cff")
    for path in ROOT.glob(pattern)
)


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", YAML, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_yaml_can_be_read(path):
    yaml = pytest.importorskip("yaml")
    assert isinstance(yaml.safe_load(path.read_text(encoding="utf-8")), dict)


def test_there_are_settings_to_read():
    names = {path.name for path in YAML}
    assert {".clang-format", ".clang-tidy", ".pre-commit-config.yaml", "CITATION.cff"} <= names
    assert {"ci.yml", "wheels.yml", "bug.yml"} <= names


@pytest.mark.parametrize("name", ["ci.yml", "docs.yml", "wheels.yml"])
def test_workflows_name_files_that_exist(name):
    workflow = text(f".github/workflows/{name}")
    paths = re.findall(r"(?<![\w/.])(\.ci/[\w-]+|pyproject\.toml|setup\.py|csrc)", workflow)
    assert paths and [path for path in paths if not (ROOT / path).exists()] == []


def copied_beside_the_tests():
    """Return the files and folders that cibuildwheel copies beside the tests."""
    table = text("pyproject.toml").split("[tool.cibuildwheel]")[1].split("\n[")[0]
    return re.findall(r'"([^"]+)"', table.split("test-sources = [")[1].split("]")[0])


def test_cibuildwheel_tests_the_wheel_and_not_the_checkout():
    """The packages' folders must not be copied beside the tests, which would import them."""
    sources = copied_beside_the_tests()
    assert "tests" in sources and not {"micrograd_c", "python_ref"} & set(sources)
    assert [name for name in sources if not (ROOT / name).exists()] == []


def test_cibuildwheel_copies_all_that_tests_read():
    top = {name.split("/")[0] for name in tracked_files()}
    assert top - set(copied_beside_the_tests()) == {"micrograd_c", "python_ref", ".gitignore"}


def test_versions_agree():
    assert f"\nversion: {micrograd_c.__version__}\n" in text("CITATION.cff")
    settings = text(".pre-commit-config.yaml") + text("pyproject.toml")
    assert len(set(re.findall(r"ruff==([\d.]+)", settings))) == 1


@pytest.mark.parametrize("command", [("check",), ("format", "--check")], ids=" ".join)
def test_ruff_finds_nothing(command):
    pytest.importorskip("ruff")
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *command, "."], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_tests_skip_where_a_package_is_missing():
    """Those of the extra test-core alone are imported outright; the others by importorskip."""
    optional = (
        "mpmath scipy sklearn pandas matplotlib graphviz tqdm nbclient nbformat IPython torch"
    )
    optional += " jax casadi dask distributed shtab playwright palmerpenguins statsmodels mypy"
    outright = re.compile(rf"^(?:import|from) ({optional.replace(' ', '|')})\b.*", re.MULTILINE)
    found = [
        f"{path.name}: {line[0]}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for line in outright.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []
