"""The processes that a program under ``run`` starts have the stand-in too."""

import os
import subprocess
import sys
import venv

import pytest
from run_tools import OURS, assert_same, run, write_program

# Returns gradients, and whether the worker's imports return the class that Values are of.
WORK = """
    import sys
    from micrograd.engine import Value
    def work(x):
        from micrograd.engine import Value as again
        from micrograd.nn import MLP
        value = Value(x)
        (value * value).backward()
        return value.grad, Value is again is type(MLP(1, [1]).parameters()[0]), Value.__module__
    def report(results):
        results = list(results)
        print([(grad, is_one) for grad, is_one, _ in results])
        print({module for _, _, module in results}, file=sys.stderr)
    """

WAYS = {
    "Pool": """
        import multiprocessing
        if __name__ == "__main__":
            multiprocessing.set_start_method(METHOD)
            with multiprocessing.Pool(2) as pool:
                report(pool.map(work, [1.0, 2.0, 3.0]))
        """,
    "Process": """
        import multiprocessing
        def send(queue):
            queue.put(work(4.0))
        if __name__ == "__main__":
            context = multiprocessing.get_context(METHOD)
            queue = context.Queue()
            process = context.Process(target=send, args=(queue,))
            process.start()
            report([queue.get()])
            process.join()
            print(process.exitcode)
        """,
    "futures": """
        import concurrent.futures, multiprocessing
        if __name__ == "__main__":
            context = multiprocessing.get_context(METHOD)
            with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
                report(pool.map(work, [1.0, 2.0]))
        """,
}


def methods():
    import multiprocessing

    return multiprocessing.get_all_start_methods()


def assert_ours(done):
    assert done.returncode == 0, done.stderr
    assert done.stderr == f"{{{OURS!r}}}\n"
    return done.stdout


def indented(text):
    return text.replace("\n        ", "\n    ")


@pytest.mark.parametrize("form", [["program.py"], ["-m", "program"], ["."]], ids=" ".join)
@pytest.mark.parametrize("method", methods())
@pytest.mark.parametrize("way", WAYS)
def test_workers(tmp_path, way, method, form):
    if way == "futures" and method != "fork" and sys.implementation.name == "pypy":
        pytest.skip("PyPy 3.9's own executor lacks a method there")
    text = WORK + indented(WAYS[way]).replace("METHOD", repr(method))
    write_program(tmp_path, text, "__main__.py" if form == ["."] else "program.py")
    if form == ["."] and method != "fork":
        pytest.skip("Python itself cannot find the functions of a directory's __main__ again")
    out = assert_ours(run(*form, cwd=tmp_path))
    assert out.startswith("[(") and "False" not in out


@pytest.mark.parametrize("method", methods())
def test_workers_as_micrograds(tmp_path, method):
    pytest.importorskip("micrograd")
    text = WORK.replace("Value.__module__", "0") + indented(WAYS["Pool"])
    write_program(tmp_path, text.replace("METHOD", repr(method)))
    assert_same("program.py", cwd=tmp_path)


def test_joblibs_workers(tmp_path):
    pytest.importorskip("joblib")
    text = """
    if __name__ == "__main__":
        import joblib
        report(joblib.Parallel(n_jobs=2)(joblib.delayed(work)(x) for x in [1.0, 2.0]))
    """
    write_program(tmp_path, WORK + text)
    assert "False" not in assert_ours(run("program.py", cwd=tmp_path))


CHILD = "import micrograd.engine; print(micrograd.engine.Value.__module__, flush=True)"
START = f"""
    import subprocess, sys
    child = {CHILD!r}
    """


