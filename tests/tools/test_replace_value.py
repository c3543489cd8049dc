"""A program's own class Value is replaced by ours, or refused: ``micrograd_c.replace``."""

import random
import re

import pytest
from replace_tools import CLOSURES, LOCAL_GRADIENTS, changed, with_method

from micrograd_c.replace import carrying, methods, probes, source, swap
from micrograd_c.replace.errors import NoClass, NotReplaced


@pytest.fixture
def execute(engine, monkeypatch, capsys):
    """Run a program with an engine's Value in place of its class: its variables, and stderr."""
    for module in (carrying, methods, probes, swap):
        monkeypatch.setattr(module, "Value", engine.Value)

    def execute(text):
        variables = {"__name__": "__main__"}
        exec(source.compile_with_ours(text, "folder/program.py"), variables)
        return variables, capsys.readouterr().err

    attributes = dict(vars(engine.Value))
    yield execute
    carrying.restore()
    assert dict(vars(engine.Value)) == attributes


def line_of(text, part):
    return text[: text.index(part)].count("\n") + 1


USE = """
x, y = Value(0.3), Value(-1.7)
z = x * y + x + 2 * y
z.backward()
numbers = [z.data, x.grad, y.grad]
"""


@pytest.mark.parametrize("text", [LOCAL_GRADIENTS, CLOSURES], ids=["local gradients", "closures"])
def test_a_class_is_replaced_and_gives_the_same_numbers(execute, engine, text):
    own = {}
    exec(text + USE, own)
    variables, said = execute(text + USE)
    assert variables["numbers"] == own["numbers"]
    assert type(variables["z"]) is engine.Value is variables["Value"]
    assert said.startswith("micrograd_c: program.py: class Value is replaced by micrograd_c's, on")


def test_equal_to_the_last_bit_is_said(execute):
    _, said = execute(LOCAL_GRADIENTS)
    assert "equal to yours to the last bit, in all probes" in said
    assert "differs" not in said


DIFFERING = {
    "tanh by exp": (CLOSURES, "tanh"),
    "a quotient": (
        changed(
            "return self * other**-1",
            "return Value(self.data / other.data, (self, other), "
            "(1 / other.data, -self.data / (other.data * other.data)))",
        ),
        "__truediv__",
    ),
    "another order of sums": (
        changed("in node._children:", "in reversed(node._children):"),
        "backward",
    ),
    "infinite where ours is not": (
        with_method(
            "def sigmoid(self):\n"
            "    p = math.exp(min(-self.data, 700)) * (1e300 if self.data < -700 else 1)\n"
            "    s = 1 / (1 + p) if self.data > -700 else float('nan')\n"
            "    return Value(s, (self,), (s * (1 - s),))"
        ),
        "sigmoid",
    ),
}


@pytest.mark.parametrize("text, name", DIFFERING.values(), ids=DIFFERING)
def test_what_differs_in_the_last_bits_is_named(execute, text, name):
    _, said = execute(text)
    line = next(line for line in said.splitlines() if "differs from yours in the last bits" in line)
    assert re.findall(r"(\w+) \(", line) == [name]


# --- methods that ours does not have -------------------------------------------------

CARRIED = """
@property
def half(self):
    return self * 0.5

@staticmethod
def zero():
    return Value(0.0)

def cube(self):
    return Value(self.data**3, (self,), (3 * self.data**2,))

def twice(self):
    out = Value(2 * self.data, (self,))
    def _backward():
        self.grad += 2 * out.grad
    out._backward = _backward
    return out

LIMIT = 6

def relu6(self):
    return self.LIMIT - (self.LIMIT - self.relu()).relu()
"""


def test_methods_that_ours_lacks_are_carried_over(execute, engine):
    text = with_method(CARRIED, LOCAL_GRADIENTS.replace("def of(", "def as_value(")
                       .replace("Value.of", "Value.as_value"))  # fmt: skip
    variables, said = execute(
        text.replace("self.relu()).relu()", "self.relu()).relu() + 0")
        + """
x = Value(1.5)
y = (x * x).half.cube() + x.relu6() * Value.LIMIT + Value.zero()
y.backward()
"""
    )
    assert variables["y"].data == 1.125**3 + 1.5 * 6
    assert variables["x"].grad == 3 * 1.125**2 * 1.5 + 6
    assert "carried over from yours: as_value, half, zero, cube, twice, relu6\n" in said
    assert set(carrying.restore()) >= {"half", "zero", "cube", "LIMIT"}
    assert not hasattr(engine.Value, "cube")


