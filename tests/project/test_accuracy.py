"""The errors of jit's elementary functions: docs/make_accuracy.py shortened, and its page."""

import importlib.util
import re
from pathlib import Path

import numpy as np
import pytest

mpmath = pytest.importorskip("mpmath")

DOCS = Path(__file__).resolve().parents[2] / "docs"
spec = importlib.util.spec_from_file_location("make_accuracy", DOCS / "make_accuracy.py")
make_accuracy = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make_accuracy)
ROWS = make_accuracy.rows()
# sqrt is correctly rounded by the hardware; these have no operator of their own
WITHOUT_ROW = {"sqrt", "normal_cdf", "polygamma"}


@pytest.mark.parametrize("name", ROWS)
def test_errors_are_within_their_bounds(name):
    found = make_accuracy.measure(ROWS[name], 300)
    assert max(found.values())[0] <= ROWS[name].bound, found


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.hard])
def test_arguments_that_are_hard_for_it(name):
    """All of them: some were wrong by more than the bound before."""
    arguments = [x if isinstance(x, tuple) else (x,) for x in ROWS[name].hard]
    errors = make_accuracy.errors_of(name, [np.array(x) for x in zip(*arguments)])
    at = int(np.argmax(errors))
    assert errors[at] <= ROWS[name].bound, arguments[at]


@pytest.mark.parametrize("name", ROWS)
def test_the_python_functions_give_the_same(name):
    """Errors are measured in C: those of Python are the same if their results are."""
    functions = pytest.importorskip("python_ref.elementary.functions")
    power = re.fullmatch(r"pow\((.*)\)", name)
    function = getattr(functions, "pow" if power else name)
    others = [float(power[1])] if power else []
    for kind in make_accuracy.KINDS:
        arrays = make_accuracy.points(ROWS[name], kind, 100)
        expected = [function(*x, *others) for x in zip(*(x.tolist() for x in arrays))]
        np.testing.assert_array_equal(make_accuracy.results_of(ROWS[name], arrays), expected)


def test_every_function_has_a_row():
    functions = pytest.importorskip("python_ref.elementary.functions")
    names = {name for name, value in vars(functions).items() if callable(value)}
    assert names - set(ROWS) == WITHOUT_ROW


def test_the_page_has_every_row():
    lines = re.findall(
        r"^\| `(\S+)`(?: of 1)? \| .* \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \| .* \|$",
        make_accuracy.PAGE.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert [name for name, *_ in lines] == list(ROWS), "run python docs/make_accuracy.py"
    for name, *errors in lines:
        assert max(map(float, errors)) <= ROWS[name].bound, name


@pytest.mark.parametrize(
    ("true", "y", "least", "ulp"),
    [
        (1.0, 1.0, 0.0, 0.0),
        (1.0, 1.0 + 2.0**-52, 0.0, 1.0),
        (1.0 - 2.0**-53, 1.0, 0.0, 1.0),  # doubles are nearer to each other below 1
        (2.0**-1074, 3 * 2.0**-1074, 0.0, 2.0),
        (0.0, 2.0**-1074, 0.0, 1.0),
        (2.0**-30, 2.0**-30 + 2.0**-52, 1.0, 1.0),
        (mpmath.inf, -np.inf, 0.0, 0.0),
        (mpmath.nan, np.nan, 0.0, 0.0),
        (mpmath.nan, 1.0, 0.0, np.inf),
        (1.0, np.nan, 0.0, np.inf),
        (mpmath.ldexp(1, 2000), np.inf, 0.0, 0.0),
        (np.finfo(float).max, np.inf, 0.0, 1.0),
    ],
)
def test_error(true, y, least, ulp):
    assert make_accuracy.error(mpmath.mpf(true), y, least) == ulp
