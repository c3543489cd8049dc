"""What all commands share: the script micrograd-c, --version, --json, --quiet, help, completion."""

import json
import os
import re
import subprocess
import sys

import pytest
from cli_tools import ROOT, assert_mistake, assert_one_line, write_csv

import micrograd_c
from micrograd_c.cli import COMMANDS, main, make_parser
from micrograd_c.cli.commands import info, predict, train

pytestmark = pytest.mark.usefixtures("in_own_directory")

NAMES = [command.__name__.rpartition(".")[2] for command in COMMANDS]
FAST = ["--epochs", "1", "--hidden", "2"]


def shown(capsys, *arguments):
    """Return what a command that ends well prints on stdout and on stderr."""
    capsys.readouterr()
    try:
        status = main(arguments)
    except SystemExit as ended:
        status = ended.code
    assert not status
    captured = capsys.readouterr()
    return captured.out, captured.err


# --- version, help, guesses, completion ---


def test_the_version(capsys):
    assert shown(capsys, "--version") == (f"micrograd_c {micrograd_c.__version__}\n", "")


def test_without_arguments_there_is_the_help(capsys):
    assert shown(capsys) == shown(capsys, "--help")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("columns", ["40", "80"])
def test_each_help_has_an_example_that_can_be_called(name, columns, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", columns)
    out, _ = shown(capsys, name, "--help")
    example = re.search(r"^example:\n  python -m micrograd_c (.+)$", out, re.MULTILINE)[1]
    arguments = make_parser().parse_args(example.split())
    assert arguments.command == name
    text = out.partition("example:")[0]
    assert max(map(len, text.splitlines())) <= int(columns)
    usage = " ".join(text.partition("\n\n")[0].split())
    assert usage == " ".join(parser_of(name).format_usage().split())


def parser_of(name):
    return make_parser().commands[name]


def test_a_fault_of_ours_is_one_line(capsys, monkeypatch):
    def fail(args):
        raise ZeroDivisionError("by\nzero")

    monkeypatch.setattr(info, "run", fail)
    expected = "a fault of micrograd_c: ZeroDivisionError: by\\nzero (please report it"
    assert_one_line(capsys, ["info"], 1, expected)
    monkeypatch.setenv("MICROGRAD_C_TRACEBACK", "1")
    assert main(["info"]) == 1
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_completion_is_a_script_for_the_shell(shell, capsys):
    pytest.importorskip("shtab")
    out, err = shown(capsys, "completion", shell)
    assert err == "" and all(name in out for name in NAMES)
    assert "--optimizer" in out and "micrograd-c" in out


def test_bash_takes_the_completions(capsys):
    pytest.importorskip("shtab")
    out, _ = shown(capsys, "completion", "bash")
    call = "COMP_WORDS=(micrograd-c tr); COMP_CWORD=1; _shtab_micrograd_c; echo ${COMPREPLY[@]}"
    try:
        done = subprocess.run(["bash", "-c", f"{out}\n{call}"], capture_output=True, text=True)
    except OSError:
        pytest.skip("no bash here")
    assert done.stdout.split() == ["train"], done.stderr


def test_completion_without_shtab_is_one_line(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "shtab", None)
    expected = "python -m micrograd_c completion: error: completion needs shtab: pip install shtab"
    assert_one_line(capsys, ["completion", "bash"], 1, expected)


@pytest.mark.parametrize(
    "absent, expected",
    [
        (["pandas"], "tables need pandas: pip install pandas"),
        (["sklearn"], "tables need scikit-learn: pip install scikit-learn"),
        (["pandas", "sklearn"], "need pandas and scikit-learn: pip install pandas scikit-learn"),
    ],
)
@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "d.csv", "--target", "y"],
        ["predict", "m.npz", "d.csv"],
        ["demo", "--data", "d.csv"],
    ],
)
def test_tables_without_their_packages_are_one_line(
    arguments, absent, expected, capsys, monkeypatch
):
    for name in ("d", "d.csv"):
        write_csv(name, ["x", "y"], [[i, "ab"[i % 2]] for i in range(9)])
    assert main(["train", "d.csv", "--target", "y", "--epochs", "1", "--out", "m.npz"]) == 0
    capsys.readouterr()
    for module in ("pandas", "sklearn"):
        monkeypatch.setitem(sys.modules, module, None if module in absent else sys)
    assert_one_line(capsys, arguments, 1, expected)


