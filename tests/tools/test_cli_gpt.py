"""gpt: training, samples, saved models, interrupts and mistakes."""

import json

import numpy as np
import pytest
from cli_tools import assert_mistake, assert_one_line, run_command

from micrograd_c.cli import main
from micrograd_c.cli.commands import gpt
from micrograd_c.cli.gpt import model_file
from micrograd_c.cli.gpt.text import NAMES, read_lines

pytestmark = pytest.mark.usefixtures("in_own_directory")

TINY = ("--embed", "4", "--heads", "2", "--block", "5", "--sample", "3", "--json")


@pytest.fixture
def names():
    lines = ["ab", "abba", "bab", "a", "baab"]
    with open("names.txt", "w", encoding="utf-8") as file:
        file.write("\n".join(lines))
    return "names.txt"


def results_of(capsys, *arguments):
    capsys.readouterr()
    assert main(["gpt", *arguments]) == 0
    return json.loads(capsys.readouterr().out)


def test_an_engine_prints_what_this_process_prints(names, engine, capsys):
    """This process has the C engine. The losses, and so the weights, are equal to the last bit."""
    arguments = (names, *TINY, "--steps", "7", "--batch-size", "2")
    expected = results_of(capsys, *arguments)
    run = run_command(engine, "gpt", *arguments, cwd=".")
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    assert found.pop("seconds") > 0 and expected.pop("seconds") > 0
    assert found == expected
    assert found["steps"] == 7 and found["validation_loss"] is None
    assert set("".join(found["samples"])) <= {"a", "b"} and len(found["samples"]) == 3


def test_it_learns(capsys):
    """abab... is easily foretold: after a comes b or the end."""
    with open("names.txt", "w") as file:
        file.write("\n".join("ab" * n for n in range(1, 4)))
    first = results_of(capsys, "names.txt", *TINY[:4], "--block", "8", "--steps", "0", "--json")
    last = results_of(capsys, "names.txt", *TINY[:4], "--block", "8", "--steps", "300", "--json")
    assert last["train_loss"] < first["train_loss"] / 2


def test_a_tenth_of_many_lines_is_for_validation(capsys):
    found = results_of(capsys, "--steps", "1", "--sample", "0", "--json")
    assert found["validation_loss"] > 0 and found["samples"] == []
    assert len(read_lines(None)) == len(set(NAMES.read_text().split())) > 400


def test_prints_what_it_does_in_text(names, capsys):
    assert main(["gpt", names, *TINY[:-1], "--steps", "2", "--out", "model.npz"]) == 0
    captured = capsys.readouterr()
    lines = captured.out.splitlines()
    assert lines[0].startswith("names.txt: 5 lines of 2 different letters, 0 of them for")
    assert lines[1].startswith("Train      loss ") and "Model      model.npz" in lines
    assert len(lines) == 4 + 3
    assert "step 2 of 2, loss " in captured.err or "2/2" in captured.err
    assert main(["gpt", names, *TINY[:-1], "--steps", "2", "--quiet"]) == 0
    captured = capsys.readouterr()
    assert captured.err == "" and len(captured.out.splitlines()) == 2 + 3


def test_continues_with_a_saved_model(names, capsys):
    results_of(capsys, names, *TINY, "--steps", "5", "--out", "model.npz")
    before = model_file.load("model.npz")
    assert before.steps == 5 and before.letters == "ab" and before.sizes.embed == 4
    same = results_of(capsys, names, *TINY, "--steps", "0", "--resume", "model.npz")
    assert same["train_loss"] == results_of(capsys, names, *TINY, "--steps", "5")["train_loss"]
    results_of(
        capsys, names, "--steps", "4", "--resume", "model.npz", "--out", "model.npz", "--json"
    )
    after = model_file.load("model.npz")
    assert (
        after.steps == 9 and np.all(after.moments[1] > 0) and any(after.weights != before.weights)
    )


def test_ctrl_c_keeps_the_steps_that_were_made(names, capsys, monkeypatch):
    from micrograd_c.cli.gpt.training import Training

    advance, calls = Training.advance, []

    def interrupted(self):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return advance(self)

    monkeypatch.setattr(Training, "advance", interrupted)
    status = main(["gpt", names, *TINY, "--steps", "120", "--out", "model.npz"])
    captured = capsys.readouterr()
    assert status == 130 and "interrupted after step 50 of 120" in captured.err
    assert json.loads(captured.out)["interrupted"] == "interrupted after step 50 of 120"
    assert model_file.load("model.npz").steps == 50


@pytest.mark.parametrize(
    "content, expected",
    [
        (b"", "names.txt is empty"),
        (b" \n\n", "names.txt is empty"),
        (b"aaa\na\n", "one letter only, 'a'"),
        (b"\xff\xfe\x00", "no text in UTF-8"),
        (b"ab\x00c\n", "no text: expected"),
        (b"ab\nabcdefg\n", "'abcdefg' has 7 letters, and with --block 5"),
    ],
)
def test_refuses_a_file_in_one_line(content, expected, capsys):
    with open("names.txt", "wb") as file:
        file.write(content)
    assert_mistake(capsys, ["gpt", "names.txt", *TINY], expected)


def test_refuses_what_does_not_fit(names, capsys):
    assert_mistake(capsys, ["gpt", "nowhere.txt"], "cannot read nowhere.txt")
    assert_mistake(capsys, ["gpt", names, "--heads", "3"], "a multiple of --heads, got 16 and 3")
    assert_mistake(capsys, ["gpt", names, "--out", "model.txt"], "ends in .npz")
    assert_mistake(capsys, ["gpt", names, "--lr", "0"], "a number above 0")
    assert_mistake(capsys, ["gpt", names, "--resume", names], "no model file that")
    results_of(capsys, names, *TINY, "--steps", "1", "--out", "model.npz")
    resume = ["gpt", names, "--resume", "model.npz"]
    assert_mistake(capsys, [*resume, "--embed", "8"], "has --embed 4, which cannot change")
    with open("other.txt", "w") as file:
        file.write("abc")
    assert_mistake(capsys, ["gpt", "other.txt", *resume[2:]], "'abc' has the letter 'c'")


def test_a_training_that_diverges_is_an_error(names, capsys):
    arguments = ["gpt", names, *TINY, "--quiet", "--steps", "300", "--lr", "1e200"]
    assert_one_line(capsys, arguments, 1, "the training diverged")


@pytest.mark.parametrize("damage", ["letters", "sizes", "weights", "moments", "steps"])
def test_refuses_a_damaged_model_file(damage, names, capsys):
    results_of(capsys, names, *TINY, "--steps", "1", "--out", "model.npz")
    with np.load("model.npz") as file:
        arrays = dict(file)
    wrong = {"letters": ["a", "a"], "sizes": [3, 1, 3, 4, 5], "weights": arrays["weights"][1:],
             "moments": arrays["moments"] * np.nan, "steps": -1}  # fmt: skip
    np.savez("model.npz", **{**arrays, damage: wrong[damage]})
    assert_mistake(capsys, ["gpt", names, "--resume", "model.npz"], "no model file that")


def test_the_help_names_each_default(capsys):
    with pytest.raises(SystemExit):
        main(["gpt", "--help"])
    out = " ".join(capsys.readouterr().out.split())
    assert all(f"--{name}" in out and str(x) in out for name, x in gpt.DEFAULTS.items())
