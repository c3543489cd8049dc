"""no_grad as a decorator of functions, methods and generators, and entered by hand."""

import contextlib
import gc
import inspect

import pytest

from micrograd_c import enable_grad, no_grad


@pytest.mark.parametrize("decorate", [no_grad(), no_grad], ids=["with ()", "without"])
def test_a_function(records, decorate):
    @decorate
    def f(x, *, y=1):
        """Its docstring."""
        return x, y, records()

    assert f(2, y=3) == (2, 3, False)
    assert (f.__name__, f.__doc__, f.__wrapped__.__name__) == ("f", "Its docstring.", "f")
    assert list(inspect.signature(f).parameters) == ["x", "y"]


def test_methods_of_every_kind(records):
    class C:
        @no_grad()
        def method(self):
            return type(self), records()

        @no_grad()
        @classmethod
        def of_class(cls):
            return cls, records()

        @classmethod
        @no_grad()
        def of_class_too(cls):
            return cls, records()

        @no_grad()
        @staticmethod
        def static():
            return C, records()

        @property
        @no_grad()
        def attribute(self):
            return C, records()

    c = C()
    of_all = c.method(), c.of_class(), C.of_class_too(), c.static(), C.static(), c.attribute
    assert set(of_all) == {(C, False)}


def test_recursion_and_one_decorator_for_several(records):
    quiet = no_grad()

    @quiet
    def down(n):
        return [records(), *(down(n - 1) if n else up(3))]

    @enable_grad()
    def up(n):
        return [records(), *(quiet(lambda: up(n - 1))() if n else [])]

    assert down(3) == [False] * 4 + [True] * 4


def test_an_error_in_a_decorated_function(records):
    @no_grad()
    def fails():
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        fails()


@pytest.mark.parametrize("decorate", [no_grad(), no_grad, enable_grad()])
def test_a_class_is_refused(decorate):
    with pytest.raises(TypeError, match=r"_grad\(\) cannot decorate the class C: decorate its"):

        @decorate
        class C:
            pass


@pytest.mark.parametrize("thing", [3, "f", [len]])
def test_an_object_that_cannot_be_called_is_refused(thing):
    with pytest.raises(TypeError, match=r"expected a function for no_grad\(\) to decorate, got"):
        no_grad()(thing)


def test_one_context_used_again_and_nested(records):
    quiet = no_grad()
    for _ in range(3):
        with quiet, quiet:
            with quiet:
                assert not records()
            assert not records()
        assert records()


def test_in_an_exit_stack_and_by_hand(records):
    with contextlib.ExitStack() as stack:
        stack.enter_context(no_grad())
        assert not records()
        stack.enter_context(enable_grad())
        assert records()
        stack.enter_context(no_grad())
    quiet = no_grad()
    quiet.__enter__()
    assert not records()
    assert not quiet.__exit__(None, None, None)
    assert records()


def test_a_subclass_that_extends_it(records):
    class Loud(no_grad):
        said = []

        def __enter__(self):
            super().__enter__()
            self.said.append(records())

        def __exit__(self, *exception):
            self.said.append(records())
            return super().__exit__(*exception)

    with Loud():
        assert not records()
    assert Loud()(records)() is False
    assert Loud.said == [False] * 4


# --- generators ---


def test_a_generator_is_in_its_mode_while_it_runs(records):
    @no_grad()
    def numbers(n):
        for i in range(n):
            assert not records()
            yield i
        assert not records()
        return "done"

    assert inspect.isgeneratorfunction(numbers)
    seen = []
    for i in numbers(3):
        assert records()
        seen.append(i)
    assert seen == [0, 1, 2]

    def delegating():
        assert (yield from numbers(1)) == "done"

    assert list(delegating()) == [0]
    assert list(zip(numbers(2), numbers(3))) == [(0, 0), (1, 1)]


def test_send_and_throw_reach_a_decorated_generator(records):
    log = []

    @no_grad()
    def generator():
        while True:
            try:
                log.append((yield len(log)))
            except KeyError as error:
                log.append(error.args[0])
            except GeneratorExit:
                log.append("closed")
                raise
            finally:
                assert not records()

    g = generator()
    assert next(g) == 0 and records()
    assert g.send("sent") == 1 and records()
    assert g.throw(KeyError("thrown")) == 2 and records()
    g.close()
    assert log == ["sent", "thrown", "closed"] and records()
    with pytest.raises(StopIteration):
        next(g)

    g = generator()
    next(g)
    with pytest.raises(LookupError, match="not caught"):
        g.throw(LookupError("not caught"))
    g = generator()
    next(g)
    del g
    gc.collect()
    assert log[-1] == "closed"


def test_a_generator_that_ignores_generator_exit(records):
    @no_grad()
    def stubborn():
        while True:
            try:
                yield 1
            except GeneratorExit:
                yield 2

    g = stubborn()
    next(g)
    with pytest.raises(RuntimeError, match="ignored GeneratorExit"):
        g.close()


def test_a_generator_keeps_a_mode_of_its_own(records):
    @no_grad()
    def generator():
        with enable_grad():
            yield records()
            yield records()
        yield records()

    for outer in (enable_grad, no_grad):
        expected = outer is enable_grad
        with outer():
            g = generator()
            for of_generator in (True, True, False):
                assert next(g) is of_generator
                assert records() is expected
            with pytest.raises(StopIteration):
                next(g)


def test_generators_that_interleave_and_end_in_any_order(records):
    def within(context):
        with context():
            while True:
                yield

    one, two = within(no_grad), within(no_grad)  # not decorated: their mode is also the callers'
    next(one), next(two)
    one.close()
    two.close()
    assert records()
