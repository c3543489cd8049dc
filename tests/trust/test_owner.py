"""Who owns a node: plain Python programs that once made C use nodes that were freed.

Each runs in an interpreter of its own, since the programs once crashed, or read and wrote
another Value's number; see micrograd_c/_c/node.c.
"""

import pytest
from trust_tools import run_python

PRELUDE = """
import gc, signal, sys, threading, weakref
from {module} import Value
from micrograd_c.functional import total
others = [Value(100.0) for _ in range(50)]
def unharmed():
    more = [Value(100.0) for _ in range(50)]         # these take the free ids
    assert all((v.data, v.grad) == (100.0, 0.0) for v in others + more), "another Value's number"
"""

PROGRAMS = {
    "finalized by hand": """
v = Value(2.0); w = v * 3.0
if hasattr(v, "__del__"): v.__del__()
unharmed()
v.data = 3.0
w.backward()
assert (v.grad, w.data) == (3.0, 6.0)
""",
    "a __del__ that saves self": """
saved = []
class Saved(Value):
    def __del__(self): saved.append(self)
w = Saved(2.0) * 3.0
gc.collect()
w.backward()
del w
gc.collect()
unharmed()
assert saved[0].grad == 3.0 and (saved[0] * 2.0).data == 4.0
saved[0].data = 7.0
unharmed()
""",
    "a tracer that keeps a dying frame's locals": """
kept = []
def keep(frame, event, argument):
    kept.append(dict(frame.f_locals))
class Traced(Value):
    def __del__(self): pass
sys.setprofile(keep)
v = Traced(2.0); w = v * 3.0
del v
sys.setprofile(None)
for names in kept:
    for x in names.values():
        if isinstance(x, Value): x.data = 5.0; x.backward()
unharmed()
""",
    "taken from a weak reference by its callback's thread": """
v = Value(2.0); w = v * 3.0
found = []
r = weakref.ref(v, lambda r: found.append(w._prev[0]))
del v
unharmed()
assert all(x is w._prev[0] and x.data == 2.0 for x in found)
""",
    "initialised again by an attribute's __del__": """
class User:
    def __init__(self, v): self.v = weakref.ref(v)
    def __del__(self):
        v = self.v()
        if v is not None: (v * 2.0).backward(); v.data = 9.0
v = Value(1.0); w = v * 3.0
v.user = User(v)
v.__init__(2.0)
v.user = None
gc.collect()
unharmed()
v = Value(1.0); v.user = User(v); v.__init__(5.0, (others[0],), "mine"); del v
gc.collect()
unharmed()
""",
    "initialised again from its own __float__": """
class Sly:
    def __float__(self):
        v.__init__(4.0)
        return 3.0
v = Value(1.0); w = v * 3.0
v.data = Sly()
assert v.data == 3.0 and w._prev[0] is v
v.grad = Sly()
assert (v.data, v.grad) == (4.0, 3.0)
v.__init__(Sly())
assert (v.data, v.grad) == (3.0, 0.0)
unharmed()
""",
    "initialised again in another thread": """
vs = [Value(1.0) for _ in range(200)]
stop = []
def again():
    while not stop:
        for v in vs: v.__init__(2.0)
thread = threading.Thread(target=again); thread.start()
for _ in range(200):
    total(vs).backward()
    sum(vs[:20]).backward()
stop.append(1); thread.join()
unharmed()
assert all(v.data == 2.0 for v in vs)
""",
    "initialised again while others use it": """
a = Value(2.0); b = a * 3.0; c = b + a
b.__init__(10.0)
c.backward()
assert (a.grad, b.grad, b._prev, b._op) == (1.0, 1.0, (), "")
assert list(c._prev) == [b, a] and c._prev[0] is b
del a, b, c
unharmed()
""",
    "initialised again with operands, while others use it": """
a = Value(2.0); b = Value(3.0); c = b + a
b.__init__(10.0, (a,), (7.0,))
assert c._prev[0] is b and b._prev[0] is a
c.backward()
assert (a.grad, b.grad) == (8.0, 1.0)
c.note = [c]
b.__init__(4.0, (c, others[0]), "mine")              # a cycle, which must not stay
b.__init__(4.0)
x = Value(1.0); x.note = [x]
b.__init__(6.0, (x,), (2.0,))
del b
gc.collect()
found = c._prev[0]
if Value.__module__ != "micrograd_c._c.value" or found._prev:
    assert found._prev[0] is x and found.data == 6.0
del a, c, x, found
unharmed()
""",
    "a parameter that becomes computed": """
from micrograd_c.engine import Value
from micrograd_c import nn
model = nn.MLP(2, [2, 1], nonlin="tanh")
out = model([1.0, 2.0])
p, q = model.parameters()[0], Value(3.0)
p.__init__(p.data, (q,), (5.0,))
out.backward()
assert p.grad != 0.0 and q.grad == 5.0 * p.grad
model.zero_grad(); q.grad = 0.0
model([1.0, 2.0]).backward()
assert p.grad != 0.0 and q.grad == 5.0 * p.grad
p.__init__(0.5, (model([1.0, 2.0]),), "mine")
model([1.0, 2.0]).backward()
del model, out, p, q
unharmed()
""",
    "initialised again with operands in another thread": """
vs = [Value(1.0) for _ in range(200)]
stop = []
def again():
    while not stop:
        for v in vs: v.__init__(2.0, (Value(3.0), Value(4.0), Value(5.0)), "mine")
        for v in vs: v._prev = ()
thread = threading.Thread(target=again); thread.start()
for _ in range(200):
    total(vs).backward()
    sum(vs[:20]).backward()
    assert all(x.data in (3.0, 4.0, 5.0) for v in vs[:20] for x in v._prev)
stop.append(1); thread.join()
unharmed()
assert all(v.data == 2.0 for v in vs)
""",
    "attributes that go past __setattr__ and close a cycle": """
from micrograd_c._c import value as c_value
count = c_value.live_nodes() if Value is c_value.Value else 0
class Raises:
    def __del__(self): raise KeyError
sys.unraisablehook = lambda unraisable: None
for i in range(10):
    v = Value(2.0); w = v * 3.0; root = w + 1.0
    v.label = "v"
    vars(v)["mine"] = [w, v, Raises()]
    if i % 2: vars(w)["mine"] = {"root": root}
    del v
    if i % 2 == 0: gc.collect()
    if i % 3: assert w._prev[0].label == "v" and w._prev[0].data == 2.0
    del w, root
gc.collect()
assert Value is not c_value.Value or c_value.live_nodes() == count
unharmed()
""",
    "two initialised with each other": """
a = Value(2.0)
b = a * 3.0
for _ in range(100):
    a.__init__(1.0, (b,), "a"); b.__init__(2.0, (a,), "b")
del a, b
gc.collect()
unharmed()
""",
    "a subclass's __del__ that does not call ours": """
class Mine(Value):
    def __del__(self): pass
from micrograd_c._c import value as c_value
count = c_value.live_nodes() if Value is c_value.Value else 0
for _ in range(100): Mine(1.0) * 2.0
gc.collect(); gc.collect()  # on PyPy the second frees what an object with a __del__ held
assert Value is not c_value.Value or c_value.live_nodes() == count
""",
    "finalizers that take a lock and read _prev": """
lock = threading.Lock()
class Reader:
    def __init__(self, v): self.me, self.v = self, v
    def __del__(self):
        with lock: self.v._prev
def read():
    for _ in range(300):
        gc.disable()
        with lock: (Value(1.0) * 2.0 + 1.0)._prev[0]._prev
        gc.enable()
def litter():
    for _ in range(300): Reader(Value(1.0) * 3.0)
threads = [threading.Thread(target=f, daemon=True) for f in (read, litter)]
for t in threads: t.start()
for t in threads: t.join(60)
assert not any(t.is_alive() for t in threads), "deadlock"
unharmed()
""",
    "a labelled input of a layer that records nothing": """
import copy
from micrograd_c import nn, no_grad
from micrograd_c.engine import Value
h = Value(1.0); h.label = "h"; h.more = [1]
with no_grad(): y = nn.Layer(1, 2)([h])[0]
assert tuple(y._prev) == () and copy.deepcopy(y).data == y.data
""",
    "never initialised, with a __getattr__ on the class": """
half = Value.__new__(Value)
for use in (lambda: half.data, lambda: half * 2.0, lambda: 2.0 * half, lambda: half.backward(),
            lambda: half._prev, lambda: total([half, half]), lambda: others[0] + half):
    try: use()
    except AttributeError: pass
    else: raise AssertionError("no error")
Value.__getattr__ = lambda self, name: 1.0
half = Value.__new__(Value)
try: half * 2.0
except (AttributeError, TypeError): pass
del Value.__getattr__, half
unharmed()
""",
    "frozen": """
v = Value(2.0); w = v * 3.0
if hasattr(gc, "freeze"):
    gc.freeze(); count = gc.get_freeze_count()
    assert w._prev[0] is v and gc.get_freeze_count() == count > 0
""",
    "a custom backward that drops the graph": """
x = Value(1.0)
y = x * 2.0
out = Value(3.0, (y,), "mine")
root = [(out * 2.0 + y).tanh()]
def step():
    root.clear(); out.__init__(1.0); y.__init__(1.0)
    gc.collect(); unharmed()
out._backward = step
root[0].backward()
del out, y, step
gc.collect()
unharmed()
""",
    "attributes left behind and taken up": """
for i in range(1000):
    v = Value(1.0); v.label = f"v{i}"
    w = v * 2.0; w.note = i
    root = w + 1.0
    del v, w
    if i % 2: assert root._prev[0].note == i and root._prev[0]._prev[0].label == f"v{i}"
    if i % 3: del root
unharmed()
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("module", ["micrograd_c.engine", "python_ref.engine"], ids=["c", "py"])
def test_program(module, name):
    run_python(PRELUDE.format(module=module) + PROGRAMS[name])
