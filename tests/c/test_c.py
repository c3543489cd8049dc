"""The C library without Python: built with every warning; run as it is, sanitized, in valgrind.

test_graph takes the number of nodes to make, the others take nothing.

By hand: cc -std=c11 -Icsrc csrc/*/*.c tests/c/test_graph.c -lm -pthread && ./a.out
"""

import re
import shutil
import signal
import subprocess

import pytest
from c_tools import (
    CHECKS,
    COMPILERS,
    FULL,
    ROOT,
    SANITIZE,
    STRICT,
    any_compiler,
    build,
    by_hand,
    need,
    run,
    sources,
)

PROGRAMS = ("test_graph", "test_program", "test_programs", "test_net", "test_owners", "test_bound")


def test_there_is_a_compiler():
    assert any(map(shutil.which, COMPILERS)), f"none of {COMPILERS}: nothing of this file was run"


def test_a_compiler_that_is_half_there_skips(tmp_path):
    """Like gcc on a machine without the libraries of -fsanitize."""
    half = tmp_path / "half"
    half.write_text('#!/bin/sh\ncase "$*" in *-fsanitize*) exit 1;; esac\nexec cc "$@"\n')
    half.chmod(0o755)
    need("cc", "-O0")
    assert need(str(half), "-O0") == str(half)
    with pytest.raises(pytest.skip.Exception, match="half builds nothing here with -fsanitize"):
        need(str(half), "-fsanitize=thread")
    with pytest.raises(pytest.skip.Exception, match="no compiler-1 here; no compiler-2 here"):
        any_compiler(among=("compiler-1", "compiler-2"))


@pytest.mark.slow
@pytest.mark.parametrize("compiler", COMPILERS if FULL else COMPILERS[:1])
def test_with_10_000_000_nodes(compiler, tmp_path):
    assert run(build(need(compiler), tmp_path, "-O2"), 10_000_000) == ""


@pytest.mark.parametrize("compiler", COMPILERS)
def test_on_a_small_stack(compiler, tmp_path):
    """Neither the sort nor freeing may recurse: 256 KB of stack are enough for any depth."""
    build(need(compiler), tmp_path, "-O1", programs=PROGRAMS)
    for name in PROGRAMS:
        assert run("sh", "-c", f"ulimit -s 256 && exec {tmp_path / name}.exe 1000000") == ""


def test_a_broken_rule_aborts_in_a_build_with_checks(tmp_path):
    program = build(any_compiler(), tmp_path, "-O0", CHECKS, programs=["test_checks"])
    rules = run(program).split()
    assert len(rules) > 10
    for rule in rules:
        done = subprocess.run([str(program), rule], capture_output=True, text=True)
        assert done.returncode == -signal.SIGABRT, f"{rule}: {done}"
        assert re.fullmatch(r".*csrc/.*: MG_ASSERT\(.*\) failed\n", done.stderr), done


def test_a_build_without_checks_has_none(tmp_path):
    """No file of the library can abort, nor contains the text of an assertion."""
    build(any_compiler(), tmp_path, "-O1", programs=[])
    objects = sorted(tmp_path.glob("*.o"))
    assert len(objects) == len(sources())
    for file in objects:
        assert not re.search(rb"\babort\b|MG_ASSERT|mg_holds", file.read_bytes()), file


def test_two_functions_write_the_data_of_nodes():
    """All others call mg_write_data, so that none forgets that there is a new version."""
    lines = [line.strip() for source in (ROOT / "csrc").rglob("*.[ch]")
             for line in source.read_text(encoding="utf-8").splitlines()]  # fmt: skip
    assert [line for line in lines if "mg_data_version++" in line] == ["mg_data_version++;"]
    writes = [line for line in lines if re.search(r"->data [-+*/]?= ", line)]
    assert writes == ["node->data = data;"] * 2, writes  # mg_new_node and mg_write_data


def test_a_system_that_refuses(tmp_path):
    """To start a thread, or to register fork handlers. The program replaces both functions."""
    refusing = [f"-Dpthread_{name}=maybe_{name}" for name in ("create", "atfork")]
    assert run(build(any_compiler(), tmp_path, *refusing, programs=["test_system"])) == ""


@pytest.mark.slow
@pytest.mark.parametrize("compiler", [pytest.param("gcc", marks=by_hand), "clang"])
def test_under_sanitizers(compiler, tmp_path):
    build(need(compiler, *SANITIZE), tmp_path, "-O0", *SANITIZE, programs=PROGRAMS)  # -O1: minutes
    for name in PROGRAMS:
        assert run(tmp_path / f"{name}.exe", 200_000) == ""


@pytest.mark.slow
def test_under_valgrind(tmp_path):
    need("valgrind")
    build(any_compiler(), tmp_path, "-O1", "-g", programs=PROGRAMS)
    for name in PROGRAMS:
        run("valgrind", "-q", "--error-exitcode=9", "--leak-check=full",
            "--errors-for-leak-kinds=definite,indirect,possible",
            tmp_path / f"{name}.exe", 50_000)  # fmt: skip


# The analyzers take minutes for the kernels.
ANALYZED = [
    pytest.param(path, marks=by_hand) if path.name == "kernels.c" else path for path in sources()
]


@pytest.mark.slow
@pytest.mark.parametrize("source", ANALYZED, ids=lambda path: path.name)
def test_gcc_analyzer(source, tmp_path):
    gcc = need("gcc", "-fanalyzer")  # which may be clang by another name
    # The analyzer assumes that a loop of four rounds may have none, and reports the kernels'
    # sums of vectors as uninitialized. Valgrind and the sanitizers watch those.
    blind = ["-Wno-analyzer-use-of-uninitialized-value"] if source.name == "kernels.c" else []
    options = [*STRICT, "-O1", "-fanalyzer", "-DMG_PORTABLE_ONLY", *blind]
    run(gcc, *options, "-Icsrc", "-c", source, "-o", tmp_path / "out.o")


@pytest.mark.slow
@pytest.mark.parametrize("source", ANALYZED, ids=lambda path: path.name)
def test_clang_tidy(source):
    """With the settings in .clang-tidy, which are for version 14."""
    clang_tidy = shutil.which("clang-tidy-14") or need("clang-tidy")
    if "version 14." not in run(clang_tidy, "--version"):
        pytest.skip("another version of clang-tidy finds other things")
    run(clang_tidy, "--quiet", "--warnings-as-errors=*", source, "--", "-std=c11", "-Icsrc",
        "-DMG_PORTABLE_ONLY")  # fmt: skip


def test_the_c_test_can_fail(tmp_path):
    """With one derivative bent, the program says where and exits with status 1."""
    compiler = any_compiler()
    bent = tmp_path / "csrc"
    shutil.copytree(ROOT / "csrc", bent)
    table = (bent / "graph/ops.h").read_text(encoding="utf-8")
    right, wrong = "MG_M(cos)(x) * g", "-MG_M(cos)(x) * g"
    assert table.count(right) == 1
    (bent / "graph/ops.h").write_text(table.replace(right, wrong), encoding="utf-8")
    program = tmp_path / "bent"
    test = ROOT / "tests" / "c" / "test_graph.c"
    run(compiler, "-std=c11", "-pthread", f"-I{bent}", *sources(bent), test, "-o",
        program, "-lm")  # fmt: skip
    done = subprocess.run([str(program), "1000"], capture_output=True, text=True)
    assert done.returncode == 1 and "mg_grad" in done.stderr
