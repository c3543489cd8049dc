"""A program's own class Value is replaced by ours, or refused: ``micrograd_c.replace``."""

import random
import re

import pytest
from replace_tools import CLOSURES, LOCAL_GRADIENTS, changed, executing, line_of, with_method

from micrograd_c.replace import carrying, swap


@pytest.fixture
def execute(engine, monkeypatch, capsys):
    yield from executing(engine, monkeypatch, capsys)


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
