"""The C library in threads under ThreadSanitizer; the extension in builds that notice the use
of freed memory: under ASan and UBSan, and with MG_CHECKS."""

import sys

import pytest
from c_tools import CHECKS, COMPILERS, SANITIZE, build, by_hand, need
from trust_tools import built_copy, run, size

# Tests of programs that once made C use freed memory or nodes; full length runs the whole suite.
HOSTILE = [
    "tests/trust/test_owner.py", "tests/trust/test_changing_arrays.py",
    "tests/trust/test_changing_optimizers.py", "tests/trust/test_half_made.py",
    "tests/trust/test_interrupts_leave_no_node.py",
]  # fmt: skip

# These cannot run under a sanitizer: they start a child without the preloaded library, use
# valgrind or clang's sanitizers beside gcc's, or measure memory, which the sanitizer holds back.
NOT_HERE = [
    "tests/project/test_benchmark_suite.py::test_what_a_peer_cannot_do_is_a_row_that_says_so",
    "tests/project/test_benchmark_suite.py::test_instructions_repeat_exactly",
    "tests/trust/test_fuzz.py::test_the_corpus",
    "tests/trust/test_interrupts.py::test_in_a_notebook",
    "tests/trust/test_lifetime.py::test_memory_is_flat_in_training",
]


@pytest.mark.parametrize("compiler", COMPILERS)
def test_thread_sanitizer(compiler, tmp_path):
    options = ("-O0", "-g", "-fsanitize=thread", CHECKS)
    program = build(need(compiler, *options), tmp_path, *options, programs=("test_threads",))
    assert run(program, size(50, 5000)) == ""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the sanitizers' library is preloaded")
def test_extension_under_sanitizers(tmp_path):
    gcc = need("gcc", *SANITIZE)
    compiler = tmp_path / "compiler"  # puts its options after the build's, which include -O3
    compiler.write_text(f'#!/bin/sh\nexec {gcc} "$@" -O0 {" ".join(SANITIZE)}\n')
    compiler.chmod(0o755)
    copy = built_copy(tmp_path, CC=str(compiler))
    preloaded = " ".join(
        run(gcc, f"-print-file-name={name}").strip() for name in ("libasan.so", "libubsan.so")
    )
    hostile_tests(copy, LD_PRELOAD=preloaded, ASAN_OPTIONS="detect_leaks=0")


@by_hand
@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="flags of POSIX compilers")
def test_extension_that_aborts_where_a_rule_is_broken(tmp_path):
    hostile_tests(built_copy(tmp_path, CFLAGS=f"{CHECKS} -O1"))


def hostile_tests(copy, **environment):
    tests = [*size(HOSTILE, ["tests"]), *(f"--deselect={name}" for name in NOT_HERE)]
    run(sys.executable, "-m", "pytest", "-q", "-x", "-m", "not slow", *tests,
        cwd=copy, PYTHONPATH=str(copy), MICROGRAD_C_TRUST="short", MICROGRAD_C_BACKEND="c",
        **environment)  # fmt: skip
