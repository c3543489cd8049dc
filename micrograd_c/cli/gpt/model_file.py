"""A GPT with all that training needs to go on: an .npz without pickle."""

from typing import NamedTuple

from micrograd_c import state
from micrograd_c.cli.errors import CommandError
from micrograd_c.cli.gpt.sizes import Sizes
from micrograd_c.cli.output_files import replacing

FORMAT = 1


class Saved(NamedTuple):
    letters: str  # in the order of their numbers
    sizes: Sizes
    weights: object  # float64 of shape (p,), in the order of GPT.parameters
    moments: tuple  # Adam's two arrays of the same shape
    steps: int  # that were made


def save(saved, path):
    import numpy as np

    with replacing(path) as file:
        np.savez(
            file, gpt_format=FORMAT, letters=np.array(list(saved.letters), dtype=str),
            sizes=np.array(saved.sizes, dtype=np.int64), weights=saved.weights,
            moments=np.array(saved.moments), steps=saved.steps,
        )  # fmt: skip


def load(path):
    """Return what ``save`` wrote. Raises CommandError for any other file."""
    try:
        return from_arrays(state.read(path))
    except OSError as error:
        raise CommandError(f"cannot read {path}: {error.strerror or error}") from None
    except (KeyError, ValueError, TypeError):
        raise CommandError(f"{path} is no model file that `micrograd_c gpt` wrote") from None


def from_arrays(arrays):
    """Return the Saved in these arrays. Raises KeyError, TypeError or ValueError for others."""
    import numpy as np

    letters, sizes = arrays["letters"].tolist(), Sizes(*arrays["sizes"].tolist())
    weights, moments = arrays["weights"], arrays["moments"]
    n = sizes.embed * (
        2 * sizes.letters + sizes.block + sizes.layers * (4 * sizes.embed + 8 * sizes.embed)
    )
    is_consistent = (
        arrays["gpt_format"] == FORMAT
        and min(sizes) >= 1
        and sizes.embed % sizes.heads == 0
        and sizes.letters == len(set(letters)) + 1 == len(letters) + 1
        and all(isinstance(x, str) and len(x) == 1 for x in letters)
        and weights.shape == (n,)
        and moments.shape == (2, n)
        and all(x.dtype.kind == "f" and np.isfinite(x).all() for x in (weights, moments))
        and moments[1].min() >= 0
        and arrays["steps"] >= 0
    )
    if not is_consistent:
        raise ValueError
    return Saved("".join(letters), sizes, weights, tuple(moments), int(arrays["steps"]))
