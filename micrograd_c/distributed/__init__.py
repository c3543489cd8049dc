"""Training on a Dask cluster: the same bits on one worker or many. See ``docs/distributed.md``.

Dask schedules, moves data, and copes with workers that die. Needs Dask for a client:
``pip install 'micrograd_c[distributed]'``.

- ``fit.py``: ``fit``, the training loop, which runs on the client.
- ``data.py``: the arrays, checked, and laid out in shards that workers keep.
- ``chunks.py``: which rows make up a batch and its chunks, and the tree in which they are added.
- ``cluster.py``: asks Dask's workers, or this process, for the sum over a batch.
- ``calls.py``: asks workers by a call of each, which takes less time than tasks.
- ``gradients.py``: what a worker computes.
- ``sending.py``: ``by_value``, jitted functions that travel; versions of micrograd_c.
- ``checkpoint.py``: the file of ``checkpoint=``.
"""

from micrograd_c.distributed.fit import fit
from micrograd_c.distributed.sending import SentFunction, by_value  # noqa: F401 - for types

__all__ = ["fit", "by_value"]
