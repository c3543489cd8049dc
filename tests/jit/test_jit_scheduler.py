"""fit(scheduler=...): a learning-rate scheduler that is stepped after each batch."""

import math
import signal
import sys

import pytest
from jit_tools import PairLoss, data, ragged_pairs, squared_error
from test_jit_interrupts import interrupted  # noqa: F401 - a fixture

from micrograd_c import backend, functional, jit, optim
from micrograd_c.engine import Value
from micrograd_c.lr_scheduler import CosineAnnealingLR, LinearLR, LRScheduler, StepLR
from micrograd_c.nn import MLP

jit_fit = sys.modules["micrograd_c.jit.fit"]


class Halving(LRScheduler):
    """A class of the user's, whose rate depends on the optimizer's."""

    def get_lr(self):
        return self.optimizer.lr / 2 if self.last_epoch else self.base_lr


SCHEDULERS = {
    "step": lambda o: StepLR(o, step_size=3, gamma=0.5),
    "cosine": lambda o: CosineAnnealingLR(o, T_max=7, eta_min=1e-4),
    "linear": lambda o: LinearLR(o, start_factor=1.0, end_factor=0.0, total_iters=20),
    "own": Halving,
}
each_scheduler = pytest.mark.parametrize("make", SCHEDULERS.values(), ids=SCHEDULERS)


def of_arrays():
    model = MLP(2, [3, 1])
    functional.set_data(model.parameters(), [math.sin(i) for i in range(13)])
    return squared_error(model), model.parameters(), data(11)


def of_rows():
    loss = PairLoss()
    return jit(loss), loss.parameters, ragged_pairs(11)


KINDS = {"arrays": of_arrays, "rows": of_rows}


@each_scheduler
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("patience", [0.0, 1e9])
def test_each_batch_steps_the_scheduler(make, kind, patience, jit_engine, monkeypatch):
    monkeypatch.setattr(jit_fit, "PATIENCE", patience)
    f, parameters, arrays = kind()
    optimizer = optim.SGD(parameters, lr=0.1, momentum=0.5)
    scheduler = make(optimizer)
    f.fit(*arrays, optimizer=optimizer, scheduler=scheduler, epochs=2, batch_size=4, shuffle=False)
    ours = functional.get_data(parameters).tolist()

    f, parameters, arrays = kind()
    f(*arrays)
    by_hand = optim.SGD(parameters, lr=0.1, momentum=0.5)
    stepped = make(by_hand)
    for _ in range(2):
        for first in range(0, 11, 4):
            by_hand.zero_grad()
            f.backward(*(x[first : first + 4] for x in arrays))
            by_hand.step()
            stepped.step()
    assert functional.get_data(parameters).tolist() == ours
    assert optimizer.lr == by_hand.lr and type(optimizer.lr) is float
    assert scheduler.state_dict() == stepped.state_dict()
    assert optimizer.step_count == scheduler.last_epoch == 6
    assert type(scheduler.last_epoch) is int


def test_a_rate_that_was_set_by_hand_holds_for_the_first_batch(jit_engine):
    w = Value(0.0)
    sgd = optim.SGD([w], lr=1.0)
    scheduler = StepLR(sgd, step_size=1, gamma=0.5)
    f = jit(lambda x: w * x)
    sgd.lr = 8.0
    f.fit([1.0, 1.0], optimizer=sgd, scheduler=scheduler, batch_size=1)
    assert (w.data, sgd.lr) == (-8.5, 0.25)


def test_check_finite_leaves_scheduler_and_optimizer_at_one_step(jit_engine):
    w = Value(1.0)
    sgd = optim.SGD([w], lr=0.0)
    scheduler = LinearLR(sgd, 1.0, 0.5, total_iters=10)
    f = jit(lambda x: w / x)
    x = [1.0, 1.0, 1.0, 0.0, 1.0]
    with pytest.raises(FloatingPointError, match="example 3"):
        f.fit(x, optimizer=sgd, scheduler=scheduler, batch_size=1, shuffle=False, check_finite=True)
    assert sgd.step_count == scheduler.last_epoch == 3
    assert scheduler.state_dict()["last_epoch"] == 3


