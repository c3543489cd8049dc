"""Builds the C library with CFFI; where that fails, installs the Python engine alone.

The metadata is in pyproject.toml, the compiler's flags in micrograd_c/_build.py.
"""

import os
import sys
import sysconfig
import textwrap

from setuptools import setup
from setuptools.command.build_ext import build_ext

WHAT_TO_DO = (
    "Install a C compiler and Python's headers (Debian: apt install gcc python3-dev; "
    "macOS: xcode-select --install), then install again."
)


class BuildFailed(Exception):
    """The C library could not be built."""


class BuildLibrary(build_ext):
    def run(self):
        self.force = True  # setuptools would not see that CC or CFLAGS changed
        try:
            super().run()
        except Exception as error:  # no compiler, no Python.h, a broken compiler, ...
            raise BuildFailed(error) from error


def setup_with_library():
    try:
        import cffi  # noqa: F401 - without it setuptools would ignore cffi_modules
    except ImportError as error:
        raise BuildFailed(error) from error
    options = {}
    if not sysconfig.get_config_var("Py_GIL_DISABLED"):  # CFFI has no stable ABI there
        options["bdist_wheel"] = {"py_limited_api": "cp39"}
    setup(
        cffi_modules=["micrograd_c/_build.py:ffibuilder"],
        cmdclass={"build_ext": BuildLibrary},
        options=options,
    )


try:
    setup_with_library()
except BuildFailed as error:
    why = textwrap.shorten(str(error), 100)  # the compiler's own words stand above
    if os.environ.get("MICROGRAD_C_REQUIRE_EXT") == "1":
        raise SystemExit(
            f"error: the C library was not built ({why}) and MICROGRAD_C_REQUIRE_EXT=1 "
            f"asks for it. {WHAT_TO_DO}"
        ) from error
    print(
        f"\nmicrograd_c: the C library was not built ({why}): the install goes on with "
        f"the Python engine, which is slower. {WHAT_TO_DO}\n",
        file=sys.stderr,
    )
    # A second setup() that knows of no extension, so that the wheel is tagged py3-none-any.
    setup()
