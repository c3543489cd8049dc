"""``fit(checkpoint=...)``: going on equals never having stopped. Dask is not needed."""

import numpy as np
import pytest
from cluster_tools import X, Y, new_loss, state_of, train

from micrograd_c import Value, distributed, jit, optim


class Stopped(Exception):
    pass


def stop_after(epoch):
    def callback(done, _loss):
        if done == epoch:
            raise Stopped

    return callback


@pytest.mark.parametrize("make", [optim.Adam, optim.RMSprop, optim.SGD])
def test_going_on_equals_never_having_stopped(make, tmp_path, jit_engine):
    def optimizer(parameters, lr):
        if make is optim.SGD:
            return make(parameters, lr=lr, momentum=0.9, dampening=0.1)
        return make(parameters, lr=lr)

    options = {"optimizer": optimizer, "batch_size": 90, "chunk_rows": 25}
    expected = train(None, epochs=5, **options)
    path = tmp_path / "run.npz"
    with pytest.raises(Stopped):  # in epoch 2, whose checkpoint is not written
        train(None, epochs=5, **options, checkpoint=path, callback=stop_after(2))
    assert len(np.load(path)["losses"]) == 2
    assert train(None, epochs=3, **options, checkpoint=path) == train(None, epochs=3, **options)
    assert train(None, epochs=5, **options, checkpoint=path) == expected
    losses, _ = train(None, epochs=5, **options, checkpoint=path)
    assert losses == expected[0]  # without a step, there are no gradients
    with pytest.raises(ValueError, match="for 5 epochs already: expected epochs >= 5, got 4"):
        train(None, epochs=4, **options, checkpoint=path)
    assert [file.name for file in tmp_path.iterdir()] == ["run.npz"]


def test_what_the_callback_changed_is_kept(tmp_path):
    def run(epochs, **options):
        loss, parameters = new_loss()
        optimizer = optim.SGD(parameters, lr=0.5)

        def lower(epoch, _loss):
            optimizer.lr = 0.5 / (epoch + 2)

        losses = distributed.fit(
            loss, X, Y, client=None, optimizer=optimizer, epochs=epochs, callback=lower, **options
        )
        return losses, state_of(parameters, optimizer), optimizer.lr

    path = str(tmp_path / "run")
    run(2, checkpoint=path)
    assert run(4, checkpoint=path) == run(4)


def test_momentum_that_began_with_gradients_of_0(tmp_path):
    """Dampening does not apply to the first step alone, though its momentum is 0 afterwards."""

    def run(epochs, **options):
        w = Value(-1.0)
        loss = jit(lambda x: (w * x).relu())
        optimizer = optim.SGD([w], lr=0.25, momentum=0.5, dampening=0.5)

        def wake(epoch, _loss):
            if epoch == 1:
                w.data = 1.0

        options = {"client": None, "optimizer": optimizer, "callback": wake, **options}
        return distributed.fit(loss, [1.0], epochs=epochs, **options), w.data

    path = tmp_path / "run.npz"
    run(2, checkpoint=path)
    assert run(3, checkpoint=path) == run(3) == ([0.0, 0.0, 1.0], 1.0 - 0.25 * 0.5)


def test_a_run_that_its_callback_ended_is_over(tmp_path):
    path = tmp_path / "run.npz"
    options = {"checkpoint": path, "epochs": 9, "callback": lambda epoch, _loss: epoch == 1}
    losses, _ = train(None, **options)
    assert train(None, **options)[0] == losses and len(losses) == 2


def test_frozen_parameters_are_kept(tmp_path):
    path = tmp_path / "run.npz"

    def run(frozen):
        w, other = Value(1.0), Value(frozen)
        loss = jit(lambda x: (w * other * x) ** 2)
        optimizer = optim.SGD([w], lr=0.01)
        distributed.fit(loss, [1.0], client=None, optimizer=optimizer, epochs=1, checkpoint=path)
        return other.data

    assert run(2.0) == 2.0
    assert run(3.0) == 2.0


OTHER_RUNS = {
    "batch_size": {"batch_size": 50},
    "chunk_rows": {"chunk_rows": 10},
    "rows": {"arrays": (X[:100], Y[:100])},
    "optimizer": {"optimizer": optim.RMSprop},
    "hyperparameters at the start": {"optimizer": lambda p, lr: optim.Adam(p, lr=lr / 2)},
}


@pytest.mark.parametrize("what", OTHER_RUNS)
def test_the_checkpoint_of_another_run(what, tmp_path):
    path = tmp_path / "run.npz"
    train(None, checkpoint=path)
    content = path.read_bytes()
    with pytest.raises(ValueError, match=f"another run, with {what}: .*, not .* Give the same"):
        train(None, **{"checkpoint": path, **OTHER_RUNS[what]})
    assert path.read_bytes() == content


def test_another_net(tmp_path):
    path = tmp_path / "run.npz"
    train(None, checkpoint=path)
    loss, parameters = new_loss((5, 1))
    optimizer = optim.Adam(parameters, lr=0.05)
    before = state_of(parameters, optimizer)
    with pytest.raises(ValueError, match="with parameters: 17, not 21"):
        distributed.fit(loss, X, Y, client=None, optimizer=optimizer, checkpoint=path)
    assert state_of(parameters, optimizer) == before


def test_files_that_are_no_checkpoints(tmp_path):
    path = tmp_path / "run.npz"
    path.write_bytes(b"PK but no archive")
    with pytest.raises(ValueError, match=r"run.npz is no .npz file"):
        train(None, checkpoint=path)
    np.savez(path, about="3")
    with pytest.raises(ValueError, match=r"run.npz is no checkpoint of micrograd_c.distributed"):
        train(None, checkpoint=path)
    with pytest.raises(TypeError, match="checkpoint: expected a path, got int"):
        train(None, checkpoint=7)
    with pytest.raises(OSError):
        train(None, checkpoint=tmp_path / "no" / "run.npz")


def test_a_failing_write_leaves_the_file_of_the_epoch_before(tmp_path, monkeypatch):
    path = tmp_path / "run.npz"
    train(None, checkpoint=path, epochs=1)
    content = path.read_bytes()

    def half(file, **_arrays):
        file.write(content[:100])
        raise OSError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(np, "savez", half)
        with pytest.raises(OSError, match="full"):
            train(None, checkpoint=path)
    assert path.read_bytes() == content
    assert [file.name for file in tmp_path.iterdir()] == ["run.npz"]
    assert train(None, checkpoint=path) == train(None)