@pytest.mark.parametrize("options", ["", "-E"], ids=["plain", "in process"])
def test_subprocesses(tmp_path, options):
    """In every form, and their own subprocesses; the parent runs in plain Python or in process."""
    text = """
    import os
    run = [sys.executable, "-c"]
    subprocess.run([*run, child])
    subprocess.run([*run, f"import os, sys; os.system(f'{{sys.executable}} child.py')"])
    subprocess.run([sys.executable, "-O", "-m", "child"])
    subprocess.run([sys.executable, os.path.join("folder", "child.py")])
    subprocess.run([sys.executable, "-"], input=child, text=True)
    os.system(f'"{sys.executable}" child.py')
    subprocess.run([*run, child], env={**os.environ, "PYTHONHASHSEED": "1"})
    """
    write_program(tmp_path, START + text)
    write_program(tmp_path, CHILD, "child.py")
    write_program(tmp_path, CHILD, "folder/child.py")
    done = run("program.py", cwd=tmp_path, options=options.split())
    assert done.stdout == f"{OURS}\n" * 7, done.stderr
    assert done.stderr == ""


def test_a_child_that_ignores_the_environment_has_no_stand_in(tmp_path):
    """It sees what it would see if plain Python had started it."""
    write_program(
        tmp_path,
        START
        + """
    import os
    for options in (["-E"], ["-I"], ["-S"], ["-E", "-s"]):
        subprocess.run([sys.executable, *options, "-c", "import micrograd; print(micrograd)"])
    clean = {name: os.environ[name] for name in os.environ if name != "PYTHONPATH"}
    subprocess.run([sys.executable, "-c", "import micrograd; print(micrograd)"], env=clean)
    """,
    )
    assert_same("program.py", cwd=tmp_path, PYTHONPATH=None)


def test_another_python_keeps_its_own(tmp_path):
    """A virtual environment has its own packages; its users mean the micrograd there."""
    venv.create(tmp_path / "other", symlinks=os.name == "posix")
    folder = "bin" if os.name == "posix" else "Scripts"
    other = next((tmp_path / "other" / folder).glob("python*"))
    write_program(tmp_path, "answer = 42", "own/micrograd.py")
    write_program(
        tmp_path,
        f"""
        import os, subprocess, sys
        path = os.pathsep.join([os.environ["PYTHONPATH"], "own"])
        code = "import micrograd, sys; print(micrograd.answer, len(sys.meta_path))"
        subprocess.run([{str(other)!r}, "-c", code], env={{**os.environ, "PYTHONPATH": path}})
        """,
    )
    done = run("program.py", cwd=tmp_path)
    assert done.stdout.startswith("42 "), done.stderr
    assert done.stderr == ""


# --- the user's own sitecustomize ---


def test_the_users_sitecustomize_and_path(tmp_path):
    write_program(
        tmp_path,
        "import sys; sys.customized = __name__, __file__, __spec__.name, sys.path[0]",
        "site/sitecustomize.py",
    )
    write_program(
        tmp_path,
        """
        import os, subprocess, sys, sitecustomize
        import neighbour
        from micrograd.engine import Value
        print(sitecustomize, sys.customized, sys.path, neighbour.__file__, flush=True)
        subprocess.run([sys.executable, "-c", "import sys; print(sys.customized, sys.path)"])
        """,
    )
    os.remove(tmp_path / "neighbour.py")
    path = os.pathsep.join([str(tmp_path / "site"), "relative"])
    pytest.importorskip("micrograd")
    assert_same("program.py", cwd=tmp_path, PYTHONPATH=path)


@pytest.mark.parametrize("text", ["raise ImportError('own')", "1 / 0", "import nowhere", "x = = 1"])
def test_a_sitecustomize_that_fails(tmp_path, text):
    write_program(tmp_path, text, "site/sitecustomize.py")
    write_program(tmp_path, "print('runs')")
    plain = subprocess.run(
        [sys.executable, "program.py"], cwd=tmp_path, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
    )  # fmt: skip
    ours = run("program.py", cwd=tmp_path, PYTHONPATH=str(tmp_path / "site"))
    assert ours.stdout == plain.stdout
    assert ours.returncode == plain.returncode
    assert (ours.stderr == "") == (plain.stderr == "")


def test_no_sitecustomize(tmp_path):
    write_program(tmp_path, "import micrograd.nn, sitecustomize")
    done = run("program.py", cwd=tmp_path)
    assert done.stderr.splitlines()[-1] == "ModuleNotFoundError: No module named 'sitecustomize'"
