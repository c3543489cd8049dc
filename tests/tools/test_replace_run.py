"""``python -m micrograd_c run --replace-value``: programs of their own class, in a process."""

import sys

import pytest
from replace_tools import CLOSURES, GPT, LOCAL_GRADIENTS, changed, with_method
from run_tools import python, run, write_program

import micrograd_c

SMALL = ("4", "2", "4", "20")  # width, heads, block and steps of the GPT

TAIL = """
x = Value(2.0)
y = x * 3
y.backward()
print(type(y).__module__, x.grad)
"""


def replace(*arguments, **settings):
    return run("--replace-value", *arguments, **settings)


def write(directory, text, name="program.py"):
    path = directory / name
    path.write_text(text)
    return path


def test_a_gpt_trains_alike_to_the_last_digit_on_all_engines(tmp_path):
    """The program's own class, and ours in its place, on C and in Python."""
    write(tmp_path, GPT, "gpt.py")
    own = python("gpt.py", *SMALL, cwd=tmp_path)
    assert own.returncode == 0, own.stderr
    losses = list(map(float, own.stdout.split()[:-1]))
    assert len(losses) == 20 and losses[-1] < losses[0]
    for backend, name in (("c", "the C engine"), ("python", "the Python engine")):
        if (backend, micrograd_c.backend) == ("c", "python"):
            continue  # the wheel without a C engine
        done = replace("gpt.py", *SMALL, cwd=tmp_path, MICROGRAD_C_BACKEND=backend)
        assert done.stdout == own.stdout
        assert done.returncode == 0
        said = done.stderr.splitlines()
        assert said[0].endswith(f"gpt.py: class Value is replaced by micrograd_c's, on {name}")
        assert "micrograd_c: equal to yours to the last bit, in all probes" in said


def test_code_and_stdin(tmp_path):
    for done in (
        replace("-c", CLOSURES + TAIL, cwd=tmp_path),
        replace("-", cwd=tmp_path, stdin=CLOSURES + TAIL),
    ):
        module, slope = done.stdout.split()
        assert module != "__main__" and slope == "3.0"


def test_a_program_sees_itself_as_under_python(tmp_path):
    text = LOCAL_GRADIENTS + (
        "import sys\nprint(__name__, __file__, sys.argv, sys.path[0])\n"
        "print(sorted(name for name in globals() if not name.startswith('__')))\n"
        "def f():\n    1 / 0\nf()\n"
    )
    write(tmp_path, text)
    own, ours = (start("program.py", "-x", cwd=tmp_path) for start in (python, replace))
    assert ours.stdout == own.stdout
    assert ours.returncode == own.returncode == 1
    assert ours.stderr.endswith(own.stderr)


def test_a_refused_class_ends_the_program_with_status_1(tmp_path):
    text = "print('before')\n" + changed("> 0),)", ">= 0),)") + "print('never')\n"
    write(tmp_path, text)
    done = replace("program.py", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "before\n")
    assert done.stderr.startswith("micrograd_c: program.py, line 32, Value.relu at 0.0 has the ")
    assert len(done.stderr.splitlines()) == 1
    write(tmp_path, text + "Value(1.0)._children\n")
    done = replace("program.py", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "program.py, line 76: uses '_children' of its class Value" in done.stderr
    assert len(done.stderr.splitlines()) == 1


MISTAKES = {
    "no class": ("x = 1\n", "defines no class Value with operators and backward()"),
    "an imported class": ("from engine import Value\n", "imports Value from engine in line 1"),
}


@pytest.mark.parametrize("text, message", MISTAKES.values(), ids=MISTAKES)
def test_a_program_without_the_class_is_one_line_and_status_2(tmp_path, text, message):
    write(tmp_path, text)
    done = replace("program.py", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("python -m micrograd_c run: error: --replace-value: program.py ")
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_syntax_error_and_a_missing_file_are_reported_as_by_python(tmp_path):
    write(tmp_path, LOCAL_GRADIENTS + "x = = 1\n")
    own, ours = (start("program.py", cwd=tmp_path) for start in (python, replace))
    assert (ours.returncode, ours.stdout, ours.stderr) == (1, "", own.stderr)
    done = replace("nope.py", cwd=tmp_path)
    assert done.returncode == 2
    assert "can't open file" in done.stderr and len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("arguments", [["-m", "program"], ["."], [], ["-h"]], ids=str)
def test_what_cannot_be_replaced_in_is_a_mistake(tmp_path, arguments):
    done = replace(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "error: expected a script" in done.stderr and len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="no fork")
def test_workers_have_our_value_too(tmp_path):
    """Those that are forked, and those that import the program again."""
    text = with_method("def cube(self):\n    return self * self * self")
    write(
        tmp_path,
        text
        + """
import multiprocessing

def work(x):
    y = x.cube()
    y.backward()
    return y, type(y) is Value and Value.__module__ != "__mp_main__", x.grad

if __name__ == "__main__":
    for way in ("fork", "spawn"):
        with multiprocessing.get_context(way).Pool(1) as pool:
            print(way, pool.map(work, [Value(2.0)]))
""",
    )
    done = replace("program.py", cwd=tmp_path)
    expected = "[(Value(data=8.0, grad=1.0), True, 12.0)]"
    assert done.stdout == f"fork {expected}\nspawn {expected}\n", done.stderr
    assert done.stderr.count("is replaced") == 1


def test_a_pickle_of_the_programs_own_class_does_not_load_as_ours(tmp_path):
    text = LOCAL_GRADIENTS + (
        "import pickle, sys\nif sys.argv[1:]:\n"
        "    pickle.dump(Value(2.0) * 3, open('own.pickle', 'wb'))\n"
        "else:\n    print(pickle.load(open('own.pickle', 'rb')))\n"
    )
    write(tmp_path, text)
    assert python("program.py", "write", cwd=tmp_path).returncode == 0
    done = replace("program.py", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1].startswith("AttributeError: ")


def test_a_file_with_the_name_of_a_standard_module(tmp_path):
    """It is the program's, but ours is imported first, with the standard ones."""
    write_program(tmp_path, "raise ImportError('the wrong one')", "ast.py")
    write(tmp_path, LOCAL_GRADIENTS + TAIL)
    assert replace("program.py", cwd=tmp_path).stdout.endswith(" 3.0\n")
