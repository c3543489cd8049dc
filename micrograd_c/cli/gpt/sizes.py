"""The sizes of a GPT."""

from typing import NamedTuple

from micrograd_c.cli.errors import CommandError


class Sizes(NamedTuple):
    letters: int  # how many there are, the one that stands for begin and end included
    layers: int
    heads: int
    embed: int  # numbers that stand for a letter
    block: int  # letters that the model can look at


def checked_sizes(sizes):
    """Return the sizes. Raises CommandError if the heads cannot share the embedding."""
    if sizes.embed % sizes.heads:
        raise CommandError(
            f"expected --embed to be a multiple of --heads, got {sizes.embed} and {sizes.heads}"
        )
    return sizes
