"""Instructions over tables of slots, in C: whole layers, long sums, takes, scattered operands.

The generated file of ``to_c`` has these loops. They add up in the order of ``csrc/kernels/``,
whose files of the same names explain them.
"""

from micrograd_c.jit.native.listing import UNIFORM
from micrograd_c.jit.native.operators import family
from micrograd_c.jit.native.statements import operator_shape

DEFINITIONS = """\
#define UNIFORM 0x80000000u
"""

VALUE_OF = """\

/* The value of a slot in lane l. */
static inline double value_of(const double *d, const double *u, uint32_t slot, int lanes, int l) {
    return slot & UNIFORM ? u[slot & ~UNIFORM] : d[(size_t)slot * (size_t)lanes + (size_t)l];
}
"""

ADD_TO = """\
/* Adds t to the gradient of a slot. */
static inline void add_to(double *g, double *h, uint32_t slot, double *t, int lanes, int rows,
                          int masks) {
    if (slot & UNIFORM)
        h[slot & ~UNIFORM] += sum_of(t, lanes, rows, masks);
    else
        for (int l = 0; l < lanes; l++)
            g[(size_t)slot * (size_t)lanes + (size_t)l] += t[l];
}
"""

LAYER_FORWARD = """\
/* For each set of inputs x: (m, lanes), out: (n, lanes) = w: (m, n).T @ x + b: (n,), then relu if
 * asked for */
static inline void layer_forward(double *d, const double *u, const uint32_t *x, int sets, int m,
                                 int n, int w, int b, int out, int relu, int lanes) {
    for (int s = 0; s < sets; s++, x += m, out += n)
        for (int j = 0; j < n; j++)
            for (int l = 0; l < lanes; l++) {
                double sum = u[b + j];
                for (int i = 0; i < m; i++)
                    sum += u[w + i * n + j] * value_of(d, u, x[i], lanes, l);
                d[(out + j) * lanes + l] = relu && sum < 0.0 ? 0.0 : sum;
            }
}
"""

PRODUCT_OF = """\
/* w: (n,) @ g: (n,), as 16 sums side by side */
static inline double product_of(const double *w, const double *g, int n) {
    double sum[16] = {0.0}, rest = 0.0;
    int j = 0;
    for (; j + 16 <= n; j += 16)
        for (int v = 0; v < 16; v++)
            sum[v] += w[j + v] * g[j + v];
    for (; j + 4 <= n; j += 4)
        for (int v = 0; v < 4; v++)
            sum[v] += w[j + v] * g[j + v];
    for (int v = 0; v < 4; v++)
        sum[v] = (sum[v] + sum[v + 8]) + (sum[v + 4] + sum[v + 12]);
    for (; j < n; j++)
        rest += w[j] * g[j];
    return ((sum[0] + sum[2]) + (sum[1] + sum[3])) + rest;
}
"""

LAYER_BACKWARD = """\
/* Passes the gradient of out on: to x, w and b, if the bits 1, 2 and 4 of grads say so. It is
 * stored, not added, where first has the same bit. Of one row, up to 16 sets of inputs are lanes,
 * whose gradients are first added up by themselves. */
static inline void layer_backward(const double *d, double *g, const double *u, double *h,
                                  const uint32_t *x, int sets, int m, int n, int w, int b,
                                  int out, int relu, int grads, int first, int lanes, int rows,
                                  int masks) {
    for (int j = 0; relu && j < sets * n * lanes; j++)
        g[out * lanes + j] = d[out * lanes + j] > 0.0 ? g[out * lanes + j] : 0.0;
    for (int end = sets; end > 0;) {
        const int most = end >= 16 ? 16 : end >= 13 ? end : end >= 8 ? 8 : end >= 3 ? end : 1;
        const int some = lanes > 1 ? 1 : most;
        const int side = some > 8 ? 16 : some > 4 ? 8 : some > 1 ? 4 : lanes, is_last = end == sets;
        double t[16];
        end -= some;
        for (int i = 0; i < m + 1; i++) /* the weights of input i, then the biases */
            for (int j = 0; grads & (i < m ? 2 : 4) && j < n; j++) {
                double *to = i < m ? &h[w + i * n + j] : &h[b + j];
                for (int l = 0; l < side; l++) {
                    const int s = some > 1 ? end + l : end, lane = some > 1 ? 0 : l;
                    if (some > 1 && l >= some)
                        t[l] = 0.0;
                    else
                        t[l] = (i < m ? value_of(d, u, x[s * m + i], lanes, lane) : 1.0) *
                               g[(out + s * n + j) * lanes + lane];
                }
                const double sum = sum_of(t, side, some > 1 ? side : rows, some > 1 ? 0 : masks);
                *to = is_last && first & (i < m ? 2 : 4) ? sum : *to + sum;
            }
        for (int s = end + some; grads & 1 && s-- > end;)
            for (int i = 0; i < m; i++)
                for (int l = 0; l < lanes; l++) {
                    const uint32_t slot = x[s * m + i];
                    double *to = slot & UNIFORM ? &h[slot & ~UNIFORM] : &g[(int)slot * lanes + l];
                    double sum = 0.0;
                    for (int j = 0; side > 1 && j < n; j++)
                        sum += u[w + i * n + j] * g[(out + s * n + j) * lanes + l];
                    if (side == 1)
                        sum = product_of(&u[w + i * n], &g[out + s * n], n);
                    *to = first & 1 ? sum : *to + sum;
                }
    }
}
"""

