"""How long a jitted function takes to be ready: ``python -m benchmarks.compile_times``.

A chain of n operators, y = sin(y * w + b) again and again, with its gradient by w and b. Measured
is the first call, which traces and compiles, and runs once. JAX is measured where it is installed,
up to ``--jax`` operators, because its time grows faster than n.
"""

import argparse
import time

import numpy as np

from benchmarks.text import table
from micrograd_c.cli.argument_types import whole_number

SIZES = (500, 1000, 2000, 100_000, 1_000_000)


def chain(n, y, w, b, sin):
    for _ in range(n // 3):
        y = sin(y * w + b)
    return y


def seconds_of_ours(n):
    from micrograd_c import Value, jit

    w, b, y = Value(0.5), Value(0.25), np.array([0.5])
    loss = jit(lambda y: chain(n, y, w, b, lambda x: x.sin()))
    started = time.perf_counter()
    found = loss.value_and_grad(y)
    return time.perf_counter() - started, found


def seconds_of_jax(n):
    import jax

    jax.config.update("jax_enable_x64", True)

    def loss(params, y):
        return chain(n, y, params[0], params[1], jax.numpy.sin)

    run = jax.jit(jax.value_and_grad(loss))
    params = np.array([0.5, 0.25])
    started = time.perf_counter()
    value, gradient = jax.block_until_ready(run(params, 0.5))
    return time.perf_counter() - started, (float(value), np.asarray(gradient))


def main(argv=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compile_times")
    parser.add_argument("--jax", type=whole_number(0), default=1000, metavar="N",
        help="the most operators that JAX compiles; default: %(default)s")  # fmt: skip
    args = parser.parse_args(argv)
    rows = []
    for n in SIZES:
        ours, found = seconds_of_ours(n)
        cells = [f"{n:,}", f"{ours:.3g}", "-"]
        if n <= args.jax:
            try:
                theirs, expected = seconds_of_jax(n)
                np.testing.assert_allclose(found[0], expected[0], rtol=1e-9)
                np.testing.assert_allclose(found[1], expected[1], rtol=1e-9)
                cells[2] = f"{theirs:.3g}"
            except ImportError:
                pass
        rows.append(cells)
    print(table(["operators", "micrograd_c, seconds", "JAX, seconds"], rows))


if __name__ == "__main__":
    main()
