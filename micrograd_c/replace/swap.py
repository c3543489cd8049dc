"""Puts our Value in the place of a program's class Value, or says why not."""

import os
import sys

from micrograd_c._backend import backend
from micrograd_c.engine import Value
from micrograd_c.replace import carrying, probes
from micrograd_c.replace.code import Binding, function_of, line_of
from micrograd_c.replace.compare import DIFFERENT, ROUNDED, Raised, difference, worst
from micrograd_c.replace.errors import NotReplaced
from micrograd_c.replace.methods import Methods
from python_ref.core.operators import Operators

GRAPHS = 25  # how many random graphs compare the two classes' backward()
ENGINE = {"c": "the C engine", "python": "the Python engine"}[backend]

is_quiet = False  # True in a process that multiprocessing started: its parent has said it
own_classes = {}  # of a notebook: the program's class that was replaced, by name


def swap(cls):
    """Return our Value for ``cls``, a program's class of scalars, and report it on stderr.

    Raises NotReplaced, and changes nothing, if a method computes something else than ours.
    """
    if isinstance(cls, type) and issubclass(cls, Operators):
        return cls  # ours, or made of ours
    where = file_of(cls)
    methods = Methods(cls, where)
    with probes.unnoticed():
        check_constructor(cls, where)
        carried = {**methods.carried, **methods.constants}
        stale = carrying.restore()  # of a class of this name before, which is redefined
        carrying.carry(carried)
        try:
            found = compare(cls, methods)
        except BaseException:
            carrying.restore()
            raise
        texts = carry_texts(cls, methods)
    own_classes[cls.__name__] = cls
    if not is_quiet:
        carried = [name for name in (*methods.carried, *texts) if name in carrying.replaced]
        say(report(cls, where, carried, found, [n for n in stale if n not in carrying.replaced]))
    return Value


def swap_or_exit(cls):
    """``swap``, and where it is refused, end the program with status 1 and one line on stderr."""
    try:
        return swap(cls)
    except NotReplaced as error:
        say([str(error)])
        raise SystemExit(1) from None


def file_of(cls):
    """Return the name of the file, or of the notebook's cell, that defines a class."""
    for attribute in vars(cls).values():
        function = function_of(attribute)
        if function is not None and not function.__code__.co_filename.startswith("<string"):
            name = function.__code__.co_filename
            return "this cell" if "ipykernel" in name or "<ipython" in name else relative(name)
    return cls.__module__


def relative(name):
    return os.path.basename(name)


def say(lines):
    if sys.stderr is not None:
        for line in lines:
            print(f"micrograd_c: {line}", file=sys.stderr, flush=True)


# --- comparing ----------------------------------------------------------------------


def check_constructor(cls, where):
    """Raise NotReplaced unless objects are made of one number, and keep it and a gradient."""
    line = line_of(vars(cls).get("__init__"))
    at = f"{where}{line}, {cls.__name__}.__init__"
    for x in (*probes.EDGES, *probes.numbers(20, 5), 3):
        try:
            value = cls(x)
            data, grad = value.data, value.grad
        except Exception as error:
            raise NotReplaced(
                f"{at}: {cls.__name__}({x}) or its data and grad raise {Raised(error)}"
            ) from None
        if not probes.is_scalar(data) or not probes.is_scalar(grad):
            kind = type(data if not probes.is_scalar(data) else grad).__name__
            raise NotReplaced(
                f"{at} makes data or grad of the type {kind}; only classes of scalars have ours"
            )
        if difference(data, x)[0] or difference(grad, 0.0)[0]:
            raise NotReplaced(f"{at}: {cls.__name__}({x}) has data {data} and grad {grad}")


