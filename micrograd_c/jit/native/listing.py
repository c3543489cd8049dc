"""A program as data, for the generator: instructions on slots.

A slot holds a value. A *uniform* slot has the same value for all rows, the tag ``UNIFORM`` is
set in its number; a row slot has one for each row. ``csrc/kernels/instructions.h`` explains the
instructions. The C engine's programs are read by ``micrograd_c/jit/native/compiled_listing.py``,
interpreted ones by ``listing_of_steps``.
"""

from dataclasses import dataclass, field

from micrograd_c.jit.axes import Shared, size_of
from python_ref.core.ops import TAKE

UNIFORM = 0x80000000


@dataclass
class Instruction:
    """Computes n results, from slot ``out`` on, of operands that are lists of slots.

    A dot or sum of n results with m terms each has n * m slots as ``a`` (and ``b``). The weights
    and biases of a layer are the first of consecutive uniform slots.
    """

    code: str
    n: int
    m: int
    out: int
    a: list
    b: list = ()
    c: list = ()
    k: float = None
    grads: int = 0  # a bit for each operand that gets a gradient: 1 for a, 2 for b, 4 for c
    firsts: int = 0  # a bit for each operand whose gradient is the first to arrive
    relu: bool = False
    sets: int = 1  # of inputs of a layer: n and a are those of all sets
    place: int = 0  # in its list


@dataclass
class Listing:
    """A whole program. Slots are tagged, but those of ``parameters`` and ``constants`` are not."""

    uniform: list  # Instructions that run once
    row: list  # Instructions that run for each row
    uniform_slots: int
    row_slots: int
    n_parameters: int  # all that it reads; they have the first uniform slots
    parameters: list  # each parameter's uniform slot, None if the program does not read it
    constants: dict  # by uniform slot: the number. Also of parameters that are not among these
    inputs: list  # of each argument: (is shared, first slot, columns)
    outputs: list
    math: str  # "portable" or "libm"
    in_blocks: bool = True  # rows run in blocks, and gradients add up as in csrc/jit/run.h
    starts: list = field(default_factory=list)  # the parameters' data now


def listing_of_steps(program, parameters):
    """Return the Listing of an InterpretedProgram, which runs row by row.

    Each row has its own copy of the parameters, whose gradients are added row after row.
    """
    copied = program.parameter_places
    uniform = {}  # by place: the uniform slot of a constant, or of an argument that all rows share
    constants, slots = {}, len(copied)
    for place, name in enumerate(program.names):
        if name == "constant":
            uniform[place], constants[slots] = slots | UNIFORM, program.start[place]
            slots += 1
    inputs, first = [], 0
    for shape in program.widths:
        width, is_shared = size_of(shape), isinstance(shape, Shared)
        inputs.append((is_shared, slots if is_shared else first, width))
        if is_shared:
            uniform.update((first + j, (slots + j) | UNIFORM) for j in range(width))
            slots += width
        first += width
    passing = {step.place: {place for place, _ in flows} for step, flows in program.backward_steps}

    def slot(place):
        return uniform.get(place, place)

    row = [
        Instruction("gather", 1, 0, place, [i | UNIFORM], grads=1) for i, place in enumerate(copied)
    ]
    for step in program.steps:
        targets = passing.get(step.place, ())
        operands = [[slot(x)] for x in step.operands]
        if step.op is TAKE:
            entries = step.operands[1:]
            operands = [operands[0], [slot(x) for x in entries]]
            grads = 2 if targets else 0
        else:
            entries = ()
            grads = sum(1 << j for j, x in enumerate(step.operands) if x in targets)
        row.append(Instruction(step.op.name, 1, len(entries), step.place, *operands, k=step.k,
                               grads=grads))  # fmt: skip
    return Listing(
        uniform=[],
        row=row,
        uniform_slots=slots,
        row_slots=len(program.names),
        n_parameters=len(copied),
        parameters=slots_of(program.parameters, parameters),
        constants={**constants, **numbers_of_others(program.parameters, parameters)},
        starts=[p.data for p in parameters],
        inputs=inputs,
        outputs=[slot(place) for place in program.output_places],
        math=program.math,
        in_blocks=False,
    )


def slots_of(own, parameters):
    """Return the slot of each of the caller's parameters; ``own``: the program's, by slot."""
    slot = {id(p): i for i, p in enumerate(own)}
    return [slot.get(id(p)) for p in parameters]


def numbers_of_others(own, parameters):
    """Return a dict: the data of the program's parameters that the caller does not give."""
    given = {id(p) for p in parameters}
    return {i: p.data for i, p in enumerate(own) if id(p) not in given}
