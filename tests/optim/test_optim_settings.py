"""Settings assigned to an optimizer or scheduler later: checked, and the same on both engines."""

import copy
import math
import signal
import sys
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from optim_tools import START, values

from micrograd_c import jit, optim
from micrograd_c.engine import Value
from micrograd_c.optim import SGD, Adam, AdamW, CosineAnnealingLR, LinearLR, RMSprop, StepLR
from python_ref.engine import Value as OracleValue


def stepped(optimizer, gradients=(0.7, -0.2, 0.3)):
    path = []
    for gradient in gradients:
        for i, p in enumerate(optimizer.params):
            p.grad = gradient * (i + 1)
        optimizer.step()
        path.append([p.data for p in optimizer.params])
    return path


# --- hyperparameters ---

NUMBERS = {
    "float32": np.float32(0.01),
    "float16": np.float16(0.01),
    "longdouble": np.longdouble("0.01"),
    "int": 1,
    "int64": np.int64(0),
    "bool": True,
    "NumPy's bool": np.True_,
    "Decimal": Decimal("0.01"),
    "Fraction": Fraction(1, 100),
    "Value": OracleValue(0.01),
    "array of one": np.array([0.01]),
    "array of none": np.array(0.01),
}
EVERY = [
    (SGD, ("lr", "momentum", "weight_decay")),
    (Adam, ("lr", "eps", "weight_decay")),
    (AdamW, ("lr", "eps", "weight_decay")),
    (RMSprop, ("lr", "alpha", "eps", "momentum", "weight_decay")),
]
each_hyperparameter = pytest.mark.parametrize(
    "cls, name", [(cls, name) for cls, names in EVERY for name in names]
)


@pytest.mark.parametrize("kind", NUMBERS)
@each_hyperparameter
def test_a_number_is_converted_as_in_the_constructor(engine, cls, name, kind):
    assigned = cls(values(engine), lr=0.5)
    setattr(assigned, name, NUMBERS[kind])
    assert type(getattr(assigned, name)) is float
    made = cls(values(engine), **{"lr": 0.5, name: NUMBERS[kind]})
    assert assigned.hyperparameters() == made.hyperparameters()
    oracle = cls([OracleValue(x) for x in START], lr=0.5)
    setattr(oracle, name, NUMBERS[kind])
    assert stepped(assigned) == stepped(made) == stepped(oracle)


@pytest.mark.parametrize(
    "bad, error, match",
    [
        (-1, ValueError, "finite {} >= 0, got -1"),
        (math.nan, ValueError, "finite {} >= 0, got nan"),
        (np.float32("inf"), ValueError, "finite {} >= 0, got inf"),
        (OracleValue(-1.0), ValueError, "finite {} >= 0, got -1.0"),
        ("0.1", TypeError, "{}: expected a real number, got str"),
        (None, TypeError, "{}: expected a real number, got NoneType"),
        (1j, TypeError, "{}: expected a real number, got complex"),
        ([0.1], TypeError, "{}: expected a real number, got list"),
        (np.ones(2), TypeError, r"{}: expected a real number, got ndarray of shape \(2,\)"),
        (np.ma.masked, TypeError, "{}: expected a real number, got MaskedConstant"),
        pytest.param(10**400, OverflowError, "too large", id="too large"),
    ],
)
@each_hyperparameter
def test_a_bad_setting_is_an_error_at_once(engine, cls, name, bad, error, match):
    optimizer = cls(values(engine))
    before = optimizer.hyperparameters()
    with pytest.raises(error, match=match.format(name)):
        setattr(optimizer, name, bad)
    with pytest.raises(error, match=match.format(name)):
        cls(values(engine), **{name: bad})
    assert optimizer.hyperparameters() == before


@pytest.mark.parametrize("cls", [Adam, AdamW])
def test_betas(engine, cls):
    optimizer = cls(values(engine))
    assert optimizer.betas == (0.9, 0.999)
    optimizer.betas = np.float32(0.5), Fraction(1, 4)
    assert optimizer.betas == (optimizer.beta1, optimizer.beta2) == (0.5, 0.25)
    made = cls(values(engine), betas=(0.5, 0.25))
    assert stepped(optimizer) == stepped(made)
    for bad in (1, -0.1, math.nan):
        for name in ("beta1", "beta2"):
            with pytest.raises(ValueError, match=f"0 <= {name} < 1"):
                setattr(optimizer, name, bad)
        with pytest.raises(ValueError, match="0 <= beta2 < 1"):
            optimizer.betas = 0.1, bad
    with pytest.raises(TypeError):
        optimizer.betas = 0.1
    assert optimizer.betas == (0.5, 0.25)


