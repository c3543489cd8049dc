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
