"""Puts the functions of a program together: which run for which direction and block width."""

from typing import NamedTuple

from micrograd_c.jit.native.functions import ARGUMENTS, Writer, needed_later
from micrograd_c.jit.native.listing import UNIFORM
from micrograd_c.jit.native.loops import Part, parts_of
from micrograd_c.jit.native.operators import definitions_for
from micrograd_c.jit.native.overlap import CHUNK, Group, overlapped
from micrograd_c.jit.native.products import function_of, products_of
from micrograd_c.jit.native.statements import (
    FEW,
    ROW,
    SAME,
    SAME_GRAD,
    VERY_FEW,
    from_zero,
    grad,
    name,
)
from micrograd_c.jit.native.statements import Writer as Statements

LONG = 1_500  # statements of the forward direction, from which on a program is long
LONGEST = 300  # statements of a function, a round of each loop counted
PASSED = "d, g, u, h, rows, masks"

PRELUDE = """\
#if defined(__clang__)
#pragma clang diagnostic ignored "-Wpass-failed" /* loops that it makes no vectors of */
#define EACH _Pragma("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__)
#define EACH _Pragma("GCC ivdep")
#else
#define EACH
#endif

#if defined(__GNUC__) && !defined(__clang__)
#define MIXED __attribute__((optimize("schedule-insns", "fp-contract=off")))
#else
#define MIXED
#endif

#if defined(__GNUC__) || defined(__clang__)
#define APART __attribute__((noinline))
#define RARELY(condition) __builtin_expect(!!(condition), 0)
#define IN_ORDER __asm__ volatile(""); /* the loop is no vectors: its sums would take longer */
/* gcc 12's local-pure-const can take a function whose stores have become vectors for one without
 * effects, and leaves out its calls; not if there is an asm statement that is volatile. */
#define HAS_EFFECTS __asm__ volatile("");
#else
#define APART
#define RARELY(condition) (condition)
#define IN_ORDER
#define HAS_EFFECTS
#endif
"""

SUM_OF = """\
/* The sum over the lanes of t, in a fixed order. With masks, without the lanes from rows on. */
static inline double sum_of(double *t, int lanes, int rows, int masks) {
    for (int l = rows; masks && l < lanes; l++)
        t[l] = 0.0;
    for (int half = lanes / 2; half > 0; half /= 2)
        for (int l = 0; l < half; l++)
            t[l] += t[l + half];
    return t[0];
}
"""

# Of bits, because a sum of doubles is added up one by one: they wait for each other.
HAS_ANY = """\
static inline int has_any(const double *unusual, int n) {
    uint64_t any = 0;
    for (int i = 0; i < n; i++) {
        uint64_t bits;
        memcpy(&bits, &unusual[i], sizeof bits);
        any |= bits;
    }
    return any != 0;
}
"""


class Phase(NamedTuple):
    """A run through one of the lists."""

    list: str  # "uniform" or "row"
    backward: bool