def test_flags_and_nesterov(engine):
    optimizer = SGD(values(engine))
    with pytest.raises(ValueError, match="nesterov needs a momentum > 0"):
        optimizer.nesterov = 1
    optimizer.momentum, optimizer.nesterov = 0.5, 1
    assert optimizer.nesterov is True
    for name, bad in (("momentum", 0), ("dampening", 0.5)):
        with pytest.raises(ValueError, match="nesterov needs a momentum > 0 and dampening = 0"):
            setattr(optimizer, name, bad)
    assert stepped(optimizer) == stepped(SGD(values(engine), momentum=0.5, nesterov=True))
    optimizer.nesterov, optimizer.momentum = False, 0
    adam = Adam(values(engine))
    adam.amsgrad = np.True_
    assert adam.amsgrad is True
    assert stepped(adam) == stepped(Adam(values(engine), amsgrad=True))


def test_the_programs_own_attributes_are_accepted(engine):
    optimizer = SGD(values(engine))
    optimizer.warmup = "long"
    assert optimizer.warmup == "long"
    del optimizer.warmup


def test_in_fit_a_callback_may_assign(jit_engine):
    path = []
    for rate in (np.float32(0.01), float(np.float32(0.01))):
        w = Value(1.0)
        sgd = SGD([w], lr=0.5)

        def slower(epoch, loss, sgd=sgd, rate=rate):
            sgd.lr = rate

        jit(lambda x, w=w: w * x).fit([1.0, 3.0], optimizer=sgd, epochs=3, callback=slower)
        path.append(w.data)
    assert path[0] == path[1]


# --- schedulers ---


@pytest.mark.parametrize(
    "cls, settings, name, good, bad",
    [
        (StepLR, {"step_size": 2}, "gamma", np.float32(0.1), -1),
        (StepLR, {"step_size": 2}, "gamma", Decimal("0.1"), math.nan),
        (StepLR, {"step_size": 2}, "step_size", np.int64(3), 0),
        (StepLR, {"step_size": 2}, "step_size", 1, 2.5),
        (StepLR, {"step_size": 2}, "base_lr", np.float32(0.1), -0.1),
        (StepLR, {"step_size": 2}, "last_epoch", np.int8(3), -1),
        (CosineAnnealingLR, {"T_max": 4}, "eta_min", np.float16(0.01), math.inf),
        (CosineAnnealingLR, {"T_max": 4}, "T_max", np.uint8(3), "3"),
        (LinearLR, {}, "start_factor", np.float32(0.5), 0),
        (LinearLR, {}, "end_factor", np.float32(0.5), 1.5),
        (LinearLR, {}, "total_iters", np.int64(3), 0),
    ],
)
def test_schedulers(engine, cls, settings, name, good, bad):
    scheduler = cls(SGD(values(engine), lr=0.5), **settings)
    setattr(scheduler, name, good)
    now = getattr(scheduler, name)
    assert type(now) in (int, float) and now == (int if type(now) is int else float)(good)
    with pytest.raises(ValueError, match=name):
        setattr(scheduler, name, bad)
    if name not in ("last_epoch", "step_size", "T_max", "total_iters"):
        with pytest.raises(TypeError, match=f"{name}: expected a real number, got str"):
            setattr(scheduler, name, "0.1")
    assert getattr(scheduler, name) == now
    for _ in range(5):
        scheduler.step()
        assert type(scheduler.optimizer.lr) is float


def test_a_rate_that_overflows_leaves_the_epoch_alone(engine):
    scheduler = StepLR(SGD(values(engine), lr=1e300), 1, gamma=1e10)
    for _ in range(2):
        with pytest.raises((ValueError, OverflowError)):
            scheduler.step()
        assert (scheduler.last_epoch, scheduler.optimizer.lr) == (0, 1e300)


# --- momentum that is switched on later ---

GRADIENTS = [0.5, -1.0, 0.0, 2.0, 0.25, -0.75]


def with_momentum_later(optimizer, gradient):
    """Take six steps, with momentum in the third, fourth and sixth; return the momenta."""
    path = []
    for i, g in enumerate(GRADIENTS):
        now = 0.9 if i in (2, 3, 5) else 0.0
        if isinstance(optimizer, optim.SGD):
            optimizer.momentum = now
        else:
            optimizer.param_groups[0]["momentum"] = now
        gradient(g)
        optimizer.step()
        path.append(now)
    return path


@pytest.mark.parametrize("settings", [{}, {"weight_decay": 0.1}, {"lr": 0.1, "dampening": 0.75}])
def test_the_first_gradient_with_momentum_is_not_dampened(engine, settings):
    torch = pytest.importorskip("torch")
    settings = {"lr": 0.5, "dampening": 0.5, **settings}
    tensor = torch.tensor([1.0, -2.0], dtype=torch.float64, requires_grad=True)
    theirs = torch.optim.SGD([tensor], **settings)
    ps = values(engine, [1.0, -2.0])
    ours = SGD(ps, **settings)

    def give_torch(g):
        tensor.grad = torch.tensor([g, 2 * g], dtype=torch.float64)

    def give_us(g):
        ps[0].grad, ps[1].grad = g, 2 * g

    with_momentum_later(theirs, give_torch)
    with_momentum_later(ours, give_us)
    assert [p.data for p in ps] == pytest.approx(tensor.tolist(), rel=1e-14)


def test_a_first_gradient_of_zero_counts(engine):
    optimizer = SGD(values(engine, [0.0]), lr=1.0, momentum=0.5, dampening=0.5)
    assert stepped(optimizer, (0.0, 1.0)) == [[0.0], [-0.5]]


