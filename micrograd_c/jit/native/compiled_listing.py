"""The Listing of a program of the C engine, read from the library."""

from micrograd_c._native import ffi, lib
from micrograd_c.jit.native.listing import (
    UNIFORM,
    Instruction,
    Listing,
    numbers_of_others,
    slots_of,
)


def listing_of_program(program, parameters):
    """Return the Listing of a CompiledProgram. ``parameters``: the caller's order."""
    compiled = program._program
    info = lib.mg_program_describe(compiled)
    index = (
        ffi.unpack(lib.mg_program_index(compiled), info.index_length) if (info.index_length) else []
    )
    lists = [], []
    for i in range(info.instructions):
        found = instruction(lib.mg_program_instruction(compiled, i), index)
        which = lists[i >= info.uniform_instructions]
        found.place = len(which)
        which.append(found)
    inputs, row, shared = [None] * len(program.columns), 0, info.parameters + info.constants
    for place, (i, n) in enumerate(zip(program.inputs, program.columns)):
        is_shared = place >= len(program.inputs) - program.n_shared
        inputs[i] = (is_shared, shared if is_shared else row, n)
        row, shared = (row, shared + n) if is_shared else (row + n, shared)
    constants = lib.mg_program_constants(compiled)
    return Listing(
        uniform=lists[0],
        row=lists[1],
        uniform_slots=info.uniform_slots,
        row_slots=info.row_slots,
        n_parameters=info.parameters,
        parameters=slots_of(program.parameters, parameters),
        constants={
            **{info.parameters + i: constants[i] for i in range(info.constants)},
            **numbers_of_others(program.parameters, parameters),
        },
        starts=[p.data for p in parameters],
        inputs=inputs,
        outputs=[lib.mg_program_output(compiled, i) for i in range(info.outputs)],
        math=program.math,
    )


def instruction(info, index):
    code = ffi.string(info.listing).decode().partition("(")[0]
    tag = UNIFORM if info.uniform else 0

    def slots(operand):
        if operand.n == 0:
            return []
        if not operand.listed:
            return [operand.first | UNIFORM]  # the first of a layer's weights or biases
        extra = UNIFORM if operand.uniform else 0
        return [x | extra for x in index[operand.first : operand.first + operand.n]]

    return Instruction(
        code, info.n, info.m, info.out | tag, slots(info.a), slots(info.b), slots(info.c), info.k,
        info.grads, info.firsts, bool(info.relu),
        info.sets,
    )  # fmt: skip
