"""Commands in a narrow terminal, and with an encoding that lacks characters of their output."""

import io
import sys

import pytest

from micrograd_c.cli import main, streams
from micrograd_c.cli.csv_models.metrics import describe

pytestmark = pytest.mark.usefixtures("in_own_directory")


class Terminal(io.StringIO):
    def isatty(self):
        return True


def too_wide_at_40_columns(arguments, monkeypatch):
    """Run a command in a terminal of 40 columns. Return the wider lines of its output, and all."""
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys, "stdout", Terminal())
    assert main(arguments) == 0
    lines = sys.stdout.getvalue().splitlines()
    return [line for line in lines if len(line) > 40], lines


@pytest.mark.parametrize(
    "arguments",
    [
        ["demo", "--steps", "2", "--samples", "8", "--hidden", "3"],
        ["gpt", "--steps", "1", "--sample", "1", "--heads", "1", "--embed", "4"],
        ["parity", "--graphs", "2"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_all_lines_fit_in_a_narrow_terminal(arguments, monkeypatch):
    too_wide, lines = too_wide_at_40_columns(arguments, monkeypatch)
    assert lines and too_wide == []


def test_the_scores_of_train_fit_in_a_narrow_terminal(spots, monkeypatch):
    arguments = ["train", spots, "--target", "spot", "--epochs", "1", "--hidden", "2"]
    too_wide, lines = too_wide_at_40_columns(arguments, monkeypatch)
    assert too_wide == []
    (at,) = [i for i, line in enumerate(lines) if line.startswith("Test ")]
    assert lines[at + 1].startswith(" " * 7)


def test_a_name_with_a_hyphen_stays_whole():
    assert streams.fill("it is left-handed", 12, 2).split("\n") == ["it is", "  left-handed"]


def test_without_other_characters_than_ascii(monkeypatch):
    written = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", written)
    streams.print_any_text()
    found = {"rows": 2, "r2": 0.5, "rmse": 1.0}
    print(describe(found), "größe", "…²x", "\udcc3", flush=True)
    expected = "R2 0.500, off by 1 (root mean square) gr\\xf6\\xdfe ...2x \\udcc3\n"
    assert written.buffer.getvalue().decode("ascii").replace("\r\n", "\n") == expected
