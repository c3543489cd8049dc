"""operators.h, from which generated C files copy their functions."""

import importlib.util
import subprocess

import pytest
from c_tools import COMPILERS, ROOT, need

from micrograd_c.jit.native.operators import (
    HEADER,
    definitions,
    definitions_for,
    family,
    number,
    operators,
    powers,
)
from python_ref.core.ops import OPS


def test_the_file_is_that_of_csrc():
    """If this fails: python docs/make_native.py."""
    file = ROOT / "docs" / "make_native.py"
    spec = importlib.util.spec_from_file_location("make_native", file)
    make_native = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make_native)
    assert HEADER.read_text(encoding="utf-8") == make_native.operators_text()


def test_every_operator_has_a_row():
    assert set(operators()) == set(OPS)
    assert {2.0, -1.0, 0.5} <= set(powers())


@pytest.mark.parametrize("prefix", ["mg_jit_", "mg_fast_", "mg_libm_"])
@pytest.mark.parametrize("compiler", COMPILERS)
def test_all_definitions_compile_without_a_warning(compiler, prefix, tmp_path):
    rows = [*operators().values(), *(powers().values() if prefix != "mg_libm_" else ())]
    if prefix == "mg_fast_":
        rows = [row for row in rows if row.fast != "0"]
    body = "".join(
        f"    sum += {family(text, prefix)};\n"
        for row in rows
        for text in (row.value, row.dx, row.dy)
    )
    body = f"double f(double x, double y, double out, double g) {{\n    double sum = 0.0;\n{body}"
    body += "    return sum;\n}\n"
    headers = "".join(
        f"#include <{x}.h>\n" for x in ("float", "math", "stddef", "stdint", "string")
    )
    source = tmp_path / "all.c"
    text = "double f(double x, double y, double out, double g);\n"
    source.write_text(f"{headers}{definitions_for(body)}\n{text}{body}", encoding="utf-8")
    command = [need(compiler), "-std=c11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", source]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_text_gets_the_definitions_that_it_needs():
    assert definitions_for("x + y") == ""
    text = definitions_for("mg_jit_exp(x)")
    assert "mg_fast_exp(double x)" in text and "mg_jit_sin" not in text
    assert len(definitions()) > 200


@pytest.mark.parametrize("x", [0.0, -0.0, 1.5, -2.0, 1e-310, 1e300])
def test_numbers_keep_their_bits(x):
    assert str(float(number(x).strip("()"))) == str(x)
    assert number(float("nan")) == "NAN" and number(float("-inf")) == "(-INFINITY)"
