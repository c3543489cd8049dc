"""Products of matrices: many dots of few rows, as loops that compilers make vectors of.

A program has its dots as a list: (a row of numbers, a row of numbers). If dots that follow each
other have the same row on one side, they are a block; if the blocks that follow it have the same
rows on the other side, all of them are ``x @ y.T`` of two matrices x and y. Each result is still
added up term by term, and so is each gradient, from the last dot to the first.
"""

import re
from typing import NamedTuple

from micrograd_c.jit.native.listing import UNIFORM

LEAST_DOTS = 24  # of a product: fewer do not make up for the copies
MOST_NUMBERS = 4096  # of y, which is copied to the stack

FORWARD = """\
/* x: (@BLOCKS@, @TERMS@) @@ y: (@N@, @TERMS@).T */
static APART void product_@ID@(double *restrict u, double start) {
@TABLES@
    double y[@TERMS@][@N@];
    for (int j = 0; j < @N@; j++)
        for (int t = 0; t < @TERMS@; t++)
            y[t][j] = u[ys[j] + t * @Y_STEP@];
    for (int i = 0; i < @BLOCKS@; i++) {
        double sum[@N@];
        for (int j = 0; j < @N@; j++)
            sum[j] = start;
        for (int t = 0; t < @TERMS@; t++) {
            const double x = u[xs[i] + t * @X_STEP@];
            EACH for (int j = 0; j < @N@; j++)
                sum[j] += x * y[t][j];
        }
        memcpy(u + @OUT@ + i * @N@, sum, sizeof sum);
    }
}
"""

# Lines that begin with x| or y| are for a gradient of x, or of y.
BACKWARD = """\
static APART void product_back_@ID@(const double *restrict u, double *restrict h) {
@TABLES@
x|    double y[@N@][@TERMS@];
x|    for (int j = 0; j < @N@; j++)
x|        for (int t = 0; t < @TERMS@; t++)
x|            y[j][t] = u[ys[j] + t * @Y_STEP@];
y|    double by_y[@N@][@TERMS@];
y|    for (int j = 0; j < @N@; j++)
y|        for (int t = 0; t < @TERMS@; t++)
y|            by_y[j][t] = h[ys[j] + t * @Y_STEP@];
    for (int i = @BLOCKS@ - 1; i >= 0; i--) {
        const double *g = h + @OUT@ + i * @N@;
y|        double x[@TERMS@];
y|        for (int t = 0; t < @TERMS@; t++)
y|            x[t] = u[xs[i] + t * @X_STEP@];
x|        double by_x[@TERMS@];
x|        for (int t = 0; t < @TERMS@; t++)
x|            by_x[t] = h[xs[i] + t * @X_STEP@];
        for (int j = @N@ - 1; j >= 0; j--)
            EACH for (int t = 0; t < @TERMS@; t++) {
x|                by_x[t] += y[j][t] * g[j];
y|                by_y[j][t] += x[t] * g[j];
            }
x|        for (int t = 0; t < @TERMS@; t++)
x|            h[xs[i] + t * @X_STEP@] = by_x[t];
    }
y|    for (int j = 0; j < @N@; j++)
y|        for (int t = 0; t < @TERMS@; t++)
y|            h[ys[j] + t * @Y_STEP@] = by_y[j][t];
}
"""


class Product(NamedTuple):
    """x: (blocks, terms) @ y: (n, terms).T. ``x`` and ``y``: first slot and step of each row."""

    out: int
    x: list
    y: list
    terms: int
    start: int  # the slot of the number that each sum starts from
    grads: int  # 1 if x gets a gradient, and 2 if y does


def products_of(ins):
    """Return the Products that a dot consists of, from the first to the last, or an empty list."""
    if ins.code != "dot" or not ins.out & UNIFORM or ins.m < 2 or ins.grads & 4:
        return []
    if len(set(ins.c)) > 1 or (ins.grads == 3 and not set(ins.a).isdisjoint(ins.b)):
        return []
    if not {*ins.a, *ins.b, *ins.c}.isdisjoint(range(ins.out, ins.out + ins.n)):
        return []  # y is copied before there are results
    sides = rows_of(ins.a, ins.m), rows_of(ins.b, ins.m)
    found, at = [], 0
    while at < ins.n:
        side = 0 if same_from(sides[0], at) >= same_from(sides[1], at) else 1
        n, x, y = same_from(sides[side], at), sides[side], sides[1 - side]
        end = at + n
        while y[end : end + n] == y[at : at + n] and same_from(x, end) >= n:
            end += n
        grads = ins.grads if side == 0 else (ins.grads & 1) << 1 | ins.grads >> 1
        product = Product((ins.out & ~UNIFORM) + at, x[at:end:n], y[at : at + n], ins.m,
                          ins.c[0] & ~UNIFORM, grads)  # fmt: skip
        if end - at < LEAST_DOTS or not is_allowed(product):
            return []
        found.append(product)
        at = end
    return found


def is_allowed(product):
    """True if the rows have even steps, and copies of their gradients can be added to.

    A row of x has its copy while its block is computed, so it must have each slot once. The rows
    of y have theirs during the whole product, so they must have no slot in common either.
    """
    x, y, terms = product.x, product.y, product.terms
    if None in x or None in y or len(y) * terms > MOST_NUMBERS:
        return False
    if product.grads & 1 and any(step == 0 for _, step in x):
        return False
    slots = {first + t * step for first, step in y for t in range(terms)}
    return not product.grads & 2 or len(slots) == len(y) * terms


def rows_of(slots, m):
    """Return the first slot and the step of each row of m slots. None if they have no even step."""
    rows = []
    for i in range(0, len(slots), m):
        row, step = slots[i : i + m], slots[i + 1] - slots[i]
        is_even = all(b - a == step for a, b in zip(row, row[1:]))
        rows.append((row[0] & ~UNIFORM, step) if is_even else None)
    return rows


def same_from(rows, at):
    """Return how many rows from this place on are the same."""
    end = at
    while end < len(rows) and rows[end] == rows[at]:
        end += 1
    return end - at


def function_of(product, number, backward):
    """Return a C function that computes a Product, or its gradients, and the line that calls it."""
    text, tables = BACKWARD if backward else FORWARD, []
    for bit, side in ((1, "x"), (2, "y")):
        kept = r"\1" if product.grads & bit else ""
        text = re.sub(rf"^{side}\|(.*\n)", kept, text, flags=re.MULTILINE)
    values = {
        "ID": number,
        "BLOCKS": len(product.x),
        "N": len(product.y),
        "TERMS": product.terms,
        "OUT": product.out,
    }
    for rows, name, index in ((product.x, "x", "i"), (product.y, "y", "j")):
        tables.append((f"{name}s", [first for first, _ in rows]))
        steps = [step for _, step in rows]
        values[f"{name.upper()}_STEP"] = (
            steps[0] if len(set(steps)) == 1 else f"{name}_steps[{index}]"
        )
        if len(set(steps)) > 1:
            tables.append((f"{name}_steps", steps))
    values["TABLES"] = "\n".join(
        f"    static const int {name}[] = {{{', '.join(map(str, numbers))}}};"
        for name, numbers in tables
    )
    for key, value in values.items():
        text = text.replace(f"@{key}@", str(value))
    call = (
        f"product_back_{number}(u, h);" if backward else f"product_{number}(u, u[{product.start}]);"
    )
    return text.replace("@@", "@"), call
