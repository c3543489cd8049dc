"""Writes micrograd_c/jit/native/operators.h, which generated C programs copy their functions from.

Run ``python docs/make_native.py`` in a checkout, after a change of ``csrc/graph/ops.h``,
``csrc/elementary/`` or of what these include. The file is one text with all of them: headers in
place of ``#include``, templates filled in. Installed packages have it, but have no ``csrc/``.
"""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "micrograd_c" / "jit" / "native" / "operators.h"

HEAD = """\
/* operators.h - the operators and elementary functions of csrc/, in one text.
 *
 * Written by docs/make_native.py. micrograd_c/jit/native/operators.py reads it.
 */
#define MG_LIKELY(condition) (condition)
#define MG_UNLIKELY(condition) (condition)
"""

# Files that are read in place of a header, and headers of which HEAD has all that is needed.
INSTEAD = {
    "graph/gamma.h": "graph/gamma.c",
    "elementary/gamma_functions.h": "elementary/gamma_functions.c",
    "base/platform.h": None,
}
# To be included several times, with macros that give its functions their names.
TEMPLATES = {"elementary/composites.h", "elementary/gamma_template.h"}


class Reader:
    """The lines of a file and of the headers that it includes."""

    def __init__(self, csrc):
        self.csrc, self.seen, self.families, self.macros = csrc, set(), {}, {}

    def read(self, name):
        """Yield the lines of a file, unless it was read before."""
        if name in self.seen and name not in TEMPLATES:
            return
        self.seen.add(name)
        text = (self.csrc / name).read_text(encoding="utf-8").replace("\\\n", " ")
        if re.search(r"^#ifndef MG_\w+_H$", text, re.MULTILINE):
            text = text[: text.rindex("#endif")]
        if name in TEMPLATES:
            text = self.filled(text)
        for line in text.split("\n"):
            line = line.rstrip()
            if re.match(r"#(ifndef|define) MG_\w+_H$", line):
                continue
            included = re.match(r'#include "([^"]+)"', line)
            family = re.match(r"#define (MG_\w+)\(name\) (\w*?)(?:##)?name$", line)
            macro = re.match(r"#define (OF_\w+)\(name\)(.*)", line)
            if included:
                other = INSTEAD.get(included[1], included[1])
                if other:
                    yield from self.read(other)
            elif family:
                self.families[family[1]] = family[2]
            elif macro:
                self.macros[macro[1]] = macro[2]
            elif not re.match(r"#(include|undef)", line):
                yield from self.expanded(line).split("\n")

    def filled(self, text):
        """Return a template's text with the names that its macros give. Its own are prefixed."""
        functions = self.families.get("MG_GAMMA")
        if "MG_GAMMA(" in text:
            own = set(re.findall(r"^static (?:const |inline )*\w+ (\w+)", text, re.MULTILINE))
            own |= set(re.findall(r"^#define (\w+)\((?!name)", text, re.MULTILINE))
            own -= {"MG_GAMMA"}
            text = re.sub(rf"\b({'|'.join(sorted(own))})\b", rf"{functions}\1", text)
            text = re.sub(r"^(?=double MG_GAMMA)", "static ", text, flags=re.MULTILINE)
        for macro, prefix in self.families.items():
            text = re.sub(rf"\b{macro}\((\w+)\)", rf"{prefix}\1", text)
        return text

    def expanded(self, line):
        """Return the line with the macros that define functions expanded."""
        uses = re.findall(r"(OF_\w+)\((\w+)\)", line)
        if uses and all(macro in self.macros for macro, _ in uses):
            texts = [re.sub(r"(##)?\bname\b|##name\b", argument, self.macros[macro])
                     for macro, argument in uses]  # fmt: skip
            return "\n".join(one_a_line(text) for text in texts)
        return line


def one_a_line(text):
    """Return the definitions of a macro's text, each on a line of its own."""
    return re.sub(r"\}\s*(?=static)", "}\n", re.sub(r"\s+", " ", text).strip())


def operators_text(csrc=ROOT / "csrc"):
    """Return the text of operators.h."""
    reader = Reader(csrc)
    lines = [*reader.read("elementary/functions.h"), *reader.read("graph/ops.h")]
    text = "\n".join(lines)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = "\n".join(line.rstrip() for line in text.split("\n") if line.strip())
    rows = re.search(r"^#define MG_OPS\(X\).*$", text, re.MULTILINE)
    functions, rest = text[: rows.start()], rows[0]
    functions = functions.replace("enum { MG_BINARY, MG_UNARY, MG_UNARY_K };\n", "")
    powers = re.search(r"^#define MG_FIXED_POWERS.*?[^\\]$",
                       (csrc / "kernels/kernels.c").read_text(encoding="utf-8"),
                       re.MULTILINE | re.DOTALL)[0].replace("\\\n", " ")  # fmt: skip
    rest += "\n" + powers
    rest = re.sub(r"\s+(?=X\([\w.-]+, )", " \\\n    ", re.sub(r"[ \t]+", " ", rest))
    return HEAD + functions.strip() + "\n" + rest + "\n"


def main():
    TARGET.write_text(operators_text(), encoding="utf-8")


if __name__ == "__main__":
    main()
