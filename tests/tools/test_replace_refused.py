"""Classes Value that ``micrograd_c.replace`` refuses, and what it says of them."""

import pytest
from replace_tools import LOCAL_GRADIENTS, changed, executing, line_of, with_method

from micrograd_c.replace import carrying, source
from micrograd_c.replace.errors import NoClass, NotReplaced


@pytest.fixture
def execute(engine, monkeypatch, capsys):
    yield from executing(engine, monkeypatch, capsys)


# --- what is refused -----------------------------------------------------------------

RELU = "max(0, self.data), (self,), (float(self.data > 0),)"
LOG = "math.log(self.data), (self,), (1 / self.data,)"
EXP = "math.exp(self.data), (self,), (math.exp(self.data),)"
COUNTED = changed("        self.grad = 0\n", "        self.grad = 0\n        NOTE\n")

# The class, a part of the refused method's first line, what is said of it.
REFUSED = {
    "relu at 0": (changed("> 0),)", ">= 0),)"), "def relu", "at 0.0 has the derivative 1 where"),
    "leaky relu": (
        changed(RELU, "max(self.data, self.data / 9), (self,), (1 if self.data > 0 else 1 / 9,)"),
        "def relu",
        "relu at 0.0 has the derivative 0.111111 where ours has 0; under another name",
    ),
    "a guarded log": (
        changed(LOG, "math.log(self.data + 1e-12), (self,), (1 / (self.data + 1e-12),)"),
        "def log",
        "log at 0.0 gives -27.631021115928547 where ours raises ValueError",
    ),
    "a bounded exp": (
        changed(EXP, "math.exp(min(self.data, 50)), (self,), (math.exp(min(self.data, 50)),)"),
        "def exp",
        "exp at 300.0 gives",
    ),
    "a wrong derivative": (changed("(k - 1),)", "k,)"), "def __pow__", "where ours has"),
    "a product without gradient": (
        changed("(other.data, self.data))", "(other.data, 0))"),
        "def __mul__",
        "has the derivative 0 where ours has 1",
    ),
    "backward that zeroes": (
        changed("        self.grad = 1\n", "        for v in order:\n            v.grad = 0\n"
                "        self.grad = 1\n"),
        "def backward",
        "backward called a second time gives the gradient",
    ),
    "backward that sets": (changed("grad += local", "grad = local"), "def backward", "gradient"),
    "backward with a gradient": (
        changed("def backward(self)", "def backward(self, gradient)"),
        "def backward",
        "raises TypeError",
    ),
    "float32": (
        changed("self.data = data", "import numpy; self.data = numpy.float32(data)"),
        "def __init__",
        "gives 0.001000000047",
    ),
    "an array": (
        changed("self.data = data", "import numpy; self.data = numpy.array(data)"),
        "def __init__",
        "makes data or grad of the type ndarray, not a number; only a class of scalars",
    ),
    "a method of arrays": (
        with_method("def __matmul__(self, other):\n    return self * other"),
        "def __matmul__",
        "is a method of arrays",
    ),
    "another name for data": (
        changed("data", "val"),
        "def __init__",
        "raises AttributeError: 'Value' object has no attribute 'data'",
    ),
    "truth": (
        with_method("def __bool__(self):\n    return self.data != 0"), "def __bool__", "at 0.0",
    ),
    "equality": (
        with_method("def __eq__(self, other):\n    return self.data == Value.of(other).data\n"
                    "__hash__ = object.__hash__"),
        "def __eq__",
        "gives True where ours gives False",
    ),
    "order": (
        with_method("def __lt__(self, other):\n    return self.data <= Value.of(other).data"),
        "def __lt__",
        "gives True where ours gives False",
    ),
    "zero_grad of a graph": (
        with_method("def zero_grad(self):\n    self.grad = 0\n    for v in self._children:\n"
                    "        v.zero_grad()"),
        "def zero_grad",
        "leaves data or a gradient of 0 where ours leaves 1.5",
    ),
    "a hook": (with_method("def __del__(self):\n    pass"), "def __del__", "has no counterpart"),
    "a method on slots": (
        with_method("def size(self):\n    return len(self._children)"),
        "def size",
        "size uses '_children', which micrograd_c's Value does not have; write _prev",
    ),
    "super()": (
        with_method("def name(self):\n    return super().__repr__()"), "def name", "super()",
    ),
    "a carried method that differs": (
        with_method("def same(self):\n    return self * (2 if len(type(self).__mro__) < 3 else 3)"),
        "def same",
        "same at 0.0 has the derivative 2 where ours has 3\n",
    ),
    "clipped data": (
        changed('"data"', '"number"').replace("self.data = data", "self.number = data")
        + """
    @property
    def data(self):
        return self.number
    @data.setter
    def data(self, x):
        self.number = max(-5, min(5, x))
""",
        "@property",
        "data after it was set is -5 where ours is -10000000000.0",
    ),
    "data computed when read": (
        changed('"data"', '"number"').replace("self.data = data", "self.number = data").replace(
            "Value(self.data * other.data, ", "Value(lambda: self.data * other.data, ")
        + """
    @property
    def data(self):
        return self.number() if callable(self.number) else self.number
    @data.setter
    def data(self, x):
        self.number = x
""",
        "@property",
        "data after it was set of a product of it is -30000000000.0 where ours is 4.5",
    ),
    "a clipped gradient": (
        changed("grad += local * node.grad", "grad += max(-1e6, min(1e6, local * node.grad))"),
        "def backward",
        "backward gives the gradient",
    ),
    "a metaclass": (
        "class Meta(type):\n    pass\n" + changed("class Value:", "class Value(metaclass=Meta):"),
        "",
        "Value.__class__ is the metaclass Meta",
    ),
    "a list of all": (
        "tape = []\n" + COUNTED.replace("NOTE", "tape.append(self)"),
        "def __init__",
        "__init__ uses 'tape', a variable of the program",
    ),
    "a list of all, by a function": (
        "tape = []\ndef note(v):\n    tape.append(v)\n" + COUNTED.replace("NOTE", "note(self)"),
        "def __init__",
        "__init__ uses 'tape', a variable of the program",
    ),
    "a switch": (
        "is_on = True\n" + changed("= children\n", "= children if is_on else ()\n"),
        "def __init__",
        "__init__ uses 'is_on', a variable of the program",
    ),
    "a count": (
        "count = 0\n" + COUNTED.replace("NOTE", "global count; count += 1"),
        "def __init__",
        "__init__ sets 'count', a variable of the program",
    ),
    "a function that comes later": (
        changed("Value.of(other)", "lift(other)") + "def lift(x):\n    return x\n",
        "def backward",
        "name 'lift' is not defined: define that before the class",
    ),
}  # fmt: skip


