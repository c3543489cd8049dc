"""Changes each value and derivative of csrc/graph/ops.h in turn, which must be noticed.

A copy of the library is built in which each expression of the table has variants (mutants); the
variable mg_mutant selects the one in use. A mutant must be noticed by what other tests do: each
operator on special numbers, eager and in a compiled program, compared with python_ref.
"""

import math
import re
import shutil

import pytest
from c_tools import ROOT, STRICT, any_compiler, run, sources

from micrograd_c.parity.compare import bits
from python_ref.core.ops import JIT_OPS, OPS, UNARY_K

cffi = pytest.importorskip("cffi")

NUMBERS = (0.5, -0.5, 2.0, -3.0, 0.0, -0.0, 1.0, 0.3, 1e-300, math.inf, math.nan)
WITH_K = [op.name for op in OPS.values() if op.kind == UNARY_K]
# Changes the last bit, except of 0, infinity and NaN.
BIND = "(mg_mutant == {0} ? ({1}) * 1.0000000000000002 : {2})"
ADD = "(mg_mutant == {0} ? ({1}) + g : {2})"


def rows(table):
    """Return the arguments of each X(...) in the table, and where each row begins and ends."""
    start = table.index("#define MG_OPS(X)")
    end = table.index("\n\n", start)
    text = table[start:end].replace("\\\n", " ").split("MG_OPS(X)")[1]
    found, depth = [], 0
    for char in text:
        if char == "(":
            depth += 1
            if depth == 1:
                found.append([""])
                continue
        if char == ")":
            depth -= 1
        if depth == 1 and char == ",":
            found[-1].append("")
        elif depth:
            found[-1][-1] += char
    return [[part.strip() for part in row] for row in found], start, end


def with_mutants(table):
    """Return the table with variants of each expression, and a description of each variant."""
    found, start, end = rows(table)
    mutants = []

    def vary(name, what, expression, variant):
        mutants.append(f"{name}: {what}")
        return variant.format(len(mutants), expression, expression)

    lines = []
    for name, kind, label, raises, fast, value, dx, dy in found:
        value = vary(name, "value bent", value, BIND)
        derivatives = {"d/dx": dx, "d/dy": dy} if kind == "MG_BINARY" else {"d/dx": dx}
        for what, old in derivatives.items():
            new = vary(name, f"g added to {what}", old, ADD)
            if old != "0.0":
                mutants.append(f"{name}: {what} bent")
                new = BIND.format(len(mutants), old, new)
            derivatives[what] = new
        lines.append(
            f"X({name}, {kind}, {label}, {raises}, {fast}, {value}, {derivatives['d/dx']}, "
            f"{derivatives.get('d/dy', dy)})"
        )
    changed = "#define MG_OPS(X) " + " \\\n".join(lines)
    return table[:start] + "extern int mg_mutant;\n" + changed + table[end:], mutants


@pytest.fixture(scope="module")
def mutated(tmp_path_factory):
    """The library with its mutants: (lib, ffi, the mutants' names)."""
    folder = tmp_path_factory.mktemp("mutants")
    shutil.copytree(ROOT / "csrc", folder / "csrc")
    table, mutants = with_mutants((ROOT / "csrc/graph/ops.h").read_text(encoding="utf-8"))
    (folder / "csrc/graph/ops.h").write_text(table, encoding="utf-8")
    (folder / "csrc/graph/mutant.c").write_text("int mg_mutant;\n", encoding="utf-8")
    library = folder / "mutants.so"
    options = [option for option in STRICT if not option.startswith("-W")]
    run(any_compiler(), *options, "-O0", "-fPIC", "-shared", f"-I{folder / 'csrc'}",
        *sources(folder / "csrc"), "-o", library, "-lm")  # fmt: skip
    ffi = cffi.FFI()
    header = (ROOT / "csrc/micrograd.h").read_text(encoding="utf-8")
    ffi.cdef(header.split("/* cffi: begin */")[1].split("/* cffi: end */")[0])
    ffi.cdef("extern int mg_mutant;")
    return ffi.dlopen(str(library)), ffi, mutants


def expected(op, x, y, g):
    """Return the reference's results as bits, or None if it raises.

    Each is added to 0.0, as a mean over rows does, which turns -0.0 into 0.0.
    """
    operands = (x, y) if len(op.derivatives) == 2 or op.name in WITH_K else (x,)
    try:
        out = op.value(*operands)
    except (ValueError, ArithmeticError):
        return None
    return [bits(0.0 + out), *(bits(0.0 + d(*operands, out, g)) for d in op.derivatives)]


