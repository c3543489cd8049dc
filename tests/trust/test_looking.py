"""What interrupts a search for Values, or comes in the middle of one: micrograd_c/_looking.py."""

import gc

# --- objects that the search meets ------------------------------------------------------


def test_a_subclass_that_knows_every_name(engine):
    class Anything(engine.Value):
        def __getattr__(self, name):
            return f"the {name}"

    x = Anything(3.0)
    y = x * 2.0
    y.backward()
    assert (x.grad, x.unknown, x._prev, y._prev[0]) == (2.0, "the unknown", (), x)
    del x, y
    gc.collect()


def test_a_half_made_one_that_knows_no_name(engine):
    """Whoever asks it for one gets a RecursionError, but the search does not ask."""

    class Delegating(engine.Value):
        def __getattr__(self, name):
            return getattr(self.inner, name)

    half = Delegating.__new__(Delegating)
    x = engine.Value(3.0)
    y = x * 2.0
    assert y._prev[0] is x
    del half


def test_a_step_that_makes_the_root_another_one(engine, live_nodes):
    """The nodes that backward has yet to come by live on, and no others are in their places."""
    before = live_nodes()
    graph = [engine.Value(6.0, (engine.Value(3.0) * 2.0,), "mine")]
    graph.append((graph[0] * 5.0).tanh())
    leaves = [engine.Value(0.5) for _ in range(100)]

    def step():
        graph[1].__init__(1.0)
        graph.clear()
        gc.collect()
        for leaf in leaves:
            graph.append(leaf * leaf)
            graph[-1].backward()

    graph[0]._backward = step
    graph[1].backward()
    assert [leaf.grad for leaf in leaves] == [1.0] * 100
    graph.clear()
    leaves.clear()
    gc.collect()
    assert live_nodes() == before
