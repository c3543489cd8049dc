"""Formats durations, ratios, bytes and tables as text."""

try:
    import tabulate
except ImportError:  # at once, and not after minutes of measuring
    raise SystemExit("the benchmarks need tabulate: pip install -e '.[bench]'") from None

tabulate.MIN_PADDING = 0  # no wider columns than the cells need


def duration(seconds):
    """Return a time as three digits and a unit.

    >>> duration(0.00123456), duration(2e-7), duration(75.0)
    ('1.23 ms', '200 ns', '75.0 s')
    """
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= scale:
            return f"{three_digits(seconds / scale)} {unit}"
    return f"{three_digits(seconds / 1e-9)} ns"


def three_digits(x):
    """
    >>> three_digits(1234.5), three_digits(0.01234), three_digits(56.78), three_digits(0)
    ('1,234', '0.0123', '56.8', '0')
    """
    if x >= 1000:
        return f"{x:,.0f}"
    return f"{x:#.3g}".rstrip(".") if x and x < 100 else f"{x:.0f}"


def times(ratio):
    """Return a ratio as text, with an x.

    >>> times(612.3), times(3.21)
    ('612x', '3.21x')
    """
    return three_digits(ratio) + "x"


def memory(n_bytes):
    """
    >>> memory(3_400_000), memory(120)
    ('3.40 MB', '120 B')
    """
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if n_bytes >= scale:
            return f"{three_digits(n_bytes / scale)} {unit}"
    return f"{n_bytes:.0f} B"


def table(header, rows):
    """Return a Markdown table. The first column is aligned to the left, the others to the right.

    >>> print(table(["who", "time"], [["a", "1 s"], ["bcde", "20 s"]]))
    | who  | time |
    |:-----|-----:|
    | a    |  1 s |
    | bcde | 20 s |
    """
    align = ["left", *["right"] * (len(header) - 1)] if rows else None
    # As text: it would write 1,234 and 0.50 in its own way.
    return tabulate.tabulate(rows, header, "pipe", colalign=align, disable_numparse=True)
