"""The lines of a text file, and their letters as numbers."""

from pathlib import Path

from micrograd_c.cli.errors import CommandError

NAMES = Path(__file__).with_name("names.txt")
MOST_LETTERS = 500  # different ones
LEAST_FOR_VALIDATION = 20  # lines; with fewer, all are for training


def read_lines(path):
    """Return the different lines of a file, in order, without blanks around them.

    Raises CommandError if it cannot be read, is no text in UTF-8, or has too little in it.
    """
    name = path or "the names that come with micrograd_c"
    try:
        text = Path(path or NAMES).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CommandError(f"{name} is no text in UTF-8: expected a name on each line") from None
    except OSError as error:
        raise CommandError(f"cannot read {name}: {error.strerror or error}") from None
    lines = list(dict.fromkeys(filter(None, map(str.strip, text.splitlines()))))
    letters = sorted(set("".join(lines)))
    if not lines:
        raise CommandError(f"{name} is empty: expected a name on each line")
    if any(not letter.isprintable() for letter in letters):
        raise CommandError(f"{name} is no text: expected a name on each line, of letters")
    if len(letters) < 2:
        raise CommandError(f"{name} has one letter only, {letters[0]!r}: there is nothing to learn")
    if len(letters) > MOST_LETTERS:
        raise CommandError(
            f"{name} has {len(letters)} different letters: expected at most {MOST_LETTERS}"
        )
    return lines


def require_fit(lines, letters, block):
    """Raise CommandError for a line that the model cannot take, naming it by its text."""
    for line in lines:
        if len(line) >= block:
            raise CommandError(
                f"the line {shortened(line)!r} has {len(line)} letters, and with --block {block} "
                f"the model sees {block - 1} and the end: give --block {len(line) + 1} or more"
            )
        unknown = next((letter for letter in line if letter not in letters), None)
        if unknown is not None:
            raise CommandError(
                f"the line {shortened(line)!r} has the letter {unknown!r}, which the model was "
                "not trained with: train a new one, without --resume"
            )


def shortened(line):
    return line if len(line) <= 30 else f"{line[:27]}..."


def as_numbers(line, letters):
    """Return a line as an array: its letters' numbers, with that of the end on both sides."""
    import numpy as np

    end = len(letters)
    return np.array([end, *map(letters.index, line), end], dtype=float)


def as_text(numbers, letters):
    return "".join(letters[i] for i in numbers)


def split(lines, rng):
    """Return the lines in random order, as (for training, for validation): a tenth of them."""
    shuffled = rng.sample(lines, len(lines))
    n = len(lines) // 10 if len(lines) >= LEAST_FOR_VALIDATION else 0
    return shuffled[n:], shuffled[:n]
