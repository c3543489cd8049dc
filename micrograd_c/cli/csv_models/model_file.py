"""A trained net with all that ``predict`` needs, and its file: an .npz without pickle."""

import math
from typing import NamedTuple

from micrograd_c import state
from micrograd_c.cli.csv_models.columns import KINDS, Column
from micrograd_c.cli.csv_models.scaling import Scaling
from micrograd_c.cli.engines import chosen_engine
from micrograd_c.cli.errors import CommandError
from micrograd_c.cli.output_files import replacing

FORMAT = 2
MISSING = ("drop", "mean", "error")  # what becomes of rows with empty cells


class TrainedModel(NamedTuple):
    columns: list  # the Columns to predict from, with d inputs in all
    inputs: Scaling  # the scaling of these inputs
    target: str  # the name of the column to predict
    classes: list  # the names of the classes; empty for a regression
    output: Scaling  # the scaling of the target; mean 0 and std 1 for classes
    sizes: list  # the sizes of the layers: d, the hidden ones, the number of outputs
    net: object  # an MLP
    missing: str = "drop"  # one of MISSING
    na: list = []  # further texts that stand for an empty cell

    def predict(self, X):
        """Predict for rows ``X``, shape (n, d), not standardised; NaN stands for the mean.

        Returns a list of (class, probability) for a classification, else a list of floats.
        """
        outputs = [self.net(row) for row in self.inputs.apply(X)]
        if self.classes:
            return [self.most_likely([logit.data for logit in logits]) for logits in outputs]
        mean, std = float(self.output.means[0]), float(self.output.stds[0])
        return [out.data * std + mean for out in outputs]

    def most_likely(self, logits):
        """Return the class of the highest logit, and its probability under softmax."""
        highest = max(logits)
        probability = 1.0 / sum(math.exp(logit - highest) for logit in logits)
        return self.classes[logits.index(highest)], probability


def make_net(sizes):
    """Return an MLP with layers of these sizes, with random weights."""
    return chosen_engine().MLP(sizes[0], sizes[1:])


def save(model, path):
    import numpy as np

    with replacing(path) as file:
        np.savez(
            file,
            format=FORMAT,
            columns=np.array([column.name for column in model.columns], dtype=str),
            kinds=np.array([column.kind for column in model.columns], dtype=str),
            category_counts=np.array([len(c.categories) for c in model.columns], dtype=np.int64),
            categories=np.array([name for c in model.columns for name in c.categories], dtype=str),
            missing=np.array(model.missing, dtype=str),
            na=np.array(model.na, dtype=str),
            column_means=model.inputs.means,
            column_stds=model.inputs.stds,
            target=np.array(model.target, dtype=str),
            classes=np.array(model.classes, dtype=str),
            target_mean=model.output.means,
            target_std=model.output.stds,
            sizes=np.array(model.sizes, dtype=np.int64),
            weights=np.array([p.data for p in model.net.parameters()]),
        )


def load(path):
    """Return the TrainedModel that ``save`` wrote. Raises CommandError for any other file."""
    try:
        return from_arrays(state.read(path))
    except OSError as error:
        raise CommandError(f"cannot read {path}: {error.strerror or error}") from None
    except (KeyError, ValueError, TypeError):
        raise CommandError(f"{path} is no model file that `micrograd_c train` wrote") from None


def from_arrays(arrays):
    """Return the TrainedModel in these arrays.

    Raises KeyError, TypeError or ValueError if ``save`` did not write them.
    """
    import numpy as np

    sizes, classes = arrays["sizes"].tolist(), arrays["classes"].tolist()
    columns = columns_from(arrays)
    n_inputs = sum(column.n_inputs for column in columns)
    missing = str(arrays["missing"])
    weights = arrays["weights"]
    for name in ("weights", "column_means", "column_stds", "target_mean", "target_std"):
        if not (arrays[name].dtype.kind == "f" and np.isfinite(arrays[name]).all()):
            raise ValueError
    n_weights = sum((n_in + 1) * n_out for n_in, n_out in zip(sizes, sizes[1:]))
    inputs = Scaling(arrays["column_means"], arrays["column_stds"])
    output = Scaling(arrays["target_mean"], arrays["target_std"])
    consistent = (
        arrays["format"] == FORMAT
        and len(sizes) >= 2
        and min(sizes) >= 1
        and sizes[0] == n_inputs
        and sizes[-1] == (len(classes) or 1)
        and weights.shape == (n_weights,)
        and inputs.means.shape == inputs.stds.shape == (n_inputs,)
        and output.means.shape == output.stds.shape == (1,)
        and min(inputs.stds.min(), output.stds.min()) > 0
        and missing in MISSING
    )
    if not consistent:
        raise ValueError
    net = make_net(sizes)
    for p, weight in zip(net.parameters(), weights.tolist()):
        p.data = weight
    target = str(arrays["target"])
    na = arrays["na"].tolist()
    return TrainedModel(columns, inputs, target, classes, output, sizes, net, missing, na)


def columns_from(arrays):
    """Return the Columns in these arrays. Raises KeyError, TypeError or ValueError for others."""
    names, kinds = arrays["columns"].tolist(), arrays["kinds"].tolist()
    counts, categories = arrays["category_counts"].tolist(), arrays["categories"].tolist()
    are_right = (
        len(names) == len(kinds) == len(counts)
        and set(kinds) <= set(KINDS)
        and all((count > 0) == (kind == "category") for kind, count in zip(kinds, counts))
        and sum(counts) == len(categories)
    )
    if not are_right:
        raise ValueError
    rest = iter(categories)
    return [
        Column(name, kind, [next(rest) for _ in range(count)])
        for name, kind, count in zip(names, kinds, counts)
    ]
