"""What the code of a function reads and stores, found in its instructions.

A class in a notebook may have no source, so this does not parse it.
"""

import builtins
import contextlib
import dis
import types

MISSING = object()
READS = ("LOAD_ATTR", "LOAD_METHOD", "LOOKUP_METHOD")  # the last is PyPy's
GLOBALS = ("LOAD_GLOBAL", "LOAD_NAME")


def function_of(attribute):
    """Return the function of a method, property, staticmethod or classmethod, or None."""
    if isinstance(attribute, property):
        attribute = attribute.fget
    attribute = getattr(attribute, "__func__", attribute)
    return attribute if isinstance(attribute, types.FunctionType) else None


def codes_of(function):
    """Return the code objects of a function and of the functions inside it."""
    codes = [function.__code__]
    for code in codes:  # grows while it is read
        codes += [const for const in code.co_consts if isinstance(const, types.CodeType)]
    return codes


def names_in(function, opnames):
    """Return the names that instructions of these kinds have."""
    return {
        instruction.argval
        for code in codes_of(function)
        for instruction in dis.get_instructions(code)
        if instruction.opname in opnames
    }


def attributes_read(function):
    return names_in(function, READS)


def attributes_stored(function):
    return names_in(function, ("STORE_ATTR", "DELETE_ATTR"))


def variables_read(function):
    """Return the variables outside of a function that it reads, by name.

    One that has no value yet is MISSING.
    """
    found = {}
    for name in names_in(function, GLOBALS):
        default = getattr(builtins, name, MISSING)
        found[name] = function.__globals__.get(name, default)
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
        try:
            found[name] = cell.cell_contents
        except ValueError:  # it is empty
            found[name] = MISSING
    return found


def variables_set(function):
    return names_in(function, ("STORE_GLOBAL", "DELETE_GLOBAL"))


def has_loop(function):
    """True if a function, or one inside it, jumps back: a call may take long, or for ever."""
    jumps = {*dis.hasjrel, *dis.hasjabs}
    return any(
        instruction.opcode in jumps and instruction.argval <= instruction.offset
        for code in codes_of(function)
        for instruction in dis.get_instructions(code)
    )


def line_of(attribute):
    """Return ", line N" of a method, or nothing where it has no code in Python."""
    function = function_of(attribute)
    return f", line {function.__code__.co_firstlineno}" if function else ""


class Binding:
    """The variable by which a class's methods know their class, as a global or from outside.

    While a carried method is probed on our Value, that variable must be our Value too.
    """

    def __init__(self, cls, methods):
        self.name, self.cls = cls.__name__, cls
        functions = [f for f in map(function_of, methods.values()) if f is not None]
        self.variables = {id(f.__globals__): f.__globals__ for f in functions}.values()
        cells = [
            cell
            for f in functions
            for name, cell in zip(f.__code__.co_freevars, f.__closure__ or ())
            if name == self.name
        ]
        self.cells = {id(cell): cell for cell in cells}.values()

    @contextlib.contextmanager
    def to(self, other):
        """Bind the variable to ``other`` inside a with block."""
        self.bind(self.cls, other)
        try:
            yield
        finally:
            self.bind(other, self.cls)

    def bind(self, old, new):
        for variables in self.variables:
            if variables.get(self.name) is old:
                variables[self.name] = new
        for cell in self.cells:
            cell.cell_contents = new
