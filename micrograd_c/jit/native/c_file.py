"""``jit.to_c``: a program as a C file and its header."""

import re
from pathlib import Path

from micrograd_c.jit.native.code import Code, gradients_of_parameters, outputs_of
from micrograd_c.jit.native.hook import (
    ROW_BACKWARD,
    ROW_FORWARD,
    UNIFORM_BACKWARD,
    UNIFORM_FORWARD,
)
from micrograd_c.jit.native.listing import UNIFORM
from micrograd_c.jit.native.operators import number
from micrograd_c.jit.native.runner import RUNNER
from micrograd_c.jit.native.statements import grad
from micrograd_c.jit.native.tables import Tables

ON_STACK = 2048  # doubles that a function for one row may have there

IN_TURN = """\
static void both_{0}(double *d, double *g, double *u, double *h, int rows, int masks,
                    int is_first) {{
    forward_{0}(d, g, u, h, rows, masks, is_first);
    backward_{0}(d, g, u, h, rows, masks, is_first);
}}
"""


class CFile:
    """The texts of a file and its header."""

    def __init__(self, listing, name, has_gradient):
        self.listing, self.name, self.has_gradient = listing, name, has_gradient
        self.tables = Tables(listing.math)
        self.code = Code(listing, self.tables)
        self.widths = [16, 4, 1] if listing.in_blocks else [1]
        self.rows_of = [(i, *x[1:]) for i, x in enumerate(listing.inputs) if not x[0]]
        self.shared = [(i, *x[1:]) for i, x in enumerate(listing.inputs) if x[0]]
        self.functions = self.block_functions()
        self.single = self.one_row_functions()

    # --- the parts --------------------------------------------------------------------

    def block_functions(self):
        """Return C functions that run the program's lists, one for each width and direction."""
        listing, code = self.listing, self.code
        outputs = outputs_of(listing)
        lists = [UNIFORM_BACKWARD, ROW_FORWARD, ROW_BACKWARD]
        stored = outputs | (code.read_by(lists) if listing.uniform else set())
        texts = [self.function("uniform_forward", [UNIFORM_FORWARD], 1, stored)]
        if self.has_gradient:
            texts.append(self.function("uniform_backward", [UNIFORM_BACKWARD], 1,
                                       gradients_of_parameters(listing)))  # fmt: skip
        summed = self.code.gradients_of_rows()
        for width in self.widths:
            stored = outputs | (code.read_by([ROW_BACKWARD]) if code.is_long else set())
            texts.append(self.function(f"forward_{width}", [ROW_FORWARD], width, stored))
            if self.has_gradient and code.is_long:
                texts.append(self.function(f"backward_{width}", [ROW_BACKWARD], width, summed))
                texts.append(IN_TURN.format(width))
            elif self.has_gradient:
                both = [ROW_FORWARD, ROW_BACKWARD]
                texts.append(self.function(f"both_{width}", both, width, outputs | summed))
        return texts

    def function(self, name, phases, width, external):
        calls = "\n    ".join(self.code.calls(phases, width, external))
        arguments = "double *d, double *g, double *u, double *h, int rows, int masks, int is_first"
        return (
            f"static void {name}({arguments}) {{\n"
            "    (void)d, (void)g, (void)u, (void)h, (void)rows, (void)masks, (void)is_first;\n"
            f"    {calls}\n}}\n"
        )

    def one_row_functions(self):
        listing = self.listing
        memory = 2 * (listing.row_slots + listing.uniform_slots)
        if self.code.is_long or memory > ON_STACK or self.has_tables():
            return None
        outputs = outputs_of(listing)
        texts = [self.one_row("forward", [UNIFORM_FORWARD, ROW_FORWARD], outputs)]
        if self.has_gradient:
            wanted = {grad(x | UNIFORM) for x in listing.parameters if x is not None}
            phases = [UNIFORM_FORWARD, ROW_FORWARD, ROW_BACKWARD, UNIFORM_BACKWARD]
            texts.append(self.one_row("gradient", phases, outputs | wanted))
        return texts

    def has_tables(self):
        return bool(self.tables.texts) or self.code.has_products

    def one_row(self, name, phases, external):
        listing, has_gradient = self.listing, name == "gradient"
        calls = self.code.calls(phases, 1, external, seed=has_gradient, one_block=True)
        lines = [f"double u[{max(1, listing.uniform_slots)}], d[{max(1, listing.row_slots)}];"]
        lines.append(
            f"double h[{max(1, listing.uniform_slots)}], g[{max(1, listing.row_slots)}];"
            if has_gradient else "double *h = NULL, *g = NULL;"
        )  # fmt: skip
        lines.append("const int rows = 1, masks = 0;")
        if has_gradient and any(x is not None for x in listing.parameters):
            lines.append(f"memset(h, 0, {listing.n_parameters} * sizeof *h);")
        lines += ["set_uniform(u, params);"]
        for array, inputs in (("u", self.shared), ("d", self.rows_of)):
            for i, first, columns in inputs:
                lines += [
                    f"for (int j = 0; j < {columns}; j++)",
                    f"    {array}[{first} + j] = x{i}[j];",
                ]
        lines += calls
        values = [place(x) for x in listing.outputs]
        if has_gradient:
            lines.append(f"*value = {values[0]};")
            lines += ["get_gradient(gradient, h);"]
        else:
            lines += [f"out[{i}] = {value};" for i, value in enumerate(values)]
        lines.append("return 0;")
        if not self.rows_of and not self.shared:
            lines.insert(0, "")
        unused = "(void)params" + "".join(f", (void)x{i}" for i in range(len(listing.inputs)))
        body = "\n    ".join([f"{unused};", *filter(None, lines)])
        return f"{self.declaration(name, False)} {{\n    {body}\n}}\n"

    # --- texts --------------------------------------------------------------------------

    def declaration(self, name, has_rows):
        arrays = "".join(f", const double *x{i}" for i in range(len(self.listing.inputs)))
        last = "double *value, double *gradient" if name == "gradient" else "double *out"
        n = ", size_t n" if has_rows else ""
        function = f"{self.name}_{name}{'_rows' if has_rows else ''}"
        return f"int {function}(const double *params{n}{arrays}, {last})"

    def copying(self):
        """Return C functions that copy parameters and constants in, and gradients out."""
        listing = self.listing
        copies = [(slot, i) for i, slot in enumerate(listing.parameters) if slot is not None]
        lines = ["static inline void set_uniform(double *u, const double *params) {",
                 "    (void)u, (void)params;"]  # fmt: skip
        before = []
        if copies:
            if [s for s, _ in copies] == [i for _, i in copies] == list(range(len(copies))):
                lines.append(f"    memcpy(u, params, {len(copies)} * sizeof *u);")
            elif len(copies) <= 16:
                lines += [f"    u[{slot}] = params[{i}];" for slot, i in copies]
            else:
                before.append(int_table("param_slots", [s for s, _ in copies]))
                before.append(int_table("param_places", [i for _, i in copies]))
                lines += [f"    for (int i = 0; i < {len(copies)}; i++)",
                          "        u[param_slots[i]] = params[param_places[i]];"]  # fmt: skip
        constants = sorted(listing.constants.items())
        if constants:
            before.append(number_table("constants", [x for _, x in constants]))
            slots = [slot for slot, _ in constants]
            if slots == list(range(slots[0], slots[0] + len(slots))):
                lines.append(f"    memcpy(u + {slots[0]}, constants, sizeof constants);")
            else:
                before.append(int_table("constant_slots", slots))
                lines += [f"    for (int i = 0; i < {len(slots)}; i++)",
                          "        u[constant_slots[i]] = constants[i];"]  # fmt: skip
        text = "\n".join([*before, *lines, "}", ""])
        if not self.has_gradient:
            return text
        lines = ["static inline void get_gradient(double *gradient, const double *h) {",
                 "    (void)gradient, (void)h;"]  # fmt: skip
        if len(copies) > 16 and "param_slots" in text:
            lines += [f"    for (int i = 0; i < {len(copies)}; i++)",
                      "        gradient[param_places[i]] = h[param_slots[i]];"]  # fmt: skip
        elif len(copies) > 16:
            lines.append(f"    memcpy(gradient, h, {len(copies)} * sizeof *h);")
        else:
            lines += [f"    gradient[{i}] = h[{slot}];" for slot, i in copies]
        lines += [f"    gradient[{i}] = 0.0;"
                  for i, slot in enumerate(listing.parameters) if slot is None]  # fmt: skip
        return text + "\n" + "\n".join([*lines, "}", ""])

    def source(self):
        listing, name = self.listing, self.name
        copying = self.copying()
        functions = "".join([*self.functions, *(self.single or ())])
        code = self.code.text(self.tables.text(functions), functions)
        parts = [
            f"/* {name}.c - see {name}.h. Written by micrograd_c; compile it without fast-math,\n"
            " * and with -ffp-contract=off. */",
            f'#include "{name}.h"\n',
            "#include <float.h>\n#include <math.h>\n#include <stdint.h>\n#include <stdlib.h>\n"
            "#include <string.h>\n",
            code,
            *self.functions,
            copying,
            *(self.single or ()),
            self.runner(),
            number_table(f"{name}_start", listing.starts or [0.0], static=False),
        ]
        return "\n".join(parts)

    def by_width(self, kind):
        """Return the expression that chooses a function by the width of a block."""
        choices = [f"width == {w} ? {kind}_{w} : " for w in self.widths[:-1]]
        return "".join(choices) + f"{kind}_{self.widths[-1]}"

    def runner(self):
        """Return the functions that run rows."""
        listing, name = self.listing, self.name
        loads = []
        for i, first, columns in self.rows_of:
            loads += [
                "for (size_t l = 0; l < width; l++) {",
                f"    const double *row = x[{i}] + (first + (l < n ? l : n - 1)) * {columns};",
                f"    for (size_t j = 0; j < {columns}; j++)",
                f"        d[({first} + j) * width + l] = row[j];",
                "}",
            ]
        shared = [f"memcpy(u + {first}, x[{i}], {columns} * sizeof *u);"
                  for i, first, columns in self.shared if columns]  # fmt: skip
        seed, widths, n_outputs = listing.outputs[0], self.widths, len(listing.outputs)
        out = []
        for i, x in enumerate(listing.outputs):
            out += [
                "for (size_t l = 0; out != NULL && l < n; l++)",
                f"    out[(first + l) * {n_outputs} + {i}] = {place(x, 'width', 'l')};",
            ]
        seeding = [
            "for (size_t l = 0; backward && l < width; l++)",
            f"    g[{seed} * width + l] = l < n ? share : 0.0;",
        ]
        text = RUNNER
        values = {
            "ROW_SLOTS": max(1, listing.row_slots),
            "UNIFORM_SLOTS": max(1, listing.uniform_slots),
            "PARAMETERS": listing.n_parameters,
            "BLOCK": widths[0],
            "WIDTH": "left > 4 ? 16 : left > 1 ? 4 : 1" if listing.in_blocks else "1",
            "CHUNKS": "n < 512 ? 1 : n < 4096 ? n / 256 : 16" if listing.in_blocks else "1",
            "LOADS": lines(loads, 8),
            "SHARED": lines(shared, 4),
            "OUT": lines(out, 8),
            "FIRST": place(seed, "width", "l"),
            "PICK_FORWARD": self.by_width("forward"),
            "PICK_BOTH": self.by_width("both" if self.has_gradient else "forward"),
            "CLEAR": lines(["memset(g, 0, ROW_SLOTS * width * sizeof *g);"], 8)
            if self.has_tables()
            else "",
            "SEED": "" if seed & UNIFORM else lines(seeding, 8),
            "SEED_UNIFORM": f"h[{seed & ~UNIFORM}] += 1.0;" if seed & UNIFORM else "",
            "UNIFORM_BACKWARD": "uniform_backward(u, h, u, h, 1, 0, 1);"
            if self.has_gradient
            else "",
        }
        for key, value in values.items():
            text = text.replace(f"@{key}@", str(value))
        inputs = ", ".join(f"x{i}" for i in range(len(listing.inputs))) or "NULL"
        text += (
            f"\n{self.declaration('forward', True)} {{\n"
            f"    const double *const x[] = {{{inputs}}};\n"
            "    return run_all(params, n, x, out, NULL, NULL);\n}\n"
        )
        if not self.single:
            arrays = "".join(f", x{i}" for i in range(len(listing.inputs)))
            text += (f"\n{self.declaration('forward', False)} {{\n"
                     f"    return {name}_forward_rows(params, 1{arrays}, out);\n}}\n")  # fmt: skip
        if self.has_gradient:
            text += (
                f"\n{self.declaration('gradient', True)} {{\n"
                f"    const double *const x[] = {{{inputs}}};\n"
                "    return run_all(params, n, x, NULL, value, gradient);\n}\n"
            )
            if not self.single:
                call = f"{name}_gradient_rows(params, 1{arrays}, value, gradient)"
                text += f"\n{self.declaration('gradient', False)} {{\n    return {call};\n}}\n"
        else:
            text = text.replace("get_gradient(gradient, h);", "(void)gradient;")
        return text

    def header(self):
        listing, name = self.listing, self.name
        guard = f"{name.upper()}_H"
        columns = [f" *     x{i}: ({c},)" + (", shared by all rows" if s else "")
                   for i, (s, _, c) in enumerate(listing.inputs)]  # fmt: skip
        gradient = f"""
/* Sets *value to the function's value, and gradient: ({len(listing.parameters)},) to its
 * gradient with respect to the parameters. For rows, both are those of the mean over the rows. */
{self.declaration("gradient", False)};
{self.declaration("gradient", True)};
""" if self.has_gradient else ""  # fmt: skip
        inputs = (
            "\n".join([" *\n * The arguments of one row:\n *", *columns, " *"]) if columns else " *"
        )
        return f"""\
/* {name}.h - a function of micrograd_c's jit, in C.
 *
 *     params: ({len(listing.parameters)},)  the parameters, as in {name}_start
{inputs}
 * For n > 0 rows, those of each argument follow one another. All functions return 0, or 1 if
 * there is no memory for a run. Any number of threads may call them at the same time.
 */
#ifndef {guard}
#define {guard}

#include <stddef.h>

enum {{ {name}_parameters = {len(listing.parameters)}, {name}_outputs = {len(listing.outputs)} }};

/* The parameters' data when this file was written. */
extern const double {name}_start[{max(1, len(listing.starts))}];

/* out: ({len(listing.outputs)},), or (n, {len(listing.outputs)}) for rows */
{self.declaration("forward", False)};
{self.declaration("forward", True)};
{gradient}
#endif
"""