def test_a_carried_closure_adds_its_gradient(execute):
    variables, _ = execute(with_method(CARRIED) + "x = Value(1.5)\n(x.twice() * x).backward()\n")
    assert variables["x"].grad == 6.0


def test_a_value_is_printed_as_the_programs_class_prints_it(execute):
    text = with_method("def __repr__(self):\n    return f'<{self.data:.2f}|{self.grad}>'")
    variables, said = execute(text + "shown = repr(Value(1.0) / 3)\n")
    assert variables["shown"] == "<0.33|0.0>"
    assert "carried over from yours: of, __repr__" in said


def test_what_cannot_be_printed_the_same_is_said(execute):
    text = with_method("def __repr__(self):\n    return f'{self.data}, {len(self._children)}'")
    variables, said = execute(text + "shown = repr(Value(1.0))\n")
    assert variables["shown"] == "Value(data=1.0, grad=0.0)"
    assert "printed as micrograd_c's, not as yours: __repr__" in said


def test_a_class_that_grows(execute, engine):
    """The lecture defines its class again and again, with more methods each time."""
    more = with_method("def cube(self):\n    return self * self * self")
    other = with_method("def square(self):\n    return self * self")
    variables, said = execute(
        f"{LOCAL_GRADIENTS}\nfirst = Value(2.0)\n{more}\nsecond = first.cube()\n{other}\n"
        "third = second.square()\nhas_cube = hasattr(Value, 'cube')\n"
    )
    assert variables["third"].data == 64.0
    assert type(variables["first"]) is engine.Value
    assert not variables["has_cube"]
    assert "no longer carried over: cube" in said


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


# --- what the comparison leaves alone --------------------------------------------------


def test_the_comparison_prints_nothing_and_draws_no_random_numbers(execute):
    noisy = with_method(
        "def tanh(self):\n    print('noise', random.random())\n    t = math.tanh(self.data)\n"
        "    return Value(t, (self,), (1 - t * t,))"
    )
    random.seed(3)
    expected = random.random()
    random.seed(3)
    _, said = execute("import random\n" + noisy)
    assert random.random() == expected
    assert "noise" not in said


def test_carried_methods_that_do_more_than_compute_are_not_called(execute):
    text = (
        with_method(
            "def save(self):\n    saved.append(self)\n"
            "def wait(self):\n    while self.data:\n        pass\n"
        )
        + "n = len(saved)\n"
    )
    variables, said = execute("saved = []\n" + text)
    assert variables["n"] == 0
    assert "carried over from yours: of, save, wait" in said


def test_a_class_inside_a_function(execute, engine):
    lines = (LOCAL_GRADIENTS + USE).splitlines()
    body = "".join(f"    {line}\n" for line in lines)
    variables, _ = execute(f"def main():\n{body}    return z\nz = main()\n")
    assert type(variables["z"]) is engine.Value


def test_gradients_of_data_at_the_time_of_the_forward_pass_are_mentioned(execute):
    assert "backward() uses the new data; yours uses the old" in execute(LOCAL_GRADIENTS)[1]
    assert "uses the new data" not in execute(CLOSURES)[1]


def test_lines_of_the_program_keep_their_numbers(execute):
    text = f"{LOCAL_GRADIENTS}\n1 / 0\n"
    with pytest.raises(ZeroDivisionError) as raised:
        execute(text)
    assert raised.traceback[-1].lineno + 1 == line_of(text, "1 / 0")


def test_our_own_value_stays(execute, engine):
    text = LOCAL_GRADIENTS.replace("class Value:", "class Value(Base):").replace(
        "__slots__ = ", "s = "
    )
    variables = {"Base": engine.Value}
    exec(compile(text, "program.py", "exec"), variables)
    assert swap.swap(variables["Value"]) is variables["Value"]
