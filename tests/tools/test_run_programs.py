"""micrograd's programs in every form: under ``run`` they print and end as under plain Python."""

import subprocess
import sys
import zipfile

import pytest
from run_tools import OURS, assert_same, python, run, write_program

pytest.importorskip("micrograd")


PROGRAMS = {
    "a step": """
        from micrograd.engine import Value
        a, b = Value(-4.0), Value(2.0)
        c = (a * b + b**3).relu() - b / a
        c.backward()
        print(c.data, a.grad, b.grad, c._op, sorted(v.data for v in c._prev))
        """,
    "star imports": """
        before = set(globals())
        from micrograd.engine import *
        print(sorted(set(globals()) - before - {"before"}))
        from micrograd.nn import *
        print(sorted(set(globals()) - before - {"before"}))
        import micrograd.nn as nn
        random.seed(1337)
        print(MLP(2, [3, 1]).parameters()[0].data, nn.random is random)
        """,
    "an assertion": """
        from micrograd.engine import Value
        def f():
            "Its doc."
            assert Value(1.0).data == 2.0, "not under -O"
        print(__debug__, f.__doc__)
        f()
        """,
    "a warning at the caller's line": """
        import warnings
        from micrograd.engine import Value
        def f():
            warnings.warn("two levels up", stacklevel=2)
        for i in range(3):
            f()
        """,
    "an error of the program's": """
        from micrograd.engine import Value
        class Own(Value):
            def relu(self):
                raise RuntimeError("own")
        def f():
            try:
                Own(1.0).relu()
            except RuntimeError:
                raise KeyError("while handled")
        f()
        """,
    "an error of an import": """
        from micrograd.engine import Value
        import nowhere
        """,
    "doctest": """
        '''Doctests.

        >>> from micrograd.engine import Value
        >>> (Value(2.0) * 3).data
        6.0
        >>> 1 + 1
        3
        '''
        if __name__ == "__main__":
            import doctest
            from micrograd.engine import Value
            print(doctest.testmod(verbose=False))
        """,
    "pickle of an own class": """
        import copy, pickle
        from micrograd.nn import Module
        class Net(Module):
            def __init__(self):
                self.sizes = [1, 2]
        net = pickle.loads(pickle.dumps(Net()))
        print(type(net) is Net, net.sizes, Net.__module__, copy.deepcopy(net).sizes)
        """,
    "inspect": """
        import inspect
        from micrograd.engine import Value
        def f():
            return inspect.stack()
        try:
            print(inspect.getsource(f), inspect.getsourcefile(f), inspect.getmodule(f))
        except OSError as error:
            print(error)
        print([(frame.filename, frame.lineno, frame.function) for frame in f()])
        """,
    "input": """
        import sys
        from micrograd.engine import Value
        print(Value(float(input("first: "))).data, sys.stdin.read().split(), sys.stdin.isatty())
        input()
        """,
    "runpy": """
        import runpy, sys
        from micrograd.engine import Value
        print(runpy.run_module("neighbour")["answer"], sys.argv)
        print(runpy.run_path("neighbour.py", run_name="x")["__name__"], __name__)
        """,
    "a tracer": """
        import sys
        from micrograd.engine import Value
        seen = []
        def f():
            return 1
        sys.settrace(lambda frame, event, arg: seen.append((frame.f_code.co_name, event)))
        f()
        sys.settrace(None)
        print(seen, sys.gettrace(), sys.getprofile())
        """,
    "pdb": """
        import pdb
        from micrograd.engine import Value
        def f():
            x = Value(3.0)
            pdb.Pdb(nosigint=True, readrc=False).set_trace()
            return x.data
        f()
        """,
    "exit handlers": """
        import atexit, sys
        from micrograd.engine import Value
        atexit.register(print, "first registered")
        atexit.register(lambda: print(sys.modules["__main__"].__dict__ is globals()))
        raise SystemExit("bye")
        """,
    "a thread's error": """
        import threading
        from micrograd.engine import Value
        thread = threading.Thread(target=lambda: 1 / 0, name="own")
        thread.start()
        thread.join()
        """,
    "what a module and sys have": """
        import os, sys
        has_address = "__loader__", "__spec__"
        print({key: value for key, value in globals().items() if key not in has_address})
        print(type(__loader__).__name__, getattr(__loader__, "path", None))
        print([getattr(__spec__, name, None) for name in ("name", "origin", "cached", "parent")])
        print(sys.flags, sys.argv, sys.path, sys.warnoptions, sys._xoptions, os.getcwd())
        print(getattr(sys, "orig_argv", None), sys.excepthook, sys.stdout.write_through)
        print([name for name in sys.modules if "." not in name and name != "sitecustomize"])
        """,
}


@pytest.mark.parametrize("form", ["script", "module", "text", "stdin"])
@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_a_program_of_micrograds(tmp_path, text, form):
    path = write_program(tmp_path, text)
    stdin = "1.5\nq\nanother line\n"
    program = {
        "script": ["program.py"],
        "module": ["-m", "program"],
        "text": ["-c", path.read_text()],
        "stdin": ["-"],
    }[form]
    if form == "stdin":
        stdin = path.read_text()
    assert_same(*program, "x", "-m", cwd=tmp_path, stdin=stdin)


