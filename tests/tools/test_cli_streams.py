"""The command line with standard streams that are closed, full or pipes, and under Ctrl-C."""

import os
import subprocess
import sys
import threading
from types import SimpleNamespace

import numpy as np
import pytest
from cli_tools import ROOT, run_command, run_in_terminal

import micrograd_c
from micrograd_c.cli import main, streams
from micrograd_c.cli.csv_models import model_file
from micrograd_c.cli.progress import Progress

HERE = SimpleNamespace(backend=micrograd_c.backend)  # the engine of a new process, as here
needs_shell = pytest.mark.skipif(os.name == "nt", reason="no POSIX shell here")

TRAIN = ["train", "spots.csv", "--target", "spot", "--epochs", "2", "--hidden", "3"]
COMMANDS = {
    "info": ["info"],
    "train": TRAIN,
    "predict": ["predict", "old.npz", "spots.csv"],
    "demo": ["demo", "--steps", "2", "--samples", "4", "--hidden", "2", "--engine", "c"],
    "parity": ["parity", "--graphs", "2"],
    "help": ["--help"],
    "help of train": ["train", "--help"],
    "mistake": ["train", "nowhere.csv", "--target", "y"],
    "mistake in arguments": ["demo", "--fly"],
}


@pytest.fixture
def files(spots):
    """spots.csv and a model of it, in the current directory."""
    assert main([*TRAIN, "--out", "old.npz"]) == 0
    for name in ("old.png", "model.npz", "model.png"):
        if os.path.exists(name):
            os.unlink(name)


