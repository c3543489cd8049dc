"""Nets whose modules and inputs change while they are called.

Each test runs in a child process: if C read or wrote memory that is gone, it might crash.
"""

import signal

import pytest
from trust_tools import run_python, size

BEGIN = """
import math, random, signal, sys, threading
from micrograd_c import functional, nn
from micrograd_c.engine import Value
sys.setswitchinterval(1e-6)
ROUNDS = {rounds}
model = nn.MLP(3, [4, 2], nonlin="tanh")
sizes = (ValueError, TypeError)  # raised for a row of another size or kind
def step():
    try:
        out = model([0.5, 1.0, -1.0])
        sum(out).backward()
        assert all(-1e3 < o.data < 1e3 for o in out)
        model.zero_grad()
    except (*sizes, IndexError):
        pass
"""

# Runs work again and again; in its nth run, change is called before our nth bytecode.
AT_EVERY_POINT = """
def at_every_point(prepare, change, work, check, least=30, opcodes=True):
    point = 0
    while True:
        point, passed, state = point + 1, 0, prepare()
        def trace(frame, event, arg):
            nonlocal passed
            if "micrograd_c" not in frame.f_code.co_filename:
                return None
            frame.f_trace_opcodes = opcodes
            if event in ("line", "opcode"):
                passed += 1
                if passed == point:
                    change(*state)
            return trace
        sys.settrace(trace)
        try:
            result = work(*state)
        except sizes as error:
            result = error
        finally:
            sys.settrace(None)
        if passed < point:
            assert point > least, point
            return
        check(result, *state)
"""

END = """
out = model([0.5, 1.0, -1.0])
sum(out).backward()
expected = [0.5, 1.0, -1.0]
for layer in model.layers:
    expected = [
        sum(w.data * x for w, x in zip(n.w, expected)) + n.b.data for n in layer.neurons
    ]
    if layer is not model.layers[-1]:
        expected = [math.tanh(x) for x in expected]
assert all(math.isclose(o.data, x, rel_tol=1e-9, abs_tol=1e-9) for o, x in zip(out, expected))
print("done")
"""

# A list of inputs that shrinks, or is filled with other Values, while a net reads it.
INPUTS = {
    "another thread": """
x = [0.5, 1.0, -1.0]
stop = False
def change():
    while not stop:
        del x[1:]
        x.extend([2.0, -1.0])
        x[:] = [Value(1.0) for _ in range(3)]
        x[:] = [0.5] * 100
        x[:] = [0.5, 1.0, -1.0]
thread = threading.Thread(target=change)
thread.start()
for _ in range(ROUNDS):
    try:
        assert all(-5.0 < out.data < 5.0 for out in model(x))
    except sizes:
        pass
stop = True
thread.join()
""",
    "a signal handler": """
x = [0.5, 1.0, -1.0]
def change(number, frame):
    x[:] = random.choice([[], [0.5], [1.0] * 3, [Value(1.0) for _ in range(3)], [0.5, 1.0, -1.0]])
signal.signal(signal.SIGALRM, change)
signal.setitimer(signal.ITIMER_REAL, 1e-4, 1e-4)
for _ in range(ROUNDS):
    try:
        assert all(-5.0 < out.data < 5.0 for out in model(x))
    except sizes:
        pass
signal.setitimer(signal.ITIMER_REAL, 0)
""",
    "a list with a false length": """
class Long(list):
    def __len__(self):
        return 3
    def tolist(self):
        return self
    ndim = 1
class Row:
    ndim = 1
    def tolist(self):
        return Long([0.5])
    def __iter__(self):
        return iter([0.5])
class Longer(list):
    def __iter__(self):
        return iter([0.5] * 50)
for x in (Long([0.5]), Row(), Longer([1.0] * 3), Long()):
    for net in (model, model.layers[0], model.layers[0].neurons[0]):
        try:
            net(x)
            raise SystemExit(f"{type(x)} was taken")
        except sizes:
            pass
""",
    "a float that changes the list": """
class Number:
    def __float__(self):
        x.clear()
        return 0.5
    __index__ = None
for first in (Number(), 1.0, Value(1.0)):
    for second in (Number(), 1.0, Value(1.0)):
        x = [first, second, Number()]
        try:
            assert all(-5.0 < out.data < 5.0 for out in model(x))
        except sizes:
            pass
""",
}

