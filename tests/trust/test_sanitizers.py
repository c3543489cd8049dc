"""ThreadSanitizer on the C library driven from threads; the whole extension under ASan and UBSan."""

import pytest
from c_tools import COMPILERS, build, need, run
from trust_tools import size


@pytest.mark.parametrize("compiler", COMPILERS)
def test_thread_sanitizer(compiler, tmp_path):
    options = ("-O0", "-g", "-fsanitize=thread")
    program = build(need(compiler), tmp_path, "c/test_threads.c", *options)
    assert run(program, size(50, 5000)) == ""
