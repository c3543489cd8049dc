"""Write the tables of jit's elementary functions, for C and for Python.

    python docs/make_tables.py

needs mpmath, and writes ``softplus_table`` and ``power_tables`` in ``csrc/elementary/`` and in
``python_ref/elementary/``. The functions that read them say what they are for. The polynomials
that go with them are in ``make_polynomials.py``.
"""

import struct
import textwrap
from pathlib import Path

import mpmath
from make_polynomials import LOG2_E_30, POW_DIGITS, POW_STEPS, SOFTPLUS_STEPS
from mpmath import mpf

ROOT = Path(__file__).parents[1]
mpmath.mp.dps = 50
SOFTPLUS_LIMIT = 39  # beyond, softplus is exp or the identity
LOG2_INTERVALS = 256
ULP_OF_TABLE = mpf(2) ** -60  # the relative error that a tabulated softplus may have


def softplus_rows():
    """Return (c, softplus(-c), sigmoid(-c)) for a c near each multiple of 1 / SOFTPLUS_STEPS.

    c is one for which the double softplus(-c) is nearly exact, so that no second double is needed
    (S. Gal, 1986).
    """
    rows = []
    for j in range(SOFTPLUS_LIMIT * SOFTPLUS_STEPS + 1):
        step = mpf(2) ** (-44 if j > 0 else -62)
        near = round(j / (SOFTPLUS_STEPS * step))
        for i in range(10_000):
            c = (near + (i + 1) // 2 * (-1) ** i) * step
            value = mpmath.log1p(mpmath.exp(-c))
            if abs(value - mpf(float(value))) < ULP_OF_TABLE * value:
                break
        else:
            raise ValueError(f"no centre near {j} / {SOFTPLUS_STEPS}")
        rows.append((float(c), float(value), float(1 / (1 + mpmath.exp(c)))))
    return rows


def log2_rows():
    """Return (q, high, low) for the m's of each interval from 1 + i / 256 to 1 + (i + 1) / 256:

        log2(m) = high + low + log2(1 + R / LOG2_E_30)    where R = m * q - LOG2_E_30

    R is small. q has 10 bits after the point, and high 30.
    """
    rows = []
    for i in range(LOG2_INTERVALS):
        middle = 1 + (i + mpf("0.5")) / LOG2_INTERVALS
        q = mpmath.nint(LOG2_E_30 / middle * 2**10) / 2**10
        exact = mpmath.log(LOG2_E_30 / q, 2)
        high = mpmath.nint(exact * 2**POW_DIGITS) / 2**POW_DIGITS
        rows.append((float(q), float(high), float(exact - high)))
    return rows


def exp2_rows():
    """Return (2**f, what 2**f is relative to that double, less 1) for f = j / POW_STEPS."""
    exact = [mpf(2) ** (mpf(j) / POW_STEPS) for j in range(POW_STEPS)]
    return [(float(x), float(x / mpf(float(x)) - 1)) for x in exact]


def exp2_bits(x, j):
    """Return the bits of x = 2**(j / POW_STEPS), less j at the place of the exponent's fraction.

    The sum of this and of (POW_STEPS * k + j) at that place are the bits of 2**k * x.
    """
    (bits,) = struct.unpack("<Q", struct.pack("<d", x))
    return bits - (j << (52 - POW_STEPS.bit_length() + 1))


def short_hex(x):
    digits, exponent = x.hex().split("p")
    return f"{digits.rstrip('0').rstrip('.')}p{exponent}"


def wrapped(words):
    tab = " " * 4
    return textwrap.wrap(", ".join(words) + ",", 95, initial_indent=tab, subsequent_indent=tab)


def write(name, title, tables):
    """Write a header and a module with tables, {name: (doubles, type, size, in C as)}."""
    guard = f"MG_{name.upper()}_H"
    c = [f"/* {name}.h - {title}; docs/make_tables.py wrote it. */", f"#ifndef {guard}"]
    c += [f"#define {guard}", "", "#include <stdint.h>", "", "/* clang-format off */", ""]
    python = [f'"""{title[0].upper()}{title[1:]}; docs/make_tables.py wrote this module."""', ""]
    python += ["# fmt: off"]
    for table, (doubles, kind, size, words) in tables.items():
        c += [f"static const {kind} MG_{table}[{size}] = {{", *wrapped(words), "};", ""]
        python += [f"{table} = (", *wrapped([repr(x) for x in doubles]), ")"]
    c += ["#endif"]
    for folder, lines, ending in (("csrc", c, "h"), ("python_ref", python, "py")):
        path = ROOT / folder / "elementary" / f"{name}.{ending}"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def of_doubles(doubles, size=""):
    """Return a row of ``write``'s tables; ``size``: of the array in C, if it is longer."""
    return doubles, "double", size, [short_hex(x) for x in doubles]


def main():
    at, values, slopes = zip(*softplus_rows())
    size = 512  # any nine bits are an index
    write("softplus_table", "a table of softplus", {
        "SOFTPLUS_AT": of_doubles(at, size),
        "SOFTPLUS_VALUE": of_doubles(values, size),
        "SOFTPLUS_SLOPE": of_doubles(slopes, size),
    })  # fmt: skip
    factors, high, low = zip(*log2_rows())
    powers, rest = zip(*exp2_rows())
    bits = [f"0x{exp2_bits(x, j):016x}ULL" for j, x in enumerate(powers)]
    write("power_tables", "tables of log2 and exp2, for pow", {
        "POW_FACTOR": of_doubles(factors),
        "POW_LOG2": of_doubles(high),
        "POW_LOG2_LOW": of_doubles(low),
        "POW_EXP2": (powers, "uint64_t", "", bits),
        "POW_EXP2_LOW": of_doubles(rest),
    })  # fmt: skip


if __name__ == "__main__":
    main()
