"""What each attribute of a program's class Value is: served by ours, carried over, or refused."""

import abc
import types

from micrograd_c.engine import Value
from micrograd_c.replace import carrying
from micrograd_c.replace.code import (
    MISSING,
    Binding,
    attributes_read,
    attributes_stored,
    function_of,
    has_loop,
    line_of,
    variables_read,
    variables_set,
)
from micrograd_c.replace.errors import NotReplaced

BINARY = {f"__{r}{name}__" for r in ("", "r") for name in ("add", "sub", "mul", "truediv", "pow")}
IN_PLACE = {f"__i{name}__" for name in ("add", "sub", "mul", "truediv", "pow")}
UNARY = {"__neg__", "__pos__", "__abs__"}
COMPARISONS = {"__lt__", "__le__", "__gt__", "__ge__", "__eq__", "__ne__"}
CONVERSIONS = {"__float__", "__int__", "__round__", "__trunc__", "__floor__", "__ceil__"}
TEXTS = {"__repr__", "__str__", "__format__"}
# What the probes compare although ours has no such method of its own.
PROTOCOLS = {"__bool__", "__eq__", "__ne__"}
# What ours does not have, and can have without a change of what the engine relies on.
CARRIED_DUNDERS = {*IN_PLACE, "__pos__", "__call__"}
# Methods of arrays.
OF_ARRAYS = {
    "__len__", "__iter__", "__getitem__", "__setitem__", "__matmul__", "__rmatmul__",
    "__array__", "shape", "reshape", "transpose", "matmul",
}  # fmt: skip
# Attributes of every class, and those of copies and pickles, which ours has in its own way.
IGNORED = {
    "__module__", "__qualname__", "__doc__", "__dict__", "__weakref__", "__slots__",
    "__annotations__", "__annotate__", "__annotate_func__", "__annotations_cache__",
    "__firstlineno__", "__static_attributes__", "__match_args__", "__orig_bases__",
    "__parameters__", "__dataclass_fields__", "__dataclass_params__", "__replace__",
    "__classcell__", "__abstractmethods__", "_abc_impl",
    "__array_priority__", "__array_ufunc__", "__hash__", "__dir__", "__sizeof__",
    "__copy__", "__deepcopy__", "__reduce__", "__reduce_ex__", "__getstate__", "__setstate__",
    "__getnewargs__", "__getnewargs_ex__",
}  # fmt: skip
# Served by ours, whatever they are in the other class.
STATE = {"data", "grad", "label", "_prev", "_op", "_backward"}

MATH = {"math", "cmath", "numpy"}
SAFE = {"isinstance", "type", "float", "int", "bool", "abs", "max", "min", "sum", "len", "pow",
        "range", "zip", "enumerate", "list", "tuple", "set", "reversed", "round",
        "TypeError", "ValueError", "AssertionError", "NotImplemented"}  # fmt: skip


def ours_has(name):
    """True if our Value has an attribute of this name, apart from carried ones and hints."""
    return name not in carrying.carried and hasattr(Value, name)


def is_fixed(value):
    """True for what a program does not change: functions, classes, modules, numbers, texts."""
    if isinstance(value, bool):  # often a switch
        return False
    constants = (int, float, str, type(None), tuple, types.ModuleType)
    is_type = type(value).__module__ in ("types", "typing")  # such as int | float
    return is_type or callable(value) or isinstance(value, constants)


def attributes_of(cls):
    """Return the attributes of a class and its bases by name, without those of object."""
    found = {}
    for base in reversed(cls.__mro__[:-1]):
        found.update(vars(base))
    return {name: value for name, value in found.items() if name not in IGNORED}