@pytest.mark.parametrize("text, method, message", REFUSED.values(), ids=REFUSED)
def test_what_ours_cannot_be_is_refused_with_line_and_method(
    execute, capsys, text, method, message
):
    if "numpy" in text:
        pytest.importorskip("numpy")
    with pytest.raises(SystemExit) as exited:
        execute(text + "print('never')\n")
    assert exited.value.code == 1
    out, said = capsys.readouterr()
    assert out == "" and len(said.splitlines()) == 1
    where = f", line {line_of(text, method)}" if method else ""
    assert said.startswith(f"micrograd_c: program.py{where}, Value.")
    assert "def " not in method or f"Value.{method[4:]} " in said
    assert message in said
    assert not carrying.carried


USES = {
    "a slot": "len(x._children)",
    "a slot by name": "getattr(x, '_children', ())",
    "a slot that is set": "x._local_grads = ()",
    "an argument": "Value(1.0, parents=())",
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_uses_of_what_ours_lacks_are_refused_before_the_program_runs(execute, capsys, use):
    text = f"print('never')\n{LOCAL_GRADIENTS}\nx = Value(1.0)\n{use}\n"
    with pytest.raises(NotReplaced, match=rf"^program.py, line {line_of(text, use)}: "):
        execute(text)
    assert capsys.readouterr() == ("", "")


def test_slots_of_other_classes_may_be_used(execute):
    variables, _ = execute(
        LOCAL_GRADIENTS
        + "class Tree:\n    def __init__(self):\n        self._children = [1]\n"
        + "n = len(Tree()._children)\n"
    )
    assert variables["n"] == 1


NONE = {
    "nothing": ("x = 1\n", "program.py defines no class Value with operators and backward()"),
    "imported": ("from engine import Value\n", "imports Value from engine in line 1; expected"),
    "another name": (LOCAL_GRADIENTS.replace("Value", "Scalar"), "has a class Scalar in line 5; "),
    "no backward": (changed("def backward", "def back"), "has a class Value in line 5, but it has"),
    "two": (
        f"{LOCAL_GRADIENTS}\ndef f():\n    class Value(Value):\n        def backward(self):\n"
        "            pass\n        __add__ = None\n",
        "defines class Value in several places, lines 5 and 76",
    ),
}


@pytest.mark.parametrize("text, message", NONE.values(), ids=NONE)
def test_there_must_be_one_class_value(text, message):
    with pytest.raises(NoClass) as raised:
        source.compile_with_ours(text, "program.py")
    assert message in str(raised.value)
