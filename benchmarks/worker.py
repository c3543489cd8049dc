"""One peer on one task, in a process of its own: ``python -m benchmarks.worker PEER TASK``.

It reads and answers lines of JSON. The first line is the task's data; the answer has the versions,
the seconds to prepare (build, trace, compile and the first step), and the loss and gradients of
the first step. Each further line is ``[n]``; the answer has the mean seconds of n steps and the
peak memory so far. After an error the answer is ``error`` with a message.
"""

import gc
import json
import os
import platform
import sys
import threading
import time
from importlib import import_module

from benchmarks.memory import peak_bytes, resident_bytes
from benchmarks.peers import BY_NAME, CannotDo
from benchmarks.tasks import make_task

STACK_BYTES = 1 << 29  # micrograd's backward is recursive


def main(peer_name, task_name):
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # libraries that print must not print between the answers

    def answer(**fields):
        print(json.dumps(fields), file=answers, flush=True)

    try:
        work(BY_NAME[peer_name], task_name, answer)
    except CannotDo as error:
        answer(error=str(error))
    except ModuleNotFoundError as error:
        answer(error=f"{error.name} is not installed")
    except Exception as error:
        message = (str(error).splitlines() or [""])[0]
        answer(error=f"{type(error).__name__}: {message[:80]}")


def work(peer, task_name, answer):
    from micrograd_c._timing import seconds_a_call

    task = make_task(task_name, json.loads(sys.stdin.readline()))
    if task.operators > peer.most_operators:
        raise CannotDo("would take too long")
    versions = {package: version_of(package) for package in peer.packages}
    if peer.python:
        versions[platform.python_implementation()] = version_of_python()
    module = import_module(f"benchmarks.peers.{peer.module}")

    gc.collect()
    before = resident_bytes()
    if not peer.collector:
        gc.disable()
    started = time.perf_counter()
    runner = module.make_runner(task, **peer.options)
    runner.steps(1)
    prepare = time.perf_counter() - started
    loss, gradients = runner.answer()
    answer(versions=versions, prepare=prepare, loss=loss, gradients=gradients,
           operators=task.operators)  # fmt: skip
    for line in sys.stdin:
        (n,) = json.loads(line)
        seconds = seconds_a_call(lambda: runner.steps(n), 1, peer.collector) / n
        answer(seconds=seconds, peak=max(0, peak_bytes() - before))


def version_of(package):
    from importlib import metadata

    try:
        import_module(package)
    except ModuleNotFoundError:
        raise
    except ImportError as error:  # such as a micrograd_c whose C library is for another Python
        where = f"{platform.python_implementation()} {version_of_python()}"
        raise CannotDo(f"{package} cannot be imported in {where}") from error
    return metadata.version(package)


def version_of_python():
    info = getattr(sys, "pypy_version_info", sys.version_info)
    return ".".join(map(str, info[:3]))


if __name__ == "__main__":
    sys.setrecursionlimit(10**8)
    threading.stack_size(STACK_BYTES)
    thread = threading.Thread(target=main, args=sys.argv[1:])
    thread.start()
    thread.join()
