"""The actions that ``stress.py`` chooses from at random, each a function of a World."""

import copy
import gc
import math
import pickle
import weakref

import numpy as np
from stress_world import DEEP, ROWS, Finalizer, Mine, action, check, numbers

from micrograd_c import functional, is_grad_enabled, jit, no_grad, optim
from micrograd_c.engine import Value
from micrograd_c.nn import MLP


@action(4)
def make(world):
    world.add(*world.leaf())


@action(8)
def operate(world):
    (a, x, i), (b, y, j) = world.some(), world.some()
    which = world.rng.randrange(9)
    if which == 0:
        z, number = a + b, x + y
    elif which == 1:
        z, number = (a * 0.5) * b, (x * 0.5) * y
    elif which == 2:
        z, number = (a * 1e-9).tanh(), math.tanh(x * 1e-9)
    elif which == 3:
        z, number = 2.0 - a, 2.0 + x * -1.0
    elif which == 4:
        z, number = a.relu(), x if x > 0 else 0.0
    elif which == 5:
        z, number = functional.total([a, b, a]), 0 + x + y + x
    elif which == 6:
        z, number = sum([a, b]), 0 + x + y
    elif which == 7:
        z, number = functional.dot([a, b], [b, a]), 0 + x * y + y * x
    else:
        z, number = np.float64(0.25) * a, 0.25 * x
    depth = max(i, j) + 1
    if depth > DEEP or not abs(number) < 1e200:
        z, number, depth = Value(next(numbers)), None, 0
        number = z.data
    world.add(z, number, depth)


@action(3)
def drop(world):
    world.taken()


