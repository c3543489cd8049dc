"""``%micrograd_c replace`` and ``restore`` in IPython."""

from replace_tools import LOCAL_GRADIENTS, changed, with_method
from run_tools import OURS
from test_notebook import run_in_ipython

REPLACE = """
import contextlib, io
def say(line):
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        get_ipython().run_line_magic("micrograd_c", line)
    print(said.getvalue(), end="")
"""
FIRST = "class Value:\n    def __init__(self, data):\n        self.data = data\n"
CUBE = with_method("def cube(self):\n    return self * self * self")
SHOW = "x = Value(2.0); y = x * 3; y.backward(); print(type(y).__module__, x.grad)"
SHOWN = f"{OURS} 3.0"


def in_cells(tmp_path, *cells):
    return run_in_ipython(tmp_path, "%load_ext micrograd_c", REPLACE, *cells).splitlines()


def test_each_class_that_grows_is_replaced(tmp_path):
    out = in_cells(
        tmp_path,
        "say('replace')",
        FIRST,  # without backward
        "print(type(Value(1)).__module__)",
        LOCAL_GRADIENTS,
        SHOW,
        CUBE,
        "x = Value(2.0); print((x + 1).cube().data)",
    )
    assert out == [
        "micrograd_c: each class Value that a later cell defines is replaced; "
        "see %micrograd_c restore",
        "__main__",
        SHOWN,
        "27.0",
    ]


def test_a_class_that_is_there_is_replaced_and_restored(tmp_path):
    out = in_cells(
        tmp_path,
        CUBE,
        "own = Value",
        "say('replace')",
        SHOW,
        "say('restore')",
        "print(Value is own, hasattr(type(x), 'cube'))",
        LOCAL_GRADIENTS,
        "print(type(Value(1.0)).__module__)",
        "say('replace now')",
        "%micrograd_c replace",
        "%unload_ext micrograd_c",
        "print(type(Value(1.0)).__module__)",
    )
    assert out[0].startswith("micrograd_c: this cell: class Value is replaced by micrograd_c's")
    assert out[1] == "micrograd_c: carried over from yours: of, cube"
    assert out[4:] == [
        "micrograd_c: what you made of your class Value before stays yours: make it again",
        SHOWN,
        "micrograd_c: Value is your class again; what you made in between stays micrograd_c's",
        "micrograd_c: removed from micrograd_c's Value: of, cube",
        "True False",
        "__main__",
        "micrograd_c: expected %micrograd_c replace, or %micrograd_c restore to undo it, "
        "got replace now",
        "__main__",
    ]


TRY = """
result = get_ipython().run_cell(TEXT)
error = result.error_in_exec or result.error_before_exec
"""


def test_a_refused_class_stays_the_notebooks(tmp_path):
    refused = changed("> 0),)", ">= 0),)")
    out = in_cells(
        tmp_path,
        "%micrograd_c replace",
        CUBE,
        "before = Value; x = Value(2.0)",
        f"TEXT = {refused!r}",
        "with contextlib.redirect_stdout(io.StringIO()):" + TRY.replace("\n", "\n    "),
        "print(type(error).__name__, error)",
        "print(Value is before, Value.__module__, x.cube().data)",
        f"TEXT = {LOCAL_GRADIENTS + 'print(Value(1.0)._children)'!r}",
        "with contextlib.redirect_stdout(io.StringIO()):" + TRY.replace("\n", "\n    "),
        "print(type(error).__name__, error)",
    )
    assert out == [
        "NotReplaced this cell, line 30, Value.relu at 0.0 has the derivative 1 where ours has 0; "
        "under another name it would be carried over; Value stays your class",
        "False __main__ 8.0",
        "InputRejected this cell, line 73: uses '_children' of its class Value, which "
        "micrograd_c's does not have; write _prev",
    ]