def place(slot, width="1", lane="0"):
    """Return the element of an array that has a slot's value."""
    if slot & UNIFORM:
        return f"u[{slot & ~UNIFORM}]"
    return f"d[{slot} * {width} + {lane}]" if width != "1" else f"d[{slot}]"


def lines(texts, indent):
    return "\n".join(" " * indent + text for text in texts)


def int_table(name, numbers):
    rows = [", ".join(map(str, numbers[i : i + 16])) for i in range(0, len(numbers), 16)]
    return f"static const int {name}[] = {{\n    " + ",\n    ".join(rows) + "};\n"


def number_table(name, numbers, static=True):
    texts = [number(float(x)) for x in numbers]
    rows = [", ".join(texts[i : i + 4]) for i in range(0, len(texts), 4)]
    return (f"{'static ' if static else ''}const double {name}[] = {{\n    "
            + ",\n    ".join(rows) + "};\n")  # fmt: skip


def write(listing, path, has_gradient):
    """Write ``path``, a C file, and its header beside it. Raises ValueError for a bad name."""
    path = Path(path)
    if path.suffix != ".c" or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", path.stem):
        raise ValueError(
            f"expected a path such as loss.c, whose name can begin the names of C functions, "
            f"got {str(path)!r}"
        )
    file = CFile(listing, path.stem, has_gradient)
    path.write_text(file.source(), encoding="utf-8")
    path.with_suffix(".h").write_text(file.header(), encoding="utf-8")
