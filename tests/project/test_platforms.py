"""The C library elsewhere, as far as this machine goes: other processors, systems, libraries.

On each the C test passes, and what needs no math library is equal to this machine's, bit for bit.
"""

import os
import platform
import shutil
import subprocess

import pytest
from c_tools import any_compiler, build, need, run

pytestmark = pytest.mark.slow

NODES = 100_000
BOTH = ("test_graph", "print_bits")


@pytest.fixture(scope="module")
def bits_here(tmp_path_factory):
    """What print_bits prints on this machine."""
    folder = tmp_path_factory.mktemp("here")
    return run(build(any_compiler(), folder, "-O1", programs=["print_bits"]))


def check(bits_here, program, launcher=(), **environment):
    """Runs what BOTH built in the folder of ``program``, and compares the bits."""
    environment = {**os.environ, **environment}
    assert run(*launcher, program, NODES, env=environment) == ""
    bits = run(*launcher, program.with_name("print_bits.exe"), env=environment)
    assert bits.splitlines() == bits_here.splitlines()


def test_the_bits_are_not_all_alike(bits_here):
    lines = bits_here.split()
    assert len(lines) > 4000 and len(set(lines)) > 1500


@pytest.mark.parametrize("cpu", ["qemu64", "max"])
def test_x86_64_without_avx512(bits_here, tmp_path, cpu):
    """The first of these has no AVX2 either, so that each set of kernels is the best once."""
    need("qemu-x86_64")
    if platform.machine() not in ("x86_64", "AMD64"):
        pytest.skip("for a machine that builds for x86-64")
    programs = (*BOTH, "test_program")
    program = build(any_compiler(), tmp_path, "-O1", "-static", programs=programs)
    check(bits_here, program, ["qemu-x86_64", "-cpu", cpu])
    assert run("qemu-x86_64", "-cpu", cpu, tmp_path / "test_program.exe") == ""


def test_arm64(bits_here, tmp_path):
    need("qemu-aarch64")
    program = build(need("aarch64-linux-gnu-gcc"), tmp_path, "-O1", "-static", programs=BOTH)
    check(bits_here, program, ["qemu-aarch64"])


def test_a_fused_multiply_add_would_show(bits_here, tmp_path):
    need("qemu-aarch64")
    options = ("-O2", "-static", "-ffp-contract=fast")
    program = build(need("aarch64-linux-gnu-gcc"), tmp_path, *options, programs=["print_bits"])
    assert run("qemu-aarch64", program) != bits_here


def test_musl(bits_here, tmp_path):
    check(bits_here, build(need("musl-gcc"), tmp_path, "-O1", "-static", programs=BOTH))


def test_32_bits(bits_here, tmp_path):
    """With SSE2: the old x87 instructions round to 64 bits of mantissa in between."""
    options = ("-O1", "-m32", "-msse2", "-mfpmath=sse")
    check(bits_here, build(need("gcc", *options), tmp_path, *options, programs=BOTH))


def test_windows(bits_here, tmp_path):
    # MinGW's isfinite and isnan name a conversion to float, which they never do to a double.
    options = ("-O1", "-static", "-Wno-float-conversion")
    program = build(need("x86_64-w64-mingw32-gcc"), tmp_path, *options, programs=BOTH)
    path = os.pathsep.join([os.environ["PATH"], "/usr/lib/wine"])  # where Debian has wine64
    wine = shutil.which("wine64", path=path) or shutil.which("wine", path=path)
    if wine is None:
        pytest.skip("it builds, but there is no wine here to run it")
    settings = {"WINEPREFIX": str(tmp_path / "wine"), "WINEDEBUG": "-all"}
    subprocess.run([wine, "wineboot"], env={**os.environ, **settings}, capture_output=True)
    check(bits_here, program, [wine], **settings)