def eager(lib, op, x, y, g):
    code = lib.mg_op_find(op.name.encode())
    leaves = [lib.mg_leaf(x), lib.mg_leaf(y)]
    if op.name in WITH_K:
        node = lib.mg_unary_k(code, leaves[0], y, 0)
    elif len(op.derivatives) == 2:
        node = lib.mg_binary(code, *leaves)
    else:
        node = lib.mg_unary(code, leaves[0])
    seen = None
    if node:
        lib.mg_set_grad(node, g)
        lib.mg_backward_node(node)
        grads = [bits(lib.mg_grad(leaf)) for leaf in leaves[: len(op.derivatives)]]
        seen = [bits(0.0 + lib.mg_data(node)), *grads]
        lib.mg_release(node)
    for leaf in leaves:
        lib.mg_release(leaf)
    return seen


class Program:
    """A program of one operator on a batch's two columns, each with a parameter of -0.0 added."""

    def __init__(self, lib, ffi, op, k):
        self.lib, self.ffi, self.n = lib, ffi, len(op.derivatives)
        leaf, add = lib.mg_op_find(b"leaf"), lib.mg_op_find(b"add")
        args = [lib.mg_traced(leaf, 0, 0, 0.0) for _ in range(2)]
        self.parameters = [lib.mg_leaf(-0.0) for _ in range(2)]
        sums = [lib.mg_traced(add, arg, p, 0.0) for arg, p in zip(args, self.parameters)]
        code = lib.mg_op_find(op.name.encode())
        root = lib.mg_traced(code, sums[0], sums[1] if self.n == 2 else 0, k)
        status = ffi.new("mg_status *")
        self.program = lib.mg_compile(args, [1, 1], 2, 0, [root], 1, 0, status)
        assert self.program != ffi.NULL
        for node in (*args, *sums, root):
            lib.mg_release(node)

    def run(self, x, y):
        lib, ffi = self.lib, self.ffi
        columns = [ffi.new("double[]", [x]), ffi.new("double[]", [y])]
        mean = ffi.new("double *")
        lib.mg_zero_grad(self.parameters, 2)
        assert lib.mg_program_backward(self.program, columns, 1, 0, mean) == lib.MG_OK
        return [bits(mean[0]), *(bits(lib.mg_grad(p)) for p in self.parameters[: self.n])]

    def free(self):
        self.lib.mg_program_free(self.program)
        for p in self.parameters:
            self.lib.mg_release(p)


def differs_eagerly(lib, ffi, op):
    return any(
        eager(lib, op, x, y, g) != expected(op, x, y, g)
        for x in NUMBERS for y in NUMBERS for g in (1.0, -3.0)
    )  # fmt: skip


def differs_in_programs(lib, ffi, op):
    op = JIT_OPS[op.name]
    for y in NUMBERS:
        program = Program(lib, ffi, op, y)
        try:
            for x in NUMBERS:
                want = expected(op, x, y, 1.0)
                if want is not None and program.run(x, y) != want:
                    return True
        finally:
            program.free()
    return False


@pytest.mark.parametrize("differs", [differs_eagerly, differs_in_programs])
def test_every_mutant_is_noticed(mutated, differs):
    lib, ffi, mutants = mutated
    missed = []
    for number, about in enumerate(mutants, 1):
        lib.mg_mutant = number
        if not differs(lib, ffi, OPS[about.split(":")[0]]):
            missed.append(about)
    # No gradient is needed below detach(), so programs never compute its derivative.
    never = ["detach: g added to d/dx"] if differs is differs_in_programs else []
    assert missed == never
    lib.mg_mutant = 0
    assert not [name for name in OPS if differs(lib, ffi, OPS[name])]
    assert lib.mg_live_nodes() == 0


def test_every_operator_has_mutants(mutated):
    _, _, mutants = mutated
    changed = [re.sub(" (bent|g added to .*)$", "", about) for about in mutants]
    assert {about.split(":")[0] for about in changed} == set(OPS)
    for name, op in OPS.items():
        about = [text for text in mutants if text.startswith(name + ":")]
        assert f"{name}: value bent" in about
        assert sum("g added" in text for text in about) == len(op.derivatives)
