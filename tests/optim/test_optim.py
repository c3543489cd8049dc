"""micrograd_c.optim against PyTorch, the textbook rules, and the other engine."""

import copy
import gc
import inspect
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from optim_tools import START, values

from micrograd_c.optim import SGD, Adam, AdamW, RMSprop
from python_ref.engine import Value as OracleValue

KINDS = [SGD, Adam, AdamW, RMSprop]

# each option of each rule, alone and together
RULES = [
    (SGD, {}),
    (SGD, {"lr": 0.05, "weight_decay": 0.1}),
    (SGD, {"lr": 0.05, "momentum": 0.9}),
    (SGD, {"lr": 0.05, "momentum": 0.9, "dampening": 0.3}),
    (SGD, {"lr": 0.02, "momentum": 0.8, "dampening": 0.3, "weight_decay": 0.01}),
    (SGD, {"lr": 0.02, "momentum": 0.8, "nesterov": True, "weight_decay": 0.01}),
    (Adam, {}),
    (Adam, {"lr": 0.1, "betas": (0.8, 0.99), "eps": 1e-4}),
    (Adam, {"lr": 0.1, "betas": (0.0, 0.0)}),
    (Adam, {"lr": 0.1, "weight_decay": 0.1}),
    (Adam, {"lr": 0.1, "weight_decay": 0.1, "amsgrad": True, "betas": (0.3, 0.5)}),
    (AdamW, {}),
    (AdamW, {"lr": 0.1, "weight_decay": 0.3}),
    (AdamW, {"lr": 0.1, "weight_decay": 0.3, "amsgrad": True, "betas": (0.3, 0.5)}),
    (RMSprop, {}),
    (RMSprop, {"lr": 0.05, "alpha": 0.8, "eps": 1e-4}),
    (RMSprop, {"lr": 0.05, "weight_decay": 0.1, "momentum": 0.5}),
    (RMSprop, {"lr": 0.01, "alpha": 0.9, "eps": 1e-3, "centered": True}),
    (RMSprop, {"lr": 0.01, "eps": 1e-3, "centered": True, "momentum": 0.5, "weight_decay": 0.1}),
]
each_rule = pytest.mark.parametrize(
    "cls, settings", RULES, ids=lambda x: x.__name__ if isinstance(x, type) else ",".join(x)
)


def bumpy(ws):
    """A loss of Values or tensors, with curvature of both signs and scales far apart."""
    return sum((w - i) ** 2 * 3.0**i / 10 + (w * 2).sin() for i, w in enumerate(ws))


def train(optimizer, steps):
    """Train; return the parameters after each step."""
    path = []
    for _ in range(steps):
        optimizer.zero_grad()
        bumpy(optimizer.params).backward()
        optimizer.step()
        path.append([p.data for p in optimizer.params])
    return path


