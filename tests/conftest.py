"""Fixtures for all tests: the two engines, kernels, live nodes; profiles of hypothesis."""

import gc
import os
from dataclasses import dataclass
from types import ModuleType

import hypothesis
import pytest
from cli_tools import write_csv
from jit_tools import using_kernels
from memory_tools import collect, take_free_leaves

from micrograd_c.parity.compare_jit import KERNELS

# No deadline: a test's verdict must not depend on how busy the machine is.
hypothesis.settings.register_profile("default", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, print_blob=True)
hypothesis.settings.register_profile("expensive", deadline=None, max_examples=10_000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@dataclass(frozen=True)
class Engine:
    """An implementation under test."""

    name: str  # "c" or "py"
    Value: type
    nn: ModuleType

    @property
    def backend(self):
        """This engine's name in ``micrograd_c.backend`` and MICROGRAD_C_BACKEND."""
        return {"c": "c", "py": "python"}[self.name]


def load_c_engine():
    import micrograd_c._native  # noqa: F401 - its ImportError says why there is no library

    from micrograd_c import backend, engine, nn

    if backend != "c":
        raise ImportError(f"the C library is there, but micrograd_c.backend is {backend!r}")
    return Engine("c", engine.Value, nn)


def load_python_engine():
    from python_ref import engine, nn

    return Engine("py", engine.Value, nn)


def pytest_collection_modifyitems(items):
    """Files with slow tests come first, so that no worker of xdist ends with one alone."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session", params=["c", "py"])
def engine(request):
    """Each engine in turn. If the C engine cannot be loaded, that is a failure, not a skip.

    Only MICROGRAD_C_BACKEND=python makes it a skip, for the wheel without a C engine.
    """
    if request.param == "py":
        return load_python_engine()
    if os.environ.get("MICROGRAD_C_BACKEND") == "python":
        pytest.skip("MICROGRAD_C_BACKEND asks for the Python engine alone")
    try:
        return load_c_engine()
    except Exception as error:  # also the warning of the fallback to Python
        pytest.fail(f"the C engine cannot be tested: {error}", pytrace=False)


@pytest.fixture(params=KERNELS)
def kernels(request):
    """The name of each set of kernels that this machine can run, while jit uses that set."""
    with using_kernels(request.param) as can_run:
        if not can_run:
            pytest.skip(f"this machine cannot run the kernels for {request.param}")
        yield request.param


@pytest.fixture
def on_engine(engine, monkeypatch):
    """The engine, while grad and the other derivatives of functions make its Values."""
    from micrograd_c import differentiate

    monkeypatch.setattr(differentiate, "Value", engine.Value)
    return engine


@pytest.fixture(params=["c", "py"])
def jit_engine(request, monkeypatch):
    """How jitted functions run: "c" as programs in C, "py" interpreted, as on the Python engine."""
    import micrograd_c
    from micrograd_c.jit import interpreted, programs

    if request.param == "py":
        monkeypatch.setattr(programs, "Program", interpreted.InterpretedProgram)
    elif micrograd_c.backend == "python":
        pytest.skip("there is no C engine in this process")
    return request.param


@pytest.fixture
def live_nodes(engine):
    """A function that collects garbage and returns how many nodes of this engine are alive."""

    def count():
        collect()
        if engine.name == "c":
            from micrograd_c._c import value as c_value

            return c_value.live_nodes()
        # Not isinstance(), which reads x.__class__: some of PyTorch's objects warn then.
        return sum(issubclass(type(x), engine.Value) for x in gc.get_objects())

    if not hasattr(gc, "freeze"):  # PyPy
        yield count
        return
    gc.collect()  # else the last test's garbage would be frozen, and freed during this test
    gc.freeze()  # The collector ignores all older objects: it is quick, and the count is stable.
    yield count
    gc.unfreeze()


@pytest.fixture
def records(engine):
    """A function that returns whether operators record here, as is_grad_enabled() must agree."""
    from micrograd_c import is_grad_enabled

    x = engine.Value(1.0)

    def records():
        made = [x + 1.0, x * x, x**2, x.relu(), x.tanh(), engine.nn.Neuron(1)([x])]
        assert {bool(v._prev) for v in made} == {is_grad_enabled()}
        return is_grad_enabled()

    yield records
    assert records()


@pytest.fixture(scope="module")
def few_free_nodes():
    """Takes most of the C library's free nodes, of which earlier tests may have left millions.

    For tests that take all free nodes again and again, to see what happens without memory.
    """
    few = 2**15  # more than a block of nodes
    gc.collect()
    taken = take_free_leaves()
    del taken[-few:]
    if hasattr(gc, "freeze"):  # not on PyPy
        gc.freeze()  # objects of other tests would make each collection slow
    yield
    if hasattr(gc, "unfreeze"):
        gc.unfreeze()
    taken.clear()


@pytest.fixture
def in_own_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def spots(in_own_directory):
    """A CSV file of three classes that lie far apart; the column "same" is constant."""
    rows = []
    for i in range(60):
        x, y, name = ((0, 0, "low"), (8, 1, "right"), (1, 9, "top"))[i % 3]
        rows.append([x + i % 7 / 10, y - i % 5 / 10, 3.5, name])
    return write_csv("spots.csv", ["x", "y", "same", "spot"], rows)
