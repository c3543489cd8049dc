"""softplus and ``**``, which read tables: every entry, the ends of their formulas, any operands."""

import math
import re
from pathlib import Path

import numpy as np
import pytest

from micrograd_c import jit
from micrograd_c.engine import Value
from python_ref.elementary import functions, power_tables, softplus_table

CSRC = Path(__file__).resolve().parents[2] / "csrc" / "elementary"
TABLES = [(softplus_table, "softplus_table.h"), (power_tables, "power_tables.h")]


def in_both_languages():
    """Yield (name, Python's table, the numbers of C's table as text)."""
    for module, header in TABLES:
        found = dict(re.findall(r"MG_(\w+)\[\d*\] = \{(.*?)\}", (CSRC / header).read_text(), re.S))
        assert set(found) == {name for name in vars(module) if name.isupper()}
        for name, text in found.items():
            yield name, getattr(module, name), text.replace(",", " ").split()


@pytest.mark.skipif(not CSRC.exists(), reason="needs the C sources")
def test_the_tables_of_c_and_python_are_the_same():
    for name, table, words in in_both_languages():
        if name == "POW_EXP2":
            # C has the bits of a double, less the entry's place in the table in front of bit 45
            bits = [int(word[:-3], 16) + (j << 45) for j, word in enumerate(words)]
            numbers = np.array(bits, dtype=np.uint64).view(float).tolist()
        else:
            numbers = [float.fromhex(word) for word in words]
        assert numbers == list(table), name


def test_the_tables_are_right():
    mpmath = pytest.importorskip("mpmath", reason="mpmath is absent: pip install mpmath")
    log2_e_30 = round(2**30 / math.log(2.0)) / 2**30
    with mpmath.workprec(160):
        t = softplus_table
        for c, value, slope in zip(t.SOFTPLUS_AT, t.SOFTPLUS_VALUE, t.SOFTPLUS_SLOPE):
            exact = mpmath.log1p(mpmath.exp(-c))
            assert abs(value - exact) < exact * 2.0**-59
            assert slope == float(1 / (1 + mpmath.exp(c)))
        t = power_tables
        for i, (q, high, low) in enumerate(zip(t.POW_FACTOR, t.POW_LOG2, t.POW_LOG2_LOW)):
            assert (q * 2**10, high * 2**30) == (q * 2**10 // 1, high * 2**30 // 1)
            assert abs(high + mpmath.mpf(low) - mpmath.log(log2_e_30 / mpmath.mpf(q), 2)) < 2.0**-80
            assert abs((1.0 + (i + 0.5) / 256.0) * q / log2_e_30 - 1.0) < 2.0**-10
        for j, (x, low) in enumerate(zip(t.POW_EXP2, t.POW_EXP2_LOW)):
            assert abs(x * (1 + mpmath.mpf(low)) / mpmath.mpf(2) ** (j / 128) - 1) < 2.0**-100


def around(ends):
    return [x for end in ends for x in (np.nextafter(end, -1e9), end, np.nextafter(end, 1e9))]


SOFTPLUS = [sign * x for x in around((j + 0.5) / 10.0 for j in range(400)) for sign in (1.0, -1.0)]
SOFTPLUS += around([math.asinh(0.5), 39.0, -39.0, 690.0, -690.0, 0.0])
# x at both ends of each interval of its significand, and results at each step of 2**(j / 128)
BASES = around(math.ldexp(1.0 + i / 256.0, k) for i in range(256) for k in (0, -3))
EXPONENTS = [j * 0.37 % 250.0 - 125.0 for j in range(len(BASES))]

# where the result leaves the range of the usual formula, and where it has fewer bits
FAR = [(math.ldexp(1.0 + i / 77.0, 13 * i - 500), (900.0 + 2.0 * i) / (abs(13 * i - 500) + 1.0))
       for i in range(77)]  # fmt: skip
FAR += [(x, -y) for x, y in FAR]
FAR += [(1.0387080022167476e152, -2.0210067644627134), (3.314702177572831e-114, 2.7)]
BASES += [x for x, _ in FAR]
EXPONENTS += [y for _, y in FAR]


def same_bits(got, expected):
    return np.asarray(got).view(np.uint64).tolist() == np.array(expected).view(np.uint64).tolist()


def test_softplus_at_every_entry_of_its_table(jit_engine):
    expected = [functions.softplus(float(x)) for x in SOFTPLUS]
    assert same_bits(jit(lambda x: x.softplus())(SOFTPLUS), expected)
    assert expected == pytest.approx(np.logaddexp(0.0, SOFTPLUS), rel=1e-15, abs=0.0)


@pytest.mark.parametrize("others", [[-39.5], [-100.0, 600.0], [-39.5, 700.0], [-745.0], [math.nan]])
def test_softplus_of_rows_beyond_its_table(others, jit_engine):
    x = [*np.linspace(-3.0, 3.0, 16 + 9).tolist(), *others, *np.linspace(30.0, 50.0, 12).tolist()]
    expected = [functions.softplus(a) for a in x]
    assert same_bits(jit(lambda x: x.softplus())(x), expected)
    w = Value(0.0)
    _, gradients = jit(lambda x: (x + w).softplus()).value_and_grad(x)
    slopes = [functions.sigmoid(a) for a in x]
    assert gradients[0] == pytest.approx(np.mean(slopes), rel=1e-13, nan_ok=True)


def test_pow_at_every_entry_of_its_tables(jit_engine):
    expected = [functions.pow(float(x), float(y)) for x, y in zip(BASES, EXPONENTS)]
    assert same_bits(jit(lambda x, y: x**y)(BASES, EXPONENTS), expected)
    with np.errstate(over="ignore", under="ignore"):
        assert expected == pytest.approx(np.power(BASES, EXPONENTS), rel=1e-15, abs=1e-323)


@pytest.mark.parametrize("n", [1, 3, 4, 16, 21])  # blocks of 1, 4 and 16 rows, and padded ones
def test_rows_of_uniform_operands_and_unusual_ones(n, jit_engine):
    x = np.resize([0.3, 1.7, 1e300, 2.5, 0.9, 5e-310, 77.0], n).tolist()
    for y in (2.7, -13.5, 800.0, -1e-310, 0.0):
        expected = [functions.pow(a, y) for a in x]
        assert same_bits(jit(lambda x, y=y: x**y)(x), expected)
        assert same_bits(jit(lambda x, y: x**y)(x, [y] * n), expected)
        assert same_bits(jit(lambda y, x: y**x)([2.5] * n, x), [functions.pow(2.5, a) for a in x])
        assert same_bits(jit(lambda x: 2.5**x)(x), [functions.pow(2.5, a) for a in x])


@pytest.mark.parametrize("x", [-3.0, -0.7, -1e200, 1.0, 1.0 + 2.0**-52])
def test_powers_of_negative_numbers_and_near_1(x, jit_engine):
    for y in (5.0, 6.0, -7.0, 11.0, 1019.0, -3e15):
        (got,) = jit(lambda x, y=y: x**y)([x])
        assert same_bits(got, functions.pow(x, y))
        assert abs(got) == functions.pow(abs(x), y)
        assert got < 0.0 or x > 0.0 or y % 2.0 == 0.0 or got == 0.0