CHANGED = {
    "emptied": "x.clear()",
    "shortened": "x.pop()",
    "of Values": "x[:] = [Value(v) for v in x]",
    "of others": "x[:] = [None] * 5",
}

AT_INPUTS = """
expected = [out.data for out in model([0.5, 1.0, -1.0])]
def change(x):
    {change}
def check(result, x):
    assert isinstance(result, sizes) or [out.data for out in result] == expected, result
for kind in (float, Value):
    at_every_point(lambda: ([kind(v) for v in (0.5, 1.0, -1.0)],), change, model, check)
"""

# Changes of a model of known numbers: before each its output is 4.0, afterwards 7.0.
MODULE_CHANGES = {
    "an assigned weight": "n.w[0] = Value(4.0)",
    "a weight past the list's methods": "list.__setitem__(n.w, 0, Value(4.0))",
    "a weight in a list that is held": "list.__setitem__(held, 0, Value(4.0))",
    "other weights": "n.w = [Value(4.0), Value(1.0), Value(1.0)]",
    "weights in the dict": "vars(n)['w'] = [Value(4.0), Value(1.0), Value(1.0)]",
    "the bias": "n.b = Value(4.0)",
    "the bias in the dict": "dict.__setitem__(attributes, 'b', Value(4.0))",
    "the dict": "n.__dict__ = {'w': n.w, 'b': Value(4.0), 'nonlin': False}",
    "the class": "n.__class__ = Plus3",
    "the node": "n.w[0].__init__(4.0)",
    "the neuron": "layer.neurons[0] = Plus3(3, nonlin=False)\n    one(layer)",
    "a new model and the bias": "nn.MLP(2, [1])([1.0, 1.0]); n.b = Value(4.0)",
    "another call and the bias": "layer([1.0] * 3); n.b = Value(4.0)",
}
PREPARE = """
class Plus3(nn.Neuron):
    def __call__(self, x):
        return super().__call__(x) + 3.0
def one(layer):
    for p in layer.parameters():
        p.data = 1.0
    return layer
def prepare():
    layer = one(nn.Layer(3, 1, nonlin=False))
    layer.neurons[0].b.data = 1.0
    if called:
        layer([1.0] * 3)
        layer([1.0] * 3)
    n = layer.neurons[0]
    held = n.w if HOLDS else None
    attributes = vars(n) if HOLDS else None
    return layer, n, held, attributes
"""
AT_MODULES = """
def change(layer, n, held, attributes):
    {change}
def check(result, layer, n, held, attributes):
    assert result.data in (4.0, 7.0), result
    result.backward()
    del held, attributes
    for _ in range(2):
        out = layer([1.0] * 3)
        assert out.data == 7.0, out
for called in (False, True):
    at_every_point(prepare, change, lambda layer, *_: layer([1.0] * 3), check)
"""


# Changes that an exception interrupts at any point, as a time limit's signal handler might.
CUT_SHORT = {
    "the bias": "n.b = Value(4.0)",
    "weights": "n.w = [Value(4.0), Value(1.0), Value(1.0)]",
    "a weight": "n.w[0] = Value(4.0)",
    "the dict": "n.__dict__ = {'w': n.w, 'b': Value(4.0), 'nonlin': False}",
    "vars": "vars(n)['b'] = Value(4.0)",
    "deleted and set": "b = n.b; del n.b; n.b = Value(4.0)",
    "the class": "n.__class__ = Plus3",
    "the neurons": "layer.neurons = [Plus3(3, nonlin=False)]; one(layer)",
}
AT_CUTS = """
class Stop(BaseException):
    pass
def stop(*_):
    raise Stop
def work(layer, n, *_):
    try:
        {change}
    except Stop:
        pass
def check(_, layer, n, held, attributes):
    del held, attributes
    n = layer.neurons[0]
    if not hasattr(n, "b"):
        n.b = Value(1.0)
    expected = sum(w.data for w in n.w) + n.b.data + (3.0 if type(n) is Plus3 else 0.0)
    for _ in range(2):
        assert layer([1.0] * 3).data == expected
called = True
# On older Pythons a trace that raises at an opcode is a SystemError: there it raises at lines.
at_every_point(prepare, stop, work, check, least=3, opcodes=sys.version_info >= (3, 11))
"""