# --- --json and --quiet ---


def test_json_of_info(capsys):
    out, err = shown(capsys, "info", "--json")
    facts = json.loads(out)
    assert facts["version"] == micrograd_c.__version__ and err == ""
    assert set(facts) == {"version", "engine", "library", "compiler", "cpu_features", "python"}


def test_json_of_parity(capsys):
    if micrograd_c.backend != "c":
        pytest.skip("parity needs the C engine")
    out, err = shown(capsys, "parity", "--kind", "eager", "--graphs", "3", "--json", "--quiet")
    report = json.loads(out)["kinds"]["eager"]
    assert report["graphs"] == 3 and report["nodes"] > 0 and report["differences"] == 0
    assert report["seed"] is None and err == ""


def test_json_of_bench(capsys):
    out, err = shown(capsys, "bench", "--rounds", "1", "--json", "--quiet")
    facts = json.loads(out)
    assert facts["rounds"] == 1 and err == ""
    assert facts["times_faster"][facts["reference"]] == 1
    assert set(facts["milliseconds"]) == set(facts["times_faster"])


def test_json_of_train_and_predict(spots, capsys):
    out, _ = shown(capsys, "train", spots, "--target", "spot", *FAST, "--json")
    facts = json.loads(out)
    assert facts["target"] == "spot" and facts["task"] == "classification"
    assert facts["classes"] == ["low", "right", "top"] and facts["model"] == "model.npz"
    assert facts["train"]["rows"] == 48 and facts["test"]["rows"] == 12
    assert 0 <= facts["test"]["accuracy"] <= 1 and facts["interrupted"] is None
    assert len(facts["history"]["test loss"]) == 1
    out, err = shown(capsys, "predict", "model.npz", spots, "--json", "--quiet")
    answer = json.loads(out)
    assert answer["target"] == "spot" and answer["score"]["rows"] == 60 and err == ""
    assert [row["row"] for row in answer["predictions"]] == list(range(2, 62))
    assert set(answer["predictions"][0]) == {"row", "spot", "probability"}


def test_json_has_no_nan(capsys):
    """R² of a single test row is not defined. JSON has null for it."""
    write_csv("data.csv", ["x", "y"], [[1, 0.5], [2, 1.5], [4, 3.5]])
    out, _ = shown(capsys, "train", "data.csv", "--target", "y", *FAST, "--json")
    assert json.loads(out)["test"]["r2"] is None


def test_quiet_leaves_only_results(spots, capsys):
    out, err = shown(capsys, "train", spots, "--target", "spot", *FAST, "--quiet")
    assert [line.split()[0] for line in out.splitlines()] == [
        "Train", "Test", "Time", "Model", "Curve"]  # fmt: skip
    assert err == ""
    out, err = shown(capsys, "predict", "model.npz", spots, "--quiet")
    assert len(out.splitlines()) == 61 and err == ""


# --- the script that pip installs ---

SCRIPT = "import re, sys\nfrom micrograd_c.cli import main\nif __name__ == '__main__':\n"
SCRIPT += "    sys.argv[0] = re.sub(r'(-script\\.pyw|\\.exe)?$', '', sys.argv[0])\n"
SCRIPT += "    sys.exit(main())\n"