class Methods:
    """The attributes of a class: ``served``, ``carried`` and ``constants``, each by name.

    Raises NotReplaced for an attribute that ours can neither serve nor take over.
    """

    def __init__(self, cls, where):
        self.cls, self.where = cls, where
        self.served, self.carried, self.constants, self.texts = {}, {}, {}, {}
        if type(cls) not in (type, abc.ABCMeta):
            self.refuse("__class__", None, f"is the metaclass {type(cls).__name__}")
        attributes = attributes_of(cls)
        self.binding = Binding(cls, attributes)
        slots = set()
        for name, attribute in attributes.items():
            if name in STATE:
                continue
            if type(attribute).__name__ in ("member_descriptor", "getset_descriptor"):
                slots.add(name)
            elif callable(attribute) or isinstance(
                attribute, (property, staticmethod, classmethod)
            ):
                self.add(name, attribute)
            elif is_fixed(attribute):
                self.constants[name] = attribute
            else:
                slots.add(name)
        self.state = {name for name in self.stored_by_ours(slots) if not ours_has(name)}
        for name in self.state & self.constants.keys():
            del self.constants[name]
        for name, function in self.functions(self.served):
            self.check_served(name, function)
        for name, function in self.functions(self.carried):
            self.check_carried(name, function)

    def add(self, name, attribute):
        """Decide about one method."""
        if name in OF_ARRAYS:
            self.refuse(name, attribute, "is a method of arrays; only classes of scalars have ours")
        if name in TEXTS:
            self.texts[name] = attribute
        elif name in ("__init__", "backward", *PROTOCOLS):
            self.served[name] = attribute
        elif name in CARRIED_DUNDERS:
            self.carried[name] = attribute
        elif name.startswith("__") and name.endswith("__"):
            if name not in (*BINARY, *UNARY, *COMPARISONS, *CONVERSIONS):
                self.refuse(name, attribute, "has no counterpart in ours")
            self.served[name] = attribute
        elif ours_has(name):
            if function_of(attribute) is None or isinstance(attribute, property):
                self.refuse(name, attribute, "is a method of ours, and something else in yours")
            self.served[name] = attribute
        else:
            self.carried[name] = attribute

    def stored_by_ours(self, slots):
        """Return the attributes that a Value of theirs has because of methods that ours serves."""
        stored = set()
        for _, function in self.functions(self.served):
            stored |= attributes_stored(function)
        for _, function in self.functions(self.carried):
            slots -= attributes_stored(function)
        return stored | slots

    @staticmethod
    def functions(methods):
        for name, attribute in methods.items():
            function = function_of(attribute)
            if function is not None:
                yield name, function

    def check_served(self, name, function):
        """Raise NotReplaced if a method that ours serves has to do with the program's variables.

        Ours does not read or change them: a list of all Values, say, or a switch for gradients.
        """
        functions = [function]
        for called in functions:  # grows by the program's functions that it may call
            for variable in variables_set(called):
                self.refuse(name, function, f"sets {variable!r}, a variable of the program")
            for variable, value in variables_read(called).items():
                if isinstance(value, types.FunctionType) and value not in functions:
                    functions += [value] * (value.__globals__ is function.__globals__)
                elif value is not MISSING and not is_fixed(value):
                    self.refuse(name, function, f"uses {variable!r}, a variable of the program")

    def check_carried(self, name, function):
        for attribute in sorted(attributes_read(function) & self.state):
            instead = "; write _prev" if "child" in attribute or "parent" in attribute else ""
            message = f"uses {attribute!r}, which micrograd_c's Value does not have{instead}"
            self.refuse(name, function, message)
        if "__class__" in function.__code__.co_freevars:
            self.refuse(name, function, "calls super(), so it cannot be carried over")

    def is_pure(self, name):
        """True if a carried method only computes, so that a probe may call it."""
        function = function_of(self.carried[name])
        if function is None or variables_set(function) or has_loop(function):
            return False
        return all(
            variable in (*SAFE, self.cls.__name__)
            or (isinstance(value, types.ModuleType) and value.__name__ in MATH)
            for variable, value in variables_read(function).items()
        )

    def refuse(self, name, attribute, why):
        raise NotReplaced(f"{self.where}{line_of(attribute)}, {self.cls.__name__}.{name} {why}")
