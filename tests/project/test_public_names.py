"""``dir(micrograd_c)`` lists what users use, and nothing else."""

import ast
import pydoc
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import micrograd_c

ROOT = Path(__file__).resolve().parents[2]
STUB = Path(micrograd_c.__file__).with_name("__init__.pyi")
MODULES = (
    "distributed", "engine", "explorer", "functional", "losses", "lr_scheduler", "nn", "optim",
    "optimize", "state",
)  # fmt: skip


def names_in_stub():
    """The names that the package's stub exports: ``import x as x`` and what it declares."""
    names = set()
    for statement in ast.parse(STUB.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.ImportFrom):
            if statement.names[0].name == "*":
                names.update(import_module(statement.module).__all__)
            names.update(alias.asname for alias in statement.names if alias.asname)
        elif isinstance(statement, ast.AnnAssign):
            names.add(statement.target.id)
        elif isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            names.add(statement.name)
    return names


def sections_of_api_page():
    """The modules of docs/api.md, each with the names that its section explains."""
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    _, *sections = re.split(r"^## micrograd_c\.", text, flags=re.MULTILINE)
    return {
        section.split("\n", 1)[0]: set(re.findall(r"^### `(\w+)", section, re.MULTILINE))
        for section in sections
    }


def test_the_list_is_what_the_stub_names():
    assert set(dir(micrograd_c)) == names_in_stub()
    assert dir(micrograd_c) == sorted(set(dir(micrograd_c)))


def test_the_list_has_every_module_of_the_api_page_or_all_its_names():
    listed, sections = set(dir(micrograd_c)), sections_of_api_page()
    assert len(sections) > 10 and all(sections.values())
    for module, names in sections.items():
        assert module in listed or names <= listed, module
    documented = set().union(*sections.values())
    not_on_the_page = listed - documented - set(sections)
    assert not_on_the_page == {
        "__version__",
        "abs",  # in no star import, so not in functional.__all__
        "backend",
        "load_ipython_extension",
        "unload_ipython_extension",
        "lr_scheduler",  # its classes are in the section of optim
    }


def test_the_list_has_the_modules_that_users_need_and_no_others():
    modules = [name for name in dir(micrograd_c) if is_module(getattr(micrograd_c, name))]
    assert modules == sorted(MODULES)


def is_module(x):
    return isinstance(x, type(sys))


def test_nothing_private_and_no_test_tool_is_listed():
    private = [name for name in dir(micrograd_c) if name.startswith("_")]
    assert private == ["__version__"]
    tools = ("parity", "cli", "standin", "notebook", "import_module", "sys", "race", "start")
    assert not {*tools, "MODULES", "LAZY"} & set(dir(micrograd_c))


def test_every_listed_name_is_there_after_a_mere_import():
    code = (
        "import micrograd_c\n"
        "for name in dir(micrograd_c): getattr(micrograd_c, name)\n"
        "micrograd_c.optim.lr_scheduler.StepLR, micrograd_c.losses.mse_loss, micrograd_c.nn.MLP\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_star_import_gives_all_but_the_modules_and_abs():
    names = {}
    exec("from micrograd_c import *", names)
    del names["__builtins__"]
    assert set(names) == set(dir(micrograd_c)) - {*MODULES, "abs"}


def test_help_shows_the_names():
    text = pydoc.render_doc(micrograd_c, renderer=pydoc.plaintext)
    assert "The modules are engine (Value)" in text
    for name in ("class Value(", "class jit(", "draw_dot(", "logsumexp(", "class no_grad("):
        assert name in text, name