# By name, each after those that it calls.
HELPERS = {
    "value_of": VALUE_OF,
    "add_to": ADD_TO,
    "layer_forward": LAYER_FORWARD,
    "product_of": PRODUCT_OF,
    "layer_backward": LAYER_BACKWARD,
}


class Tables:
    """Writes the loops, and the tables that they need."""

    def __init__(self, math):
        self.prefix = "mg_libm_" if math == "libm" else "mg_jit_"
        self.is_libm = math == "libm"
        self.texts, self.known = [], {}

    def table(self, slots):
        """Return the name of a table of slots."""
        key = tuple(slots)
        if key not in self.known:
            self.known[key] = f"slots_{len(self.known) + 1}"
            rows = [", ".join(f"{x}u" for x in key[i : i + 12]) for i in range(0, len(key), 12)]
            self.texts.append(
                f"static const uint32_t {self.known[key]}[] = {{\n    " + ",\n    ".join(rows)
                + "};\n"
            )  # fmt: skip
        return self.known[key]

    def __call__(self, table, width):
        """Return the lines that compute a Table for blocks of this width."""
        ins = table.instruction
        if ins.code == "layer":
            return [self.layer(ins, table.backward, width)]
        lines = self.backward(ins, width) if table.backward else self.forward(ins, width)
        return ["{", *(f"    {line}" for line in lines), "}"]

    def layer(self, ins, backward, width):
        is_uniform = ins.out & UNIFORM
        m, w, b = ins.m, ins.b[0] & ~UNIFORM, ins.c[0] & ~UNIFORM
        out, x = ins.out & ~UNIFORM, self.table(ins.a)
        d, g = ("u", "h") if is_uniform else ("d", "g")
        shape = f"{ins.sets}, {m}, {ins.n // ins.sets}, {w}, {b}, {out}, {int(ins.relu)}"
        if not backward:
            return f"layer_forward({d}, u, {x}, {shape}, {width});"
        first = f"{ins.firsts} & (is_first ? 7 : 1)"
        return (f"layer_backward({d}, {g}, u, h, {x}, {shape}, {ins.grads}, {first}, {width}, "
                "rows, masks);")  # fmt: skip

    def values(self, ins, width, names):
        """Return the lines that set variables to an instruction's operands."""
        return [f"const double {v} = {value(slots, 'i', width)};" for v, slots in names]

    def forward(self, ins, width):
        a, b, c = (self.table(x) if x else None for x in (ins.a, ins.b, ins.c))
        out = target(ins.out, width)
        head = [f"for (int i = 0; i < {ins.n}; i++)", f"    for (int l = 0; l < {width}; l++) {{"]
        if ins.code == "take":
            body = [
                f"const double at = {value(a, 'i', width)};",
                f"{out} = at >= 0.0 && at < {ins.m} ? "
                f"{value(b, f'i * {ins.m} + (int)at', width)} : NAN;",
            ]
        elif ins.code in ("dot", "sum"):
            term = value(a, f"i * {ins.m} + j", width)
            term += f" * {value(b, f'i * {ins.m} + j', width)}" if b else ""
            body = [
                f"double sum = {value(c, 'i', width)};",
                f"for (int j = 0; j < {ins.m}; j++)",
                f"    sum += {term};",
                f"{out} = sum;",
            ]
        else:
            body = [f"{out} = {self.value_of(ins, a, b, c, width)};"]
        return [*head, *(f"        {line}" for line in body), "    }"]

    def value_of(self, ins, a, b, c, width):
        x, y, z = (value(t, "i", width) if t else "" for t in (a, b, c))
        if ins.code == "muladd":
            return f"{x} * {y} + {z}"
        if ins.code == "gather":
            return x
        return self.expression(ins, "value", {"x": x, "y": y})

    def expression(self, ins, which, names):
        shape, uses = operator_shape(ins.code, which, ins.k, "=", self.is_libm)
        return family(shape.expression("jit"), self.prefix).format(*(names[v] for v in uses))

    def backward(self, ins, width):
        a, b, c = (self.table(x) if x else None for x in (ins.a, ins.b, ins.c))
        gradient = target(ins.out, width, "hg")
        lanes = f"for (int l = 0; l < {width}; l++)"
        lines = [f"for (int i = {ins.n - 1}; i >= 0; i--) {{", f"    double t[{width}];"]

        def add(expression, table, index="i", indent=4):
            space = " " * indent
            return [
                f"{space}{lanes}",
                f"{space}    t[l] = {expression};",
                f"{space}add_to(g, h, {table}[{index}], t, {width}, rows, masks);",
            ]

        if ins.code == "take":
            entry = f"{b}[i * {ins.m} + (int)at]"
            lines += [
                f"    for (int l = 0; l < {'rows' if width > 1 else 1}; l++) {{",
                f"        const double at = {value(a, 'i', width)};",
                f"        if (!(at >= 0.0 && at < {ins.m}))",
                "            continue;",
                f"        const uint32_t to = {entry};",
                f"        *(to & UNIFORM ? &h[to & ~UNIFORM] : &g[(int)to * {width} + l]) += "
                f"{gradient};",
                "    }",
                "    (void)t;",
            ]
        elif ins.code in ("dot", "sum"):
            j = f"i * {ins.m} + j"
            lines.append(f"    for (int j = {ins.m - 1}; j >= 0; j--) {{")
            other = f"{value(b, j, width)} * " if b else ""
            if ins.grads & 1:
                lines += add(f"{other}{gradient}", a, j, 8)
            if b and ins.grads & 2:
                lines += add(f"{value(a, j, width)} * {gradient}", b, j, 8)
            lines.append("    }")
            if ins.grads & 4:
                lines += add(gradient, c)
        elif ins.code == "gather":
            lines += add(gradient, a)
        else:
            x, y = (value(t, "i", width) if t else "" for t in (a, b))
            names = {"x": x, "y": y, "out": target(ins.out, width), "g": gradient}
            parts = [("dx", a), ("dy", b), (None, c)]
            for bit, (which, table) in enumerate(parts):
                if not (table and ins.grads & 1 << bit):
                    continue
                if ins.code == "muladd":
                    text = (f"{y} * {gradient}", f"{x} * {gradient}", gradient)[bit]
                else:
                    text = self.expression(ins, which, names)
                lines += add(text, table)
        return [*lines, "}"]

    def text(self, callers):
        """Return the tables, and the functions that ``callers`` need, a text."""
        if not self.texts:
            return ""
        chosen, text = [], callers
        for name, helper in reversed(HELPERS.items()):
            if f"{name}(" in text:
                chosen.append(helper)
                text += helper
        return "\n".join([DEFINITIONS, *reversed(chosen), *self.texts])


def value(table, index, width):
    return f"value_of(d, u, {table}[{index}], {width}, l)"


def target(out, width, arrays="ud"):
    """Return the element of an array for result i of an instruction."""
    if out & UNIFORM:
        return f"{arrays[0]}[{out & ~UNIFORM} + i]"
    return f"{arrays[1]}[({out} + i) * {width} + l]" if width > 1 else f"{arrays[1]}[{out} + i]"
