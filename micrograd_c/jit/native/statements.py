"""The instructions of a Listing as statements of C, one for each value or gradient.

A statement is a tuple (shape, target, reads). Its shape is what it has in common with other
statements: how it assigns, and an expression with {0}, {1}, ... for what it reads. Targets and
reads are *names*, numbers that stand for a slot's value or gradient, see ``name``. Statements of
equal shape whose names grow in equal steps become a loop, see loops.py.
"""

import re
from collections import Counter
from functools import lru_cache
from typing import NamedTuple

from micrograd_c.jit.native.listing import UNIFORM
from micrograd_c.jit.native.operators import number, operators, powers

# What a name stands for: the value in a row slot or uniform slot, or its gradient. They are also
# the arrays that hold them.
ROW, SAME, ROW_GRAD, SAME_GRAD = range(4)
ARRAYS = "dugh"

MOST_TERMS = 16  # of a sum in one expression; longer ones are loops
MOST_STEPS = 4  # different ones between the slots of a long sum's terms; else it has a table
# Results of one instruction that are written one by one, whatever their slots are: in a short
# program, and in one that compilers would take long for.
FEW, VERY_FEW = 16, 4
MANY = 8  # numbers added to a gradient, see from_zero


def name(slot):
    """Return the name of a slot's value."""
    return (slot & ~UNIFORM) * 4 + (SAME if slot & UNIFORM else ROW)


def grad(slot):
    """Return the name of a slot's gradient."""
    return name(slot) + 2


class Shape(NamedTuple):
    """``assigns``: "=", "+=", or "0+", which adds to 0. ``usual``: an expression, true where the
    mg_fast_ functions may be used; None if there are none. ``careful``: what is right everywhere,
    if ``text`` is so only for usual operands."""

    assigns: str
    text: str
    usual: str
    careful: str = None

    def expression(self, functions):
        """Return the expression for a family of functions: "fast", or one for any operands."""
        return self.text if functions == "fast" else self.careful or self.text


SHAPES = {}


class Table(NamedTuple):
    """An instruction that a loop over tables of slots computes, see tables.py."""

    instruction: object
    backward: bool

    def names(self):
        """Return the names that it reads, or adds to."""
        ins = self.instruction
        values = [name(x) for some in (ins.a, ins.b, ins.c) for x in some]
        if ins.code == "layer":
            values += map(name, layer_slots(ins, 7))
        if not self.backward:
            return values
        results = range(ins.out, ins.out + ins.n)
        return [*values, *map(name, results), *map(grad, results), *targets_of(ins)]


def is_table(ins, few):
    """True for an instruction whose operands are read from tables of slots.

    ``few``: how many results may be written one by one.
    """
    if ins.code in ("layer", "take"):
        return True
    if ins.code in ("dot", "sum"):
        if is_regular(ins):
            return False
        return ins.m > MOST_TERMS or (ins.n >= few and not all(map(is_even, columns(ins))))
    return ins.n >= few and not all(map(is_even, (ins.a, ins.b, ins.c)))


def is_regular(ins):
    """True for a long sum of uniform values whose terms have regular slots: it becomes a loop.

    For a row's values, the kernels' loops over lanes are as quick.
    """
    if ins.n > 1 or ins.m <= MOST_TERMS or not ins.out & UNIFORM:
        return False
    return all(
        len({b - a for a, b in zip(slots, slots[1:])}) <= MOST_STEPS for slots in (ins.a, ins.b)
    )


def columns(ins):
    """Yield the j-th terms of all results, for each j."""
    for operand in (ins.a, ins.b):
        for j in range(ins.m if operand else 0):
            yield operand[j :: ins.m]
    yield ins.c


def is_even(slots):
    """True if the slots grow in equal steps."""
    if len(slots) == 2:
        return False
    return all(c - b == b - a for a, b, c in zip(slots, slots[1:], slots[2:]))


