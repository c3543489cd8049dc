"""Makes a program of the C engine run natively."""

from micrograd_c._native import ffi, lib
from micrograd_c.jit.native.compiled_listing import listing_of_program
from micrograd_c.jit.native.compiler import library_of
from micrograd_c.jit.native.hook import WIDTHS, Hook
from micrograd_c.jit.native.limits import is_too_long
from micrograd_c.jit.native.loading import loaded


def attach(program):
    """Compile the functions of a CompiledProgram, and let it run by them.

    The program keeps the library. A program that is too long gives a RuntimeWarning instead.
    """
    hook = Hook(listing_of_program(program, program.parameters), program.is_single)
    if is_too_long(hook.code.statements):
        return
    machine = ffi.string(lib.mg_program_describe(program._program).kernels).decode()
    library = loaded(
        library_of(hook.text(), hook.code.is_long, machine),
        "".join(f"void {name}(const void *);" for name in hook.names),
    )
    native = ffi.new("mg_native *", {"stores_first": hook.stores_first})
    addresses = {
        name: ffi.cast("void *", int(library.ffi.cast("uintptr_t", getattr(library.lib, name))))
        for name in hook.names
    }
    for name, address in addresses.items():
        direction, _, width = name.partition("_")
        if direction == "uniform":
            setattr(native, name, address)
        else:
            getattr(native, direction)[WIDTHS.index(int(width))] = address
    lib.mg_program_use_native(program._program, native)
    program._library = library  # must stay loaded as long as the program
