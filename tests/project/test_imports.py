"""Which module imports which: no circle, and no arrow up.

Imports inside functions count too. The C library is one module here, ``micrograd_c._native``;
the part "C" compares its folders, by what they include and by their symbols.
"""

import ast
import re
import shutil
from graphlib import CycleError, TopologicalSorter

import pytest
from c_tools import ROOT, any_compiler, run, sources

pytestmark = pytest.mark.skipif(
    not (ROOT / "micrograd_c").is_dir(), reason="an installed package has no checkout around it"
)

# From the bottom up. A module may import those of its own layer and of the layers above it
# in this list. "x." stands for all modules of the package x.
LAYERS = [
    ["python_ref.elementary."],
    ["python_ref.core."],
    ["python_ref."],
    ["micrograd_c._native", "micrograd_c._version", "micrograd_c._timing", "micrograd_c._progress"],
    ["micrograd_c._startup.command", "micrograd_c._backend", "micrograd_c._net_changes"],
    ["micrograd_c._c."],
    ["micrograd_c.engine", "micrograd_c.grad_mode", "micrograd_c.debugging"],
    ["micrograd_c._rows"],
    ["micrograd_c.functional", "micrograd_c.state", "micrograd_c.nn", "micrograd_c.gradcheck"],
    [
        "micrograd_c.optim.",
        "micrograd_c.lr_scheduler",
        "micrograd_c.losses",
        "micrograd_c.differentiate",
    ],
    ["micrograd_c.jit.", "micrograd_c.optimize"],
    ["micrograd_c.distributed."],
    [
        "micrograd_c._graphviz",
        "micrograd_c.drawing",
        "micrograd_c.explorer.",
        "micrograd_c.plotting",
    ],
    ["micrograd_c.replace."],
    ["micrograd_c._startup.", "micrograd_c.standin", "micrograd_c.notebook", "micrograd_c"],
    ["micrograd_c.parity."],
    ["micrograd_c.cli.", "micrograd_c.__main__"],
]

FOLDERS = ["base", "elementary", "graph", "net", "kernels", "jit"]  # of csrc, from the bottom up


def modules_of(root):
    """The file of each module of the two packages, by name."""
    files = [file for name in ("micrograd_c", "python_ref") for file in (root / name).rglob("*.py")]
    return {name_of(file.relative_to(root)): file for file in files}


def name_of(path):
    return ".".join(part for part in path.with_suffix("").parts if part != "__init__")


def imported_by(name, file, known):
    """The modules among ``known`` that the module imports anywhere in its file."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name}: relative imports are not used here"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for imported in names:
            # "from a import b" imports the module a.b, or a where b is a name in it.
            while imported and imported not in known:
                imported = imported.rpartition(".")[0]
            found.add(imported)
    return found - {name, ""}


def graph_of(root):
    files = modules_of(root)
    known = {*files, "micrograd_c._native"}
    return {name: imported_by(name, file, known) for name, file in files.items()}


def layer_of(name):
    """The most exact entry of LAYERS for a module."""
    entries = [(entry, i) for i, layer in enumerate(LAYERS) for entry in layer]
    fitting = [
        (len(entry), i)
        for entry, i in entries
        if name == entry or (entry.endswith(".") and f"{name}.".startswith(entry))
    ]
    assert fitting, f"{name} has no place in LAYERS"
    return max(fitting)[1]


def arrows_up(graph, layer):
    return [
        f"{name} imports {other}"
        for name, others in graph.items()
        for other in others
        if layer(other) > layer(name)
    ]


def circle(graph):
    """A circle as a list of names, empty where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def test_no_module_is_imported_by_what_it_imports():
    graph = graph_of(ROOT)
    assert {"micrograd_c.engine", "micrograd_c._c.value"} < graph.keys()
    assert graph["micrograd_c.jit.fit"] > {"micrograd_c.engine", "python_ref.core.numbers"}
    assert not circle(graph)


def test_no_arrow_points_up():
    assert not arrows_up(graph_of(ROOT), layer_of)


def test_a_circle_and_an_arrow_up_are_found(tmp_path):
    """Also where the import is inside a function."""
    for name in ("micrograd_c", "python_ref"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    (tmp_path / "python_ref/engine.py").write_text("def f():\n    from micrograd_c import nn\n")
    (tmp_path / "micrograd_c/nn.py").write_text("import python_ref.engine\n")
    graph = graph_of(tmp_path)
    assert {"python_ref.engine", "micrograd_c.nn"} <= set(circle(graph))
    assert arrows_up(graph, layer_of) == ["python_ref.engine imports micrograd_c.nn"]


# --- C -------------------------------------------------------------------------------


def includes(csrc=ROOT / "csrc"):
    """Which headers each file of csrc includes."""
    return {
        file.relative_to(csrc).as_posix(): set(
            re.findall(r'^#include "([^"]+)"', file.read_text(encoding="utf-8"), re.MULTILINE)
        )
        for file in csrc.rglob("*.[ch]")
    }


def folder_level(file):
    folder, _, _ = file.rpartition("/")
    return FOLDERS.index(folder) if folder else -1  # micrograd.h is below all


def symbols(csrc, objects):
    """Which folders define the symbols that each folder uses."""
    defined, used = {}, {folder: set() for folder in FOLDERS}
    for source in sources(csrc):
        folder = source.parent.name
        made = objects / f"{folder}-{source.stem}.o"
        # Each instruction set's kernels use the same symbols.
        options = ("-std=c11", "-O0", "-DMG_PORTABLE_ONLY", f"-I{csrc}")
        run(any_compiler(), *options, "-c", source, "-o", made)
        for line in run("nm", made).splitlines():
            kind, symbol = line.split()[-2:]
            if kind == "U":
                used[folder].add(symbol)
            elif kind.isupper():
                defined[symbol] = folder
    return {folder: {defined[s] for s in used[folder] if s in defined} for folder in FOLDERS}


def test_headers_include_no_header_of_a_folder_above():
    graph = includes()
    assert graph["graph/backward.c"] >= {"graph/graph.h"} and not circle(graph)
    assert not arrows_up(graph, folder_level)


@pytest.mark.skipif(shutil.which("nm") is None, reason="no nm here")
def test_a_folder_of_csrc_uses_no_symbol_of_a_folder_above(tmp_path):
    """A file that declares a function itself includes no header that the test above sees."""
    graph = symbols(ROOT / "csrc", tmp_path)
    assert "base" in graph["graph"] and "graph" in graph["net"] and "graph" in graph["jit"]
    assert not arrows_up(graph, FOLDERS.index)


@pytest.mark.skipif(shutil.which("nm") is None, reason="no nm here")
def test_an_arrow_up_between_c_files_is_found(tmp_path):
    for name, text in {
        "graph/graph.h": '#include "net/net.h"\n',
        "net/net.h": '#include "graph/graph.h"\nint mg_net(void);\n',
        "net/net.c": "int mg_net(void) { return 1; }\n",
        "graph/graph.c": "int mg_net(void);\nint mg_graph(void) { return mg_net(); }\n",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    graph = includes(tmp_path)
    assert {"graph/graph.h", "net/net.h"} == set(circle(graph))
    assert arrows_up(graph, folder_level) == ["graph/graph.h imports net/net.h"]
    assert arrows_up(symbols(tmp_path, tmp_path), FOLDERS.index) == ["graph imports net"]
