"""Builds the C library with CFFI. If that fails, only the Python engine is installed.

The metadata is in pyproject.toml, the compiler's flags in micrograd_c/_c/build.py.
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


def go_on_without_library(error):
    """Print why there is no C library. With MICROGRAD_C_REQUIRE_EXT=1, end the build instead."""
    why = textwrap.shorten(str(error), 100)  # the compiler has printed its messages above
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


class BuildLibrary(build_ext):
    def run(self):
        self.force = True  # setuptools does not notice a changed header, CC or CFLAGS
        for extension in self.extensions:
            remove_if_there(self.get_ext_fullpath(extension.name))
        try:
            super().run()
        except Exception as error:  # no compiler, no Python.h, a broken compiler, ...
            go_on_without_library(error)
            self.get_finalized_command("bdist_wheel").root_is_pure = True  # for the wheel's tag


def remove_if_there(library):
    """Remove the library of an earlier build, which must not outlive a build that fails."""
    if os.path.exists(library):
        os.remove(library)


library = {
    "cffi_modules": ["micrograd_c/_c/build.py:ffibuilder"],
    "cmdclass": {"build_ext": BuildLibrary},
}
if not sysconfig.get_config_var("Py_GIL_DISABLED"):  # CFFI has no stable ABI there
    library["options"] = {"bdist_wheel": {"py_limited_api": "cp39"}}
try:
    import cffi  # noqa: F401 - without cffi, setuptools would ignore cffi_modules
except ImportError as error:
    go_on_without_library(error)
    library = {}

setup(**library)
