"""Replays the fuzzer's corpus: byte strings, each a program of calls of the whole C API.

tests/README.md says how to run the fuzzer to find more of them.
"""

import shutil
import tarfile

import pytest
from c_tools import ROOT, SANITIZE, any_compiler, build, run


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    with tarfile.open(ROOT / "tests/c/fuzz_corpus.tar.xz") as archive:
        for member in filter(tarfile.TarInfo.isfile, archive.getmembers()):
            (folder / member.name).write_bytes(archive.extractfile(member).read())
    return sorted(folder.iterdir())


def test_the_corpus(corpus, tmp_path):
    assert len(corpus) > 1000
    compiler = any_compiler(*SANITIZE, among=("clang", "gcc"))  # clang is twice as fast here
    program = build(compiler, tmp_path, "-DREPLAY", "-O0", *SANITIZE, programs=("fuzz",))
    assert run(program, *corpus) == ""


def test_the_replay_can_fail(corpus, tmp_path):
    """A block that is not freed is noticed."""
    bent = shutil.copytree(ROOT / "csrc", tmp_path / "csrc")
    table = (bent / "graph/id_blocks.c").read_text(encoding="utf-8")
    freed = "mg_dealloc(block - 1);"
    assert table.count(freed) == 1
    (bent / "graph/id_blocks.c").write_text(table.replace(freed, "(void)block;"), encoding="utf-8")
    options = ("-DREPLAY", "-O0")
    program = build(any_compiler(), tmp_path, *options, programs=("fuzz",), csrc=bent)
    with pytest.raises(AssertionError, match="mg_live_blocks"):
        run(program, *corpus)
