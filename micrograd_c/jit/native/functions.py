"""Writes parts of a program as C functions of limited length.

The functions work on four arrays: d and g, the values and gradients of row slots, and u and h,
those of uniform slots. A row slot has W lanes, which lie side by side. Within a function, values
are local variables; what a later function needs is stored in the arrays.

Lanes, and rounds of a loop that do not depend on each other, are computed by loops that compilers
make vectors of. Those use the mg_fast_ functions (csrc/elementary/bits.h). If an operand is not a
usual one, the loop is run again with the mg_jit_ functions; so it must not overwrite what it
reads, and what it changes is stored by a third loop.
"""

from micrograd_c.jit.native.loops import Part, is_parallel, upwards
from micrograd_c.jit.native.operators import family, number
from micrograd_c.jit.native.overlap import CHUNK
from micrograd_c.jit.native.statements import ARRAYS, ROW, ROW_GRAD, SAME, SAME_GRAD

TOGETHER = 64  # rounds that are computed at once
LEAST_PARALLEL = 8
MOST_WIDE = 6  # statements side by side, on average, in lanes that compilers should mix
ARGUMENTS = "double *restrict d, double *restrict g, double *restrict u, double *restrict h"


def needed_later(items, external):
    """Return a dict: the number of the last item that reads each name; ``external`` last of all."""
    last = {}
    for i, item in enumerate(items):
        if isinstance(item, Part):
            for shape, target, reads in item.all:
                for name in reads:
                    last[name] = i
                if shape.assigns == "+=":
                    last[target] = i
        else:
            for name in item.names():
                last[name] = i
    for name in external:
        last[name] = len(items)
    return last


