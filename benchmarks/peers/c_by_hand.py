"""Hand-written C, the limit: ``benchmarks/limit_net.py``, which has a ``make_runner`` too."""

from importlib.util import find_spec

from benchmarks.peers import CannotDo


def make_runner(task):
    if not task.net or not find_spec("benchmarks.limit_net"):
        raise CannotDo("not written")
    from benchmarks import limit_net

    return limit_net.make_runner(task)
