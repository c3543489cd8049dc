"""Wrong files and options given to commands: one line says so, never a traceback."""

import io
import os
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from cli_tools import ROOT, assert_mistake, run_command, write_csv

import micrograd_c
from micrograd_c.cli import main, streams
from micrograd_c.cli.csv_models import model_file

pytestmark = pytest.mark.usefixtures("in_own_directory")

HERE = SimpleNamespace(backend=micrograd_c.backend)  # the engine of a new process, as here
DEMO = ["demo", "--steps", "1", "--samples", "4", "--hidden", "2", "--engine", "c"]


def npz(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


TABLES = {
    "missing": (None, "No such file or directory"),
    "a directory": ("directory", "cannot read"),
    "empty": (b"", "is empty"),
    "binary": (bytes(range(256)) * 9, "not a text file in UTF-8"),
    "an archive": (npz(a=np.zeros(3)), "not a text file in UTF-8"),
    "UTF-16": ("x,y\n1,a\n".encode("utf-16"), "not a text file in UTF-8"),
    "Latin-1": ("x,y\n1,é\n".encode("latin-1"), "not a text file in UTF-8"),
    "a huge cell": (b"x,y\n" + b"a" * 300_000 + b",1\n2,0\n", "field larger than"),
    "a huge number": (b"x,y\n" + b"9" * 5000 + b",a\n2,b\n", "expected a finite number"),
    "an open quote": (b'x,y\n"1,2\n3,4\n', "the quote is not closed"),
    "only delimiters": (b",,\n,,\n", "is empty"),
    "a decimal comma": (b"x;y\n1,5;a\n2,5;b\n", "'1,5'"),
    "infinity": (b"x,y\ninf,a\n2,b\n", "expected a finite number, got 'inf'"),
    "a row too short": (b"x,y\n1,a\n2\n", "row 3: expected 2 cells"),
    "a line break in a name": (b'"x\nz",y\nq,a\n2,b\n3,a\n', "'x\\nz'"),
    "an escape in a name": (b"\x1b[31mx,y\nq,a\n2,b\n3,b\n", "\\x1b[31mx"),
}


@pytest.fixture
def model():
    rows = [[i, "ab"[i % 2]] for i in range(20)]
    write_csv("good.csv", ["x", "y"], rows)
    assert main(["train", "good.csv", "--target", "y", "--epochs", "1", "--hidden", "2"]) == 0
    return "model.npz"


@pytest.mark.parametrize("command", ["train", "demo", "predict"])
@pytest.mark.parametrize("name", TABLES)
def test_a_file_that_is_no_table(name, command, model, capsys, tmp_path):
    content, expected = TABLES[name]
    if content == "directory":
        (tmp_path / "data.csv").mkdir()
    elif content is not None:
        (tmp_path / "data.csv").write_bytes(content)
    arguments = {
        "train": ["train", "data.csv", "--target", "y", "--epochs", "1", "--out", "new.npz"],
        "demo": ["demo", "--data", "data.csv", "--steps", "1", "--engine", "c"],
        "predict": ["predict", "model.npz", "data.csv"],
    }[command]
    if command == "train" and "comma" in name:
        expected = "column 'x' holds numbers such as '1,5': leave it out with --drop x, or write"
    if command == "predict" and " in a name" in name:
        expected = "lacks 1 of the 1 columns that the model was trained on: 'x'"
    capsys.readouterr()
    assert_mistake(capsys, arguments, expected)
    assert not os.path.exists("new.npz") and not os.path.exists("demo.png")


@pytest.mark.parametrize(
    "content, expected",
    [
        (None, "cannot read other.npz: No such file"),
        ("directory", "cannot read other.npz"),
        (b"", "other.npz is no model file"),
        (b"x,y\n1,2\n", "other.npz is no model file"),
        (b"PK\x03\x04" + bytes(500), "other.npz is no model file"),
        (npz(a=np.zeros(3)), "other.npz is no model file"),
        (npz(weights=np.array([None])), "other.npz is no model file"),
    ],
)
def test_a_file_that_is_no_model(content, expected, model, capsys, tmp_path):
    if content == "directory":
        (tmp_path / "other.npz").mkdir()
    elif content is not None:
        (tmp_path / "other.npz").write_bytes(content)
    capsys.readouterr()
    assert_mistake(capsys, ["predict", "other.npz", "good.csv"], expected)


def test_a_model_of_the_other_kind(model, capsys):
    write_csv("numbers.csv", ["x", "y"], [[i, i / 2] for i in range(20)])
    options = ["--target", "y", "--epochs", "1", "--hidden", "2", "--out", "numbers.npz"]
    assert main(["train", "numbers.csv", *options]) == 0
    capsys.readouterr()
    expected = "good.csv: row 2, column 'y': expected a number, got 'a'"
    assert_mistake(capsys, ["predict", "numbers.npz", "good.csv"], expected)
    assert main(["predict", "model.npz", "numbers.csv"]) == 0
    assert "a class that the model does not know: 20, such as '0.0'" in capsys.readouterr().err


@pytest.mark.parametrize(
    "rows, expected",
    [
        ([[1, "a"], [2, "a"]], "holds only one class, 'a', in all rows"),
        ([[1, "a"]], "holds only one class"),
        ([[1, 0.5]], "holds only one number"),
    ],
)
def test_nothing_to_learn(rows, expected, capsys):
    write_csv("data.csv", ["x", "y"], rows)
    assert_mistake(capsys, ["train", "data.csv", "--target", "y"], expected)


@pytest.mark.parametrize("command", ["train", "demo"])
@pytest.mark.parametrize(
    "name, expected",
    [
        ("", "expected a name that ends in"),
        ("directory", "is not writable or a directory"),
        ("no/such/file", "there is no directory no/such"),
        ("good.csv/file", "cannot write good.csv/file"),
        ("a" * 300, "cannot write aaa"),
        ("circle", "cannot write circle"),
    ],
)
def test_a_result_that_cannot_be_written(name, expected, command, model, capsys, tmp_path):
    suffix = {"train": ".npz", "demo": ".png"}[command]
    name = name + suffix if name else name
    if name.startswith("directory"):
        (tmp_path / name).mkdir()
    if name.startswith("circle"):
        try:
            (tmp_path / name).symlink_to(name)
        except OSError:
            pytest.skip("no symbolic links here")
    arguments = ["train", "good.csv", "--target", "y"] if command == "train" else DEMO
    capsys.readouterr()
    assert_mistake(capsys, [*arguments, "--out", name], expected)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may do all")
def test_missing_permissions(model, capsys, tmp_path):
    (tmp_path / "secret.csv").write_text("x,y\n1,a\n")
    (tmp_path / "secret.csv").chmod(0)
    capsys.readouterr()
    assert_mistake(capsys, ["predict", model, "secret.csv"], "Permission denied")
    (tmp_path / "closed").mkdir(mode=0o500)
    out = ["--out", "closed/new.npz"]
    assert_mistake(capsys, ["train", "good.csv", "--target", "y", *out], "is not writable")


# --- a picture that fails loses no other result ---


@pytest.mark.parametrize("backend", ["QtAgg", "no_such_backend", "module://no_such_module"])
def test_a_backend_that_is_not_installed_does_no_harm(backend, model, tmp_path):
    pytest.importorskip("matplotlib")
    options = ["--target", "y", "--epochs", "1", "--hidden", "2", "--out", "new.npz"]
    done = run_command(HERE, "train", "good.csv", *options, cwd=tmp_path, MPLBACKEND=backend)
    assert done.returncode == 0 and "Traceback" not in done.stderr
    assert done.stdout.endswith("Model  new.npz\nCurve  new.png\n")
    assert os.path.exists("new.png")


@pytest.mark.parametrize(
    "error", ["ImportError('libfreetype is missing')", "RuntimeError('a\\nb')"]
)
def test_a_broken_matplotlib_costs_one_line(error, model, tmp_path):
    (tmp_path / "matplotlib.py").write_text(f"raise {error}")
    options = ["--target", "y", "--epochs", "1", "--hidden", "2", "--out", "new.npz"]
    path = f"{tmp_path}{os.pathsep}{ROOT}"
    done = run_command(HERE, "train", "good.csv", *options, cwd=tmp_path, PYTHONPATH=path)
    assert done.returncode == 0 and "Traceback" not in done.stderr
    cause = "libfreetype is missing" if "free" in error else "a\\nb"
    assert done.stdout.endswith(f"Model  new.npz\nCurve  none: {cause}\n")
    assert model_file.load("new.npz").classes == ["a", "b"]


def test_a_curve_that_cannot_be_written_costs_one_line(model, capsys, tmp_path):
    pytest.importorskip("matplotlib")
    (tmp_path / "new.png").mkdir()
    options = ["--target", "y", "--epochs", "1", "--hidden", "2", "--out", "new.npz"]
    assert main(["train", "good.csv", *options]) == 0
    *_, line = capsys.readouterr().out.splitlines()
    assert line.startswith("Curve  none: cannot write new.png: ")
    assert model_file.load("new.npz").classes == ["a", "b"]


def test_a_requested_picture_that_fails_is_a_mistake(monkeypatch, capsys):
    def fail(*_):
        raise RuntimeError("no fonts")

    monkeypatch.setattr("micrograd_c.cli.demo.decision_boundary.draw_png", fail)
    monkeypatch.setitem(sys.modules, "matplotlib", pytest.importorskip("matplotlib"))
    assert main([*DEMO, "--out", "new.png"]) == 1
    captured = capsys.readouterr()
    assert "Accuracy" in captured.out and captured.out.endswith("Picture   none: no fonts\n")
    expected = "python -m micrograd_c demo: error: new.png is not drawn: none: no fonts"
    assert captured.err.splitlines()[-1] == expected
    assert main(DEMO) == 0


def test_terminal_control_characters_are_escaped():
    assert streams.one_line("a\nb\x1b[2J\u202e ü😀\t") == "a\\nb\\x1b[2J\\u202e ü😀\\t"


def test_names_with_terminal_control_characters_are_escaped(capsys):
    write_csv("data.csv", ["x", "y"], [[1, "\x1b[2Ja"], [2, "b"]])
    assert main(["train", "data.csv", "--target", "y", "--epochs", "1"]) == 0
    assert main(["demo", "--data", "data.csv", "--steps", "1", "--engine", "c"]) == 0
    assert "\x1b[2J" not in capsys.readouterr().out