# Statements that change or make modules, run while nets are called.
MODULES = {
    "new modules": "nn.MLP(3, [2, 2])([1.0, 1.0, 1.0]); nn.Neuron(2)",
    "weights": """
n = model.layers[0].neurons[0]
list.__setitem__(n.w, slice(None), [Value(0.1 * i) for i in range(3)])
n.w = [Value(0.5) for _ in range(3)]""",
    "sizes": """
w = model.layers[0].neurons[1].w
w.append(Value(0.5)); w.pop(); w.clear(); w.extend(Value(0.5) for _ in range(3))""",
    "neurons": """
neurons = model.layers[1].neurons
neurons.append(nn.Neuron(4)); neurons.pop(); neurons[0] = nn.Neuron(4, nonlin=False)""",
    "layers": "model.layers = [nn.Layer(3, 4, nonlin='tanh'), nn.Layer(4, 2, nonlin=False)]",
    "gradients": "model.zero_grad(); len(model.parameters())",
    "nodes": "[p.__init__(0.25) for p in model.parameters()]",
    "attributes": "vars(model.layers[0].neurons[0])['b'] = Value(0.5)",
    "patches": """
call = nn.Neuron.__call__
nn.Neuron.__call__ = lambda self, x: call(self, x)
nn.Neuron.__call__ = call""",
}
BY_THREAD = """
def change():
{change}
done = False
def work():
    global done
    try:
        for _ in range(ROUNDS):
            change()
    finally:
        done = True
threads = [threading.Thread(target=work)]
def call():
    while not done:
        step()
threads += [threading.Thread(target=call) for _ in range(2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""
BY_SIGNAL = """
def change(*_):
{change}
signal.signal(signal.SIGALRM, change)
signal.setitimer(signal.ITIMER_REAL, 2e-4, 2e-4)
for _ in range(ROUNDS):
    step()
signal.setitimer(signal.ITIMER_REAL, 0)
"""


def run(program):
    assert run_python(BEGIN.format(rounds=size(300, 20_000)) + program + END).endswith("done\n")


def needs_signals(text):
    if "SIGALRM" in text and not hasattr(signal, "SIGALRM"):
        pytest.skip("Windows has no timer signals")


@pytest.mark.parametrize("what", INPUTS)
def test_inputs_that_change(what):
    needs_signals(INPUTS[what])
    run(INPUTS[what])


@pytest.mark.parametrize("what", MODULES)
def test_modules_that_another_thread_changes(what):
    run_changing(BY_THREAD, what)


@pytest.mark.parametrize("what", MODULES)
def test_modules_that_a_signal_handler_changes(what):
    needs_signals(BY_SIGNAL)
    run_changing(BY_SIGNAL, what)


def run_changing(program, what):
    lines = MODULES[what].strip().splitlines()
    run(program.format(change="\n".join("    " + line for line in lines)))


@pytest.mark.parametrize("how", CHANGED)
def test_inputs_that_change_at_any_point(how):
    run(AT_EVERY_POINT + AT_INPUTS.format(change=CHANGED[how]))


@pytest.mark.parametrize("how", MODULE_CHANGES)
def test_modules_that_change_at_any_point(how):
    change = MODULE_CHANGES[how]
    holds = "held" in change or "attributes" in change
    prepare = PREPARE.replace("HOLDS", str(holds))
    run(AT_EVERY_POINT + prepare + AT_MODULES.format(change=change))


@pytest.mark.parametrize("how", CUT_SHORT)
@pytest.mark.parametrize("holds", [False, True], ids=["", "held"])
def test_changes_that_an_exception_cuts_short_at_any_point(how, holds):
    prepare = PREPARE.replace("HOLDS", str(holds))
    run(AT_EVERY_POINT + prepare + AT_CUTS.format(change=CUT_SHORT[how]))


def test_lists_of_bulk_helpers_that_change():
    run(
        """
vs = [Value(1.0) for _ in range(50)]
stop = False
def change():
    while not stop:
        del vs[10:]
        vs.extend(Value(1.0) for _ in range(40))
thread = threading.Thread(target=change)
thread.start()
for _ in range(ROUNDS):
    assert 10.0 <= functional.total(vs).data <= 50.0
    assert abs(sum(v.data for v in functional.softmax(vs)) - 1.0) < 1e-9
    assert set(functional.get_data(vs)) == {1.0}
    functional.zero_grad(vs)
    try:
        functional.dot(vs, vs)
        functional.set_data(vs, [1.0] * 50)
    except ValueError:
        pass
stop = True
thread.join()
"""
    )
