"""The command line itself: its commands, the exit status, mistakes in one line."""

import os
import subprocess
import sys

import pytest
from cli_tools import ROOT, assert_mistake, run_command

import micrograd_c.cli
from micrograd_c.cli import COMMANDS, main
from micrograd_c.cli.commands import demo


def test_help_names_every_command(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    for command in COMMANDS:
        assert f"    {command.__name__.rsplit('.')[-1]} " in shown


@pytest.mark.parametrize(
    "arguments, expected",
    [
        (["fly"], "there is no command 'fly'; the commands are demo, train, predict, gpt"),
        (["trian"], "there is no command 'trian'; did you mean 'train'?"),
        (["Predict"], "did you mean 'predict'?"),
        (["demo", "--fly"], "--fly"),
        (["demo", "--st", "3"], "--st"),
        (["demo", "--qiuet"], "did you mean '--quiet'?"),
        (["--versoin"], "did you mean '--version'?"),
        (["train", "x.csv", "--targ", "y"], "arguments: --targ y; did you mean '--target'?"),
        (["demo", "--steps", "-1"], "--steps: expected a whole number from 1"),
        (["demo", "--steps", "0"], "--steps: expected a whole number from 1"),
        (["demo", "--steps", "1.5"], "got '1.5'"),
        (["demo", "--samples", "1"], "--samples: expected a whole number from 2"),
        (["demo", "--samples", "1" + "0" * 30], "--samples: expected a whole number from 2"),
        (["demo", "--hidden", "16,,16"], "--hidden: expected sizes of layers"),
        (["demo", "--hidden", "16,-3"], "got '16,-3'"),
        (["demo", "--hidden", ""], "got ''"),
        (["demo", "--seed", "-1"], "--seed"),
        (["demo", "--engine", "rust"], "'rust'"),
        (["demo", "--out", "picture.jpg"], "ends in .png"),
        (["demo", "--out", "no/such/place.png"], "no directory no/such"),
        (["demo", "--data", "nowhere.csv"], "cannot read nowhere.csv"),
        (["demo", "--data", "x.csv", "--samples", "5"], "--samples is for the two moons"),
        (["parity", "--graphs", "0"], "--graphs: expected a whole number from 1"),
        (["parity", "--seed", "one"], "--seed"),
        (["train", "nowhere.csv", "--target", "y"], "cannot read nowhere.csv"),
        (["train", "x.csv", "--target", "y", "--lr", "0"], "--lr: expected a number above 0"),
        (["train", "x.csv", "--target", "y", "--lr", "nan"], "--lr: expected a number above 0"),
        (["train", "x.csv", "--target", "y", "--lr", "inf"], "--lr: expected a number above 0"),
        (["train", "x.csv", "--target", "y", "--epochs", "0"], "--epochs"),
        (["train", "x.csv", "--target", "y", "--batch-size", "0"], "--batch-size"),
        (["train", "x.csv", "--target", "y", "--test-fraction", "1"], "from 0 to below 1"),
        (["train", "x.csv", "--target", "y", "--optimizer", "lbfgs"], "'lbfgs'"),
        (["train", "x.csv", "--target", "y", "--out", "model"], "ends in .npz"),
        (["predict", "nowhere.npz", "x.csv"], "cannot read nowhere.npz"),
        (["predict", "model.npz"], "DATA.csv"),
        (["info", "more"], "more"),
    ],
)
def test_nonsense_is_one_line_and_status_2(arguments, expected, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert_mistake(capsys, arguments, expected)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_is_status_130_without_a_traceback(monkeypatch, capsys):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, "choose_data", interrupt)
    assert main(["demo", "--engine", "python"]) == 130
    assert capsys.readouterr().err == "python -m micrograd_c demo: error: interrupted\n"


def test_too_little_memory_is_one_line(monkeypatch, capsys):
    def fill_memory(*_):
        raise MemoryError

    monkeypatch.setattr(demo, "choose_data", fill_memory)
    assert main(["demo", "--engine", "python"]) == 1
    assert capsys.readouterr().err == "python -m micrograd_c demo: error: not enough memory\n"


def test_a_reader_that_closes_the_pipe_is_no_error(tmp_path):
    """As with ``| head -1``: the pipe is closed before the command writes."""
    code = (
        "import runpy, sys; sys.stdin.read(); sys.argv[1:] = ['info']; "
        "runpy.run_module('micrograd_c', run_name='__main__')"
    )
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"}
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.close()
    process.stdin.close()
    with process.stderr:
        assert process.stderr.read() == b""
    assert process.wait() == 1


def test_exceptions_of_a_run_program_are_its_own(monkeypatch):
    def fail(args):
        raise KeyboardInterrupt

    monkeypatch.setattr(micrograd_c.cli.commands.run, "run", fail)
    with pytest.raises(KeyboardInterrupt):
        main(["run", "script.py"])


def test_arguments_of_run_are_passed_on_untouched(monkeypatch):
    seen = []
    monkeypatch.setattr(micrograd_c.cli.commands.run, "run", lambda args: seen.append(args.program))
    main(["run", "script.py", "--help", "--", "-x", "--steps=3"])
    assert seen == [["script.py", "--help", "--", "-x", "--steps=3"]]


def test_an_engine_that_cannot_be_loaded_is_one_line(engine, tmp_path):
    done = run_command(engine, "info", cwd=tmp_path, MICROGRAD_C_BACKEND="rust")
    assert done.returncode == 2 and done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("micrograd_c: error: MICROGRAD_C_BACKEND is 'rust', expected one of")


def test_info_says_which_engine_runs_and_why(engine, tmp_path):
    done = run_command(engine, "info", cwd=tmp_path)
    assert done.returncode == 0 and done.stderr == ""
    facts = dict(line.split(":", 1) for line in done.stdout.splitlines())
    assert facts["version"].strip() == micrograd_c.__version__
    if engine.name == "py":
        assert facts["engine"].strip() == "python (MICROGRAD_C_BACKEND asks for it)"
        assert facts["library"].strip() == facts["compiler"].strip() == "none"
    else:
        assert facts["engine"].split()[0] == "c"
        assert "_native" in facts["library"]
        assert facts["compiler"].strip() not in ("", "none")
        assert "CPU features" in facts


def test_another_module_that_python_runs_is_left_alone(tmp_path):
    """It imports micrograd_c while Python is still locating it, with arguments like ours."""
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "__init__.py").write_text("import micrograd_c\n")
    main = "import sys; print(sys.argv[1:], sys.path[0])"
    (tmp_path / "other" / "__main__.py").write_text(main)
    command = [sys.executable, "-m", "other", "run", "nothing.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout == f"['run', 'nothing.py'] {tmp_path}\n", done.stderr
    environment = {**os.environ, "MICROGRAD_C_BACKEND": "rust"}
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=environment)
    assert done.returncode == 1 and "ValueError" in done.stderr
