"""``python -m micrograd_c run``: a program sees the same as under plain Python."""

import os
import signal
import sys
import zipfile

import pytest
from run_tools import assert_same, python, run, write_program

# `run` starts plain Python for the program, or runs the program in its own process where
# another Python could not get the stand-in.
WAYS = pytest.mark.parametrize("options", [[], ["-E"]], ids=["plain", "in process"])


PROGRAMS = {
    "what a program sees": """
        '''Its docstring.'''
        import sys
        print(sys.argv, sys.path[0], sys.path[1:] == list(dict.fromkeys(sys.path[1:])))
        print(__name__, __file__, __doc__, __package__)
        print(vars(sys.modules["__main__"]) is globals())
        print(__builtins__)
        """,
    "a module beside it": "import neighbour; print(neighbour.answer)",
    "its own source": "import inspect\ndef f():\n    return 1\nprint(inspect.getsource(f))",
    "pickle of its own class": """
        import pickle
        class Point:
            pass
        print(type(pickle.loads(pickle.dumps(Point()))) is Point, Point.__module__)
        """,
    "a warning": "import warnings; warnings.warn('old', DeprecationWarning)",
    "an uncaught error": "def f(x):\n    return 1 / x\nf(0)",
    "a chain of errors": """
        try:
            {}["x"]
        except KeyError as error:
            raise ValueError("no x") from error
        """,
    "a syntax error": "print('never')\nx = = 1\n",
    "exit with a status": "import sys; print('on stdout'); sys.exit(3)",
    "exit with a message": "raise SystemExit('the reason')",
    "exit with success": "import sys; sys.exit()",
    "exit with an odd status": "raise SystemExit(['a', 'list'])",
    # A shell's background jobs ignore the signal, and Python inherits that.
    "an interrupt": """
        import signal
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.raise_signal(signal.SIGINT)
    """,
    "its own excepthook": """
        import sys, traceback
        def hook(kind, error, tb):
            print(kind.__name__, [frame.name for frame in traceback.extract_tb(tb)])
        sys.excepthook = hook
        1 / 0
        """,
    "a thread and an exit handler that outlive it": """
        import atexit, sys, threading, time
        def late(who):
            print(who, sys.modules["__main__"].__dict__ is globals(), sys.argv)
        def wait():
            threading.main_thread().join()
            late("thread")
        atexit.register(late, "exit handler")
        threading.Thread(target=wait).start()
        """,
}


@WAYS
@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_a_script_runs_as_under_python(tmp_path, text, options):
    write_program(tmp_path, text, "folder/program.py")
    script = os.path.join("folder", "program.py")
    assert_same(script, "an argument", cwd=tmp_path, options=options)


@WAYS
@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_a_module_runs_as_under_python(tmp_path, text, options):
    write_program(tmp_path, text)
    assert_same("-m", "program", "an argument", cwd=tmp_path, options=options)


def test_an_interrupt_ends_the_process_as_it_ends_python(tmp_path):
    write_program(tmp_path, PROGRAMS["an interrupt"])
    status = assert_same("program.py", cwd=tmp_path).returncode
    if os.name == "posix":
        assert status == -signal.SIGINT


@pytest.mark.parametrize(
    "arguments", [["-h"], ["--help", "-m"], ["--", "-x", "--"], ["--steps=3", "", "a b"]]
)
def test_the_programs_arguments_are_its_own(tmp_path, arguments):
    write_program(tmp_path, "import sys; print(sys.argv)")
    assert_same("program.py", *arguments, cwd=tmp_path)
    assert_same("-m", "program", *arguments, cwd=tmp_path)


def test_a_directory_and_a_zip_file(tmp_path):
    text = PROGRAMS["what a program sees"] + PROGRAMS["a chain of errors"]
    main = write_program(tmp_path, text, "app/__main__.py")
    assert_same("app", "x", cwd=tmp_path)
    with zipfile.ZipFile(tmp_path / "app.zip", "w") as archive:
        archive.write(main, "__main__.py")
    assert_same("app.zip", "x", cwd=tmp_path)


def test_a_package(tmp_path):
    write_program(tmp_path, "from pack import name; print(__package__, name)", "pack/__main__.py")
    write_program(tmp_path, "name = __name__", "pack/__init__.py")
    assert_same("-m", "pack", cwd=tmp_path)
    assert_same("-m", "pack.neighbour", cwd=tmp_path)


