"""Parameters in .npz files: save and load."""

import os
import pickle
import stat
import subprocess
import sys
import tempfile
import threading
import zipfile

import numpy as np
import pytest
from cli_tools import ROOT
from state_tools import own_module, values_of

from micrograd_c import nn, state


def test_a_file(engine, tmp_path):
    for make in (lambda: engine.nn.MLP(3, [4, 2]), lambda: own_module(engine)):
        saved, other = make(), make()
        state.save(saved, tmp_path / "model.npz")
        state.load(other, tmp_path / "model.npz")
        assert values_of(other) == values_of(saved)


def test_numpy_reads_it_without_pickle(engine, tmp_path):
    model = engine.nn.MLP(2, [2, 1])
    state.save(model, tmp_path / "model.npz")
    with np.load(tmp_path / "model.npz", allow_pickle=False) as archive:
        got = dict(archive)
    expected = state.state_dict(model)
    assert list(got) == list(expected)
    assert all(np.array_equal(got[name], expected[name]) for name in expected)


def test_numpy_may_write_the_file(engine, tmp_path):
    np.savez_compressed(tmp_path / "model.npz", w=[1.0, 2.0], b=3.0)
    one = engine.nn.Neuron(2)
    state.load(one, tmp_path / "model.npz")
    assert values_of(one) == [1.0, 2.0, 3.0]


def test_names_that_are_parameters_of_numpys_savez(engine, tmp_path):
    class Named(engine.nn.Module):
        def __init__(self):
            self.file = engine.Value(1.0)
            self.allow_pickle = engine.Value(2.0)
            self.größe = engine.Value(3.0)

        def parameters(self):
            return [self.file, self.allow_pickle, self.größe]

    saved, other = Named(), Named()
    saved.allow_pickle.data = saved.größe.data = 7.0
    state.save(saved, tmp_path / "model.npz")
    state.load(other, tmp_path / "model.npz")
    assert values_of(other) == [1.0, 7.0, 7.0]


@pytest.mark.parametrize("name", ["model", "model.npz", "model.tar", ".npz", "mödel"])
def test_the_path_is_used_as_given(engine, tmp_path, name):
    one = engine.nn.Neuron(1)
    for path in (tmp_path / name, str(tmp_path / name)):
        state.save(one, path)
        assert os.listdir(tmp_path) == [name]
        state.load(one, path)


def test_the_file_has_the_usual_permissions(engine, tmp_path):
    (tmp_path / "other").write_text("")
    state.save(engine.nn.Neuron(1), tmp_path / "model.npz")
    modes = [stat.S_IMODE(os.stat(tmp_path / name).st_mode) for name in ("other", "model.npz")]
    assert modes[0] == modes[1]


def test_saving_through_a_link(engine, tmp_path):
    (tmp_path / "real").mkdir()
    try:
        (tmp_path / "link.npz").symlink_to(tmp_path / "real" / "model.npz")
    except OSError:
        pytest.skip("no symbolic links here")
    state.save(engine.nn.Neuron(1), tmp_path / "link.npz")
    assert (tmp_path / "link.npz").is_symlink()
    assert os.listdir(tmp_path / "real") == ["model.npz"]


def test_the_old_file_stays_when_writing_fails(engine, tmp_path, monkeypatch):
    path = tmp_path / "model.npz"
    state.save(engine.nn.Neuron(1), path)
    before = path.read_bytes()

    def full(file, array, allow_pickle):
        file.write(b"half")
        raise OSError("the disk is full")

    monkeypatch.setattr(np.lib.format, "write_array", full)
    with pytest.raises(OSError, match="the disk is full"):
        state.save(engine.nn.Neuron(1), path)
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["model.npz"]


def test_a_path_that_cannot_be_written(engine, tmp_path):
    (tmp_path / "model.npz").mkdir()
    with pytest.raises(OSError):
        state.save(engine.nn.Neuron(1), tmp_path / "model.npz")
    assert os.listdir(tmp_path) == ["model.npz"]
    with pytest.raises(FileNotFoundError):
        state.save(engine.nn.Neuron(1), tmp_path / "no" / "model.npz")