class Writer:
    """Writes one Part as statements of C."""

    def __init__(self, part, place, last, width, listing):
        self.is_parallel = width == 1 and part.rounds >= LEAST_PARALLEL and is_parallel(part)
        self.is_chunk, self.given = False, part
        self.part = part = upwards(part) if self.is_parallel else part
        self.place, self.last = place, last
        self.width, self.listing = width, listing
        self.is_libm = listing.math == "libm"
        self.lines = []
        self.survey()

    # --- what the part reads and writes --------------------------------------------

    def survey(self):
        """Find each name's step, which names are loaded, carried, written and stored."""
        part = self.part
        self.step, self.loaded, self.written = {}, [], []
        seen = set()
        for i, (shape, target, reads) in enumerate(part.statements):
            steps = part.steps[i] if part.steps else (0,) * (1 + len(reads))
            for name, step in zip(reads, steps[1:]):
                if name not in seen:
                    seen.add(name)
                    self.step[name] = step
                    self.loaded.append(name)
            if target not in seen:
                seen.add(target)
                self.step[target] = steps[0]
                if shape.assigns == "+=" and not self.is_summed(target):
                    self.loaded.append(target)
            self.written.append(target)
        self.written = list(dict.fromkeys(x for x in self.written if not self.is_summed(x)))
        self.carried = {}
        if part.rounds > 1 and not self.is_parallel:
            self.carried = {
                name: name + self.step[name]
                for name in self.loaded
                if self.step[name] and self.step.get(name + self.step[name]) == self.step[name]
            }
        self.stored = self.find_stored()
        self.has_unusual = not self.is_libm and any(
            shape.usual for shape, _, _ in part.statements
        ) and (self.width > 1 or self.is_parallel)  # fmt: skip

    def is_summed(self, name):
        """True for a uniform gradient that is a sum over lanes."""
        return self.width > 1 and name % 4 == SAME_GRAD

    def find_stored(self):
        """Return the names to store: those that something reads later from memory."""
        rounds, stored = self.part.rounds, []
        far = {}  # loaded names that are not carried, by what their distance is a multiple of
        for name in self.loaded:
            step = self.step[name]
            if step and name not in self.carried:
                far.setdefault((step, name % abs(step)), []).append(name)
        for name in self.written:
            step = self.step[name]
            instances = [name + r * step for r in range(rounds)] if step else [name]
            is_far = step and any(
                1 < (name - other) // step < rounds
                for other in far.get((step, name % abs(step)), ())
            )
            in_memory = not step and rounds > 1 and self.is_lanes(name)
            if is_far or in_memory or any(self.last.get(x, -1) > self.place for x in instances):
                stored.append(name)
        return stored

    def is_lanes(self, name):
        """True if the name has a number for each lane."""
        return self.width > 1 and name % 4 in (ROW, ROW_GRAD)

    def is_deep(self):
        """True for lanes with elementary functions that wait for each other.

        Processors do not look ahead as far as the next independent one: compilers should mix them.
        """
        if not self.has_unusual or self.is_parallel or self.part.rounds > 1:
            return False
        depth = {}
        for _, target, reads in self.part.statements:
            depth[target] = 1 + max([depth.get(name, 0) for name in (target, *reads)])
        return len(self.part.statements) <= MOST_WIDE * max(depth.values())

    # --- text -------------------------------------------------------------------------

    def memory(self, name, k="k"):
        """Return the element of an array that has the name's number, in round k and lane l."""
        slot, kind, step = name // 4, name % 4, self.step[name] // 4
        index = str(slot)
        if step and k != "0":
            index = f"{slot} {'+' if step > 0 else '-'} "
            index += k if abs(step) == 1 else f"{abs(step)} * {k}"
        if self.is_lanes(name):
            is_fixed = index == str(slot)
            index = f"{slot * self.width} + l" if is_fixed else f"({index}) * {self.width} + l"
        return f"{ARRAYS[kind]}[{index}]"

    def variable(self, name):
        if name % 4 == SAME and not self.step[name]:
            constant = self.listing.constants.get(name // 4)
            if constant is not None:
                return number(constant)
        return f"{'vugh'[name % 4]}{name // 4}"

    def is_constant(self, name):
        return name % 4 == SAME and not self.step[name] and name // 4 in self.listing.constants

    def put(self, line):
        self.lines.append(line)

    def write(self):
        """Return the lines of the part."""
        part = self.part
        self.before_all()
        if self.is_parallel:
            self.write_parallel()
        else:
            if self.is_chunk:
                self.put("for (int k = from; k < end; k++) {")
            elif part.rounds > 1:
                self.put(f"for (int k = 0; k < {part.rounds}; k++) {{")
            if self.width > 1:
                self.write_lanes()
            else:
                if part.rounds > 1:
                    self.put("IN_ORDER")
                self.body("jit")
                self.store_all(self.stored)
                self.carry()
            if part.rounds > 1:
                self.put("}")
                for name in filter(self.is_register, self.written):
                    if name in self.stored or (self.is_chunk and name in self.loaded):
                        self.put(f"{self.memory(name)} = {self.variable(name)};")
                    else:
                        self.put(f"(void){self.variable(name)};")
        return self.lines

    def write_chunk(self, length):
        """Return the lines of the rounds from ``done`` on, which leave all that they hand over in
        memory."""
        self.is_chunk, rounds = True, self.part.rounds
        if self.part is self.given:
            self.put(f"const int from = done, end = from + {length} < {rounds} "
                     f"? from + {length} : {rounds};")  # fmt: skip
        else:
            self.put(
                f"const int end = {rounds} - done, from = end < {length} ? 0 : end - {length};"
            )
        self.write()
        for name, source in self.carried.items():
            if source not in self.stored:
                self.put(f"{self.memory(name, 'end')} = c{self.variable(name)};")
        return self.lines

    def is_register(self, name):
        """True if the name is a variable that lives through all rounds."""
        return self.part.rounds > 1 and not self.step[name] and not self.is_lanes(name)

    def before_all(self):
        """Load what all rounds share, and what the first round takes from the one before."""
        for name in self.loaded:
            if self.is_constant(name):
                continue
            shares = self.is_register(name)
            if shares or (self.width > 1 and not self.is_lanes(name) and not self.step[name]):
                const = "" if name in self.written else "const "
                self.put(f"{const}double {self.variable(name)} = {self.memory(name)};")
        for name in self.carried:
            first = self.memory(name, "from" if self.is_chunk else "0")
            if self.is_lanes(name):
                self.put(f"double c{self.variable(name)}[{self.width}];")
                self.put(f"EACH for (int l = 0; l < {self.width}; l++)")
                self.put(f"    c{self.variable(name)}[l] = {first};")
            else:
                self.put(f"double c{self.variable(name)} = {first};")
        for name in self.written:
            if self.is_register(name) and name not in self.loaded:
                self.put(f"double {self.variable(name)} = 0.0;")

    def load(self, name):
        """Return the expression that a name's variable starts with, in a round."""
        if name in self.carried:
            return f"c{self.variable(name)}" + ("[l]" if self.is_lanes(name) else "")
        return self.memory(name)

    def body(self, functions):
        """Write the statements of a round, of one lane."""
        known = {name for name in self.loaded if self.is_register(name)}
        known |= {name for name in self.written if self.is_register(name)}
        if self.width > 1:
            known |= {name for name in self.loaded if not self.is_lanes(name)}
        written, conditions = set(self.written), []
        read = {name for _, _, reads in self.part.statements for name in reads}
        read |= {*self.stored, *self.carried.values()}
        prefix = "mg_libm_" if self.is_libm else f"mg_{functions}_"
        for i, (shape, target, reads) in enumerate(self.part.statements):
            expression = shape.expression(functions)
            tested = shape.usual or "" if functions == "fast" else ""
            for j, name in enumerate(reads):
                is_used = f"{{{j}}}" in expression + tested
                if is_used and name not in known and not self.is_constant(name):
                    known.add(name)
                    const = "" if name in written else "const "
                    self.put(f"{const}double {self.variable(name)} = {self.load(name)};")
            names = [self.variable(name) for name in reads]
            text = family(expression, prefix).format(*names)
            if tested:
                conditions.append(family(tested, prefix).format(*names))
            self.assign(i, shape.assigns, target, text, known)
        for name in self.written:
            if name not in read and not self.is_register(name):
                self.put(f"(void){self.variable(name)};")
        return list(dict.fromkeys(conditions))

    def assign(self, i, assigns, target, text, known):
        if self.is_summed(target):
            self.put(f"t{i}[l] = {text};")
            return
        v = self.variable(target)
        start = "" if target in known else "double "
        if assigns == "+=" and target not in known:
            text = f"{self.load(target)} + {in_parentheses(text)}"
        elif assigns == "+=":
            self.put(f"{v} += {text};")
            return
        elif assigns == "0+":
            text = f"0.0 + {in_parentheses(text)}"
        known.add(target)
        self.put(f"{start}{v} = {text};")

    def store_all(self, names):
        for name in names:
            if not self.is_register(name):
                self.put(f"{self.memory(name)} = {self.variable(name)};")

    def carry(self):
        """Hand over to the next round."""
        for name, source in self.carried.items():
            lane = "[l]" if self.is_lanes(name) else ""
            self.put(f"c{self.variable(name)}{lane} = {self.variable(source)};")

    # --- lanes ------------------------------------------------------------------------

    def write_lanes(self):
        for name in self.loaded:  # uniform values of this round
            if not self.is_lanes(name) and self.step[name]:
                self.put(f"const double {self.variable(name)} = {self.load(name)};")
        sums = [i for i, (_, target, _) in enumerate(self.part.statements)
                if self.is_summed(target)]  # fmt: skip
        for i in sums:
            self.put(f"double t{i}[{self.width}];")
        self.loop_twice(f"for (int l = 0; l < {self.width}; l++)", self.width, "l")
        for i in sums:
            target = self.part.statements[i][1]
            self.put(f"{self.memory(target)} += sum_of(t{i}, {self.width}, rows, masks);")

    def write_parallel(self):
        rounds = self.part.rounds
        if self.is_chunk:
            self.loop_twice("for (int k = from; k < end; k++)", CHUNK, "k - from")
            return
        if not self.has_unusual:
            self.loop_twice(f"for (int k = 0; k < {rounds}; k++)", rounds, "k")
            return
        self.put(f"for (int from = 0; from < {rounds}; from += {TOGETHER}) {{")
        end = f"from + {TOGETHER} < {rounds} ? from + {TOGETHER} : {rounds}"
        self.put(f"const int end = {end};")
        self.loop_twice("for (int k = from; k < end; k++)", TOGETHER, "k - from")
        self.put("}")

    def loop_twice(self, header, length, lane):
        """Write a loop with the mg_fast_ functions, and what is done if they may not be used."""
        kept = [name for name in self.stored if name in self.loaded] if self.has_unusual else []
        direct = [name for name in self.stored if name not in kept]
        carried = list(self.carried.items())
        for name in kept:
            self.put(f"double n{self.variable(name)}[{length}];")
        keeps_carried = self.has_unusual and carried
        if keeps_carried:
            for name, _ in carried:
                self.put(f"double m{self.variable(name)}[{length}];")
        if self.has_unusual:
            self.put(f"double unusual[{length}];")
        for functions in ("fast", "jit") if self.has_unusual else ("jit",):
            vectors = functions == "fast" or not self.calls()
            if functions == "jit" and self.has_unusual:
                count = length if lane == "l" else "end - from"
                self.put(f"if (RARELY(has_any(unusual, {count})))")
            self.put(("EACH " if vectors else "") + header + " {")
            conditions = self.body(functions)
            self.store_all(direct)
            for name in kept:
                self.put(f"n{self.variable(name)}[{lane}] = {self.variable(name)};")
            for name, source in carried:
                if keeps_carried:
                    self.put(f"m{self.variable(name)}[{lane}] = {self.variable(source)};")
                elif self.is_lanes(name):
                    self.put(f"c{self.variable(name)}[l] = {self.variable(source)};")
            if conditions:
                usual = " & ".join(map(in_parentheses, conditions))
                self.put(f"unusual[{lane}] = ({usual}) ? 0.0 : 1.0;")
            self.put("}")
        if kept or keeps_carried:
            self.put("EACH " + header + " {")
            for name in kept:
                self.put(f"{self.memory(name)} = n{self.variable(name)}[{lane}];")
            for name, _ in carried if keeps_carried else ():
                self.put(f"c{self.variable(name)}[l] = m{self.variable(name)}[{lane}];")
            self.put("}")

    def calls(self):
        """True if the part calls an elementary function."""
        return any("MG_M(" in shape.text for shape, _, _ in self.part.statements)


def in_parentheses(text):
    """Return an expression in parentheses, unless it is a variable or a product of two."""
    parts = text.split()
    if len(parts) == 1 or (len(parts) == 3 and parts[1] == "*" and "(" not in text):
        return text
    return f"({text})"
