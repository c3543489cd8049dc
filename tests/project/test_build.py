"""Wheel, sdist and editable install, with a compiler and without. Nothing is downloaded."""

import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest
from checkout_tools import ROOT, tracked_files

WITHOUT_COMPILER = {"CC": "false"}
WITH_LIBRARY = {"MICROGRAD_C_REQUIRE_EXT": "1", "CFLAGS": "-O0"}  # a quick build
NOT_SOURCES = (".git", ".venv", "build", "dist", "*.egg-info", "__pycache__", ".hypothesis",
               ".pytest_cache", "_native.*")  # fmt: skip

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="CC names the compiler on POSIX only"),
]


def copy_checkout(to):
    """A copy of the sources, which a build may litter."""
    return Path(shutil.copytree(ROOT, to, ignore=shutil.ignore_patterns(*NOT_SOURCES)))


def run(*command, cwd, check=True, **env):
    """Runs this Python with ``command``; its output, both streams together."""
    python = env.pop("python", sys.executable)
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("MICROGRAD_C_")}
    done = subprocess.run(
        [str(python), *map(str, command)], cwd=cwd, env={**inherited, **env},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
    )  # fmt: skip
    assert not check or done.returncode == 0, done.stdout
    return done.stdout


def pip(command, *args, **kwargs):
    return run("-m", "pip", command, "--verbose", "--no-index", "--no-deps",
               "--no-build-isolation", *args, **kwargs)  # fmt: skip


def build_wheel(source, to, **env):
    """The wheel of ``source``, built into its folder ``to``, and what the build said."""
    output = pip("wheel", "--wheel-dir", to, source, cwd=source, **env)
    (wheel,) = (source / to).glob("*.whl")
    return wheel, output


def library_in(wheel):
    return [n for n in zipfile.ZipFile(wheel).namelist() if n.startswith("micrograd_c/_native")]


