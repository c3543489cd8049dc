"""micrograd_c.lr_scheduler against PyTorch's schedules and the schedules' definitions."""

import inspect
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micrograd_c.engine import Value
from micrograd_c.lr_scheduler import CosineAnnealingLR, LinearLR, StepLR
from micrograd_c.optim import SGD

EPOCHS = st.integers(1, 40)
SCHEDULES = st.one_of(
    st.tuples(
        st.just(StepLR),
        st.fixed_dictionaries({"step_size": EPOCHS, "gamma": st.floats(0.01, 2)}),
    ),
    st.tuples(
        st.just(CosineAnnealingLR),
        st.fixed_dictionaries({"T_max": EPOCHS, "eta_min": st.floats(0, 0.1)}),
    ),
    st.tuples(
        st.just(LinearLR),
        st.fixed_dictionaries(
            {
                "start_factor": st.floats(0.01, 1),
                "end_factor": st.floats(0.01, 1),
                "total_iters": EPOCHS,
            }
        ),
    ),
)


def sgd(engine, lr=0.1):
    return SGD([engine.Value(1.0)], lr=lr)


def rates(optimizer, scheduler, epochs):
    out = []
    for _ in range(epochs):
        out.append(optimizer.lr)
        scheduler.step()
    return out


@given(schedule=SCHEDULES, lr=st.floats(1e-3, 1))
def test_rates_are_those_of_torch(engine, schedule, lr):
    torch = pytest.importorskip("torch")
    cls, settings = schedule
    optimizer = sgd(engine, lr)
    ours = rates(optimizer, cls(optimizer, **settings), 60)

    their_optimizer = torch.optim.SGD([torch.zeros(1)], lr=lr)
    theirs = getattr(torch.optim.lr_scheduler, cls.__name__)(their_optimizer, **settings)
    for epoch, rate in enumerate(ours):
        expected = their_optimizer.param_groups[0]["lr"]
        # near a cosine's ends the rates agree only to the precision of what is subtracted
        largest = max(lr, settings.get("eta_min", 0.0))
        assert rate == pytest.approx(expected, rel=1e-12, abs=1e-12 * largest), epoch
        their_optimizer.step()
        theirs.step()


@pytest.mark.parametrize("cls", [StepLR, CosineAnnealingLR, LinearLR])
def test_names_and_defaults_are_those_of_torch(cls):
    torch = pytest.importorskip("torch")
    theirs = inspect.signature(getattr(torch.optim.lr_scheduler, cls.__name__)).parameters
    ours = inspect.signature(cls).parameters
    assert list(ours) == [name for name in theirs if name != "last_epoch"]
    assert all(p.default == theirs[name].default for name, p in ours.items())


def test_a_step_schedule(engine):
    optimizer = sgd(engine, lr=8.0)
    assert rates(optimizer, StepLR(optimizer, 2, gamma=0.5), 5) == [8.0, 8.0, 4.0, 4.0, 2.0]


def test_a_cosine_schedule(engine):
    optimizer = sgd(engine, lr=1.0)
    expected = [1.0, (1 + math.sqrt(0.5)) / 2, 0.5, (1 - math.sqrt(0.5)) / 2, 0.0]
    assert rates(optimizer, CosineAnnealingLR(optimizer, 4), 5) == pytest.approx(expected)


def test_a_linear_schedule(engine):
    optimizer = sgd(engine, lr=4.0)
    scheduler = LinearLR(optimizer, start_factor=0.25, total_iters=3)
    assert rates(optimizer, scheduler, 5) == [1.0, 2.0, 3.0, 4.0, 4.0]


def test_the_optimizer_steps_by_the_scheduled_rate(engine):
    optimizer = sgd(engine, lr=1.0)
    scheduler = StepLR(optimizer, 1, gamma=0.5)
    scheduler.step()
    optimizer.params[0].grad = 1.0
    optimizer.step()
    assert optimizer.params[0].data == 0.5


@given(schedule=SCHEDULES, before=st.integers(0, 20))
def test_a_loaded_scheduler_continues_the_saved_schedule(engine, schedule, before):
    cls, settings = schedule
    optimizer = sgd(engine)
    scheduler = cls(optimizer, **settings)
    for _ in range(before):
        scheduler.step()

    resumed_optimizer = sgd(engine, lr=0.7)
    resumed = cls(resumed_optimizer, **dict.fromkeys(settings, 1))
    resumed.load_state_dict(scheduler.state_dict())
    assert rates(resumed_optimizer, resumed, 20) == rates(optimizer, scheduler, 20)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"gamma": None}, r"missing \['gamma'\], unexpected \[\]"),
        ({"T_max": 3}, r"missing \[\], unexpected \['T_max'\]"),
        ({"last_epoch": -1}, "an int >= 0 as last_epoch, got -1"),
        ({"gamma": math.inf}, "a finite gamma >= 0, got inf"),
    ],
)
def test_a_bad_state_dict_changes_nothing(engine, change, message):
    optimizer = sgd(engine)
    scheduler = StepLR(optimizer, 2)
    scheduler.step()
    before = scheduler.state_dict()
    bad = {name: x for name, x in {**before, **change}.items() if x is not None}
    with pytest.raises(ValueError, match=message):
        scheduler.load_state_dict(bad)
    assert (scheduler.state_dict(), optimizer.lr) == (before, 0.1)


def test_a_state_dict_must_be_a_dict(engine):
    with pytest.raises(TypeError, match="a dict as state_dict, got list"):
        StepLR(sgd(engine), 2).load_state_dict([])


@pytest.mark.parametrize(
    "cls, settings, message",
    [
        (StepLR, {"step_size": 0}, "an int >= 1 as step_size, got 0"),
        (StepLR, {"step_size": 2.5}, "an int >= 1 as step_size, got 2.5"),
        (StepLR, {"step_size": 1, "gamma": -0.1}, "gamma >= 0, got -0.1"),
        (CosineAnnealingLR, {"T_max": -3}, "an int >= 1 as T_max, got -3"),
        (CosineAnnealingLR, {"T_max": 3, "eta_min": math.nan}, "eta_min >= 0, got nan"),
        (LinearLR, {"start_factor": 0}, "start_factor > 0"),
        (LinearLR, {"start_factor": 1.5}, "start_factor <= 1, got 1.5"),
        (LinearLR, {"end_factor": 1.5}, "end_factor <= 1, got 1.5"),
        (LinearLR, {"total_iters": 0}, "an int >= 1 as total_iters, got 0"),
    ],
)
def test_a_bad_setting_leaves_the_rate_alone(engine, cls, settings, message):
    optimizer = sgd(engine)
    with pytest.raises(ValueError, match=message):
        cls(optimizer, **settings)
    assert optimizer.lr == 0.1


def test_anything_but_an_optimizer_is_refused():
    with pytest.raises(TypeError, match="expected an optimizer with an lr, got list"):
        StepLR([], 2)


def test_schedulers_can_be_imported_from_optim():
    from micrograd_c import optim

    assert (optim.StepLR, optim.CosineAnnealingLR, optim.LinearLR) == (
        StepLR,
        CosineAnnealingLR,
        LinearLR,
    )


def test_get_last_lr():
    optimizer = SGD([Value(1.0)], lr=1.0)
    scheduler = StepLR(optimizer, step_size=1, gamma=0.5)
    assert scheduler.get_last_lr() == [1.0]
    scheduler.step()
    assert scheduler.get_last_lr() == [0.5] == [optimizer.lr]
