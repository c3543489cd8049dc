"""Hints for learners: attributes of other libraries, misspelt names, None as a gradient."""

import io
import pydoc
import warnings

import pytest
from warning_tools import warned

INSTEAD = {
    "item": r"v\.data", "numpy": r"v\.data", "tolist": r"v\.data", "backwards": r"v\.backward\(\)",
    "requires_grad": "grad", "clone": "detach", "is_leaf": "_prev", "grad_fn": "_op",
}  # fmt: skip


@pytest.mark.parametrize("name", INSTEAD)
def test_attributes_of_other_libraries(engine, name):
    v = engine.Value(1.0)
    for node in (v, v * 2):
        with pytest.raises(AttributeError, match=rf"'Value'.*'{name}'.*{INSTEAD[name]}"):
            getattr(node, name)
        assert not hasattr(node, name) and name not in dir(node)
    assert not hasattr(engine.Value, name)


def test_such_an_attribute_that_the_program_defines(engine):
    v = engine.Value(1.0)
    v.item = 5
    assert v.item == 5 and "item" in dir(v)
    del v.item
    assert not hasattr(v, "item")

    class Mine(engine.Value):
        def item(self):
            return self.data

        def __getattr__(self, name):
            return f"no {name}"

    assert Mine(2.0).item() == 2.0 and Mine(2.0).numpy == "no numpy"


def attach(v, name):
    setattr(v, name, 1.0)


@pytest.mark.parametrize(
    "name, meant", [("gard", "grad"), ("lable", "label"), ("grads", "grad"), ("adta", "data")]
)
def test_a_misspelt_attribute_is_set_with_a_warning(engine, name, meant):
    v = engine.Value(2.0)
    (warning,) = warned(attach, v, name)
    assert f"{name!r}" in str(warning.message) and f"{meant!r}" in str(warning.message)
    assert warning.filename == __file__ and warning.lineno == attach.__code__.co_firstlineno + 1
    assert getattr(v, name) == 1.0 and (v.data, v.grad) == (2.0, 0.0)
    root = v * 3
    assert getattr(root._prev[0], name) == 1.0
    delattr(v, name)
    assert not hasattr(v, name) and name not in dir(v)


@pytest.mark.parametrize("engine", ["c"], indirect=True)
@pytest.mark.parametrize("name", ["grd", "Grad", "gradd", "datas", "labell", "_backwrad"])
def test_other_misspelt_attributes(engine, name):
    assert len(warned(attach, engine.Value(1.0), name)) == (len(name) > 3)


def test_requires_grad(engine):
    v = engine.Value(2.0)
    (warning,) = warned(attach, v, "requires_grad")
    assert "every Value has a grad" in str(warning.message) and v.requires_grad == 1.0


@pytest.mark.parametrize(
    "name",
    ["m", "v", "lr", "momentum", "velocity", "name", "layer", "op", "prev", "_grad", "data_", "id",
     "grad2", "grad_sq", "old_grad", "date_made", "t", "_vis_color", "depth", "_custom_backward",
     "label", "_op", "weight_decay", "exp_avg"],
)  # fmt: skip
def test_names_of_the_users_own(engine, name):
    assert not warned(attach, engine.Value(1.0), name)


def test_one_warning_for_each_line(engine):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        globals().pop("__warningregistry__", None)
        for _ in range(3):
            attach(engine.Value(1.0), "gard")
    assert len(caught) == 1


def test_none_as_a_gradient_is_zero(engine):
    v = engine.Value(2.0)
    for node in (v, v * 3):
        node.grad = 5.0
        node.grad = None
        assert node.grad == 0.0 and type(node.grad) is float
        with pytest.raises(TypeError):
            node.data = None


def test_zero_grad_of_one_value(engine):
    v = engine.Value(2.0)
    root = v * 3
    root.backward()
    assert root.zero_grad() is None and (root.grad, v.grad) == (0.0, 3.0)
    v.zero_grad()
    assert v.grad == 0.0


@pytest.mark.parametrize("expression", ["v // 2", "2 // v", "v % 2", "5 % v", "divmod(v, 2)"])
def test_operators_without_a_derivative(engine, expression):
    with pytest.raises(TypeError, match=r"v\.data"):
        eval(expression, {"v": engine.Value(2.0)})


def test_abs(engine):
    assert abs(engine.Value(-2.0)).data == 2.0


def test_help_says_what_can_be_set(engine):
    for name in ("data", "grad"):
        attribute = getattr(engine.Value, name)
        assert attribute.__doc__
        v = engine.Value(1.0)
        attribute.__set__(v, 4)  # a property without a setter raises
        assert getattr(v, name) == 4.0
    text = io.StringIO()
    pydoc.Helper(output=text)(engine.Value)
    page = pydoc.plain(text.getvalue())
    readonly = page[page.find("Readonly properties") :] if "Readonly properties" in page else ""
    for name in ("data", "grad", "_backward", "_prev"):
        assert f"\n |  {name}\n" not in readonly.split("-----")[0]


def test_names_of_other_ports(engine):
    root = engine.Value(1.0) * 2
    for name, instead in (
        ("_children", "_prev"), ("parents", "_prev"), ("prev", "_prev"), ("op", "_op"),
        ("value", r"v\.data"), ("gradient", r"v\.grad"), ("mul", r"a \* b"), ("softmax", "list"),
        ("_local_grads", "_backward"),
    ):  # fmt: skip
        with pytest.raises(AttributeError, match=rf"'Value'.*'{name}'.*{instead}"):
            getattr(root, name)
        root.__dict__[name] = 1
        assert getattr(root, name) == 1 and not warned(attach, root, name)


@pytest.mark.parametrize(
    "name",
    ["Data", "Grad", "grads", "gard", "labels", "labl", "lable", "_backwards", "_bacward", "_perv",
     "_prevs", "_backwadr", "gradd", "adta", "_pre"],
)  # fmt: skip
def test_both_engines_know_the_likely_misspellings(engine, name):
    assert len(warned(attach, engine.Value(1.0), name)) == 1