@pytest.mark.parametrize(
    "options",
    [["-O"], ["-OO"], ["-u"], ["-W", "error"], ["-Werror"], ["-X", "dev"], ["-B", "-s"], ["-bb"],
     ["-i"], ["-q", "-O", "-X", "utf8=1"]],
    ids=" ".join,
)  # fmt: skip
def test_pythons_own_options(tmp_path, options):
    names = ["what a module and sys have", "a warning at the caller's line", "an assertion"]
    for name in names:
        write_program(tmp_path, PROGRAMS[name])
        assert_same("program.py", cwd=tmp_path, options=options, stdin="print('-i')\n")


@pytest.mark.parametrize("options", ["-m", "-um", "-uOm"])
def test_options_joined_with_m(tmp_path, options):
    write_program(tmp_path, "import sys; print(sys.flags.optimize, sys.stdout.write_through)")
    before = [] if options == "-m" else [options[:-1]]
    plain = python(*before, "program.py", cwd=tmp_path)
    for start in ([options, "micrograd_c"], [f"{options}micrograd_c"]):
        ours = python(*start, "run", "program.py", cwd=tmp_path)
        assert (ours.stdout, ours.stderr) == (plain.stdout, "")


def test_a_package_with_relative_imports(tmp_path):
    write_program(tmp_path, "from .part import value; print('init', __name__)", "pack/__init__.py")
    write_program(
        tmp_path,
        """
        import sys
        from . import value
        from .part import Value
        from ..pack.neighbour import answer
        print(__name__, __package__, __spec__.name, type(value) is Value, answer, sys.argv)
        from ... import nothing
        """,
        "pack/train.py",
    )
    write_program(tmp_path, "from .train import Value", "pack/__main__.py")
    text = "from micrograd.engine import Value; value = Value(1.0)"
    write_program(tmp_path, text, "pack/part.py")
    assert "'pack.train'" not in assert_same("-m", "pack.train", "x", cwd=tmp_path).stdout
    assert_same("-m", "pack", "x", cwd=tmp_path)
    assert_same("pack", "x", cwd=tmp_path)
    assert_same("pack/train.py", "x", cwd=tmp_path)


def test_an_application_in_a_zip_file(tmp_path):
    main = write_program(tmp_path, "import part, sys; print(part.x, __file__, sys.path[0])")
    part = write_program(
        tmp_path, "from micrograd.engine import Value; x = Value(1.0).data", "part.py"
    )
    with zipfile.ZipFile(tmp_path / "app.pyz", "w") as archive:
        archive.write(main, "__main__.py")
        archive.write(part, "part.py")
    assert_same("app.pyz", "x", cwd=tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="another message there")
def test_a_reader_that_goes_away(tmp_path):
    write_program(
        tmp_path,
        """
        from micrograd.engine import Value
        while True:
            print(Value(1.0))
        """,
    )
    ends = []
    for start in ([], ["-m", "micrograd_c", "run"]):
        process = subprocess.Popen(
            [sys.executable, *start, "program.py"],
            cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        process.stdout.readline()
        process.stdout.close()
        ends.append((process.stderr.read(), process.wait()))
        process.stderr.close()
    assert ends[0] == ends[1]


@pytest.mark.parametrize(
    "tool, report",
    [
        (["cProfile", "-o", "profile", "-m"], "profile"),
        (["trace", "--count", "-C", ".", "--module"], "program.cover"),
    ],
)
def test_under_a_profiler_the_program_stays_in_its_process(tmp_path, tool, report):
    write_program(
        tmp_path,
        """
        import sys
        from micrograd.engine import Value
        print(Value.__module__, sys.argv)
        """,
    )
    done = python("-m", *tool, "micrograd_c", "run", "program.py", "x", cwd=tmp_path)
    assert done.stdout.startswith(f"{OURS} ['program.py', 'x']"), done.stderr
    assert (tmp_path / report).exists()


@pytest.mark.skipif(sys.platform == "win32", reason="it cannot be removed there")
def test_in_a_current_directory_that_was_removed(tmp_path):
    code = "import os, sys; os.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone'); "
    code += "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    program = ["-c", "import micrograd.nn as nn, sys; print(nn.Neuron(2), sys.path[0])"]
    plain = python("-c", code, *program, cwd=tmp_path)
    ours = python("-c", code, "-m", "micrograd_c", "run", *program, cwd=tmp_path)
    assert (ours.stdout, ours.stderr) == (plain.stdout, plain.stderr)
    assert ours.stdout == "ReLUNeuron(2) \n"


def test_pytest_and_unittest_as_modules(tmp_path):
    text = """
    import unittest
    from micrograd.engine import Value
    class Test(unittest.TestCase):
        def test_it(self):
            assert Value.__module__ == MODULE
    """
    write_program(tmp_path, text.replace("MODULE", repr(OURS)), "test_it.py")
    assert "\nOK" in run("-m", "unittest", cwd=tmp_path).stderr
    assert (
        "1 passed"
        in run("-m", "pytest", "-p", "no:cacheprovider", "test_it.py", cwd=tmp_path).stdout
    )


def test_a_command_string_and_stdin_in_process(tmp_path):
    code = (
        "import sys; print(sys.argv, sys.path[0], __name__); import micrograd.engine as e; print(e)"
    )
    for arguments, stdin in ((["-c", code, "x"], ""), (["-", "x"], code)):
        plain = python("-E", *arguments, cwd=tmp_path, stdin=stdin)
        ours = run(*arguments, cwd=tmp_path, stdin=stdin, options=["-E"])
        assert ours.stdout.splitlines()[0] == plain.stdout.splitlines()[0]
        assert "micrograd_c" in ours.stdout.splitlines()[1]