class Writer:
    """Makes statements of instructions, in the order in which they run."""

    def __init__(self, listing, in_blocks, few):
        """``in_blocks``: the uniform gradients are sums over several blocks of rows.

        ``few``: how many results of an instruction may be written one by one.
        """
        self.in_blocks, self.is_libm = in_blocks, listing.math == "libm"
        self.few = few
        self.touched = set()  # names of gradients that something was added to
        self.made = {ins.out + i for ins in listing.uniform for i in range(ins.n)}
        # A layer stores the gradients of its weights as they come, so -0.0 must not become 0.0.
        self.is_exact = any(ins.code == "layer" for ins in (*listing.uniform, *listing.row))

    def forward(self, ins):
        """Yield the statements, or the one Table, that compute an instruction."""
        if is_table(ins, self.few):
            yield Table(ins, False)
            return
        if ins.m > MOST_TERMS:
            yield from self.long_sum(ins)
            return
        for i in range(ins.n):
            shape, reads = self.value(ins, i)
            yield shape, name(ins.out + i), reads

    def long_sum(self, ins):
        """Yield statements that add up a sum term by term."""
        out = name(ins.out)
        yield COPY, out, (name(ins.c[0]),)
        terms = zip(ins.a, ins.b) if ins.b else zip(ins.a)
        shape = ADD_PRODUCT if ins.b else ADD
        for term in terms:
            yield shape, out, tuple(map(name, term))

    def value(self, ins, i):
        if ins.code == "muladd":
            return MULADD, (name(ins.a[i]), name(ins.b[i]), name(ins.c[i]))
        if ins.code == "gather":
            return COPY, (name(ins.a[i]),)
        if ins.code in ("dot", "sum"):
            terms = range(i * ins.m, (i + 1) * ins.m)
            factors = [x for j in terms for x in ((ins.a[j], ins.b[j]) if ins.b else (ins.a[j],))]
            return long_sum(ins.m, bool(ins.b)), tuple(map(name, (ins.c[i], *factors)))
        shape, uses = operator_shape(ins.code, "value", ins.k, "=", self.is_libm)
        return shape, self.reads(ins, i, uses)

    def reads(self, ins, i, uses):
        names = {"x": ins.a, "y": ins.b}
        return tuple(
            name(names[u][i]) if u in names
            else name(ins.out + i) if u == "out" else grad(ins.out + i)
            for u in uses
        )  # fmt: skip

    def backward(self, ins):
        """Yield the statements, or the one Table, that pass an instruction's gradients on."""
        if not ins.grads:
            return
        if is_table(ins, self.few):
            self.touched.update(targets_of(ins))
            yield Table(ins, True)
            return
        for i in reversed(range(ins.n)):
            yield from self.passed(ins, i)

    def passed(self, ins, i):
        g = grad(ins.out + i)
        if ins.code == "muladd":
            if ins.grads & 1:
                yield self.add(ins.a[i], "{0} * {1}", (name(ins.b[i]), g), ins.firsts & 1)
            if ins.grads & 2:
                yield self.add(ins.b[i], "{0} * {1}", (name(ins.a[i]), g), ins.firsts & 2)
            if ins.grads & 4:
                yield self.add(ins.c[i], "{0}", (g,), ins.firsts & 4)
        elif ins.code == "gather":
            yield self.add(ins.a[i], "{0}", (g,), ins.firsts & 1)
        elif ins.code in ("dot", "sum"):
            for j in reversed(range(i * ins.m, (i + 1) * ins.m)):
                if ins.b and ins.grads & 1:
                    yield self.add(ins.a[j], "{0} * {1}", (name(ins.b[j]), g), 0)
                elif ins.grads & 1:
                    yield self.add(ins.a[j], "{0}", (g,), 0)
                if ins.b and ins.grads & 2:
                    yield self.add(ins.b[j], "{0} * {1}", (name(ins.a[j]), g), 0)
            if ins.grads & 4:
                yield self.add(ins.c[i], "{0}", (g,), 0)
        else:
            for j, (operand, which) in enumerate(((ins.a, "dx"), (ins.b, "dy"))):
                if operand and ins.grads & 1 << j:
                    target = grad(operand[i])
                    shape, uses = operator_shape(
                        ins.code, which, ins.k, self.assigns(target, ins.firsts & 1 << j),
                        self.is_libm,
                    )  # fmt: skip
                    yield shape, target, self.reads(ins, i, uses)

    def add(self, slot, text, reads, is_first):
        return shape_of(self.assigns(grad(slot), is_first), text, None), grad(slot), reads

    def add_one(self, target):
        """Return the statement that adds 1 to a gradient: that of the output by itself."""
        return shape_of(self.assigns(target, True), "1.0", None), target, ()

    def assigns(self, target, is_first):
        """Return how the next gradient is added to the target: the first is stored.

        A gradient of -0.0 that is not added to 0.0 stays -0.0. This changes no sum, because
        those of the parameters start at 0.0. In blocks of rows, gradients of uniform values
        are added to what the blocks before have added.
        """
        if target in self.touched:
            return "+="
        self.touched.add(target)
        if target % 4 == SAME_GRAD and self.in_blocks:
            return "+="
        is_leaf = target % 4 == SAME_GRAD and (target // 4 | UNIFORM) not in self.made
        return "0+" if is_leaf or (self.is_exact and not is_first) else "="


def from_zero(statements):
    """Return statements that set gradients to 0 before the first of many numbers is added.

    The first is then added like the others, and can be in a loop with them.
    """
    added = Counter(target for shape, target, _ in statements if shape.assigns == "+=")
    first, others = [], []
    for shape, target, reads in statements:
        if shape.assigns == "0+" and added[target] >= MANY:
            first.append((ZERO, target, ()))
            shape = shape_of("+=", *shape[1:])
        others.append((shape, target, reads))
    return first + others


def targets_of(ins):
    """Return the names of all gradients that an instruction adds to."""
    if ins.code == "layer":
        return [grad(x) for x in layer_slots(ins, ins.grads)]
    operands = (ins.a, ins.b, ins.c)
    return [grad(x) for j, some in enumerate(operands) if ins.grads & 1 << j for x in some]


def layer_slots(ins, operands):
    """Return the slots of a layer's inputs, weights and biases; ``operands`` has a bit for each."""
    n = ins.n // ins.sets
    weights = range(ins.b[0], ins.b[0] + n * ins.m) if operands & 2 else ()
    biases = range(ins.c[0], ins.c[0] + n) if operands & 4 else ()
    return [*(ins.a if operands & 1 else ()), *weights, *biases]


def shape_of(assigns, text, usual, careful=None):
    """Return the one Shape of these fields: loops.py compares shapes with ``is``."""
    shape = Shape(assigns, text, usual, careful)
    return SHAPES.setdefault(shape, shape)


@lru_cache(None)
def operator_shape(code, which, k, assigns, is_libm):
    """Return the shape of an operator's value or derivative, and which variables it reads."""
    row, careful = operators()[code], None
    if code == "pow_k" and k in powers() and not is_libm:
        general, row = row, powers()[k]
        careful = getattr(general, which) if which != "value" and row.fast != "1" else None
    texts = [getattr(row, which), careful or ""]
    usual = row.fast if any("MG_M(" in text for text in texts) else None
    if which != "value" and row.may_raise and texts[0] != "0.0":
        texts = [text and f"g == 0.0 ? 0.0 : {text}" for text in texts]
    uses = [v for v in ("x", "y", "out", "g")
            if re.search(rf"\b{v}\b", " ".join([*texts, usual or ""]))]  # fmt: skip
    if row.kind == "UNARY_K":
        uses = [v for v in uses if v != "y"]

    def filled(match):
        v = match[0]
        return f"{{{uses.index(v)}}}" if v in uses else number(k)

    pattern = r"\b(x|y|out|g)\b"
    text, careful = (re.sub(pattern, filled, tidy(text)) for text in texts)
    usual = usual and re.sub(pattern, filled, usual)
    return shape_of(assigns, text, usual, careful or None), tuple(uses)


def tidy(text):
    """Return an expression without the spaces that clang-format takes away."""
    return re.sub(r"(\w) \*(?=[\w(])", r"\1 * ", text)


MULADD = shape_of("=", "{0} * {1} + {2}", None)
COPY = shape_of("=", "{0}", None)
ADD, ADD_PRODUCT = shape_of("+=", "{0}", None), shape_of("+=", "{0} * {1}", None)
ZERO = shape_of("=", "0.0", None)


@lru_cache(None)
def long_sum(m, has_factors):
    """Return the shape of a sum of m terms, or products, that are added to {0} one by one."""
    if has_factors:
        terms = [f"{{{2 * j + 1}}} * {{{2 * j + 2}}}" for j in range(m)]
    else:
        terms = [f"{{{j + 1}}}" for j in range(m)]
    return shape_of("=", " + ".join(["{0}", *terms]), None)