def new_environment(path):
    """A virtual environment that sees the packages of this one, but not its editable installs."""
    venv.create(path, symlinks=os.name != "nt")
    python = path / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    purelib = run("-c", "import sysconfig; print(sysconfig.get_path('purelib'))",
                  cwd=path, python=python).strip()  # fmt: skip
    (Path(purelib) / "outer.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return python


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    return copy_checkout(tmp_path_factory.mktemp("build") / "checkout")


@pytest.fixture(scope="module")
def wheel(checkout):
    return build_wheel(checkout, "wheel", **WITH_LIBRARY)[0]


@pytest.fixture(scope="module")
def pure_build(checkout, wheel):
    """The pure wheel and what its build said. The library built before must not slip in."""
    return build_wheel(checkout, "pure", **WITHOUT_COMPILER)


@pytest.fixture(scope="module")
def sdist(checkout):
    hook = "import setuptools.build_meta as backend; backend.build_sdist('sdist')"
    run("-c", hook, cwd=checkout)
    (archive,) = (checkout / "sdist").glob("*.tar.gz")
    return archive


def test_wheel_holds_the_library_both_engines_and_no_more(wheel):
    assert len(library_in(wheel)) == 1
    top = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    packages = {name for name in top if not name.endswith(".dist-info")}
    assert packages == {"micrograd_c", "python_ref"}


def test_wheel_holds_every_type(checkout, wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    paths = (checkout / "micrograd_c").rglob("*.pyi")
    stubs = {path.relative_to(checkout).as_posix() for path in paths}
    assert stubs and stubs | {"micrograd_c/py.typed"} <= names


@pytest.mark.skipif(
    platform.python_implementation() != "CPython" or sysconfig.get_config_var("Py_GIL_DISABLED"),
    reason="only CPython with the GIL has the stable ABI",
)
def test_wheel_is_for_every_cpython_from_3_9(wheel):
    assert "-cp39-abi3-" in wheel.name


def test_without_compiler_the_wheel_is_pure_and_the_build_says_so(pure_build):
    wheel, output = pure_build
    assert wheel.name.endswith("-py3-none-any.whl")
    assert library_in(wheel) == []
    assert "the C library was not built" in output
    assert "Install a C compiler" in output


def test_without_cffi_the_wheel_is_pure_and_the_build_says_so(checkout, tmp_path):
    (tmp_path / "cffi.py").write_text("raise ImportError('no cffi here')", encoding="utf-8")
    wheel, output = build_wheel(checkout, tmp_path, PYTHONPATH=str(tmp_path))
    assert wheel.name.endswith("-py3-none-any.whl")
    assert "the C library was not built (no cffi here)" in output


def test_required_library_that_cannot_be_built_fails_the_build(checkout, tmp_path):
    environment = {**WITHOUT_COMPILER, **WITH_LIBRARY}
    output = pip("wheel", "--wheel-dir", tmp_path, checkout, cwd=checkout, check=False,
                 **environment)  # fmt: skip
    assert list(tmp_path.iterdir()) == []
    assert "MICROGRAD_C_REQUIRE_EXT=1 asks for it" in output


def test_sdist_holds_all_that_the_checkout_does(sdist):
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = set(tracked_files()) - {".gitignore"}
    assert wanted - names == set()
    assert [name for name in names if name.endswith((".so", ".pyc", ".o", ".whl"))] == []


def test_sdist_builds(sdist, tmp_path):
    run("-m", "tarfile", "--extract", sdist, tmp_path, cwd=tmp_path)
    (source,) = tmp_path.iterdir()
    wheel, _ = build_wheel(source, "wheel", **WITH_LIBRARY)
    assert len(library_in(wheel)) == 1


def test_build_that_fails_in_place_leaves_no_old_library(tmp_path):
    sources = copy_checkout(tmp_path / "checkout")
    run("setup.py", "build_ext", "--inplace", cwd=sources, **WITH_LIBRARY)
    assert list(sources.glob("micrograd_c/_native.*"))
    run("setup.py", "build_ext", "--inplace", cwd=sources, **WITHOUT_COMPILER)
    assert list(sources.glob("micrograd_c/_native.*")) == []


@pytest.mark.parametrize("backend", ["c", "python"])
@pytest.mark.parametrize("options", [(), ("--editable",)], ids=["installed", "editable"])
def test_installed_package_runs_from_elsewhere(tmp_path, options, backend):
    sources = copy_checkout(tmp_path / "checkout")
    python = new_environment(tmp_path / "venv")
    environment = WITH_LIBRARY if backend == "c" else WITHOUT_COMPILER
    pip("install", *options, sources, cwd=tmp_path, python=python, **environment)

    program = (
        "from micrograd_c.engine import Value; import micrograd_c, python_ref\n"
        "x = Value(3.0); (x * x).backward()\n"
        "print(micrograd_c.backend, x.grad, micrograd_c.__file__, python_ref.__file__)"
    )
    printed = run("-W", "ignore", "-c", program, cwd=tmp_path, python=python).split()
    assert printed[:2] == [backend, "6.0"]
    home = sources if options else tmp_path / "venv"
    assert [home in Path(name).parents for name in printed[2:]] == [True, True]


@pytest.mark.parametrize("options", [(), ("--editable",)], ids=["installed", "editable"])
def test_type_checkers_find_the_installed_package(tmp_path, options):
    pytest.importorskip("mypy")
    sources = copy_checkout(tmp_path / "checkout")
    python = new_environment(tmp_path / "venv")
    pip("install", *options, sources, cwd=tmp_path, python=python, **WITHOUT_COMPILER)
    program = "from micrograd_c.engine import Value\nreveal_type(2 * Value(1.0))\n"
    (tmp_path / "program.py").write_text(program, encoding="utf-8")
    output = run("-m", "mypy", "--strict", "program.py", cwd=tmp_path, python=python)
    assert 'Revealed type is "micrograd_c.engine.Value"' in output


def test_version_is_that_of_the_metadata(checkout, pure_build):
    program = "import micrograd_c; print(micrograd_c.__version__)"
    version = run("-c", program, cwd=checkout, MICROGRAD_C_BACKEND="python").strip()
    assert pure_build[0].name.split("-")[1] == version


def test_no_reference_depends_on_immortal_objects():
    """With Python 3.12's headers these macros take no reference, which Python 3.11 counts."""
    sources = sorted((ROOT / "micrograd_c" / "_c").glob("*.c"))
    assert sources
    for source in sources:
        returns = re.findall(
            r"^ .*Py_RETURN_\w+;", source.read_text(encoding="utf-8"), re.MULTILINE
        )
        assert not returns, source.name


def test_calls_that_keep_the_gil_are_there():
    """They are known by their names: one that no function has would keep nothing, silently."""
    from micrograd_c._c import build  # which reads the header of a checkout

    header = (ROOT / "csrc" / "micrograd.h").read_text(encoding="utf-8")
    header += build.ADDED
    text = (ROOT / "micrograd_c" / "_c/calls.c").read_text(encoding="utf-8")
    for macro in ("MAKES_A_NODE", "IS_QUICK", "IS_SAME_IN_ALL_MODES"):
        names = re.findall(r"IS\((mg_\w+)\)", text.split(f"#define {macro}")[1].split("#")[0])
        assert len(set(names)) == len(names) > 5
        assert all(re.search(rf"\b{name}\(", header) for name in names)
