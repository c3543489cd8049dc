"""Runs tasks: each peer in a process of its own, checked first, then timed in turns."""

import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import NamedTuple

from benchmarks.agreement import Disagreement, check_agreement
from benchmarks.peers import OURS, PEERS
from benchmarks.tasks import make_data

ROOT = Path(__file__).resolve().parent.parent

# Every peer runs on one thread: the tasks are small, and waiting threads disturb other peers.
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}


class Settings(NamedTuple):
    rounds: int = 7
    piece_seconds: float = 0.2
    patience: float = 120.0  # the most seconds for the first step, and for a peer's turn
    budget: float = 20.0  # after so many seconds of turns a peer takes no more


SLOW = 1.0  # seconds of a step from which on the warm-up counts as the first turn
VERY_SLOW = 10.0  # seconds of a step from which on a peer takes only that turn


class Worker:
    """A peer's process. After an error ``failure`` says what it was, and no turns follow."""

    def __init__(self, peer, task_name, data, patience):
        self.peer, self.patience, self.failure = peer, patience, None
        self.first, self.peak, self.seconds, self.n = {}, 0, [], 1
        command = [peer.python or sys.executable, "-m", "benchmarks.worker", peer.name, task_name]
        pipe = subprocess.PIPE
        try:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environment(peer), stdin=pipe, stdout=pipe,
                stderr=subprocess.DEVNULL, text=True,
            )  # fmt: skip
        except OSError:
            self.process, self.failure = None, f"no {peer.python} here"
            return
        self.send(data)

    def send(self, message):
        try:
            self.process.stdin.write(json.dumps(message) + "\n")
            self.process.stdin.flush()
        except OSError:
            pass  # the process has ended; its last answer says why

    def receive(self):
        """Return the process's next answer; if there is none, return {} and set ``failure``."""
        timer = threading.Timer(self.patience, self.process.kill)
        timer.start()
        line = self.process.stdout.readline()
        in_time = timer.is_alive()
        timer.cancel()
        answer = json.loads(line) if line else {}
        if not line:
            crash = f"crashed, status {self.process.wait()}"
            self.failure = crash if in_time else f"no answer in {self.patience:g} s"
        self.failure = self.failure or answer.get("error")
        return answer

    def time_steps(self, n):
        self.send([n])
        answer = self.receive()
        self.peak = answer.get("peak", self.peak)
        return answer.get("seconds")

    def warm_up(self, piece_seconds):
        """Find how many steps fill a piece. This also warms up PyPy and the caches."""
        for _ in range(12):
            taken = self.time_steps(self.n)
            if self.failure:
                return
            if taken > SLOW:
                self.seconds.append(taken)
                return
            wanted = max(1, round(piece_seconds / taken))
            if wanted <= 2 * self.n:
                self.n = wanted
                return
            self.n = min(wanted, 10 * self.n)

    def has_left(self, budget):
        """True if the peer takes no more turns.

        It then has failed, has used up its budget in at least two turns, or had a very slow step.
        """
        if self.failure or not self.seconds:
            return bool(self.failure)
        turns, spent = len(self.seconds), self.n * sum(self.seconds)
        return self.seconds[0] > VERY_SLOW or (turns > 1 and spent > budget)

    def stop(self):
        if self.process:
            with contextlib.suppress(OSError):  # it has ended, with something still to be sent
                self.process.stdin.close()
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()


def environment(peer):
    env = dict(os.environ, PYTHONPATH=str(ROOT), TF_CPP_MIN_LOG_LEVEL="3", **ONE_THREAD)
    # Peers of micrograd_c must not fall back to the Python engine; others need no C library.
    env["MICROGRAD_C_BACKEND"] = "c" if peer.name in OURS else "python"
    if peer.python:
        # micrograd is pure Python, so the other interpreter can use this one's copy. micrograd_c
        # also needs its C library compiled for that interpreter, in the same folder.
        for spec in filter(None, map(importlib.util.find_spec, peer.packages)):
            env["PYTHONPATH"] += os.pathsep + str(Path(spec.origin).parent.parent)
    return env


def run_task(task_name, settings, peers=PEERS, say=lambda text: None):
    """Return the task's results, as dicts for JSON, with a row for each peer in their order."""
    data = make_data(task_name)
    workers = []
    reference = None
    try:
        for peer in peers:
            say(f"{task_name}: {peer.name}")
            worker = Worker(peer, task_name, data, settings.patience)
            workers.append(worker)
            if not worker.failure:
                worker.first = worker.receive()
            if not worker.failure:
                reference = reference or worker.first
                compare(worker, reference)
            if not worker.failure:
                worker.warm_up(settings.piece_seconds)
            if worker.failure:
                worker.stop()
        for k in range(settings.rounds):
            say(f"{task_name}: round {k + 1} of {settings.rounds}")
            for worker in workers:
                if not worker.has_left(settings.budget) and len(worker.seconds) <= k:
                    worker.seconds.append(worker.time_steps(worker.n))
    finally:
        for worker in workers:
            worker.stop()
    operators = reference["operators"] if reference else None
    return {
        "task": task_name,
        "title": data["title"],
        "operators": operators,
        "rows": list(map(row_of, workers)),
    }


def compare(worker, reference):
    answers = worker.first, reference
    (loss, grads), expected = ((a["loss"], a["gradients"]) for a in answers)
    try:
        check_agreement(loss, grads, *expected)
    except Disagreement as error:
        worker.failure = f"disagrees: {error}"


def row_of(worker):
    row = {"peer": worker.peer.name, "failure": worker.failure}
    if not worker.failure:
        row["versions"] = worker.first["versions"]
        row["prepare"] = worker.first["prepare"]
        row["seconds"], row["peak"] = worker.seconds, worker.peak
    return row
