"""Each allocation of a net's calls fails in turn: MemoryError, the graph is unchanged, no leak.

A case makes its Values and returns them with the work to do. The work is run with the first
allocation failing, then the second, and so on; then with room for no new node, for one, for
two, and so on, until nothing fails.
"""

import random

import pytest
from memory_tools import SLOW, collect, settled, take_free_leaves
from micrograd_c._native import lib
from net_tools import graph, times

from micrograd_c import nn
from micrograd_c._c import value as c_value
from micrograd_c.engine import Value

LIMIT = 200  # more blocks or nodes than any case needs
STEP = 7 if SLOW else 1  # by which the room for nodes grows

pytestmark = pytest.mark.usefixtures("few_free_nodes")


def model_and_inputs(nonlin="tanh"):
    return nn.MLP(2, [3, 2], nonlin=nonlin), [Value(0.5), Value(-1.5)]


def first_call():
    model, x = model_and_inputs()
    return [*model.parameters(), *x], lambda: model(x)


def first_call_on_numbers():
    model, _ = model_and_inputs()
    return model.parameters(), lambda: model([0.5, -1.5])


def call_of_a_layer():
    layer, x = nn.Layer(2, 4, nonlin="leaky_relu"), [Value(0.5), Value(-1.5)]
    return [*layer.parameters(), *x], lambda: layer(x)


def another_call():
    model, x = model_and_inputs()
    out = model(x)
    return out, lambda: model(x)


def call_with_changed_weights():
    model, x = model_and_inputs()
    out = model(x)
    model.parameters()[0].data = 9.0
    return [*out, *model.parameters()], lambda: model(x)


def call_with_labels():
    model, x = model_and_inputs()
    x[0].label = model.parameters()[0].label = "mine"
    return [*x, *model.parameters()], lambda: model(x)


def read_op():
    model, x = model_and_inputs()
    out = model(x)
    return out, lambda: out[0]._op


def read_prev_after_numbers():
    out = nn.MLP(2, [3, 3, 2], nonlin="leaky_relu")([0.5, -1.5])
    return out, lambda: out[1]._prev


def read_prev_of_a_layer():
    out = nn.Layer(2, 3, nonlin="sigmoid")([Value(0.5), Value(-1.5)])
    del out[1]
    return out, lambda: out[0]._prev


def read_op_after_backward():
    model, x = model_and_inputs()
    out = model(x)
    out[0].backward()
    return out, lambda: out[1]._op


def backward_that_needs_nothing():
    model, x = model_and_inputs()
    out = model(x)
    return [*out, *model.parameters()], lambda: out[0].backward()


def backward_again():
    model, x = model_and_inputs()
    loss = sum(model(x))
    loss.backward()
    return [loss], loss.backward


def backward_with_changed_weights():
    model, x = model_and_inputs()
    loss = sum(model(x)) * 2.0
    model.parameters()[0].data = 9.0
    return [loss], loss.backward


def backward_by_hand():
    out = nn.Layer(2, 3)([Value(0.5), Value(-1.5)])
    out[1].grad = 2.0
    return out, lambda: out[1]._backward()


def backward_through_custom_operators():
    model, x = model_and_inputs()
    loss = times(Value, times(Value, model(x)[0], 2.0), 3.0)
    return [loss], loss.backward


def backward_again_through_custom_operators():
    model, x = model_and_inputs()
    out = model(x)
    loss = times(Value, times(Value, out[0], 2.0), 3.0)
    out[1].backward()  # so that the search for the nodes below must expand the net
    return [loss, *out], loss.backward


def backward_through_nodes_without_backward():
    model, x = model_and_inputs()
    out = model(x)
    out[1].backward()
    out[0].grad = 2.5
    root = Value(2.0, (Value(1.0, (out[0],), "mine"),), "mine")
    return [root, *out], root.backward


CASES = [
    first_call, first_call_on_numbers, call_of_a_layer, another_call, call_with_changed_weights,
    call_with_labels, read_op, read_prev_after_numbers, read_prev_of_a_layer,
    read_op_after_backward, backward_that_needs_nothing, backward_again,
    backward_with_changed_weights, backward_by_hand, backward_through_custom_operators,
    backward_again_through_custom_operators, backward_through_nodes_without_backward,
]  # fmt: skip

# These expand nets and then need more memory; a net that was expanded is not restored.
MAY_EXPAND = [backward_through_custom_operators, backward_again_through_custom_operators]


def made_by(case):
    random.seed(1337)
    return case()


def outputs(result):
    return result if isinstance(result, list) else []


def without_room(n_nodes):
    """Take all free nodes but n; return them, so that the caller can release them."""
    taken = take_free_leaves()
    del taken[len(taken) - n_nodes :]
    return taken


class Attempts:
    def __init__(self, case, again):
        """again: after a failure, True repeats the work, False checks that nothing changed."""
        self.case, self.again = case, again
        roots, work = made_by(case)
        self.before = graph(roots)
        roots, work = made_by(case)
        self.after = graph([*roots, *outputs(work())])
        del roots, work
        collect()
        self.nodes, self.blocks = lib.mg_live_nodes(), lib.mg_live_blocks()

    def goes_through(self, nth, forever, room=None):
        """True if the work succeeds with the nth allocation failing and ``room`` free nodes."""
        through = self.attempt(nth, forever, room)
        assert settled(self.nodes) and lib.mg_live_blocks() == self.blocks, (nth, room)
        return through

    def attempt(self, nth, forever, room):
        roots, work = made_by(self.case)
        nodes = lib.mg_live_nodes()
        taken = [] if room is None else without_room(room)
        lib.mg_fail_allocation(nth, forever)
        try:
            result, failed = work(), False
        except MemoryError as error:
            assert str(error) == c_value.NO_MEMORY
            failed = True
        finally:
            lib.mg_fail_allocation(0, False)
            taken.clear()
        if failed:
            assert settled(nodes) or self.case in MAY_EXPAND
            if not self.again:
                assert graph(roots) == self.before
                return False
            result = work()
        assert graph([*roots, *outputs(result)]) == self.after
        return not failed


@pytest.mark.parametrize("again", [False, True], ids=["unchanged", "again"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_no_memory(case, again):
    attempts = Attempts(case, again)
    n_blocks = next(n for n in range(LIMIT) if attempts.goes_through(n + 1, False))
    if case in MAY_EXPAND:  # allocates two blocks, then nodes, then more blocks
        for room in range(0, 20, STEP):
            assert not attempts.goes_through(3, True, room)
        return
    n_nodes = next(n for n in range(0, LIMIT, STEP) if attempts.goes_through(n_blocks + 1, True, n))
    assert n_blocks + n_nodes > 0 or case is backward_that_needs_nothing
