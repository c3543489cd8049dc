"""Compiles C text with the system's compiler, and keeps the libraries in a cache folder.

A library's file name has a hash of all that it was made from, and a hash of its content. So a
file that is damaged is found before it is loaded, and files are never changed: they are written
under another name, then renamed. Only the user may write to the folder, because what is in it is
run.
"""

import hashlib
import os
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

FLAGS = [
    "-std=c11", "-ffp-contract=off", "-fno-fast-math", "-fno-math-errno", "-fno-trapping-math",
    "-fno-tree-slp-vectorize", "-fvisibility=hidden", "-shared", "-w",
    "-Werror=implicit-function-declaration",
]  # fmt: skip
MACHINES = {
    "avx2": ["-mavx2"],
    "avx512": ["-mavx512f", "-mavx512vl", "-mavx512dq", "-mprefer-vector-width=512"],
}
VERSION = "1"  # to be changed when the text stays the same, but libraries must be made anew


def find_compiler():
    """Return the command of a C compiler as a list: the words of CC, or cc, gcc or clang.

    Raises RuntimeError if there is none.
    """
    asked = os.environ.get("CC", "").strip()
    if asked:
        command = shlex.split(asked)
        if not shutil.which(command[0]):
            raise RuntimeError(
                f"native=True needs a C compiler, but the environment variable CC names "
                f"{command[0]!r}, which is not there"
            )
        return command
    for name in ("cc", "gcc", "clang"):
        if shutil.which(name):
            return [name]
    raise RuntimeError(
        "native=True needs a C compiler, and there is no cc, gcc or clang: install one (Debian: "
        "apt install gcc; macOS: xcode-select --install), name one in the environment variable "
        "CC, or leave native=True out"
    )


def cache_folder():
    """Return the folder for libraries, which it makes if it is missing.

    It is MICROGRAD_C_CACHE if that is set, else micrograd_c in the user's cache folder. Raises
    RuntimeError for a folder that others own or may write to, OSError if it cannot be made.
    """
    asked = os.environ.get("MICROGRAD_C_CACHE")
    folder = Path(asked) if asked else user_cache() / "micrograd_c"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.name == "posix":
        found = os.lstat(folder)
        if not stat.S_ISDIR(found.st_mode):
            raise RuntimeError(f"{folder}: the cache of native programs must be a folder, no link")
        if found.st_uid != os.getuid():
            raise RuntimeError(
                f"{folder}: another user owns the cache of native programs; name another folder "
                "in the environment variable MICROGRAD_C_CACHE"
            )
        if stat.S_IMODE(found.st_mode) & 0o022:
            raise RuntimeError(
                f"{folder}: other users may write to the cache of native programs; remove it, or "
                "name another folder in the environment variable MICROGRAD_C_CACHE"
            )
    return folder


def user_cache():
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def library_of(text, is_long, machine=None):
    """Return the path of a library with the functions of C text, compiled unless it is cached.

    ``is_long``: true for text that compilers would take long for. ``machine``: a set of
    kernels, whose instructions it may use.
    Raises RuntimeError without a compiler, or if it fails; OSError if the cache cannot be used.
    """
    compiler, folder = find_compiler(), cache_folder()
    flags = ["-O1" if is_long else "-O3", *FLAGS, *MACHINES.get(machine, ())]
    flags += [] if os.name == "nt" else ["-fPIC"]
    program = os.path.realpath(shutil.which(compiler[0]))
    found = os.stat(program)
    parts = [VERSION, *compiler, program, str(found.st_size), str(found.st_mtime_ns), *flags, text]
    key = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
    suffix = {"nt": ".dll"}.get(os.name, ".so")
    for path in folder.glob(f"{key}-*{suffix}"):
        if path.stem.partition("-")[2] == digest(path):
            return path
        remove(path)
    return compiled([*compiler, *flags], text, folder, key, suffix)


def compiled(command, text, folder, key, suffix):
    """Compile the text, and move the library into the folder."""
    with tempfile.TemporaryDirectory(dir=folder, prefix="new-") as temporary:
        source, library = Path(temporary, "program.c"), Path(temporary, f"program{suffix}")
        source.write_text(text, encoding="utf-8")
        run = subprocess.run(
            [*command, str(source), "-o", str(library), "-lm"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
        )  # fmt: skip
        if run.returncode != 0 or not library.exists():
            lines = [line for line in run.stderr.splitlines() if line.strip()] or ["no message"]
            why = next((line for line in lines if "error" in line), lines[0])
            raise RuntimeError(
                f"native=True: {command[0]} could not compile the program ({why.strip()[:200]})"
            )
        target = folder / f"{key}-{digest(library)}{suffix}"
        os.chmod(library, 0o700)
        os.replace(library, target)
    return target


def digest(path):
    """Return a hash of a file's content; None if it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()[:32]
    except OSError:
        return None


def remove(path):
    try:
        path.unlink()
    except OSError:
        pass  # another process may have removed it, or, on Windows, have loaded it
