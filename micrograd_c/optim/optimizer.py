"""``Optimizer``, the base class: parameters, hyperparameters, state, and how a step is made."""

import copy
import warnings
from contextvars import copy_context
from numbers import Integral

from micrograd_c._backend import backend
from micrograd_c.engine import Value
from micrograd_c.functional import get_data, get_grad, zero_grad
from micrograd_c.optim.uninterrupted import (
    array_changes,
    attribute_changes,
    data_changes,
    run_uninterrupted,
)
from micrograd_c.optim.validation import (
    checked_hyperparameters,
    checked_parameters,
    require_keys,
)
from python_ref.core.number_arrays import as_doubles
from python_ref.core.numbers import describe

if backend == "c":
    from micrograd_c._c import optimizer as c_optimizer
else:
    c_optimizer = None


class Optimizer:
    """The base class of optimizers. A subclass adds its rule:

    - ``__init__``, which passes the hyperparameters to this class's as keyword arguments;
    - ``kind``, its name in a ``state_dict``, and in the C library if that has the rule;
    - ``state_names``, the names of its arrays in ``state``;
    - ``_update(data, grad)``, one step with NumPy.

    Args:
        params: Leaf Values.
        **hyperparameters: The numbers of the rule. Each becomes an attribute.

    Raises:
        TypeError: For a parameter that is not a Value, or not of the first one's engine, and for
            a hyperparameter that is not a number.
        ValueError: For no parameters, one given twice, one that is computed from others, or a
            hyperparameter out of its range, also when it is assigned later.
    """

    kind = ""
    state_names = ()
    _rule_is_in_c = False  # True if C has the rule of that ``kind``
    _in_c = None  # the optimizer's struct in C, see c_optimizer.in_c

    def __getstate__(self):
        return {name: value for name, value in self.__dict__.items() if name != "_in_c"}

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        rule = {
            "kind", "state_names", "hyperparameters", "step", "_update", "_update_without_decay",
        }  # fmt: skip
        changes_rule = not rule.isdisjoint(vars(cls))
        if changes_rule and "_rule_is_in_c" not in vars(cls):
            cls._rule_is_in_c = False  # a user's subclass with a rule of its own

    def __init__(self, params, **hyperparameters):
        import numpy as np

        # The number of steps taken, and that of the first step with momentum: 0 if there was none
        # or it is unknown. They are in an array because C counts during its step, so that no
        # Ctrl-C comes in between.
        self._count = np.zeros(2)
        self.params = params
        self._names = tuple(hyperparameters)
        run_uninterrupted(attribute_changes(self, checked_hyperparameters(hyperparameters)))
        self.state = {name: np.zeros(len(self.params)) for name in self.state_names}

    def __setattr__(self, name, value):
        if name in self.__dict__.get("_names", ()):
            others = {other: self.__dict__.get(other) for other in self._names if other != name}
            value = checked_hyperparameters({name: value}, others)[name]
        elif name == "learning_rate":
            warnings.warn(
                f"{type(self).__name__} has no attribute 'learning_rate', it is set as a new one "
                "and changes nothing: did you mean 'lr'?",
                UserWarning,
                stacklevel=2,
            )
        super().__setattr__(name, value)

    def __getattr__(self, name):  # called only for attributes that are missing
        if name in ("param_groups", "learning_rate"):
            kind = type(self).__name__
            raise AttributeError(f"{kind!r} object has no attribute {name!r}: write optimizer.lr")
        return object.__getattribute__(self, name)  # raises Python's own error

    @property
    def params(self):
        return self._params

    @params.setter
    def params(self, params):
        self._params = tuple(checked_parameters(params))

    @property
    def step_count(self):
        return int(self._count[0])

    @step_count.setter
    def step_count(self, n):
        self._count[:] = n, 0

    def zero_grad(self):
        """Set the gradient of every parameter to 0."""
        if self._is_in_c():
            c_optimizer.zero_grad(self)
        else:
            zero_grad(self.params)

    def step(self):
        """Move every parameter once, against its gradient; on the C engine in one call.

        Raises:
            ValueError: For an array in ``state`` that does not fit.
        """
        if self._is_in_c():
            c_optimizer.step(self)
            return
        import numpy as np

        before = self._checked_state()
        data, grad = get_data(self.params), get_grad(self.params)
        # The rule works on copies, which are then written in one call. So data, state and
        # count always belong to the same step, whatever is raised and whoever reads them.
        draft = copy.copy(self)
        draft._count = self._count.copy()
        draft.state = {**self.state, **dict(zip(self.state_names, map(np.copy, before)))}
        at_first = {**vars(draft)}
        copy_context().run(draft._update_quietly, data, grad)
        after = draft._checked_state()
        # A user's rule may also set attributes and put other entries into ``state``.
        set_now = {name: x for name, x in vars(draft).items() if at_first.get(name) is not x}
        others = {name: draft.state[name] for name in draft.state.keys() - set(self.state_names)}
        run_uninterrupted(
            array_changes([self._count, *before], [draft._count, *after]),
            attribute_changes(self, {name: x for name, x in set_now.items() if name != "state"}),
            map(dict.update, [self.state], [others]),
            data_changes(self.params, data),
        )

    def _update_quietly(self, data, grad):
        """Count a step and make it. NumPy does not warn of inf and NaN, nor do the engines."""
        import numpy as np

        np.seterr(all="ignore")  # ends with the context that the caller runs this in
        self._count[0] += 1
        self._update(data, grad)

    def _is_in_c(self):
        """True if C makes the steps: it has the rule, and the parameters are its engine's."""
        return self._rule_is_in_c and c_optimizer and isinstance(self._params[0], Value)

    def _checked_state(self):
        """Return the arrays in ``state``, in the order of ``state_names``.

        Raises ValueError for one that is not a contiguous, writeable float64 array of shape
        (n_parameters,).
        """
        import numpy as np

        state = self.state  # a signal handler may set another one between two reads
        arrays = [state.get(name) for name in self.state_names]
        for name, array in zip(self.state_names, arrays):
            is_fit = isinstance(array, np.ndarray) and array.dtype == np.float64
            if not is_fit or array.shape != (len(self.params),) or not array.flags.carray:
                raise ValueError(
                    f"expected {name} in state to be a contiguous, writeable float64 array of "
                    f"shape ({len(self.params)},), got {describe(array)}"
                    + (f" and type {array.dtype}" if isinstance(array, np.ndarray) else "")
                )
        return arrays

    def _update(self, data, grad):
        """Change ``data`` and the arrays in ``self.state`` in place.

        ``data``, ``grad``: float64 arrays of shape (n_parameters,); ``grad`` may be overwritten.
        ``step_count`` is 1 in the first step.
        """
        raise NotImplementedError

    def hyperparameters(self):
        """Return a dict of the numbers that the update rule uses."""
        return {name: getattr(self, name) for name in self._names}

    def state_dict(self):
        """Return all that is needed to continue training elsewhere, except the parameters.

        Returns:
            A dict of ``kind``, ``step_count``, ``hyperparameters`` and ``state``; its arrays are
            copies.
        """
        return {
            "kind": self.kind,
            "step_count": self.step_count,
            "hyperparameters": self.hyperparameters(),
            "state": {name: array.copy() for name, array in self.state.items()},
        }

    def load_state_dict(self, state_dict):
        """Restore what ``state_dict()`` returned, for the same number of parameters.

        Raises:
            ValueError: For another kind of optimizer, a missing or unexpected key, or an array of
                another shape; then nothing has changed.
            TypeError: If ``state_dict`` is not a dict; then nothing has changed.
        """
        import numpy as np

        require_keys("state_dict", state_dict, ("kind", "step_count", "hyperparameters", "state"))
        if state_dict["kind"] != self.kind:
            raise ValueError(f"expected the state of {self.kind!r}, got {state_dict['kind']!r}")
        step_count = state_dict["step_count"]
        if not isinstance(step_count, Integral) or step_count < 0:
            raise ValueError(f"expected an int >= 0 as step_count, got {step_count!r}")
        require_keys("hyperparameters", state_dict["hyperparameters"], self._names)
        require_keys("state", state_dict["state"], self.state_names)
        state = {}
        for name in self.state_names:
            state[name] = as_doubles(state_dict["state"][name], name).copy()
            if state[name].shape != (len(self.params),):
                raise ValueError(
                    f"expected {name} of shape ({len(self.params)},), got {state[name].shape}"
                )
        hyperparameters = checked_hyperparameters(state_dict["hyperparameters"])
        count = np.array([step_count, 0.0])
        run_uninterrupted(
            attribute_changes(self, {**hyperparameters, "state": state, "_count": count})
        )

    def __repr__(self):
        settings = ", ".join(f"{name}={value}" for name, value in self.hyperparameters().items())
        return f"{type(self).__name__}({len(self.params)} parameters, {settings})"
