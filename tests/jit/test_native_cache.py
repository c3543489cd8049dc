"""The compiler of native programs, and the folder where their libraries are kept."""

import os
import shutil
import stat

import pytest
from c_tools import any_compiler

from micrograd_c.jit.native import compiler
from micrograd_c.jit.native.compiler import cache_folder, find_compiler, library_of

pytestmark = pytest.mark.skipif(os.name == "nt", reason="for POSIX systems")
TEXT = "int answer(void);\nint answer(void) { return 42; }\n"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("CC", any_compiler())
    monkeypatch.setenv("MICROGRAD_C_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def no_compiling(*_):
    raise AssertionError("the compiler was called")


def test_a_library_is_compiled_once(folder, monkeypatch):
    path = library_of(TEXT, False)
    assert list(folder.iterdir()) == [path]
    monkeypatch.setattr(compiler, "compiled", no_compiling)
    assert library_of(TEXT, False) == path
    with pytest.raises(AssertionError, match="was called"):
        library_of(TEXT + "\n", False)
    with pytest.raises(AssertionError, match="was called"):
        library_of(TEXT, True)


@pytest.mark.parametrize("damage", [b"", b"nonsense", None])
def test_a_damaged_library_is_made_again(damage):
    path = library_of(TEXT, False)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] if damage is None else damage)
    path = library_of(TEXT, False)
    assert path.read_bytes() == whole


def test_only_the_user_may_write_to_the_folder(folder):
    assert stat.S_IMODE(os.lstat(cache_folder()).st_mode) == 0o700
    folder.chmod(0o770)
    with pytest.raises(RuntimeError, match="other users may write to the cache"):
        library_of(TEXT, False)


def test_a_folder_of_another_user_is_refused(monkeypatch):
    cache_folder()
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    with pytest.raises(RuntimeError, match="another user owns the cache"):
        library_of(TEXT, False)


def test_a_link_is_refused(folder, tmp_path):
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RuntimeError, match="must be a folder, no link"):
        library_of(TEXT, False)


def test_no_compiler(monkeypatch):
    monkeypatch.delenv("CC")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(RuntimeError, match=r"needs a C compiler.*no cc, gcc or clang: install"):
        find_compiler()
    monkeypatch.setenv("CC", "my-cc -m64")
    with pytest.raises(RuntimeError, match="CC names 'my-cc', which is not there"):
        find_compiler()


def test_cc_may_have_options(monkeypatch):
    monkeypatch.setenv("CC", f"{any_compiler()} -O1")
    assert find_compiler() == [any_compiler(), "-O1"]
    assert library_of(TEXT, False).exists()


def test_no_shell_reads_the_command(monkeypatch, tmp_path):
    mark = tmp_path / "mark"
    monkeypatch.setenv("CC", f"{any_compiler()} ';touch' {mark} ';'")
    with pytest.raises(RuntimeError, match="could not compile"):
        library_of(TEXT, False)
    assert not mark.exists()


def test_what_the_compiler_says(folder):
    with pytest.raises(RuntimeError, match=r"could not compile the program \(.*error"):
        library_of("this is no C", False)
    assert list(folder.iterdir()) == []


def test_the_users_cache_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("MICROGRAD_C_CACHE")
    monkeypatch.setattr(compiler.sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == tmp_path / "xdg" / "micrograd_c"