def run_script(*arguments, name="micrograd-c", **environment):
    """Run a script as pip writes it."""
    os.makedirs("bin", exist_ok=True)
    with open(f"bin/{name}", "w") as file:
        file.write(SCRIPT)
    return subprocess.run(
        [sys.executable, f"bin/{name}", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        encoding="utf-8",
    )


def test_the_script_is_the_command_line():
    done = run_script("trian")
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr == (
        "micrograd-c: error: there is no command 'trian'; did you mean 'train'? "
        "(--help shows what it takes)\n"
    )
    done = run_script("predict", "none.npz", "x.csv")
    assert done.stderr.startswith("micrograd-c predict: error: ") and done.returncode in (1, 2)
    assert run_script().stdout.startswith("usage: micrograd-c [-h]")


@pytest.mark.parametrize("name", ["micrograd-c", "micrograd-c-script.py"])
def test_the_script_runs_programs_as_python_does(name):
    with open("program.py", "w") as file:
        file.write("import sys, micrograd\nprint(micrograd.__doc__, sys.argv)\nsys.exit(7)\n")
    done = run_script("run", "program.py", "--help", name=name)
    assert done.returncode == 7 and done.stderr == ""
    assert (
        done.stdout.startswith("micrograd_c, standing in") and "['program.py', '--" in done.stdout
    )


def test_an_interrupt_while_the_script_imports_is_one_line():
    with open("secrets.py", "w") as file:
        file.write("raise KeyboardInterrupt")
    path = f"{os.getcwd()}{os.pathsep}{ROOT}"
    done = run_script("info", PYTHONPATH=path)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "micrograd-c: error: interrupted\n"


def test_the_project_installs_the_script():
    with open(ROOT / "pyproject.toml", encoding="utf-8") as file:
        text = file.read()
    assert 'micrograd-c = "micrograd_c.cli:main"' in text


# --- options of train and predict ---


def test_choosing_columns(capsys):
    rows = [[i, i % 2, i % 3, "ab"[i % 2]] for i in range(12)]
    write_csv("data.csv", ["x", "y, z", "w", "t"], rows)

    def learnt(*options):
        assert main(["train", "data.csv", "--target", "t", *FAST, *options]) == 0
        return [column.name for column in predict.model_file.load("model.npz").columns]

    assert learnt() == ["x", "y, z", "w"]
    assert learnt("--features", "w,x") == ["x", "w"]
    assert learnt("--features", "y, z", "--features", "x") == ["x", "y, z"]
    assert learnt("--drop", '"y, z",x') == ["w"]
    for options, expected in [
        (["--drop", "q"], "--drop: data.csv has no column 'q'; it has x, y, z, w, t"),
        (["--features", "X"], "--features: data.csv has no column 'X'; it has x, y, z, w, t; did"),
        (["--features", "t"], "--features has 't', which is the --target"),
        (["--drop", "x,t"], "--drop has 't', which is the --target"),
        (["--drop", "x,w", "--drop", "y, z"], "--drop leaves no column to learn from"),
        (["--drop", "x", "--features", "w"], "not allowed with"),
    ]:
        capsys.readouterr()
        assert_mistake(capsys, ["train", "data.csv", "--target", "t", *options], expected)
    assert_mistake(capsys, ["train", "data.csv"], "--target COLUMN is needed", "x, y, z, w, t")


@pytest.mark.parametrize(
    "option, value, expected",
    [
        ("--sep", "ab", "--sep: expected one character, tab, space"),
        ("--sep", "", "--sep: expected one character"),
        ("--encoding", "klingon", "--encoding: expected the name of an encoding"),
        ("--encoding", "hex", "--encoding: expected the name of an encoding"),
        ("--decimal", ";", "--decimal"),
        ("--missing", "zero", "--missing"),
    ],
)
def test_wrong_values_of_the_options_of_tables(option, value, expected, capsys):
    assert_mistake(capsys, ["train", "d.csv", "--target", "y", option, value], expected)


def table_with_gaps():
    rows = [[i, "" if i == 4 else i / 2, "?" if i == 5 else "pq"[i % 2], "ab"[i % 2]]
            for i in range(20)]  # fmt: skip
    return write_csv("gaps.csv", ["x", "y", "k", "t"], rows)


def test_missing_cells(capsys):
    data = [table_with_gaps(), "--target", "t", *FAST, "--na", "?"]
    out, _ = shown(capsys, "train", *data)
    assert "Left out 2 rows with empty cells, in 'y' (1), 'k' (1) (--missing drop)" in out
    out, err = shown(capsys, "predict", "model.npz", "gaps.csv")
    assert "rows with empty cells, which get no prediction: 2 (rows 6, 7)" in err
    assert out.splitlines()[5:7] == ["6,,", "7,,"] and "18 rows: " in err

    out, _ = shown(capsys, "train", *data, "--missing", "mean")
    assert "Filled in 2 empty cells, in 'y' (1), 'k' (1), with the column's mean" in out
    out, err = shown(capsys, "predict", "model.npz", "gaps.csv")
    assert "rows with empty cells, filled in with the means of the training: 2 (rows 6, 7)" in err
    assert "20 rows: " in err and ",," not in out

    expected = "2 rows of 20 have empty cells, in 'y' (1), 'k' (1): write --missing mean"
    assert_mistake(capsys, ["train", *data, "--missing", "error"], expected)
    options = [*data, "--missing", "error", "--drop", "y,k"]
    assert main(["train", *options]) == 0


def test_a_model_that_takes_no_empty_cells_refuses_them(capsys):
    write_csv("full.csv", ["x", "t"], [[i, "ab"[i % 2]] for i in range(20)])
    assert main(["train", "full.csv", "--target", "t", *FAST, "--missing", "error"]) == 0
    write_csv("new.csv", ["x"], [[1], ["NA"]])
    capsys.readouterr()
    expected = "new.csv: rows with empty cells: 1 (row 3); the model was trained with --missing er"
    assert_mistake(capsys, ["predict", "model.npz", "new.csv"], expected)


def test_the_mean_is_that_of_the_training_rows():
    write_csv("data.csv", ["x", "t"], [["" if i == 3 else i, "ab"[i % 2]] for i in range(20)])
    options = ["--target", "t", *FAST, "--missing", "mean", "--test-fraction", "0"]
    assert main(["train", "data.csv", *options]) == 0
    model = predict.model_file.load("model.npz")
    mean = sum(i for i in range(20) if i != 3) / 19
    assert model.inputs.means.tolist() == [pytest.approx(mean)]
    assert model.predict([[float("nan")]]) == model.predict([[model.inputs.means[0]]])


def test_categories_and_booleans(capsys):
    rows = [["pqr"[i % 3], ["yes", "No"][i % 2], "ab"[i % 2]] for i in range(30)]
    write_csv("data.csv", ["k", "b", "t"], rows)
    out, _ = shown(capsys, "train", "data.csv", "--target", "t", *FAST)
    assert "Not numbers: 'k' (3 categories), 'b' (true or false); each category" in out
    model = predict.model_file.load("model.npz")
    table = train.read_table("data.csv")
    X, remarks = predict.encode(model.columns, table)
    assert X[:3].tolist() == [[1, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 1]] and remarks == []
    write_csv("new.csv", ["k", "b"], [["P", "1"], ["p", "FALSE"]])
    out, err = shown(capsys, "predict", "model.npz", "new.csv")
    assert err == (
        "rows with a category in 'k' that the model does not know: 1, such as 'P'; "
        "it knows 'p', 'q', 'r'\n"
    )
    write_csv("new.csv", ["k", "b"], [["p", "maybe"]])
    assert_mistake(capsys, ["predict", "model.npz", "new.csv"], "'b': expected true or false, got")


def test_appended_columns_keep_the_table_as_it_is(spots, capsys):
    assert main(["train", spots, "--target", "spot", *FAST]) == 0
    text = ';x;y;"a ""b""; c";same\n1;0.50; 1 ;é;3.5\n2;1;2;;3.5\n'
    with open("new.csv", "w", encoding="utf-8") as file:
        file.write(text)
    out, _ = shown(capsys, "predict", "model.npz", "new.csv", "--append")
    lines, before = out.splitlines(), text.splitlines()
    assert lines[0] == f"{before[0]};spot_predicted;spot_predicted_probability"
    assert [line.startswith(old + ";") for line, old in zip(lines[1:], before[1:])] == [True, True]
    with open("twice.csv", "w", encoding="utf-8") as file:
        file.write(out)
    expected = "twice.csv has a column 'spot_predicted' already: rename it, or leave --append out"
    assert_mistake(capsys, ["predict", "model.npz", "twice.csv", "--append"], expected)
    arguments = ["predict", "model.npz", "new.csv", "--append", "--json"]
    assert_mistake(capsys, arguments, "--append prints a CSV, it does not go with --json")
