"""What a step reads of an optimizer's state."""

import numpy as np

from micrograd_c.optim import Adam


class Replacing(dict):
    """A state that is replaced as soon as one of its arrays is read, as by a signal handler."""

    def get(self, name, default=None):
        self.optimizer.state = {other: np.zeros(1) for other in self}
        return super().get(name, default)


def test_a_step_takes_all_arrays_from_one_state(engine):
    w = engine.Value(1.0)
    adam = Adam([w], lr=1e-3)
    w.grad = 1.0
    adam.step()
    adam.state = Replacing(adam.state)
    adam.state.optimizer = adam
    w.grad = 0.0  # the second average, if it were a new one, would be 0
    adam.step()
    assert abs(w.data - 1.0) < 0.01
