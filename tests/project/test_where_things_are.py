"""The pages that say where things are: all that they name exists, and the tree has each folder."""

import re
from pathlib import PurePosixPath

import pytest
from checkout_tools import ROOT, tracked_files

PAGES = ("CONTRIBUTING.md", "docs/how-it-works.md", "tests/README.md")
IN_THE_TREE = ("csrc", "micrograd_c", "python_ref", "tests")

FILE = re.compile(r"(?<![\w/.*-])(?:\.?[\w-]+/)*[\w*.-]+\.(?:cff|c|h|ipynb|md|pyi|py|sh|toml)\b")
FOLDER = re.compile(r"`((?:\.?\w+/)+)`")
IN_C = re.compile(r"\b(?:mg|MG)_\w*[a-zA-Z]\b(?!\*)")

# "  graph/    what is in it", two spaces deeper than the folder around it
ENTRY = re.compile(r"^( *)(\w+)/ +\S")


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


def folders_of(files):
    return {str(parent) for file in files for parent in PurePosixPath(file).parents}


def missing(page, files, beside=""):
    """What the page's text names that is neither a file nor a folder, be it by the end of its path.

    ``beside`` is the folder that links are relative to.
    """
    names = set(FILE.findall(page))
    names = {name for name in names if not any(fits(path, name, beside) for path in files)}
    folders = {name.rstrip("/") for name in FOLDER.findall(page)}
    known = folders_of(files)
    return names | {name for name in folders if not any(fits(path, name) for path in known)}


def fits(path, name, beside=""):
    """Whether the name, which may have wildcards, is the path or its last parts."""
    return PurePosixPath(path).match(name) or path == f"{beside}/{name}"


def tree(page):
    """The folders in the first block of the page, as paths."""
    found, above = [], []
    for line in page.split("```")[1].splitlines():
        entry = ENTRY.match(line)
        if entry:
            depth = len(entry[1]) // 2
            above = [*above[:depth], entry[2]]
            found.append("/".join(above))
    return found


@pytest.mark.parametrize("page", PAGES)
def test_every_path_that_a_page_names_exists(page):
    beside = str(PurePosixPath(page).parent)
    assert missing(text(page), tracked_files(), beside) == set()


@pytest.mark.parametrize("page", PAGES)
def test_every_name_in_c_that_a_page_gives_exists(page):
    suffixes = (".c", ".h", ".py")
    sources = "\n".join(text(file) for file in tracked_files() if file.endswith(suffixes))
    names = set(IN_C.findall(text(page)))
    assert names - set(re.findall(r"\b(?:mg|MG)_\w+", sources)) == set()


def test_the_tree_has_each_folder_and_no_other():
    files = [file for file in tracked_files() if file.split("/")[0] in IN_THE_TREE]
    listed = tree(text("CONTRIBUTING.md"))
    assert len(listed) == len(set(listed))
    assert set(listed) == folders_of(files) - {"."}


def test_the_table_of_trust_has_each_file():
    named = set(FILE.findall(text("tests/README.md")))
    files = [file.split("/", 1)[1] for file in tracked_files() if "/trust/test_" in file]
    assert files and [file for file in files if file not in named] == []


def test_what_does_not_exist_is_found():
    files = ["csrc/graph/ops.h", "tests/nn/test_nets.py", "docs/faq.md"]
    assert missing("`csrc/graph/ops.h`, graph/ops.h, ops.h and `graph/`", files) == set()
    assert missing("tests/nn/test_n*.py, [the FAQ](faq.md)", files, "docs") == set()
    assert missing("csrc/ops.h, net.c, `csrc/net/`", files) == {"csrc/ops.h", "net.c", "csrc/net"}
    assert tree("```\na/    x\n  b/  y\n    c/  z\n  d/  y\n```") == ["a", "a/b", "a/b/c", "a/d"]
