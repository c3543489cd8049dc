"""Graphs that another thread or a signal handler changes while they are being copied."""

import copy
import pickle

import pytest


@pytest.mark.parametrize("how", ["_prev", "__init__", "operands"])
@pytest.mark.parametrize("copied", [copy.deepcopy, pickle.dumps], ids=["deepcopy", "pickle"])
def test_a_graph_that_changes_while_it_is_copied(engine, monkeypatch, how, copied):
    a = engine.Value(2.0)
    b = a * 3.0
    c = b + a

    def change():
        if how == "_prev":
            b._prev = ()
        elif how == "__init__":
            b.__init__(1.0)
        else:
            b.__init__(1.0, (engine.Value(1.0), engine.Value(2.0), engine.Value(3.0)), "mine")

    reads = []
    plain = engine.Value._has_custom_backward

    def asked(self):
        if not reads:
            reads.append(1)
            change()
        return plain(self)

    monkeypatch.setattr(engine.Value, "_has_custom_backward", asked)  # called once for each node
    try:
        made = copied(c)
    except RuntimeError as error:
        assert "was changed while" in str(error)
        return
    made = pickle.loads(made) if copied is pickle.dumps else made
    assert made.data == c.data