def test_a_symbolic_link_to_a_script(tmp_path):
    path = write_program(tmp_path, "import neighbour, sys; print(sys.path[0])", "real/program.py")
    try:
        (tmp_path / "link.py").symlink_to(path)
    except OSError:
        pytest.skip("no symbolic links here")
    assert_same("link.py", cwd=tmp_path)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="-P is new in Python 3.11")
def test_a_safe_path_stays_safe(tmp_path):
    write_program(tmp_path, "import sys; print(sys.path); import neighbour")
    plain = python("-P", "program.py", cwd=tmp_path)
    ours = python("-P", "-m", "micrograd_c", "run", "program.py", cwd=tmp_path)
    assert "No module named 'neighbour'" in plain.stderr
    assert (ours.stdout, ours.stderr) == (plain.stdout, plain.stderr)


TRAINING = """
    import random, sys
    from micrograd.engine import Value
    from micrograd.nn import MLP
    random.seed(1337)
    model = MLP(2, [4, 1])
    for step in range(20):
        loss = sum((model([x, -x]) - y) ** 2 for x, y in [(1.0, 1.0), (-0.5, -1.0)])
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= 0.05 * p.grad
    print(f"{loss.data:.10f}")
    """


def test_a_micrograd_program_gets_our_engine_and_the_same_result(tmp_path):
    pytest.importorskip("micrograd")
    write_program(tmp_path, TRAINING)
    loss = float(assert_same("program.py", cwd=tmp_path).stdout)
    assert loss < 0.1
    write_program(
        tmp_path,
        """
        import micrograd, micrograd.engine, micrograd_c.engine, sys
        from micrograd.engine import Value
        print(Value is micrograd_c.engine.Value, sys.argv)
        """,
    )
    assert run("program.py", cwd=tmp_path).stdout == "True ['program.py']\n"
    assert run("-m", "program", cwd=tmp_path).stdout.startswith("True ['")


def test_a_micrograd_beside_the_script_is_passed_over(tmp_path):
    write_program(tmp_path, "from micrograd.engine import Value; print(Value(1.0))")
    (tmp_path / "micrograd.py").write_text("raise ImportError('the wrong one')\n")
    assert run("program.py", cwd=tmp_path).stdout == "Value(data=1.0, grad=0.0)\n"


def test_nothing_to_run(tmp_path):
    done = assert_same("nope.py", cwd=tmp_path)
    assert done.returncode == 2
    assert "can't open file" in done.stderr
    done = run("nope.py", cwd=tmp_path, options=["-E"])
    assert done.returncode == 2
    assert "can't open file" in done.stderr
    assert "nope.py'" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert_same("-m", "nope", cwd=tmp_path)
    for arguments in ([], ["-m"], ["--steps", "3"]):
        done = run(*arguments, cwd=tmp_path)
        assert done.returncode == 2
        assert "error: expected" in done.stderr.splitlines()[-1]


def test_help(tmp_path):
    done = run("--help", cwd=tmp_path)
    assert done.returncode == 0
    assert "(SCRIPT | -m MODULE)" in done.stdout


@pytest.mark.parametrize("options", [[], ["-E"]], ids=["plain", "in process"])
def test_an_engine_that_is_not_there_is_one_line(tmp_path, options):
    write_program(tmp_path, "print('never')")
    done = run("program.py", cwd=tmp_path, options=options, MICROGRAD_C_BACKEND="rust")
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("micrograd_c: error: MICROGRAD_C_BACKEND is 'rust', expected")


def test_without_exec_the_programs_exit_status_is_passed_on(tmp_path):
    """As on Windows, where a shell does not wait for a program that replaces its process."""
    write_program(tmp_path, "import micrograd, sys; print(sys.argv, micrograd.MLP); sys.exit(3)")
    start = """
        import os, sys
        from micrograd_c._startup import start
        sys.argv = ["-m", "run", "program.py", "x"]
        sys.orig_argv = [sys.executable, "-Om", "micrograd_c", *sys.argv[1:]]
        os.name = "another"
        start.become_python(sys.argv[2:])
        """
    write_program(tmp_path, start, "start.py")
    done = python("start.py", cwd=tmp_path)
    assert done.returncode == 3
    assert done.stdout == "['program.py', 'x'] <class 'micrograd_c.nn.MLP'>\n"