@each_rule
def test_steps_are_those_of_torch(engine, cls, settings):
    torch = pytest.importorskip("torch")
    tensor = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    theirs = getattr(torch.optim, cls.__name__)([tensor], **settings)
    for ours in train(cls(values(engine), **settings), 60):
        theirs.zero_grad()
        bumpy(tensor).backward()
        theirs.step()
        assert ours == pytest.approx(tensor.tolist(), rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("cls", KINDS)
def test_names_and_defaults_are_those_of_torch(cls):
    torch = pytest.importorskip("torch")
    theirs = inspect.signature(getattr(torch.optim, cls.__name__)).parameters
    for name, parameter in inspect.signature(cls).parameters.items():
        assert parameter.default == theirs[name].default


@each_rule
def test_engines_agree_bit_for_bit(engine, cls, settings):
    ours = train(cls(values(engine), **settings), 20)
    assert ours == train(cls([OracleValue(x) for x in START], **settings), 20)


# --- the rules as their authors wrote them, on one number ---


def feed(optimizer, gradients):
    (p,) = optimizer.params
    for gradient in gradients:
        p.grad = gradient
        optimizer.step()
    return p.data


GRADIENTS = st.lists(st.floats(-10, 10).filter(lambda g: abs(g) > 1e-3), min_size=1, max_size=10)


@given(gradients=GRADIENTS, lr=st.floats(0, 1), momentum=st.floats(0, 0.99))
def test_momentum_is_a_decaying_sum_of_gradients(engine, gradients, lr, momentum):
    moved = feed(SGD(values(engine, [0.0]), lr=lr, momentum=momentum), gradients)
    velocity = [
        sum(momentum ** (t - i) * g for i, g in enumerate(gradients[: t + 1]))
        for t in range(len(gradients))
    ]
    assert moved == pytest.approx(-lr * sum(velocity), rel=1e-9, abs=1e-9)


@given(gradients=GRADIENTS, beta1=st.floats(0, 0.95), beta2=st.floats(0, 0.999))
def test_adam_divides_the_mean_gradient_by_its_root_mean_square(engine, gradients, beta1, beta2):
    def mean(xs, beta):  # weighted by beta**age
        weights = [beta ** (len(xs) - 1 - i) for i in range(len(xs))]
        return sum(w * x for w, x in zip(weights, xs)) / sum(weights)

    moved = feed(Adam(values(engine, [0.0]), lr=0.5, betas=(beta1, beta2), eps=0), gradients)
    expected = 0.0
    for t in range(1, len(gradients) + 1):
        seen = gradients[:t]
        expected -= 0.5 * mean(seen, beta1) / math.sqrt(mean([g * g for g in seen], beta2))
    assert moved == pytest.approx(expected, rel=1e-9, abs=1e-9)


@given(gradient=st.floats(1e-3, 1e3), sign=st.sampled_from([-1, 1]))
def test_the_first_rmsprop_step_ignores_the_gradients_size(engine, gradient, sign):
    moved = feed(RMSprop(values(engine, [0.0]), lr=0.1, alpha=0.75, eps=0), [sign * gradient])
    assert moved == pytest.approx(-sign * 0.1 / math.sqrt(1 - 0.75))


def test_centered_rmsprop_stays_finite_when_the_gradient_never_changes(engine):
    optimizer = RMSprop(values(engine, [0.0, 0.0, 0.0]), alpha=0.5, centered=True)
    for _ in range(200):  # the variance decays to 0, and by rounding even below 0
        for p, gradient in zip(optimizer.params, (0.1, 0.3, 0.7)):
            p.grad = gradient
        optimizer.step()
    assert all(math.isfinite(p.data) for p in optimizer.params)


# --- an optimizer's state ---


def test_zero_grad_sets_every_gradient_to_zero(engine):
    params = values(engine)
    for p in params:
        p.grad = 3.0
    SGD(params).zero_grad()
    assert [p.grad for p in params] == [0.0] * len(params)
    assert [p.data for p in params] == START


def test_step_keeps_gradients_and_uses_current_data_and_lr(engine):
    w = engine.Value(1.0)
    optimizer = SGD([w], lr=0.5)
    w.grad = 2.0
    optimizer.step()
    assert (w.data, w.grad) == (0.0, 2.0)
    w.data, optimizer.lr = 10.0, 0.25
    optimizer.step()
    assert (w.data, w.grad) == (9.5, 2.0)


def test_infinities_and_nans_propagate(engine):
    for cls in KINDS:  # without a warning, which pytest would make an error
        params = values(engine, [1.0, 1.0, 1.0])
        optimizer = cls(params)
        for p, gradient in zip(params, (math.inf, math.nan, 1e308)):
            p.grad = gradient
        optimizer.step()
        optimizer.step()
        assert not math.isfinite(params[0].data)
        assert math.isnan(params[1].data)


@pytest.mark.parametrize("cls", KINDS)
def test_the_attributes_that_fits_loop_in_c_reads(engine, cls):
    optimizer = cls(values(engine), lr=0.5)
    train(optimizer, 3)
    assert optimizer.kind == cls.__name__.lower()
    assert optimizer.step_count == 3
    for name, number in optimizer.hyperparameters().items():
        assert isinstance(number, (float, bool)) and number == getattr(optimizer, name)
    assert set(optimizer.state) == set(optimizer.state_names)
    for array in optimizer.state.values():
        assert array.dtype == np.float64 and array.shape == (len(START),)


@each_rule
def test_a_loaded_optimizer_continues_the_saved_training(engine, cls, settings):
    optimizer = cls(values(engine), **settings)
    path = train(optimizer, 7)
    saved = optimizer.state_dict()
    expected = train(optimizer, 7)  # which must not change what was saved

    resumed = cls(values(engine, path[-1]))
    resumed.load_state_dict(saved)
    assert resumed.hyperparameters() == optimizer.hyperparameters()
    assert train(resumed, 7) == expected
    assert saved["step_count"] == 7


@pytest.mark.parametrize(
    "change, error, message",
    [
        ({"kind": "adam"}, ValueError, "the state of 'sgd', got 'adam'"),
        ({"kind": None}, ValueError, r"state_dict: missing \['kind'\]"),
        ({"more": 1}, ValueError, r"unexpected \['more'\]"),
        ({"step_count": -1}, ValueError, "an int >= 0 as step_count, got -1"),
        ({"hyperparameters": {}}, ValueError, r"hyperparameters: missing \['lr', "),
        ({"state": {}}, ValueError, r"state: missing \['momentum_buffer'\]"),
        ({"state": []}, TypeError, "a dict as state, got list"),
        ({"state": {"momentum_buffer": [1.0]}}, ValueError, r"shape \(5,\), got \(1,\)"),
    ],
)
def test_a_bad_state_dict_changes_nothing(engine, change, error, message):
    optimizer = SGD(values(engine), momentum=0.9)
    train(optimizer, 2)
    before = optimizer.state_dict()
    other = SGD(values(engine), lr=9.0, momentum=0.5).state_dict()
    bad = {name: x for name, x in {**other, **change}.items() if x is not None}
    with pytest.raises(error, match=message):
        optimizer.load_state_dict(bad)
    after = optimizer.state_dict()
    assert after.pop("state")["momentum_buffer"].tolist() == (
        before.pop("state")["momentum_buffer"].tolist()
    )
    assert after == before


def test_a_loaded_hyperparameter_is_checked(engine):
    optimizer = SGD(values(engine), momentum=0.5)
    train(optimizer, 2)
    bad = optimizer.state_dict()
    optimizer = SGD(values(engine))
    bad["hyperparameters"]["lr"] = -1.0
    with pytest.raises(ValueError, match="lr >= 0, got -1.0"):
        optimizer.load_state_dict(bad)
    assert (optimizer.lr, optimizer.step_count) == (1e-3, 0)
    assert not optimizer.state["momentum_buffer"].any()


@pytest.mark.parametrize("cls", KINDS)
def test_c_has_the_rule_of_each_kind(cls):
    native = pytest.importorskip("micrograd_c._native")
    lib, ffi = native.lib, native.ffi
    kind = lib.mg_optimizer_find(cls.kind.encode())
    info = lib.mg_optimizer_describe(kind)
    assert kind >= 0 and ffi.string(info.name).decode() == cls.kind
    assert info.n_state == len(cls.state_names)
    assert ffi.string(info.flag).decode() in inspect.signature(cls).parameters
    assert lib.mg_optimizer_find(b"lion") == -1


def test_repr(engine):
    assert repr(SGD(values(engine), lr=0.5)) == (
        "SGD(5 parameters, lr=0.5, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False)"
    )


# --- errors ---


@pytest.mark.parametrize("cls", KINDS)
def test_bad_parameters(engine, cls):
    a, b = engine.Value(1.0), engine.Value(1.0)
    with pytest.raises(ValueError, match="at least one parameter"):
        cls([])
    with pytest.raises(ValueError, match="parameter 2 is parameter 0 again"):
        cls([a, b, a])
    with pytest.raises(ValueError, match=r"parameter 1 is computed by '\*'"):
        cls([a, a * b])
    with pytest.raises(TypeError, match="got float as number 1"):
        cls([a, 1.0])
    with pytest.raises(TypeError, match=r"such as model.parameters\(\), got Value"):
        cls(a)
    cls(p for p in (a, b))  # an iterator is accepted


@pytest.mark.parametrize(
    "cls, settings, message",
    [
        *((cls, {"lr": -0.1}, "finite lr >= 0, got -0.1") for cls in KINDS),
        *((cls, {"lr": math.nan}, "finite lr >= 0, got nan") for cls in KINDS),
        *((cls, {"weight_decay": -1}, "weight_decay >= 0") for cls in KINDS),
        (SGD, {"momentum": -1}, "momentum >= 0"),
        (SGD, {"nesterov": True}, "nesterov needs a momentum > 0"),
        (SGD, {"nesterov": True, "momentum": 0.9, "dampening": 0.1}, "and dampening = 0"),
        (Adam, {"betas": (1.0, 0.9)}, "0 <= beta1 < 1, got 1.0"),
        (AdamW, {"betas": (0.9, -0.1)}, "0 <= beta2 < 1, got -0.1"),
        (Adam, {"eps": -1e-8}, "eps >= 0"),
        (RMSprop, {"alpha": -0.1}, "alpha >= 0"),
        (RMSprop, {"momentum": -0.1}, "momentum >= 0"),
    ],
)
def test_bad_hyperparameters(engine, cls, settings, message):
    with pytest.raises(ValueError, match=message):
        cls(values(engine), **settings)


def test_a_hyperparameter_that_is_no_number(engine):
    with pytest.raises(TypeError, match="expected a real number, got str"):
        SGD(values(engine), lr="0.1")


def test_a_parameter_that_is_initialised_again(engine):
    w = engine.Value(1.0)
    optimizer = SGD([w], lr=0.5)
    for data in (2.0, 4.0):
        w.__init__(data)
        w.grad = 1.0
        optimizer.step()
        assert w.data == data - 0.5
        optimizer.zero_grad()
        assert w.grad == 0.0


# --- parameters and state that a program replaces ---


def stepped(optimizer):
    for i, p in enumerate(optimizer.params):
        p.grad = 1.0 + i
    optimizer.step()
    return [p.data for p in optimizer.params]


def test_parameters_may_be_replaced(engine):
    optimizer = SGD(values(engine, [1.0, 2.0]), lr=1.0, momentum=0.5)
    stepped(optimizer)
    new = values(engine, [5.0, 6.0])
    optimizer.params = new
    assert stepped(optimizer) == [5.0 - 1.5, 6.0 - 3.0]
    assert optimizer.params == tuple(new)
    optimizer.params = optimizer.params[:1]
    gc.collect()
    with pytest.raises(ValueError, match=r"momentum_buffer .* of shape \(1,\), got .*\(2,\)"):
        optimizer.step()
    optimizer.state = {"momentum_buffer": np.zeros(1)}
    assert stepped(optimizer) == [2.5]
    with pytest.raises(AttributeError):
        optimizer.params.append(engine.Value(1.0))
    with pytest.raises(ValueError, match="at least one parameter"):
        optimizer.params = []
    assert len(optimizer.params) == 1


@pytest.mark.parametrize(
    "array",
    [
        np.zeros(1), np.zeros((2, 1)), np.zeros(2, np.float32), np.zeros(2, ">f8"),
        np.zeros(4)[::2], [0.0, 0.0], None, np.frombuffer(bytes(16)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("first", [True, False])
def test_a_state_that_does_not_fit(engine, array, first):
    optimizer = Adam(values(engine, [1.0, 2.0]), lr=0.5)
    if not first:
        stepped(optimizer)
    before = [p.data for p in optimizer.params], optimizer.step_count
    optimizer.state["exp_avg"] = array
    for _ in range(2):
        with pytest.raises(ValueError, match=r"exp_avg in state .* of shape \(2,\), got"):
            optimizer.step()
    assert ([p.data for p in optimizer.params], optimizer.step_count) == before
    optimizer.state["exp_avg"] = np.zeros(2)
    stepped(optimizer)
    del optimizer.state["exp_avg"]
    with pytest.raises(ValueError, match="exp_avg in state"):
        optimizer.step()


def test_a_step_count_that_is_set(engine):
    optimizer = Adam(values(engine, [1.0]), lr=0.5)
    stepped(optimizer)
    optimizer.step_count = 0
    other = Adam(values(engine, [1.0]), lr=0.5)
    optimizer.state, optimizer.params[0].data = other.state, 1.0
    assert stepped(optimizer) == pytest.approx([0.5])
    assert optimizer.step_count == 1 and type(optimizer.step_count) is int
    again = copy.deepcopy(optimizer)
    stepped(again)
    assert (again.step_count, optimizer.step_count) == (2, 1)


def test_parameters_of_both_engines():
    from micrograd_c.engine import Value

    if Value is OracleValue:
        pytest.skip("there is one engine")
    for first, second in ((Value, OracleValue), (OracleValue, Value)):
        with pytest.raises(TypeError, match="parameter 1 is a Value of another engine"):
            SGD([first(1.0), second(1.0)])
