"""The C library without Python: built with every warning, run plain, sanitized and under valgrind.

By hand: cc -std=c11 -Icsrc csrc/*.c tests/c/test_graph.c -lm -pthread && ./a.out
"""

import shutil
import subprocess

import pytest
from c_tools import COMPILERS, ROOT, STRICT, build, need, run, sources


def test_there_is_a_compiler():
    assert any(map(shutil.which, COMPILERS)), f"none of {COMPILERS}: nothing of this file was run"


@pytest.mark.slow
@pytest.mark.parametrize("compiler", COMPILERS)
def test_with_10_000_000_nodes(compiler, tmp_path):
    assert run(build(need(compiler), tmp_path, "-O2"), 10_000_000) == ""


@pytest.mark.parametrize("compiler", COMPILERS)
def test_on_a_small_stack(compiler, tmp_path):
    """Neither the sort nor freeing may recurse: 256 KB of stack are enough for any depth."""
    program = build(need(compiler), tmp_path, "-O1")
    assert run("sh", "-c", f"ulimit -s 256 && exec {program} 1000000") == ""


@pytest.mark.slow
@pytest.mark.parametrize("compiler", COMPILERS)
def test_under_sanitizers(compiler, tmp_path):
    program = build(
        need(compiler),
        tmp_path,
        *("-O0", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"),  # -O1: minutes
    )
    assert run(program, 200_000) == ""


@pytest.mark.slow
def test_under_valgrind(tmp_path):
    need("valgrind")
    compiler = next(filter(shutil.which, COMPILERS))
    program = build(compiler, tmp_path, "-O1", "-g")
    run("valgrind", "-q", "--error-exitcode=9", "--leak-check=full",
        "--errors-for-leak-kinds=definite,indirect,possible", program, 50_000)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("source", sources(), ids=lambda path: path.name)
def test_gcc_analyzer(source, tmp_path):
    gcc = need("gcc")
    # It takes loops of a fixed four rounds for ones that may have none, and so the sums of
    # vectors in the kernels for uninitialized; valgrind and the sanitizers watch those.
    blind = ["-Wno-analyzer-use-of-uninitialized-value"] if source.name == "kernels.c" else []
    options = [*STRICT, "-O1", "-fanalyzer", *blind]
    run(gcc, *options, "-Icsrc", "-c", source, "-o", tmp_path / "out.o")


def test_the_c_test_can_fail(tmp_path):
    """With one derivative bent, the program says where and exits with status 1."""
    compiler = next(filter(shutil.which, COMPILERS))
    bent = tmp_path / "csrc"
    shutil.copytree(ROOT / "csrc", bent)
    table = (bent / "ops.h").read_text(encoding="utf-8")
    assert table.count("cos(x) * g") == 1
    (bent / "ops.h").write_text(table.replace("cos(x) * g", "-cos(x) * g"), encoding="utf-8")
    program = tmp_path / "bent"
    test = ROOT / "tests" / "c" / "test_graph.c"
    run(compiler, "-std=c11", "-pthread", f"-I{bent}", *sorted(bent.glob("*.c")), test, "-o",
        program, "-lm")  # fmt: skip
    done = subprocess.run([str(program), "1000"], capture_output=True, text=True)
    assert done.returncode == 1 and "mg_grad" in done.stderr
