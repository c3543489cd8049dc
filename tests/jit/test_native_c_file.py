"""``to_c``: files that gcc and clang compile without a warning, and that give jit's bits."""

import subprocess

import numpy as np
import pytest
from c_tools import COMPILERS, any_compiler, need
from native_tools import FLAGS, PROGRAMS, Library, data_of, expression, rows, same, write

from micrograd_c import Value, jit


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("make", PROGRAMS, ids=lambda make: make.__name__)
def test_bits_are_those_of_a_call(make, compiler, jit_engine, tmp_path):
    f = jit(make())
    f(*rows(2))
    library = Library(write(f, tmp_path), need(compiler))
    params = data_of(f.parameters)
    for n in (1, 3, 16, 37):
        arrays = rows(n)
        out = f(*arrays)
        assert same(library.forward(params, arrays, out.shape), out)
        mean, gradient = f.value_and_grad(*arrays)
        found = library.gradient(params, arrays)
        assert same(found[0], mean) and same(found[1], gradient), n
    first, value, gradient = library.one_row(params, rows(1))
    mean, expected = f.value_and_grad(*rows(1))
    assert same([first, value], [mean, mean]) and same(gradient, expected)


def test_many_rows_are_added_in_chunks(jit_engine, tmp_path):
    f = jit(expression())
    arrays = rows(1100 if jit_engine == "c" else 40)
    mean, gradient = f.value_and_grad(*arrays)
    found = Library(write(f, tmp_path), any_compiler()).gradient(data_of(f.parameters), arrays)
    assert same(found[0], mean) and same(found[1], gradient)


def test_other_parameters_and_their_order(jit_engine, tmp_path):
    """What is not among the given parameters keeps the number that it has now."""
    a, b, unused = Value(2.0), Value(3.0), Value(5.0)
    f = jit(lambda x: a * x + b * b, parameters=[unused, b])
    f([1.0])
    library = Library(write(f, tmp_path), any_compiler())
    value, gradient = library.gradient(np.array([0.0, 10.0]), [np.array([7.0])])
    assert value == 2.0 * 7.0 + 100.0
    assert gradient.tolist() == [0.0, 20.0]


def test_several_outputs_and_shared_arguments(jit_engine, tmp_path):
    w = Value(0.5)
    f = jit(lambda x, table: [x * w, table[0] + table[1] * w, w * 3.0], in_axes=(0, None))
    arrays = [np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0])]
    out = f(*arrays)
    path = write(f, tmp_path)
    assert "gradient" not in path.with_suffix(".h").read_text()
    assert same(Library(path, any_compiler()).forward(np.array([0.5]), arrays, (3, 3)), out)


def test_numbers_that_are_none(jit_engine, tmp_path):
    w = Value(0.5)
    f = jit(lambda x: (x * w).log() + x * float("inf") + float("-inf") * w)
    arrays = [np.array([-1.0, 0.0, 2.0])]
    out = f(*arrays)
    found = Library(write(f, tmp_path), any_compiler()).forward(np.array([0.5]), arrays, (3,))
    assert np.array_equal(found, out, equal_nan=True)


def test_the_same_bits_whatever_the_optimisation(jit_engine, tmp_path):
    f = jit(PROGRAMS[1]())
    arrays = rows(20)
    mean, gradient = f.value_and_grad(*arrays)
    path = write(f, tmp_path)
    for options in (["-O0"], ["-O3"]):
        found = Library(path, any_compiler(), *options).gradient(data_of(f.parameters), arrays)
        assert same(found[0], mean) and same(found[1], gradient), options


MAIN = """\
#include <stdio.h>
#include "loss.h"

int main(void) {
    const double x[] = {1.0, -2.0, 0.5}, y[] = {0.25};
    double value, gradient[loss_parameters];
    if (loss_gradient(loss_start, x, y, &value, gradient))
        return 1;
    printf("%.17g", value);
    for (int i = 0; i < loss_parameters; i++)
        printf(" %.17g", gradient[i]);
    return 0;
}
"""


def test_a_program_in_c(jit_engine, tmp_path):
    """It needs no header or library but C's."""
    f = jit(expression())
    mean, gradient = f.value_and_grad([[1.0, -2.0, 0.5]], [0.25])
    path = write(f, tmp_path)
    main, program = tmp_path / "main.c", tmp_path / "main"
    main.write_text(MAIN)
    command = [any_compiler(), *FLAGS, main, path, "-o", program, "-lm"]
    subprocess.run(command, check=True, cwd="/")
    printed = subprocess.run([program], check=True, capture_output=True, text=True).stdout
    assert list(map(float, printed.split())) == [mean, *gradient]


def test_errors(jit_engine, tmp_path):
    f = jit(lambda x: x * 2.0)
    with pytest.raises(RuntimeError, match="call the function once"):
        f.to_c(tmp_path / "f.c")
    f([1.0])
    for name in ("f.txt", "f", "2f.c", "a-b.c"):
        with pytest.raises(ValueError, match=r"expected a path such as loss\.c"):
            f.to_c(tmp_path / name)
    with pytest.raises(FileNotFoundError):
        f.to_c(tmp_path / "missing" / "f.c")
    assert not list(tmp_path.iterdir())
