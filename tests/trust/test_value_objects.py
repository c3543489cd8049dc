"""A Value as a Python object: classes, slots, ``__dict__``, weak references, finalizers."""

import gc
import sys
import weakref

import pytest

cpython = pytest.mark.skipif(
    sys.implementation.name != "cpython", reason="PyPy finalizes in its own order"
)


def test_slots_of_a_subclass_stay_with_the_node(engine, live_nodes):
    class Slots(engine.Value):
        __slots__ = ("x",)

    before = live_nodes()
    s = Slots(1.0)
    s.x = [s]
    w = s * 2.0
    del s
    gc.collect()
    assert type(w._prev[0]) is Slots and w._prev[0].x == [w._prev[0]]
    del w
    assert live_nodes() == before


def test_a_class_that_is_assigned_stays_with_the_node(engine):
    class Sub(engine.Value):
        pass

    v = engine.Value(1.0)
    w = v * 2.0
    v.__class__ = Sub
    del v
    gc.collect()
    assert type(w._prev[0]) is Sub
    w._prev[0].__class__ = engine.Value
    assert type(w._prev[0]) is engine.Value and (w._prev[0] + 1.0).data == 2.0


def test_several_base_classes(engine):
    class Mixin:
        def hello(self):
            return "hello"

    class Both(Mixin, engine.Value):
        pass

    assert Both(1.0).hello() == "hello" and (Both(1.0) + 1.0).data == 2.0


@pytest.mark.parametrize("wrong", [None, 3, []])
def test_a_dict_that_is_none(engine, wrong):
    v = engine.Value(1.0)
    with pytest.raises(TypeError):
        v.__dict__ = wrong
    assert v.data == 1.0


def test_a_dict_that_is_assigned(engine):
    class OwnDict(dict):
        pass

    v = engine.Value(1.0)
    v.__dict__ = OwnDict(vars(v), label="q", a=1)
    w = v * 2.0
    del v
    assert (w._prev[0].label, w._prev[0].a) == ("q", 1)


def test_attributes_from_before_init(engine):
    v = object.__new__(engine.Value)
    vars(v)["k"] = 1
    v.__init__(3.0)
    w = v + 1.0
    del v
    assert w._prev[0].k == 1 and w._prev[0].data == 3.0


def test_an_exception_in_flight_while_values_die(engine, monkeypatch):
    class Bomb:
        def __del__(self):
            raise KeyError

    def work():
        v = engine.Value(1.0)
        w = v * 2.0
        vars(v)["bomb"] = Bomb()
        w.bomb = Bomb()
        del v
        raise ValueError("kept")

    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: None)
    with pytest.raises(ValueError, match="kept"):
        work()


@pytest.mark.parametrize("how", ["attributes", "past __setattr__", "operands"])
def test_long_chains_die_without_recursion(engine, live_nodes, how):
    before = live_nodes()
    v = engine.Value(0.0)
    v.keep = []
    for _ in range(50_000):
        u = v * 1.0 if how == "operands" else engine.Value(1.0)
        if how == "attributes":
            u.below = [v]
        elif how == "past __setattr__":
            vars(u)["below"] = v
        v = u
    del u, v
    assert live_nodes() == before


@cpython
def test_weak_reference_callbacks_all_find_the_same_value(engine):
    v, found = engine.Value(1.0), []
    w = v * 2.0
    refs = [weakref.ref(v, lambda _: found.append(w._prev[0])) for _ in range(5)]
    finalizer = weakref.finalize(v, found.append, w)
    del v
    values = [x for x in found if x is not w]
    assert all(x is w._prev[0] and x.data == 1.0 for x in values)
    assert refs and (not finalizer.alive) == bool(found)


def test_attributes_written_into_the_dict(engine, live_nodes):
    """Such attributes die with a Value that nothing holds if they refer to an object: they may
    close a cycle."""
    before = live_nodes()
    for what in ([1], {"a": 2}, object()):
        v = engine.Value(1.0)
        w = v * 2.0
        v.label = "v"
        vars(v).update(what=what, w=w, mine=v)
        del v
        gc.collect()
        assert w._prev[0].label == "v"
        del w
    assert live_nodes() == before
