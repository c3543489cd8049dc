"""The HTML display of a Value, and the IPython extension."""

import os
import re
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest

from micrograd_c import notebook

needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="graphviz's dot is missing")


def cells(page):
    return re.findall(r"<th>(.*?)</th>", page), re.findall(r"<td>(.*?)</td>", page)


def drawing(page):
    image = re.search(r"<svg .*</svg>", page, re.DOTALL)
    return image and image[0]


def test_a_leaf_is_a_table(engine):
    a = engine.Value(2.0)
    a.grad = -0.5
    page = notebook.value_html(a)
    assert cells(page) == (["data", "grad"], ["2", "-0.5"])
    assert drawing(page) is None


def test_label_and_operator_are_shown_and_escaped(engine):
    b = engine.Value(0.0).exp()
    b.label = "<b>"
    assert cells(notebook.value_html(b)) == (
        ["label", "data", "grad", "op"],
        ["&lt;b&gt;", "1", "0", "exp"],
    )


@needs_dot
def test_a_small_graph_is_drawn_and_a_large_one_is_not(engine):
    pytest.importorskip("graphviz")
    x = engine.Value(1.0, label="leaf")
    for _ in range(notebook.MAX_DRAWN - 1):
        x = x.tanh()
    svg = drawing(notebook.value_html(x))
    assert svg.count("tanh</text>") == notebook.MAX_DRAWN - 1
    assert "leaf" in svg
    assert drawing(notebook.value_html(x.tanh())) is None


def test_without_the_dot_program_the_table_remains(engine, monkeypatch):
    monkeypatch.setenv("PATH", "")
    page = notebook.value_html(engine.Value(1.0) + 1)
    assert cells(page)[1] == ["2", "0", "+"]
    assert "<svg" not in page


def test_without_the_graphviz_package_the_table_remains(engine, monkeypatch):
    monkeypatch.setitem(sys.modules, "graphviz", None)
    page = notebook.value_html(engine.Value(1.0) + 1)
    assert cells(page)[1] == ["2", "0", "+"]
    assert "<svg" not in page


def test_registered_values_and_subclasses_show_themselves(engine):
    formatters = pytest.importorskip("IPython.core.formatters")
    shell = SimpleNamespace(display_formatter=formatters.DisplayFormatter())
    notebook.register(shell, engine.Value)

    class Own(engine.Value):
        pass

    for value in (engine.Value(2.0), Own(2.0)):
        shown, _ = shell.display_formatter.format(value)
        assert shown["text/html"] == notebook.value_html(value)
        assert shown["text/plain"] == repr(value)


def run_in_ipython(tmp_path, *lines):
    """Run lines in an IPython shell of a fresh process; return what they print.

    The shell keeps no history: if a cell runs at the very end, IPython's history thread may
    miss that it should stop, and then the process waits for it for ever.
    """
    pytest.importorskip("IPython")
    program = "\n".join(
        [
            "from IPython.core.interactiveshell import InteractiveShell",
            "from traitlets.config import Config",
            "config = Config({'HistoryManager': {'enabled': False}})",
            "shell = InteractiveShell.instance(config=config)",
            f"for line in {list(lines)!r}:",
            "    shell.run_cell(line).raise_error()",
        ]
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env={**os.environ, "IPYTHONDIR": str(tmp_path)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_importing_value_in_ipython_is_enough(tmp_path):
    out = run_in_ipython(
        tmp_path,
        "from micrograd_c.engine import Value",
        "print(sorted(get_ipython().display_formatter.format(Value(2.0))[0]))",
    )
    assert out == "['text/html', 'text/plain']\n"


def test_the_extension_installs_and_removes_the_stand_in(tmp_path):
    out = run_in_ipython(
        tmp_path,
        "%load_ext micrograd_c",
        "import micrograd.engine, micrograd_c.engine, python_ref.engine",
        "print(micrograd.engine is micrograd_c.engine)",
        "show = get_ipython().display_formatter.format",
        "print('text/html' in show(python_ref.engine.Value(1))[0])",
        "%unload_ext micrograd_c",
        "import sys; print('micrograd' in sys.modules)",
    )
    assert out == "True\nTrue\nFalse\n"


LOAD = """
with contextlib.redirect_stderr(said):
    get_ipython().run_line_magic("load_ext", "micrograd_c")
"""


def test_the_extensions_warnings(tmp_path, monkeypatch):
    """Each is one line, without a file and line of ours."""
    pytest.importorskip("micrograd")
    lines = [
        "import contextlib, io, os, sys",
        "from micrograd.engine import Value",
        "said = io.StringIO()",
        LOAD,
        "print(said.getvalue())",
        "import micrograd.engine; print(micrograd.engine.Value is Value)",
        "%unload_ext micrograd_c",
        "import micrograd.engine; print(micrograd.engine.Value is Value)",
        "print([name for name in os.environ if name.startswith('MICROGRAD_C_STAND')])",
    ]
    out = run_in_ipython(tmp_path, *lines).split("\n")
    assert out[0].startswith("micrograd_c: micrograd is already imported: names bound so far stay")
    assert "restart the kernel" in out[0] and "%load_ext micrograd_c" in out[0]
    assert out[1:] == ["", "False", "True", "[]", ""]


def test_the_extension_names_a_fork_beside_the_notebook(tmp_path, monkeypatch):
    (tmp_path / "micrograd").mkdir()
    for name in ("__init__.py", "engine.py", "utils.py"):
        (tmp_path / "micrograd" / name).write_text("answer = 42\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    out = run_in_ipython(
        tmp_path,
        "import contextlib, io",
        "said = io.StringIO()",
        LOAD,
        "print(said.getvalue())",
        "from micrograd.utils import answer; from micrograd import MLP",
        "print(answer, MLP.__module__)",
        "%unload_ext micrograd_c",
        "import micrograd.engine; print(micrograd.engine.answer)",
    ).split("\n")
    assert out[0].startswith("micrograd_c: import micrograd gets micrograd_c; ")
    assert f"{tmp_path / 'micrograd'} is passed over" in out[0] and "%unload_ext" in out[0]
    assert out[1:] == ["", "42 micrograd_c.nn", "42", ""]


def test_workers_of_a_notebook_have_the_stand_in_too(tmp_path):
    out = run_in_ipython(
        tmp_path,
        "%load_ext micrograd_c",
        "import subprocess, sys",
        "code = 'import micrograd.nn; print(micrograd.nn.__name__)'",
        "print(subprocess.check_output([sys.executable, '-c', code], text=True))",
    )
    assert out.strip() == "micrograd_c.nn"


def test_outside_ipython_nothing_is_imported():
    program = "import sys, micrograd_c.engine; print('IPython' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "False\n", done.stderr