@pytest.mark.parametrize("own", [False, True])
def test_momentum_later_in_fit(jit_engine, own):
    """With a parameter that the function does not use; own: with an update rule in Python."""
    cls = type("Own", (SGD,), {"_update": SGD._update}) if own else SGD
    a, b, c = Value(0.0), Value(0.0), Value(1.0)
    sgd = cls([c, b, a], lr=1.0, dampening=0.5, weight_decay=0.125)
    f = jit(lambda x: a * x + b * 2.0)
    oracle = SGD([OracleValue(p.data) for p in sgd.params], lr=1.0, dampening=0.5,
                 weight_decay=0.125)  # fmt: skip
    for momentum in (0.0, 0.5):
        sgd.momentum = oracle.momentum = momentum
        f.fit([4.0, 2.0], optimizer=sgd, epochs=1, batch_size=1, shuffle=False)
        for x in (4.0, 2.0):
            for p, g in zip(oracle.params, (0.0, 2.0, x)):
                p.grad = g
            oracle.step()
        assert [p.data for p in sgd.params] == [p.data for p in oracle.params]
    sgd.step()
    for p, ours in zip(oracle.params, sgd.params):
        p.grad = ours.grad
    oracle.step()
    assert [p.data for p in sgd.params] == [p.data for p in oracle.params]


def test_loaded_momentum_continues(engine):
    path = []
    for resume in (False, True):
        optimizer = SGD(values(engine, [1.0]), lr=0.5, momentum=0.5, dampening=0.5)
        stepped(optimizer)
        if resume:
            other = SGD(optimizer.params)
            other.load_state_dict(optimizer.state_dict())
            by_hand = SGD(values(engine, [optimizer.params[0].data]), lr=0.5, momentum=0.5,
                          dampening=0.5)  # fmt: skip
            by_hand.state, by_hand.step_count = other.state_dict()["state"], 3
            path.append(stepped(by_hand))
            optimizer = other
        path.append(stepped(optimizer))
    assert path[0] == path[1] == path[2]


# --- an interrupted step is done wholly or not at all ---


class Interrupted(BaseException):
    pass


def opcodes_until(n, run):
    """Run ``run``; raise Interrupted after n of our bytecodes. True if it was still running."""
    left = n

    def trace(frame, event, arg):
        nonlocal left
        if "micrograd_c" not in frame.f_code.co_filename and "python_ref" not in (
            frame.f_code.co_filename
        ):
            return None
        frame.f_trace_opcodes = True
        left -= event == "opcode"
        if left <= 0:
            raise Interrupted
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        run()
    except Interrupted:
        return True
    finally:
        sys.settrace(before)
    return False


class Counted(SGD):
    """An update rule in Python with state of its own."""

    moved = 0

    def _update(self, data, grad):
        super()._update(data, grad)
        self.moved += 1
        self.state["mine"] = self.state.get("mine", 0) + 1


@pytest.mark.skipif(not hasattr(sys, "settrace"), reason="instructions cannot be traced")
@pytest.mark.parametrize("what", ["step", "load_state_dict"])
def test_an_exception_at_any_instruction_leaves_whole_steps(engine, what):
    handler, quiet = signal.getsignal(signal.SIGINT), np.geterr()

    def state_of(optimizer):
        (buffer,), (p,) = optimizer.state["momentum_buffer"].tolist(), optimizer.params
        own = optimizer.moved, optimizer.state.get("mine", 0)
        return p.data, buffer, optimizer.step_count, optimizer.momentum, own

    seen, n = set(), 0
    while True:
        p = engine.Value(4.0)
        optimizer = Counted([p], lr=1.0, momentum=0.5)
        p.grad = 1.0
        optimizer.step()
        other = Counted([engine.Value(1.0)], momentum=0.25).state_dict()
        before = state_of(optimizer)
        n += 1
        run = optimizer.step if what == "step" else lambda: optimizer.load_state_dict(other)
        was_running = opcodes_until(n, run)
        seen.add(state_of(optimizer))
        assert (signal.getsignal(signal.SIGINT), np.geterr()) == (handler, quiet)
        if not was_running:
            break
    after = {
        "step": (1.5, 1.5, 2, 0.5, (2, 2)),
        "load_state_dict": (3.0, 0.0, 0, 0.25, (1, 0)),
    }
    assert n > 20
    assert seen == {before, after[what]}


def test_names_of_other_libraries():
    value = Value(1.0)
    optimizer = SGD([value], lr=0.1)
    with pytest.raises(AttributeError, match=r"'SGD'.*'param_groups': write optimizer\.lr"):
        optimizer.param_groups[0]["lr"] = 0.5
    with pytest.warns(UserWarning, match="did you mean 'lr'"):
        optimizer.learning_rate = 0.5
    with pytest.raises(AttributeError, match="^'SGD' object has no attribute 'foo'$"):
        optimizer.foo
    assert copy.deepcopy(optimizer).lr == optimizer.lr == 0.1