def test_nothing_is_written_for_parameters_without_names(engine, tmp_path):
    class Nameless(engine.nn.Module):
        def parameters(self):
            return [engine.Value(1.0)]

    with pytest.raises(ValueError, match="1 of the 1 parameters of Nameless"):
        state.save(Nameless(), tmp_path / "model.npz")
    assert os.listdir(tmp_path) == []


def test_no_file(engine, tmp_path):
    with pytest.raises(FileNotFoundError):
        state.load(engine.nn.Neuron(1), tmp_path / "model.npz")


def refused(engine, path):
    """True if loading raises a ValueError that names the file, and changes no parameter."""
    layer = engine.nn.Layer(20, 2)
    before = values_of(layer)
    with pytest.raises(ValueError) as caught:
        state.load(layer, path)
    assert values_of(layer) == before
    return str(path) in str(caught.value)


class Exploding:
    def __reduce__(self):
        return pytest.fail, ("a pickle was loaded",)


def test_files_of_another_kind(engine, tmp_path):
    path = tmp_path / "model.npz"
    path.write_bytes(b"")
    assert refused(engine, path)
    path.write_text("some text")
    assert refused(engine, path)
    path.write_bytes(pickle.dumps(Exploding()))
    assert refused(engine, path)
    with open(path, "wb") as file:
        np.save(file, np.zeros(3))
    assert refused(engine, path)
    np.savez(path, w=np.array([Exploding()], dtype=object))
    assert refused(engine, path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("neurons.0.b.npy", b"no array")
    refused(engine, path)


def test_a_damaged_file(engine, tmp_path):
    path = tmp_path / "model.npz"
    state.save(engine.nn.Layer(20, 2), path)
    whole = path.read_bytes()
    for end in range(0, len(whole), 97):
        path.write_bytes(whole[:end])
        assert refused(engine, path)
    start = whole.index(b"NUMPY") + 200  # among the first array's numbers
    path.write_bytes(whole[:start] + bytes([whole[start] ^ 1]) + whole[start + 1 :])
    assert refused(engine, path)


def test_any_damaged_byte_is_refused_or_harmless(engine, tmp_path):
    path = tmp_path / "model.npz"
    layer = engine.nn.Layer(3, 1)
    state.save(layer, path)
    before, whole = values_of(layer), path.read_bytes()
    for place in range(0, len(whole), 5):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        try:
            state.load(layer, path)
        except ValueError:
            pass
        assert values_of(layer) == before


@pytest.mark.skipif(os.name == "nt", reason="no modes here")
def test_a_file_that_is_written_again_keeps_its_mode(tmp_path):
    path, model = tmp_path / "model.npz", nn.Neuron(2)
    state.save(model, path)
    path.chmod(0o600)
    state.save(model, path)
    assert path.stat().st_mode & 0o777 == 0o600


# --- devices and FIFOs are written to, never replaced ---

needs_devices = pytest.mark.skipif(os.name == "nt", reason="no device files here")


def read_pipe(path):
    """Start to read a FIFO; return a function that waits for all that is written to it."""
    content = []
    thread = threading.Thread(target=lambda: content.append(path.read_bytes()), daemon=True)
    thread.start()

    def wait():
        thread.join()
        return content[0]

    return wait


@needs_devices
def test_a_device_stays_a_device(engine, tmp_path):
    (tmp_path / "null.npz").symlink_to("/dev/null")
    before = os.stat("/dev/null")
    for path in ("/dev/null", tmp_path / "null.npz"):  # checked first, so that root loses no device
        assert not state.is_replaceable(path)
    state.save(engine.nn.Neuron(1), "/dev/null")
    state.save(engine.nn.Neuron(1), tmp_path / "null.npz")
    assert os.path.samestat(before, os.stat("/dev/null"))
    assert (tmp_path / "null.npz").is_symlink() and os.listdir(tmp_path) == ["null.npz"]


@needs_devices
@pytest.mark.parametrize("link", [False, True])
def test_a_fifo_gets_the_file_and_stays(engine, tmp_path, link):
    path = target = tmp_path / "fifo"
    os.mkfifo(target)
    if link:
        path = tmp_path / "link"
        path.symlink_to(target)
    saved, loaded = engine.nn.Neuron(2), engine.nn.Neuron(2)
    wait = read_pipe(target)
    state.save(saved, path)
    (tmp_path / "model.npz").write_bytes(wait())
    state.load(loaded, tmp_path / "model.npz")
    assert values_of(loaded) == values_of(saved)
    assert target.is_fifo() and path.is_symlink() == link


@needs_devices
def test_a_file_is_read_from_a_fifo(engine, tmp_path):
    saved, loaded = engine.nn.Neuron(2), engine.nn.Neuron(2)
    state.save(saved, tmp_path / "model.npz")
    os.mkfifo(tmp_path / "fifo")
    content = (tmp_path / "model.npz").read_bytes()
    writer = threading.Thread(target=(tmp_path / "fifo").write_bytes, args=[content], daemon=True)
    writer.start()
    state.load(loaded, tmp_path / "fifo")
    writer.join()
    assert values_of(loaded) == values_of(saved)


@needs_devices
def test_nothing_is_written_to_a_fifo_when_writing_fails(engine, tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "fifo")

    def full(file, array, allow_pickle):
        raise OSError("the disk is full")

    monkeypatch.setattr(np.lib.format, "write_array", full)
    with pytest.raises(OSError, match="the disk is full"):  # opening it would wait
        state.save(engine.nn.Neuron(1), tmp_path / "fifo")
    assert (tmp_path / "fifo").is_fifo() and os.listdir(tmp_path) == ["fifo"]


@needs_devices
def test_a_device_without_room(engine):
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    assert not state.is_replaceable("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        state.save(engine.nn.Neuron(1), "/dev/full")
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)


def test_a_path_of_bytes(engine, tmp_path):
    path = os.fsencode(tmp_path / "model.npz")
    one = engine.nn.Neuron(1)
    state.save(one, path)
    assert os.listdir(tmp_path) == ["model.npz"]
    state.load(one, path)


def test_links_to_links_stay_links(engine, tmp_path):
    try:
        (tmp_path / "b").symlink_to("model.npz")
        (tmp_path / "a").symlink_to("b")
    except OSError:
        pytest.skip("no symbolic links here")
    for _ in range(2):  # the first time the file does not exist
        state.save(engine.nn.Neuron(1), tmp_path / "a")
        assert (tmp_path / "a").is_symlink() and (tmp_path / "b").is_symlink()
        assert (tmp_path / "model.npz").is_file() and not (tmp_path / "model.npz").is_symlink()


@needs_devices
def test_standard_output_of_a_process(engine, tmp_path):
    """Standard output may be a pipe, a plain file, or a plain file without a name."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from python_ref.nn import Neuron; from micrograd_c import state\n"
        "one = Neuron(1); one.b.data = 5.0; state.save(one, '/dev/stdout')"
    )
    if not os.path.exists("/dev/stdout"):
        pytest.skip("no /dev/stdout here")
    command = [sys.executable, "-c", code, str(ROOT)]
    piped = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    with tempfile.TemporaryFile(dir=tmp_path) as file:
        subprocess.run(command, check=True, stdout=file)
        file.seek(0)
        nameless = file.read()
    assert os.listdir(tmp_path) == []
    with open(tmp_path / "named", "wb") as file:
        subprocess.run(command, check=True, stdout=file)
    for content in (piped, nameless, (tmp_path / "named").read_bytes()):
        (tmp_path / "model.npz").write_bytes(content)
        one = engine.nn.Neuron(1)
        state.load(one, tmp_path / "model.npz")
        assert one.b.data == 5.0
