"""Trains in C: many batches in one call, for one program or those of several lengths."""

from itertools import repeat
from operator import attrgetter

from micrograd_c._c.optimizer import in_c
from micrograd_c._native import ffi, lib
from micrograd_c.jit.base_program import NotFinite
from micrograd_c.optim.lr_scheduler import changes_ahead, rates_ahead
from micrograd_c.optim.uninterrupted import run_uninterrupted


def train_in_c(
    function, given, n, order, batch_size, optimizer, scheduler, threads, sums, check_finite
):
    """Do ``BaseProgram.train``; return ``sums``, or None where Python has to make the steps.

    ``function(*given, training)``: a function of C that takes an ``mg_training *`` last.
    ``n``: the number of all rows, if ``order`` is None.
    """
    import numpy as np

    n = n if order is None else order.size // len(sums)
    batches = -(-n // batch_size)  # of an epoch
    rates = None if scheduler is None else rates_ahead(scheduler, batches * len(sums))
    if not optimizer._is_in_c() or (scheduler is not None and rates is None):
        return None
    training, c_sums, made = ffi.new("mg_training *"), ffi.new("double[]", sums), in_c(optimizer)
    training.n, training.batch_size, training.repeats = n, batch_size, len(sums)
    training.optimizer, training.sums = made.struct, c_sums
    training.n_threads, training.check_finite = threads, check_finite
    if order is not None:
        order = np.ascontiguousarray(order, dtype=np.int64).ravel()  # else int32 on Windows
        rows = training.order = ffi.from_buffer("int64_t[]", order)  # noqa: F841 - keeps it alive
    statuses = []
    changes = [map(statuses.append, map(function, *([x] for x in (*given, training))))]
    if rates is not None:
        c_rates = training.rates = ffi.new("double[]", rates)  # noqa: F841 - keeps it alive
        steps = map(attrgetter("steps"), repeat(training))
        changes.append(changes_ahead(scheduler, rates, steps))
    run_uninterrupted(*changes)
    if statuses[0] == lib.MG_NOT_FINITE:
        epoch, batch = divmod(training.steps, batches)
        some = range(batch * batch_size, min((batch + 1) * batch_size, n))
        raise NotFinite(some if order is None else [int(order[epoch * n + i]) for i in some])
    if statuses[0] != lib.MG_OK:
        raise MemoryError("no memory to run a program")
    return list(c_sums)
