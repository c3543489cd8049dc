"""Error messages and warnings for attributes of other libraries, and for misspelt ones."""

import difflib
import functools
import warnings

# What to write for functions of math and NumPy for which Value has no method.
FORMULAS = {
    "cbrt": "v ** (1 / 3)", "logaddexp": "functional.logsumexp([v, w])",
    "fmax": "v.maximum(w)", "fmin": "v.minimum(w)",
}  # fmt: skip

# What to write for attributes that a Value does not have.
MISSING = {
    "item": "v.data is the number",
    "numpy": "v.data is the number; functional.get_data(values) is an array of many",
    "tolist": "v.data is the number",
    "cpu": "v.data is the number",
    "clone": "write v.detach() for a leaf of the same data, copy.deepcopy(v) for a copied graph",
    "requires_grad": "every Value has a grad; see no_grad() and v.detach()",
    "requires_grad_": "every Value has a grad",
    "retain_grad": "every Value keeps its grad",
    "is_leaf": "write not v._prev",
    "grad_fn": "write v._op and v._prev",
    "backwards": "write v.backward()",
    "value": "v.data is the number",
    "val": "v.data is the number",
    "gradient": "write v.grad",
    "op": "write v._op",
    "prev": "write v._prev",
    "_children": "write v._prev",
    "children": "write v._prev",
    "_parents": "write v._prev",
    "parents": "write v._prev",
    "_local_grads": "operators do not store theirs; v._backward() adds to the operands' grad",
    "add": "write a + b",
    "sub": "write a - b",
    "mul": "write a * b",
    "div": "write a / b",
    "neg": "write -v",
    "rsqrt": "write v**-0.5",
    "leakyrelu": "write v.leaky_relu(slope)",
    "softmax": "functional.softmax(values) takes a list of them",
    "square": "write v**2",
    "pow": "write v**k",
}


class Hint:
    """A descriptor for a missing attribute. Reading it raises AttributeError with what to write."""

    def __init__(self, name):
        self.name = name

    def __get__(self, value, owner=None):
        raise AttributeError(
            f"{owner.__name__!r} object has no attribute {self.name!r}: {MISSING[self.name]}"
        )

    def __repr__(self):
        return f"<no attribute: {MISSING[self.name]}>"


class Hints:
    """A base class with a Hint for each name in ``MISSING``. A user can set these attributes."""

    __slots__ = ()

    def __dir__(self):
        names = super().__dir__()
        return [name for name in names if name not in NOT_THERE or hasattr(self, name)]


for _name in MISSING:
    setattr(Hints, _name, Hint(_name))


# --- names that are nearly those of Value's attributes -----------------------------------

OWN = ("data", "grad", "label", "_backward", "_prev", "_op")
USERS_OWN = {"data", "grad", "label", "prev", "op"}  # not misspelt, though close to OWN
NEAR = 0.74  # "gard" is 0.75 from "grad"


def may_be_slip(name):
    """Return True if a name is long enough to be judged, and not one that a user may mean."""
    return len(name) >= 4 and name.strip("_") not in USERS_OWN and not any(map(str.isdigit, name))


@functools.lru_cache(maxsize=1000)
def meant_by(name):
    """Return the attribute of Value that ``name`` likely means; None for a user's own name."""
    if not may_be_slip(name):
        return None
    near = difflib.get_close_matches(name, OWN, n=1, cutoff=NEAR)
    return near[0] if near and abs(len(near[0]) - len(name)) <= 1 else None


fine_names = set(OWN)  # and the names that check_name found not to be slips


def check_name(name, stacklevel):
    """Warn, once per place in the program, if an attribute is set whose name is likely a slip."""
    if name == "requires_grad":
        hint = "every Value has a grad, and this changes nothing"
    elif meant_by(name):
        hint = f"did you mean {meant_by(name)!r}?"
    else:
        if len(fine_names) < 1000:
            fine_names.add(name)
        return
    warnings.warn(
        f"Value has no attribute {name!r}, it is set as a new one: {hint}",
        UserWarning,
        stacklevel=stacklevel + 1,
    )


def slips_of(name):
    """Return ``name`` with letters swapped, left out, added at the end, or the first in capital."""
    swapped = {name[:i] + name[i + 1] + name[i] + name[i + 2 :] for i in range(len(name) - 1)}
    without = {name[:i] + name[i + 1 :] for i in range(1, len(name))}
    return swapped | without | {name + "s", name + name[-1], name.capitalize()}


# The likeliest slips, for an engine without a __setattr__.
SLIPS = {"requires_grad"}.union(*map(slips_of, OWN)).difference(OWN)
SLIPS = sorted(filter(may_be_slip, SLIPS))

NOT_THERE = {*MISSING, *SLIPS}


class Slip:
    """A descriptor for a name in SLIPS. The attribute can be set, with a warning."""

    def __init__(self, name):
        self.name = name

    def __get__(self, value, owner=None):
        if value is None or self.name not in vars(value):
            missing = MISSING.get(self.name)
            raise AttributeError(
                f"{owner.__name__!r} object has no attribute {self.name!r}"
                + (f": {missing}" if missing else "")
            )
        return vars(value)[self.name]

    def __set__(self, value, x):
        check_name(self.name, stacklevel=2)
        vars(value)[self.name] = x

    def __delete__(self, value):
        if vars(value).pop(self.name, self) is self:
            raise AttributeError(self.name)
