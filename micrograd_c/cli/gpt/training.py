"""Trains a GPT: Adam, with a learning rate that falls to 0 in equal steps."""

import random
from itertools import islice

from micrograd_c import jit, set_data
from micrograd_c.cli.gpt.model_file import Saved
from micrograd_c.lr_scheduler import LinearLR
from micrograd_c.optim import Adam

BETAS = 0.85, 0.99
STEPS_AT_ONCE = 50


class Training:
    """The training of ``model`` on ``rows``, arrays of letters' numbers.

    ``saved``: a Saved to continue from, or None. ``steps``: how many there are to be.
    """

    def __init__(self, model, letters, rows, saved, steps, lr, batch_size, seed):
        self.model, self.letters, self.rows = model, letters, rows
        self.batch_size, self.rng = batch_size, random.Random(seed)
        self.parameters = model.parameters()
        self.optimizer = Adam(self.parameters, lr=lr, betas=BETAS)
        self.made_before = 0
        if saved is not None:
            self.restore(saved)
        self.scheduler = LinearLR(
            self.optimizer, start_factor=1.0, end_factor=0.0, total_iters=max(steps, 1)
        )
        self.loss = jit(model.loss, parameters=self.parameters)
        self.steps, self.made = steps, 0
        self.order = self.endless()

    def restore(self, saved):
        set_data(self.parameters, saved.weights)
        self.made_before = saved.steps
        state = self.optimizer.state_dict()
        state["step_count"] = saved.steps
        state["state"].update(zip(("exp_avg", "exp_avg_sq"), saved.moments))
        self.optimizer.load_state_dict(state)

    def endless(self):
        """Yield rows for ever: all of them in a random order, then again in another one."""
        while True:
            yield from self.rng.sample(self.rows, len(self.rows))

    def advance(self):
        """Make some steps. Returns the mean loss, and how many steps were made."""
        steps = min(STEPS_AT_ONCE, self.steps - self.made)
        rows = list(islice(self.order, steps * self.batch_size))
        before = self.optimizer.step_count
        try:
            (mean,) = self.loss.fit(
                rows, optimizer=self.optimizer, scheduler=self.scheduler, shuffle=False,
                batch_size=self.batch_size, check_finite=True,
            )  # fmt: skip
        finally:
            self.made += self.optimizer.step_count - before
        return mean, steps

    def mean_loss(self, rows):
        return float(self.loss(rows).mean())

    def saved(self):
        import numpy as np

        moments = self.optimizer.state_dict()["state"]
        weights = np.array([p.data for p in self.parameters])
        return Saved(
            self.letters, self.model.sizes, weights,
            (moments["exp_avg"], moments["exp_avg_sq"]), self.made_before + self.made,
        )  # fmt: skip
