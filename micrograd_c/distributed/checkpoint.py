"""The file that ``fit(checkpoint=...)`` writes after each epoch, and continues from."""

import json
import os

from micrograd_c.functional import get_data, set_data
from micrograd_c.state import read, replacing
from python_ref.core.numbers import describe

FORMAT = 1


class Checkpoint:
    """An .npz file with all that training needs to go on: no pickles.

    It is tied to a *run*: a dict of numbers and texts that must be the same when it goes on.
    """

    def __init__(self, path, parameters, optimizer, run):
        try:
            self.path = os.fspath(path)
        except TypeError:
            raise TypeError(f"checkpoint: expected a path, got {describe(path)}") from None
        self.parameters, self.optimizer = parameters, optimizer
        rate = optimizer.hyperparameters()
        self.run = {
            **run,
            "parameters": len(parameters),
            "optimizer": optimizer.kind or type(optimizer).__name__,
            "hyperparameters at the start": {name: float(x) for name, x in rate.items()},
        }

    def load(self, epochs):
        """Set parameters and optimizer as the file says; return (losses, is_finished).

        Without a file, returns ([], False). Raises ValueError, and changes nothing, if the file
        is damaged, of another run, or has more than ``epochs`` epochs.
        """
        import numpy as np

        if not os.path.exists(self.path):
            return [], False
        arrays = read(self.path)
        try:
            about = json.loads(str(arrays["about"]))
            run, finished = dict(about["run"]), bool(about["finished"])
            numbers = dict(about["hyperparameters"])
            state = {name: arrays[f"state.{name}"] for name in about["state"]}
            losses, params, count = (arrays[name] for name in ("losses", "params", "count"))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(
                f"{self.path} is no checkpoint of micrograd_c.distributed.fit: {error!r}"
            ) from None
        self._require_same_run(run)
        if len(losses) > epochs:
            raise ValueError(
                f"{self.path} has been trained for {len(losses)} epochs already: expected "
                f"epochs >= {len(losses)}, got {epochs}"
            )
        before, optimizer = get_data(self.parameters), self.optimizer
        if params.shape != before.shape:
            raise ValueError(f"{self.path}: params of shape {params.shape}, not {before.shape}")
        optimizer.load_state_dict(
            {
                "kind": optimizer.kind,
                "step_count": int(count[0]),
                "hyperparameters": numbers,
                "state": state,
            }
        )
        optimizer._count[:] = count
        set_data(self.parameters, params.astype(np.float64))
        return losses.tolist(), finished

    def save(self, losses, finished):
        """Replace the file in one step. ``finished``: the callback ended the training."""
        import numpy as np

        optimizer = self.optimizer
        about = {
            "format": FORMAT,
            "run": self.run,
            "finished": finished,
            "hyperparameters": {k: float(x) for k, x in optimizer.hyperparameters().items()},
            "state": list(optimizer.state_names),
        }
        arrays = {f"state.{name}": optimizer.state[name] for name in optimizer.state_names}
        with replacing(self.path) as file:
            np.savez(
                file, about=np.array(json.dumps(about)), losses=np.array(losses, float),
                params=get_data(self.parameters), count=optimizer._count, **arrays,
            )  # fmt: skip

    def _require_same_run(self, run):
        # Through JSON, so that both have its types.
        here = json.loads(json.dumps(self.run))
        for name in dict.fromkeys([*here, *run]):
            if here.get(name) != run.get(name):
                raise ValueError(
                    f"{self.path} is the checkpoint of another run, with {name}: "
                    f"{run.get(name)}, not {here.get(name)}. Give the same arguments to go on; to "
                    "start anew, give another path or remove the file"
                )
