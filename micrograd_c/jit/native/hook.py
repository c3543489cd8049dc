"""The C text of the functions by which a program of the C engine runs natively.

``csrc/jit/native.h`` says what they are. Instructions that work on whole layers and long sums
stay with the kernels, which are faster than what compilers make of generated code.
"""

from micrograd_c.jit.native import limits
from micrograd_c.jit.native.code import (
    Code,
    Phase,
    gradients_of_parameters,
    outputs_of,
)

HEAD = """\
#include <float.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
"""

BLOCK = """\
typedef struct {
    double *data, *grad, *uniform, *uniform_grad;
    uint32_t rows;
    int masks_padding;
    void (*run)(const void *context, uint32_t i, int backward);
    const void *context;
} block;

#if defined(_WIN32)
#define PUBLIC __declspec(dllexport)
#else
#define PUBLIC __attribute__((visibility("default")))
#endif
"""

WIDTHS = (16, 4, 1)  # in the order of MG_WIDTH_16, MG_WIDTH_4, MG_WIDTH_1
UNIFORM_FORWARD, UNIFORM_BACKWARD = Phase("uniform", False), Phase("uniform", True)
ROW_FORWARD, ROW_BACKWARD = Phase("row", False), Phase("row", True)


def call_kernel(table, width):
    return [f"b->run(b->context, {table.instruction.place}, {int(table.backward)});"]


class Hook:
    """The text, and the names of the functions in it. None is written if they are too long.

    ``stores_first``: see the struct mg_native.
    """

    def __init__(self, listing, has_gradient):
        self.listing, self.code = listing, Code(listing, call_kernel)
        self.names, self.entries, self.stores_first = [], [], False
        if self.code.least > limits.MOST_STATEMENTS:
            self.code.statements = self.code.least
            return
        outputs, summed = outputs_of(listing), self.code.gradients_of_rows()
        if listing.uniform:
            needed = self.code.read_by([UNIFORM_BACKWARD, ROW_FORWARD, ROW_BACKWARD])
            self.add("uniform_forward", [UNIFORM_FORWARD], 1, needed | outputs)
            if has_gradient:
                self.add("uniform_backward", [UNIFORM_BACKWARD], 1,
                         gradients_of_parameters(listing))  # fmt: skip
                self.stores_first = not listing.row and self.code.stores_first([UNIFORM_BACKWARD])
        is_long = self.code.is_long
        widths = (1,) if is_long else (16, 1)  # compilers take long, and kernels are as quick
        for width in widths if listing.row else ():
            forward = [ROW_FORWARD]
            if not has_gradient:
                self.add(f"forward_{width}", forward, width, outputs)
                continue
            self.add(f"forward_{width}", forward, width,
                     outputs | self.code.read_by([ROW_BACKWARD]))  # fmt: skip
            if not is_long:
                self.add(f"both_{width}", [ROW_FORWARD, ROW_BACKWARD], width, outputs | summed)
            else:
                self.add(f"backward_{width}", [ROW_BACKWARD], width, summed)

    def add(self, name, phases, width, external):
        calls = self.code.calls(phases, width, external)
        self.names.append(name)
        body = "\n    ".join(calls)
        self.entries.append(
            f"PUBLIC void {name}(const block *b);\n\nvoid {name}(const block *b) {{\n"
            "    double *d = b->data, *g = b->grad, *u = b->uniform, *h = b->uniform_grad;\n"
            "    const int rows = (int)b->rows, masks = b->masks_padding;\n"
            "    (void)d, (void)g, (void)u, (void)h, (void)rows, (void)masks;\n"
            f"    {body}\n}}\n"
        )

    def text(self):
        return "\n".join([HEAD, self.code.text(), BLOCK, *self.entries])