@action()
def drop_most(world):
    del world.slots[: len(world.slots) * 3 // 4]


@action(4)
def read(world):
    seen, todo = set(), [world.some()[0]]
    while todo and len(seen) < 60:
        v = todo.pop()
        if v in seen:
            continue
        seen.add(v)
        check(v)
        operands = v._prev
        todo.extend(operands)
        again = v._prev
        assert len(operands) != len(again) or all(map(lambda a, b: a is b, operands, again))


@action(4)
def set_attribute(world):
    v = world.some()[0]
    which = world.rng.randrange(9)
    if which == 0:
        v.note = [v]
    elif which == 1:
        v.friend = world.some()[0]
    elif which == 2:
        v.held = Finalizer(world, v, world.rng.choice(("raise", "")))
    elif which == 3:
        v.m = next(numbers)
    elif which == 4:
        vars(v)["direct"] = [v, world.some()[0]]
    elif which == 5:
        vars(v)["object"] = Finalizer(world, v, "")
    elif which == 6:
        v.__dict__ = {"label": v.label, "note": {}}
    elif which == 7:
        vars(v).pop("note", None)
    else:
        v.t = (1, 2, "x")


@action(2)
def copied(world):
    v, number, depth = world.some()
    which = world.rng.randrange(3)
    try:
        if which == 0:
            w = copy.deepcopy(v)
        elif which == 1:
            w = copy.copy(v)
        else:
            w = pickle.loads(pickle.dumps(v, world.rng.randrange(2, 6)))
    except (TypeError, pickle.PicklingError, AttributeError) as error:
        assert "pickle" in str(error), error  # locks and custom backwards cannot be copied
        return
    except RuntimeError as error:
        assert "was changed while" in str(error), error  # by another thread
        return
    assert w.data == number and w.label in ("", repr(number))
    for operand in w._prev:
        check(operand)


@action(2)
def change(world):
    v, number, depth = world.taken()
    v.label = ""
    number = next(numbers)
    if isinstance(v, Mine):
        v.number = None
    if world.rng.random() < 0.5:
        v.data = number
    elif isinstance(v, Mine):
        Value.__init__(v, number)
    elif world.rng.random() < 0.6:
        v.__init__(number)
    else:
        v.__init__(number, (Value(number, label=repr(number)), world.leaf()[0]), "mine")
    world.add(v, number, depth)


@action(3)
def refer(world):
    v = world.some()[0]
    if world.rng.random() < 0.5:
        world.refs.insert(0, weakref.ref(v))
    else:
        found = world.shared.given
        world.refs.insert(0, weakref.ref(v, lambda r: found.append((Value(-1.0) * 2.0, -2.0, 0))))


@action(2)
def follow(world):
    for ref in world.refs[:10]:
        v = ref()
        if v is not None:
            check(v)
            check(v * 1.0 if v.label else v)


@action()
def collect(world):
    gc.collect(world.rng.randrange(3))


@action()
def freeze(world):
    if hasattr(gc, "freeze"):
        gc.freeze() if world.rng.random() < 0.5 else gc.unfreeze()


@action(3)
def backward(world):
    n = world.rng.randrange(1, 30)
    xs, ys = [next(numbers) for _ in range(n)], [next(numbers) for _ in range(n)]
    a, b = [Value(x) for x in xs], [Value(y) for y in ys]
    if world.rng.random() < 0.5:
        a[0].label, b[0].note = repr(xs[0]), [a[0]]
    out = functional.dot(a, b) if world.rng.random() < 0.5 else sum(map(Value.__mul__, a, b))
    out.backward()
    assert [v.grad for v in a] == ys and [v.grad for v in b] == xs
    world.some()[0].backward()


@action(2)
def custom_operator(world):
    (a, _, depth), number = world.some(), next(numbers)
    out = Value(number, (a, a), "mine", label=repr(number))
    ran = []

    def step():
        ran.append(out.grad)
        a.grad += out.grad

    out._backward = step
    (out * 2.0).backward()
    assert ran == [2.0], ran
    if depth < DEEP:
        world.add(out, number, depth + 1)


@action(2)
def subclass(world):
    number = next(numbers)
    world.add(Mine(number), number)
    (Mine(number) * 2.0 + 1.0).backward()


@action(2)
def not_recorded(world):
    assert is_grad_enabled()
    (a, x, _), which = world.some(), world.rng.randrange(3)
    if which == 0:
        with no_grad():
            made = a * 0.5
    elif which == 1:
        made = no_grad(lambda: a * 0.5)()
    else:
        made = next(generated(a))
    assert tuple(made._prev) == () and made.data == x * 0.5
    assert is_grad_enabled()


@no_grad()
def generated(a):
    while True:
        yield a * 0.5


@action(2)
def bulk(world):
    some = [world.some() for _ in range(world.rng.randrange(1, 20))]
    assert functional.get_data([v for v, *_ in some]).tolist() == [x for _, x, _ in some]
    made = [next(numbers) for _ in some]
    values = [Value(0.0) for _ in some]
    functional.set_data(values, made)
    functional.set_grad(values, made)
    assert [v.data for v in values] == made == [v.grad for v in values]
    functional.zero_grad(values)
    assert functional.get_grad(values).tolist() == [0.0] * len(values)


@action(2)
def net(world):
    rng = world.rng
    if not world.nets or rng.random() < 0.3:
        world.nets.insert(0, MLP(3, [rng.randrange(2, 5), 2], nonlin="tanh"))
    model = rng.choice(world.nets)
    change_net(rng, model)
    x = [rng.uniform(-1, 1) for _ in range(3)]
    out = model([Value(xi) for xi in x] if rng.random() < 0.3 else x)
    for layer in model.layers:
        x = [sum(w.data * xi for w, xi in zip(n.w, x)) + n.b.data for n in layer.neurons]
        if layer is not model.layers[-1]:
            x = [math.tanh(xi) for xi in x]
    assert all(math.isclose(o.data, xi, rel_tol=1e-9, abs_tol=1e-9) for o, xi in zip(out, x))
    sum(out).backward()
    check_prev(out[0])


def check_prev(v):
    for operand in v._prev:
        check(operand)


def change_net(rng, model):
    n, w = rng.choice(rng.choice(model.layers).neurons), rng.uniform(-1, 1)
    which = rng.randrange(7)
    if which == 0:
        n.w[0] = Value(w)
    elif which == 1:
        n.w[0].__init__(w)
    elif which == 2:
        n.b = Value(w)
    elif which == 3:
        list.__setitem__(n.w, 0, Value(w))
    elif which == 4:
        n.w[0].data = w
    elif which == 5:
        n.w[0].note = []


@action(2)
def shared_net(world):
    model = world.shared.net
    change_net(world.rng, model)
    out = model([0.5, -0.5, world.rng.uniform(-1, 1)])
    assert all(abs(o.data) <= 5.0 for o in out), out
    sum(out).backward()
    if world.rng.random() < 0.2:
        model.zero_grad()


@action(2)
def jitted(world):
    if not world.jits or world.rng.random() < 0.3:
        a, x, _ = world.leaf()
        world.jits.insert(0, (jit(lambda z: a * z + a), x))
    f, x = world.rng.choice(world.jits)
    rows = ROWS[: world.rng.randrange(1, len(ROWS))]
    # Not np.array_equal: it takes an exception from a signal handler for "not equal".
    assert f(rows).tolist() == (x * rows + x).tolist()
    assert math.isclose(f.backward(rows), (x * rows + x).mean(), rel_tol=1e-9)


@action()
def fit(world):
    p = Value(1.0)
    f = jit(lambda x, y: (p * x - y) ** 2)
    kind = world.rng.choice((optim.SGD, optim.Adam))
    f.fit(ROWS, ROWS * 3.0, optimizer=kind([p], lr=0.01), epochs=3, batch_size=5)
    assert 1.0 < p.data < 3.0


@action(3)
def shared_optimizer(world):
    shared, rng = world.shared, world.rng
    adam, which = shared.adam, rng.randrange(8)
    if which == 0:
        n = len(shared.params)
        adam.state = {name: np.zeros(n) for name in adam.state_names}
    elif which == 1:
        adam.load_state_dict(shared.saved)
    elif which == 2:
        adam.lr = rng.uniform(1e-4, 1e-3)
    elif which == 3:
        adam.zero_grad()
    elif which == 4:
        shared.loss.fit(ROWS, optimizer=adam, batch_size=rng.randrange(1, 20))
    elif which == 5:
        adam.params = shared.params
    for p in shared.params[:5]:
        p.grad = rng.uniform(-1, 1)
    adam.step()
    assert all(abs(p.data) < 1e3 for p in shared.params)


@action(3)
def shared_nodes(world):
    halves, rng = world.shared.halves, world.rng
    v, which = rng.choice(halves), rng.randrange(5)
    if which == 0:
        v.__init__(0.5)
    elif which == 1:
        v.__init__(0.5, (Value(1.0), Value(2.0), Value(3.0)), "mine")
    elif which == 2:
        v.__init__(0.5, (Value(1.0),), (1.0,))
    elif which == 3:
        v._prev = ()
    out = functional.total(halves)
    assert out.data == sum(halves).data == 0.5 * len(halves)
    out.backward()
    assert all(operand.data in (1.0, 2.0, 3.0) for operand in v._prev)
    assert set(functional.get_data(halves).tolist()) == {0.5}


@action(3)
def give(world):
    world.shared.given.append(world.taken())


@action(3)
def receive(world):
    try:
        slot = world.shared.given.popleft()
    except IndexError:
        return
    world.add(*slot)