class Code:
    """Functions of one program, and what they need.

    ``table``: a function that returns the lines for a Table, of this width. ``is_long``: true for
    a program that compilers would take long for; then few results are written one by one.
    """

    def __init__(self, listing, table):
        self.listing, self.table = listing, table
        self.texts, self.count = [], 0
        self.statements, self.few, self.has_products = 0, FEW, False
        lists = [Phase("uniform", False), Phase("row", False)]
        length = length_of(self.items(lists, False, True))
        self.is_long = length > LONG
        if self.is_long:
            self.few = VERY_FEW
            length = length_of(self.items(lists, False, True))
        self.least = 2 * length  # statements of both directions, at least

    def calls(self, phases, width, external, seed=False, one_block=False):
        """Write functions for these phases in a row. Returns the lines that call them.

        ``external``: names that must be in memory afterwards. ``seed``: the first output's
        gradient is set to 1, before the first backward phase. ``one_block``: the uniform
        gradients are those of one block alone, and nothing has been added to them before.
        """
        items = self.items(phases, seed, one_block)
        if width == 1:
            items = joined(overlapped(items))
        single = [x for item in items for x in (item.parts if isinstance(item, Group) else [item])]
        last, place = needed_later(single, external), 0
        groups, length = [[]], 0
        for item in items:
            some = item.parts if isinstance(item, Group) else [item]
            place += len(some)
            if not isinstance(some[0], Part):
                groups += [self.product(item) or self.table(item, width), []]
                length = 0
                continue
            n = sum(len(part.statements) for part in some)
            if length and length + n > LONGEST:
                groups.append([])
                length = 0
            length += n
            self.statements += n
            writers = [
                Writer(part, place - len(some) + i, last, width, self.listing)
                for i, part in enumerate(some)
            ]
            if isinstance(item, Group):
                groups[-1].append((self.turns(writers, item), False))
            else:
                groups[-1].append((writers[0].write(), writers[0].is_deep()))
        groups = [group for group in groups if group]
        apart = "APART " if len(groups) > 2 else "inline "
        return [
            line
            for group in groups
            for line in ([self.function(group, apart)] if isinstance(group[0], tuple) else group)
        ]

    def product(self, table):
        """Return the lines that compute a Table as products of matrices, or an empty list."""
        ins, lines = table.instruction, []
        if table.backward and not ins.grads:
            return lines
        for product in products_of(ins):
            self.count += 1
            text, line = function_of(product, self.count, table.backward)
            self.texts.append(text)
            lines.append(line)
            self.has_products = True
        return lines[::-1] if table.backward else lines

    def read_by(self, phases):
        """Return the names of the values that the phases read."""
        found = set()
        for item in self.items(phases, False, False):
            if isinstance(item, Part):
                found.update(x for _, _, reads in item.all for x in reads)
            else:
                found.update(item.names())
        return {x for x in found if x % 4 in (ROW, SAME)}

    def stores_first(self, phases):
        """True if the phases need no gradient of 0 to add to, but those of parameters.

        The first output's gradient must be there.
        """
        written = gradients_of_parameters(self.listing)
        written.update(grad(x) for x in self.listing.outputs[:1])
        for item in self.items(phases, False, False):
            if not isinstance(item, Part):
                return False  # a kernel or a product may add to any
            for shape, target, reads in item.all:
                needed = [*reads, target] if shape.assigns == "+=" else reads
                if any(x % 4 == SAME_GRAD and x not in written for x in needed):
                    return False
                written.add(target)
        return True

    def items(self, phases, seed, one_block):
        """Return the Parts and Tables of the phases, in order."""
        writer = Statements(self.listing, not one_block, self.few)
        if not one_block and ("row", True) not in phases:
            writer.touched.update(self.gradients_of_rows())
        if not seed:
            writer.touched.update(grad(x) for x in self.listing.outputs[:1])
        items, run = [], []
        for phase in phases:
            if phase.backward and seed:
                target, seed = grad(self.listing.outputs[0]), False
                run.append(writer.add_one(target))
            writer.in_blocks = phase.list == "row" and not one_block
            instructions = getattr(self.listing, phase.list)
            each = writer.backward if phase.backward else writer.forward
            for ins in reversed(instructions) if phase.backward else instructions:
                for item in each(ins):
                    if isinstance(item, tuple) and len(item) == 3:
                        run.append(item)
                    else:
                        items += [*parts_of(from_zero(run)), item]
                        run = []
            items += parts_of(from_zero(run))
            run = []
        return joined(items)

    def gradients_of_rows(self):
        """Return the names of all uniform gradients that the row list may add to."""
        writer = Statements(self.listing, True, self.few)
        for ins in reversed(self.listing.row):
            for _ in writer.backward(ins):
                pass
        return {x for x in writer.touched if x % 4 == SAME_GRAD}

    def function(self, parts, apart):
        """Write a function of some parts; return the line that calls it."""
        self.count += 1
        body = "\n".join(f"    {line}" for lines, _ in parts for line in scoped(lines, len(parts)))
        apart = "MIXED " + apart if any(is_deep for _, is_deep in parts) else apart
        self.texts.append(
            f"static {apart}void part_{self.count}({ARGUMENTS}, int rows, int masks) {{\n"
            "    HAS_EFFECTS\n"
            f"    (void)d, (void)g, (void)u, (void)h, (void)rows, (void)masks;\n{body}\n}}\n"
        )
        return f"part_{self.count}({PASSED});"

    def turns(self, writers, group):
        """Write a function for each loop of a Group; return the lines that call them by turns.

        In one function, compilers would keep too much in registers, and recursions in memory.
        """
        lines = [f"for (int turn = 0; turn < {group.turns}; turn++) {{"]
        for writer, lag in zip(writers, group.lags):
            self.count += 1
            body = "\n".join(f"    {line}" for line in writer.write_chunk(CHUNK))
            self.texts.append(
                f"static MIXED APART void loop_{self.count}({ARGUMENTS}, int done) {{\n"
                f"    HAS_EFFECTS\n    (void)d, (void)g, (void)u, (void)h;\n{body}\n}}\n"
            )
            end = lag + -(-writer.part.rounds // CHUNK)
            late = f"(turn - {lag})" if lag else "turn"
            bounds = [f"turn >= {lag}"] * (lag > 0) + [f"turn < {end}"] * (end < group.turns)
            if bounds:
                lines.append(f"    if ({' && '.join(bounds)})")
            lines.append(f"    {'    ' if bounds else ''}loop_{self.count}(d, g, u, h, "
                         f"{CHUNK} * {late});")  # fmt: skip
        return [*lines, "}"]

    def text(self, tables="", entries=""):
        """Return all that the functions, the tables and what calls them need, and the functions."""
        functions = "\n".join(self.texts)
        everything = functions + tables + entries
        helpers = [SUM_OF] if "sum_of(" in everything else []
        helpers += [HAS_ANY] if "has_any(" in functions else []
        parts = [PRELUDE, definitions_for(everything), *helpers, tables, functions]
        return "\n".join(part for part in parts if part)


def scoped(lines, n_parts):
    return lines if n_parts == 1 else ["{", *(f"    {line}" for line in lines), "}"]


def joined(items):
    """Join neighbouring Parts without loops, which then keep more in registers."""
    result = []
    for item in items:
        before = result[-1] if result else None
        if (
            isinstance(item, Part) and isinstance(before, Part)
            and before.rounds == item.rounds == 1
            and len(before.statements) + len(item.statements) <= LONGEST
        ):  # fmt: skip
            both = before.statements + item.statements
            result[-1] = Part(both, 1, None, both)
        else:
            result.append(item)
    return result


def length_of(items):
    """Return how many statements there are in Parts, those of loops counted once."""
    return sum(len(item.statements) for item in items if isinstance(item, Part))


def outputs_of(listing):
    """Return the names of the outputs' values."""
    return {name(x) for x in listing.outputs}


def gradients_of_parameters(listing):
    """Return the names of the gradients of all parameters that the program reads."""
    return {grad(i | UNIFORM) for i in range(listing.n_parameters)}