def run_in_shell(arguments, redirection, cwd, buffered=True):
    """Run a command with a shell's redirection; what is not redirected is captured."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"}
    if not buffered:
        environment["PYTHONUNBUFFERED"] = "1"
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    script = f'exec "$@" {redirection}'
    return subprocess.run(
        ["sh", "-c", script, "sh", sys.executable, "-m", "micrograd_c", *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        encoding="utf-8",
    )


def mistakes(stderr):
    """Return the lines of stderr, without those of progress."""
    return [line for line in stderr.splitlines() if "error: " in line or "Traceback" in line]


@needs_shell
@pytest.mark.parametrize(
    "redirection, buffered", [(">&-", True), (">/dev/full", True), (">/dev/full", False)]
)
@pytest.mark.parametrize("name", COMMANDS)
def test_output_that_cannot_be_written_is_one_line(name, redirection, buffered, files, tmp_path):
    if "full" in redirection and not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    done = run_in_shell(COMMANDS[name], redirection, tmp_path, buffered)
    assert "Traceback" not in done.stderr and "Exception" not in done.stderr
    (line,) = mistakes(done.stderr)
    if "mistake" in name:
        assert done.returncode == 2
    else:
        assert done.returncode == 1
        cause = "No space left on device" if "full" in redirection else "it is closed"
        assert line.endswith(f": error: cannot write standard output: {cause}")
    if name == "train":  # the work was done nevertheless
        assert model_file.load("model.npz").classes == ["low", "right", "top"]


@needs_shell
@pytest.mark.parametrize("redirection, buffered", [("2>&-", False), ("2>/dev/full", True)])
@pytest.mark.parametrize("name", ["train", "predict", "parity", "mistake"])
def test_unwritable_errors_keep_the_status(name, redirection, buffered, files, tmp_path):
    if "full" in redirection and not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    done = run_in_shell(COMMANDS[name], redirection, tmp_path, buffered)
    assert done.returncode == (2 if "mistake" in name else 0)
    n_lines = {"train": 8, "predict": 61, "parity": 5, "mistake": 0}[name]
    assert len(done.stdout.splitlines()) == n_lines  # no line of stderr


@needs_shell
def test_all_streams_closed(files, tmp_path):
    assert run_in_shell(TRAIN, "<&- >&- 2>&-", tmp_path).returncode == 1
    assert model_file.load("model.npz").classes == ["low", "right", "top"]


@needs_shell
@pytest.mark.parametrize("name", ["train", "predict", "parity", "help"])
def test_a_reader_that_closes_either_stream_is_no_error(name, files, tmp_path):
    for redirection in ("| :", "2>&1 >/dev/null | :"):
        script = f'exec 3>&2; {{ "$@"; echo $? >status; }} {redirection}'
        done = subprocess.run(
            ["sh", "-c", script, "sh", sys.executable, "-m", "micrograd_c", *COMMANDS[name]],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            encoding="utf-8",
        )
        assert mistakes(done.stderr) == [] and "Broken" not in done.stderr
        assert (tmp_path / "status").read_text().strip() in ("0", "1")


@pytest.mark.parametrize("name", ["-", "/dev/stdin"])
def test_tables_come_from_standard_input(name, spots, tmp_path):
    if name != "-" and not os.path.exists(name):
        pytest.skip(f"no {name} here")
    text = (tmp_path / "spots.csv").read_text()
    options = ["--target", "spot", "--epochs", "1", "--hidden", "2"]
    done = run_command(HERE, "train", name, *options, cwd=tmp_path, stdin=text)
    assert done.returncode == 0, done.stderr
    named = "standard input" if name == "-" else name
    assert done.stdout.startswith(f"{named}: 60 rows, 3 columns")
    if name != "-":  # what follows reads it by the same function
        return
    done = run_command(HERE, "predict", "model.npz", name, cwd=tmp_path, stdin=text)
    assert len(done.stdout.splitlines()) == 61 and done.stderr.startswith("60 rows: ")
    two = "\n".join(line for line in text.splitlines() if not line.endswith("top"))
    options = ["--steps", "2", "--hidden", "2", "--engine", HERE.backend]
    done = run_command(HERE, "demo", "--data", name, *options, cwd=tmp_path, stdin=two)
    assert done.stdout.startswith(f"{named}, 40 rows, 3 columns")
    done = run_command(HERE, "train", name, "--target", "y", cwd=tmp_path, stdin="")
    assert done.returncode == 2
    assert done.stderr == f"python -m micrograd_c train: error: {named} is empty: expected a " + (
        "header and rows of numbers\n"
    )


@needs_shell
def test_tables_and_models_come_from_fifos(files, tmp_path, capsys):
    os.mkfifo("fifo")
    for source, arguments in (
        ("spots.csv", ["train", "fifo", *TRAIN[2:]]),
        ("spots.csv", ["predict", "old.npz", "fifo"]),
        ("old.npz", ["predict", "fifo", "spots.csv"]),
    ):
        content = (tmp_path / source).read_bytes()
        writer = threading.Thread(target=(tmp_path / "fifo").write_bytes, args=[content])
        writer.start()
        assert main(arguments) == 0
        writer.join()


@needs_shell
def test_closed_standard_input(tmp_path):
    done = run_in_shell(["train", "-", "--target", "y"], "<&-", tmp_path)
    assert done.returncode == 2 and mistakes(done.stderr) == [
        "python -m micrograd_c train: error: cannot read standard input: it is closed"
    ]


@needs_shell
def test_a_model_written_to_dev_null(spots, tmp_path, capsys):
    before = os.stat("/dev/null")
    assert not streams.lost
    assert main(["train", spots, "--target", "spot", "--epochs", "1", "--out", "/dev/null"]) == 0
    assert os.path.samestat(before, os.stat("/dev/null"))
    assert capsys.readouterr().out.endswith(
        "Model  /dev/null\nCurve  none: the model is written to no plain file\n"
    )
    assert os.listdir(tmp_path) == ["spots.csv"]


# --- Ctrl-C ---


@pytest.mark.parametrize("module", ["csv", "secrets"])
@pytest.mark.parametrize("command", ["info", "train", "demo", "--help"])
def test_an_interrupt_while_importing_is_one_line(engine, module, command, tmp_path):
    (tmp_path / f"{module}.py").write_text("raise KeyboardInterrupt")
    done = run_command(engine, command, cwd=tmp_path, PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}")
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "python -m micrograd_c: error: interrupted\n"


def test_interrupts_of_other_programs_are_reported_by_python(engine, tmp_path):
    """Of a program under ``run``, and of one that imports micrograd_c."""
    (tmp_path / "program.py").write_text("import micrograd_c\nraise KeyboardInterrupt")
    for command in (
        ["-m", "micrograd_c", "run", "program.py"],
        ["-m", "program"],
        ["program.py"],
    ):
        done = subprocess.run(
            [sys.executable, *command],
            cwd=tmp_path,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "MICROGRAD_C_BACKEND": engine.backend,
            },
            capture_output=True,
            encoding="utf-8",
        )
        assert done.stderr.startswith("Traceback") and "KeyboardInterrupt" in done.stderr
        assert done.returncode not in (0, 2)


def run_interrupted(engine, epoch, cwd, *options):
    """Run ``train`` with a Ctrl-C at the end of an epoch."""
    code = (
        "import signal, sys; from micrograd_c.cli import main\n"
        "from micrograd_c.cli.csv_models import training\n"
        "class Best(training.Best):\n"
        "    def offer(self, loss, epoch):\n"
        "        super().offer([5, 3, 4, 1][epoch - 1], epoch)\n"
        f"        if epoch == {epoch}: signal.raise_signal(signal.SIGINT)\n"
        "training.Best = Best\n"
        # A shell's background job, as this run may be, ignores the signal.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    return subprocess.run(
        [sys.executable, "-c", code, *TRAIN[:-4], *options],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), "MICROGRAD_C_BACKEND": engine.backend},
        capture_output=True,
        encoding="utf-8",
    )


def weights_after(engine, epochs, cwd):
    done = run_command(engine, *TRAIN[:-4], "--epochs", str(epochs), "--out", "n.npz", cwd=cwd)
    assert done.returncode == 0, done.stderr
    with np.load("n.npz") as file:
        return file["weights"].tolist()


def test_an_interrupted_training_saves_the_best_model(engine, spots, tmp_path):
    done = run_interrupted(engine, 3, tmp_path, "--epochs", "4")
    assert done.returncode == 130 and "Traceback" not in done.stderr
    assert mistakes(done.stderr) == [
        "python -m micrograd_c train: error: interrupted in epoch 3 of 4; "
        "the model is that of epoch 2, the best so far"
    ]
    assert "Model  model.npz\n" in done.stdout and "Test   " in done.stdout
    with np.load("model.npz") as file:
        assert file["weights"].tolist() == weights_after(engine, 2, tmp_path)


def test_a_training_interrupted_in_the_first_epoch_saves_nothing(spots, monkeypatch, capsys):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("micrograd_c.cli.csv_models.training.mean_loss", interrupt)
    assert main(TRAIN) == 130
    assert mistakes(capsys.readouterr().err) == [
        "python -m micrograd_c train: error: interrupted in the first epoch: no model"
    ]
    assert os.listdir() == ["spots.csv"]


@pytest.mark.parametrize("command", ["train", "predict", "demo", "parity", "bench", "info"])
def test_an_interrupt_of_any_command_is_status_130(command, files, monkeypatch, capsys):
    def interrupt(*_):
        raise KeyboardInterrupt

    arguments = COMMANDS.get(command, [command])
    monkeypatch.setattr(f"micrograd_c.cli.commands.{command}.run", interrupt)
    capsys.readouterr()
    assert main(arguments) == 130
    assert capsys.readouterr().err == f"python -m micrograd_c {command}: error: interrupted\n"


# --- colours and progress bars in terminals of several kinds ---


def run_command_in_terminal(arguments, cwd, columns, **environment):
    without = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS", "TERM")}
    env = {**without, "PYTHONPATH": str(ROOT), "TERM": "xterm", **environment}
    return run_in_terminal(["-m", "micrograd_c", *arguments], columns, env, cwd)


DEMO = ["demo", "--steps", "30", "--samples", "20", "--hidden", "4", "--engine", "c"]


@pytest.mark.parametrize(
    "environment, colored",
    [
        ({}, True),
        ({"NO_COLOR": ""}, True),  # as https://no-color.org has it
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": "0"}, False),
        ({"TERM": "dumb"}, False),
        ({"TERM": "dumb", "NO_COLOR": ""}, False),
    ],
)
def test_colours_are_for_terminals_that_want_them(environment, colored, tmp_path):
    written = run_command_in_terminal(DEMO, tmp_path, 80, **environment)
    assert ("\033[91m" in written) == colored


@pytest.mark.parametrize("arguments", [DEMO, ["parity", "--graphs", "5"]])
def test_a_dumb_terminal_gets_lines(arguments, tmp_path):
    written = run_command_in_terminal(arguments, tmp_path, 80, TERM="dumb")
    assert "\033" not in written and written.count("\r") == written.count("\r\n")


@pytest.mark.parametrize("columns", [40, 80])
def test_bars_are_no_wider_than_the_terminal(columns, tmp_path):
    pytest.importorskip("tqdm")
    written = run_command_in_terminal(["parity", "--graphs", "30"], tmp_path, columns)
    bars = [
        part for part in written.replace("\n", "\r").split("\r") if "it/s" in part or "|" in part
    ]
    assert bars and max(map(len, bars)) <= columns


def test_progress_that_cannot_be_shown_stops_nothing(monkeypatch):
    class Full:
        def write(self, text):
            raise OSError(28, "No space left on device")

        flush = write
        isatty = bool

    for tqdm in (None, sys.modules.get("tqdm")):
        monkeypatch.setitem(sys.modules, "tqdm", tqdm)
        monkeypatch.setattr(sys, "stderr", Full())
        monkeypatch.setattr(sys.stderr, "flush", lambda: sys.stderr.write(""))
        with Progress("Working", 3, "step") as progress:
            for _ in range(3):
                progress.advance("well")
        assert progress.done == 3
