"""Functions that always run in a mode, as ``@no_grad()`` makes them.

A generator or coroutine is in the mode while it runs. While it has yielded or waits, its caller,
the event loop and other tasks run in their own mode.
"""

import functools

from python_ref.core.modes import current, within
from python_ref.core.numbers import describe


def in_mode(context, function):
    """Return ``function`` as one of the same kind that runs in the mode of ``context()``."""
    if isinstance(function, (staticmethod, classmethod)):
        return type(function)(in_mode(context, function.__func__))
    name = f"{context.__name__}()"
    if isinstance(function, type):
        raise TypeError(
            f"{name} cannot decorate the class {function.__name__}: decorate its methods, or "
            f"write 'with {name}:' where it is used"
        )
    if not callable(function):
        raise TypeError(f"expected a function for {name} to decorate, got {describe(function)}")
    return functools.wraps(function)(wrapper_of(context, function))


def wrapper_of(context, function):
    import inspect  # here, because its import takes long and only decorators need it

    if is_kind(inspect.isasyncgenfunction, function):

        async def in_the_mode(*args, **kwargs):
            inner, runs = function(*args, **kwargs), Runs(context)
            step = inner.asend(None)
            try:
                while True:
                    item = await runs.awaitable(step)
                    try:
                        sent = yield item
                    except GeneratorExit:
                        await runs.awaitable(inner.aclose())
                        raise
                    except BaseException as error:
                        step = inner.athrow(error)
                    else:
                        step = inner.asend(sent)
            except StopAsyncIteration:
                return

    elif is_kind(inspect.iscoroutinefunction, function):

        async def in_the_mode(*args, **kwargs):
            return await Runs(context).awaitable(function(*args, **kwargs))

    elif is_kind(inspect.isgeneratorfunction, function):

        def in_the_mode(*args, **kwargs):
            return (yield from Runs(context).steps(function(*args, **kwargs)))

    else:

        def in_the_mode(*args, **kwargs):
            with context():
                return function(*args, **kwargs)

    return in_the_mode


def is_kind(is_function_of_that_kind, function):
    """Return True for a function of that kind, and for an object with such a ``__call__``."""
    import inspect

    return is_function_of_that_kind(function) or (
        not inspect.isroutine(function) and is_function_of_that_kind(type(function).__call__)
    )


class Runs:
    """The runs of a generator or coroutine from one yield to the next."""

    def __init__(self, context):
        self.context = context
        self.mode = None  # the mode in force at its last yield, if that was in another context
        self.trace = None

    def mode_to_run_in(self):
        if self.mode is None or self.trace is not current().trace:
            return self.context()._new_mode()
        return self.mode

    def run(self, resume, *args):
        with within(self.mode_to_run_in()):
            result = resume(*args)
            self.mode, self.trace = current(), current().trace
            return result

    def steps(self, inner):
        """A generator that does what ``inner`` does, in the mode whenever it runs."""
        resume, args = inner.send, (None,)
        while True:
            try:
                item = self.run(resume, *args)
            except StopIteration as stop:
                return stop.value
            try:
                sent = yield item
            except GeneratorExit:
                self.run(inner.close)
                raise
            except BaseException as error:
                resume, args = inner.throw, (error,)
            else:
                resume, args = inner.send, (sent,)

    def awaitable(self, inner):
        return Awaitable(self, inner)


class Awaitable:
    def __init__(self, runs, inner):
        self.runs, self.inner = runs, inner

    def __await__(self):
        return self.runs.steps(self.inner)