@pytest.mark.parametrize("rate", [math.nan, -1.0])
def test_a_rate_out_of_range_stops_where_the_scheduler_does(rate, jit_engine):
    class Bad(LRScheduler):
        def get_lr(self):
            return rate if self.last_epoch == 2 else 0.5

    w = Value(1.0)
    sgd = optim.SGD([w], lr=0.5)
    scheduler = Bad(sgd)
    with pytest.raises(ValueError, match="finite lr >= 0"):
        jit(lambda x: w * x).fit([1.0] * 5, optimizer=sgd, scheduler=scheduler, batch_size=1)
    assert (sgd.step_count, scheduler.last_epoch) == (2, 1)


def test_a_rate_that_overflows_stops_there(jit_engine):
    w = Value(1.0)
    sgd = optim.SGD([w], lr=1.0)
    scheduler = StepLR(sgd, step_size=1, gamma=1e200)
    with pytest.raises(OverflowError):
        jit(lambda x: w * x).fit([0.0] * 5, optimizer=sgd, scheduler=scheduler, batch_size=1)
    assert (sgd.step_count, scheduler.last_epoch, sgd.lr) == (2, 1, 1e200)


def test_what_is_no_scheduler_of_this_optimizer(jit_engine):
    w = Value(1.0)
    sgd, other = optim.SGD([w]), optim.SGD([w])
    f = jit(lambda x: w * x)
    with pytest.raises(TypeError, match="expected a scheduler .* got the class StepLR"):
        f.fit([1.0], optimizer=sgd, scheduler=StepLR)
    with pytest.raises(TypeError, match="expected a scheduler .* got float"):
        f.fit([1.0], optimizer=sgd, scheduler=0.5)
    with pytest.raises(ValueError, match="made for another optimizer"):
        f.fit([1.0], optimizer=sgd, scheduler=StepLR(other, step_size=1))
    assert sgd.step_count == 0


def test_ctrl_c_between_optimizer_and_scheduler(jit_engine):
    class Pressed(StepLR):
        def step(self):
            if self.last_epoch == 2 and not pressed:
                pressed.append(sgd.step_count)
                raise KeyboardInterrupt
            super().step()

    w, pressed = Value(1.0), []
    sgd = optim.SGD([w], lr=1.0)
    scheduler = Pressed(sgd, step_size=1, gamma=0.5)
    with pytest.raises(KeyboardInterrupt):
        jit(lambda x: w * x).fit([1.0] * 9, optimizer=sgd, scheduler=scheduler, batch_size=1)
    assert pressed == [3]
    assert (sgd.step_count, scheduler.last_epoch, sgd.lr) == (3, 3, 0.125)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_our_schedulers_do_not_return_to_python_for_each_batch(kind, monkeypatch):
    if backend == "python":
        pytest.skip("there is no C engine in this process")
    from micrograd_c.jit.base_program import BaseProgram

    monkeypatch.delattr(BaseProgram, "train")
    f, parameters, arrays = kind()
    for make in (SCHEDULERS["step"], SCHEDULERS["cosine"], SCHEDULERS["linear"]):
        adam = optim.Adam(parameters)
        f.fit(*arrays, optimizer=adam, scheduler=make(adam), batch_size=2)
        assert adam.step_count == 6
    with pytest.raises(AttributeError, match="train"):
        f.fit(*arrays, optimizer=adam, scheduler=Halving(adam), batch_size=2)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_ctrl_c_leaves_both_at_one_step(kind, interrupted, jit_engine):  # noqa: F811
    f, parameters, arrays = kind()
    sgd = optim.SGD(parameters, lr=1e-3)
    scheduler, times = CosineAnnealingLR(sgd, T_max=50), 0
    epochs = 3_000 if jit_engine == "c" else 100

    def run():
        f.fit(*arrays, optimizer=sgd, scheduler=scheduler, epochs=epochs, batch_size=2)

    f(*arrays)
    for i in range(25):
        times += interrupted(0.002 + i * 7e-5, run)
        assert scheduler.last_epoch == sgd.step_count
        assert sgd.lr == scheduler.get_lr()
    assert times > 12
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
