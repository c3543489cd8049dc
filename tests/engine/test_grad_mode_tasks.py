"""no_grad in asyncio's tasks, in threads, and in copies of contexts."""

import asyncio
import concurrent.futures
import contextvars
import functools
import gc
import inspect
import threading

import pytest

from micrograd_c import enable_grad, no_grad


async def pause():
    await asyncio.sleep(0)


async def in_turns(*coroutines):
    return await asyncio.gather(*coroutines)


def test_a_task_has_a_mode_of_its_own(records):
    async def quiet():
        seen = []
        with no_grad():
            for _ in range(5):
                await pause()
                seen.append(records())
        return seen

    async def loud():
        seen = []
        for _ in range(7):
            await pause()
            seen.append(records())
        return seen

    results = asyncio.run(in_turns(quiet(), loud(), quiet(), loud()))
    assert results == [[False] * 5, [True] * 7] * 2


@pytest.mark.parametrize("decorate", [no_grad(), no_grad], ids=["with ()", "without"])
def test_a_coroutine(records, decorate):
    @decorate
    async def predict(x):
        seen = [records()]
        await pause()
        return [*seen, records(), x]

    async def train():
        seen = []
        for _ in range(3):
            seen.append(records())
            await pause()
        return seen

    async def main():
        assert await predict(1) == [False, False, 1] and records()
        assert await in_turns(predict(2), train()) == [[False, False, 2], [True] * 3]

    assert inspect.iscoroutinefunction(predict)
    asyncio.run(main())


def test_a_coroutine_that_is_run_by_hand(records):
    class Pause:
        def __await__(self):
            return (yield "paused")

    @no_grad()
    async def predict():
        got = await Pause()
        return got, records()

    one, two = predict(), predict()
    for coroutine in (one, two):
        assert coroutine.send(None) == "paused" and records()
    for coroutine in (one, two):
        with pytest.raises(StopIteration) as stop:
            coroutine.send("resumed")
        assert stop.value.value == ("resumed", False) and records()


def test_a_coroutine_that_is_cancelled_or_fails(records):
    @no_grad()
    async def predict():
        try:
            await asyncio.sleep(3600)
        finally:
            assert not records()

    @no_grad()
    async def fails():
        await pause()
        raise KeyError("mine")

    async def main():
        task = asyncio.create_task(predict())
        await pause()
        assert records()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert records()
        with pytest.raises(KeyError, match="mine"):
            await fails()
        assert records()

    asyncio.run(main())


def test_an_asynchronous_generator(records):
    log = []

    @no_grad()
    async def batches(n):
        for i in range(n):
            assert not records()
            await pause()
            try:
                log.append((yield i))
            except KeyError:
                log.append("thrown")
            except GeneratorExit:
                await pause()
                log.append("closed")
                raise
            finally:
                assert not records()

    async def read():
        seen = []
        async for i in batches(3):
            assert records()
            seen.append(i)
        return seen

    async def main():
        assert await in_turns(read(), read()) == [[0, 1, 2]] * 2
        log.clear()
        g = batches(9)
        assert await g.asend(None) == 0 and records()
        assert await g.asend("sent") == 1 and records()
        assert await g.athrow(KeyError()) == 2 and records()
        await g.aclose()
        assert log == ["sent", "thrown", "closed"] and records()
        async for _ in batches(2):
            break
        assert records()

    assert inspect.isasyncgenfunction(batches)
    asyncio.run(main())


def test_tasks_that_are_made_in_no_grad_stay_in_it(records):
    """A task runs in a copy of the context in which it was made, as with any context variable."""

    async def work():
        await pause()
        return records()

    async def main():
        with no_grad():
            inside = asyncio.ensure_future(work())
        outside = asyncio.ensure_future(work())
        return await inside, records(), await outside

    assert asyncio.run(main()) == (False, True, True)


def test_an_asynchronous_callable(records):
    class Model:
        async def __call__(self):
            await pause()
            return records()

    async def partly(n):
        await pause()
        return n, records()

    assert asyncio.run(no_grad()(Model())()) is False
    assert asyncio.run(no_grad()(functools.partial(partly, 3))()) == (3, False)


# --- threads ---


def test_threads(records):
    with concurrent.futures.ThreadPoolExecutor(2) as pool, no_grad():
        assert list(pool.map(lambda _: records(), range(4))) == [True] * 4
        assert list(pool.map(no_grad()(lambda _: records()), range(4))) == [False] * 4
        context = contextvars.copy_context()
        assert pool.submit(context.run, records).result() is False
        assert pool.submit(records).result() is True


def test_a_copied_context(records):
    with no_grad():
        kept = contextvars.copy_context()
    assert records()
    assert kept.run(records) is False
    assert records()
    seen = []
    thread = threading.Thread(target=kept.run, args=(lambda: seen.append(records()),))
    thread.start()
    thread.join()
    assert seen == [False]


def test_to_thread_copies_the_context(records):
    if not hasattr(asyncio, "to_thread"):
        pytest.skip("Python 3.9 has it")

    async def main():
        with no_grad():
            return await asyncio.to_thread(records)

    assert asyncio.run(main()) is False


def test_c_counts_the_modes_in_force():
    """With none in force, operators need not look for one."""
    lib = pytest.importorskip("micrograd_c._native").lib
    gc.collect()
    before = lib.mg_modes()
    with no_grad(), enable_grad(), no_grad():
        assert lib.mg_modes() == before + 2
    kept = no_grad()(contextvars.copy_context)()
    gc.collect()
    assert lib.mg_modes() == before + 1
    del kept
    gc.collect()
    assert lib.mg_modes() == before