def compare(cls, methods):
    """Return by how much each method differs in the last bits, by name. Raises NotReplaced.

    Operators first: what the other methods are probed with.
    """
    found = {}
    check_backward(cls, methods, found)
    names = [n for n in methods.served if n not in ("__init__", "backward")]
    for name in [*names, *filter(methods.is_pure, methods.carried)]:
        attribute = methods.served.get(name, methods.carried.get(name))
        check_method(cls, methods, name, attribute, found)
    return found


def check_backward(cls, methods, found):
    attribute = methods.served["backward"]
    for compute in (probes.gradients, probes.gradients_again):
        for seed in range(GRAPHS):
            try:
                theirs = compute(cls, seed)
            except Exception as error:
                methods.refuse(
                    "backward", attribute, f"raises {Raised(error)} in a sum of products"
                )
            verdict, by, x, y = worst(theirs, compute(Value, seed))
            if verdict == DIFFERENT:
                what = "a second time adds" if compute is probes.gradients_again else "gives"
                methods.refuse("backward", attribute, f"{what} a gradient {x} where ours is {y}")
            if verdict == ROUNDED:
                found["backward"] = max(by, found.get("backward", 0.0))


def check_method(cls, methods, name, attribute, found):
    compared, error = 0, None
    for call, arguments in probes.ways_to_call(name, attribute):
        for given in arguments:
            theirs = probes.outcome(call, cls, *given)
            if isinstance(theirs, Raised):
                error = error or theirs.error
                if type(theirs.error) is NameError:
                    methods.refuse(name, attribute, f"cannot be compared yet: {theirs.error}")
                continue
            compared += 1
            with methods.binding.to(Value):
                ours = probes.outcome(call, Value, *given)
            verdict, by, x, y = judged(theirs, ours)
            at = f"at {', '.join(map(str, given))}"
            if verdict == DIFFERENT:
                methods.refuse(name, attribute, f"{at} gives {x} where ours gives {y}")
            if verdict == ROUNDED:
                found[name] = max(by, found.get(name, 0.0))
    if not compared and name in methods.served and not isinstance(error, NotImplementedError):
        methods.refuse(name, attribute, f"cannot be compared with ours{f': {error}' * bool(error)}")


def judged(theirs, ours):
    if isinstance(ours, Raised):
        return max((*difference(x, ours), x, ours) for x in theirs[:1])
    if len(theirs) != len(ours):
        return DIFFERENT, 0.0, theirs, ours
    return worst(theirs, ours)


def carry_texts(cls, methods):
    """Carry ``__repr__`` and the like over where they print something else and work on ours."""
    carried = []
    for name, attribute in methods.texts.items():
        if any(differs(cls, methods, name, attribute)):
            carrying.carry({name: attribute})
            if any(differs(cls, methods, name, attribute)):
                carrying.restore([name])
            else:
                carried.append(name)
    return carried


def differs(cls, methods, name, attribute):
    for call, arguments in probes.ways_to_call(name, attribute):
        for given in arguments:
            theirs = probes.outcome(call, cls, *given)
            if not isinstance(theirs, Raised):
                with methods.binding.to(Value):
                    ours = probes.outcome(call, Value, *given)
                yield judged(theirs, ours)[0]


# --- what is said -------------------------------------------------------------------


def report(cls, where, carried, found, dropped):
    lines = [f"{where}: class {cls.__name__} is replaced by micrograd_c's, on {ENGINE}"]
    if carried:
        lines.append(f"carried over from yours: {', '.join(carried)}")
    if dropped:
        lines.append(f"no longer carried over: {', '.join(dropped)}")
    if found:
        parts = [f"{name} (by {by:.1g})" for name, by in found.items()]
        lines.append(f"differs from yours in the last bits: {', '.join(parts)}")
    else:
        lines.append("equal to yours to the last bit, in all probes")
    try:
        is_old = probes.old_data(cls) != probes.old_data(Value)
    except Exception:
        is_old = False
    if is_old:
        lines.append(
            "backward() uses the data that operands have then; yours used what they had in the "
            "forward pass, which is the same unless data is changed in between"
        )
    return lines
