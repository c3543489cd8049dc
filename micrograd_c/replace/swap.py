"""Puts our Value in the place of a program's class Value, or says why not."""

import math
import os
import sys

from micrograd_c._backend import backend
from micrograd_c.engine import Value
from micrograd_c.replace import carrying, probes
from micrograd_c.replace.code import function_of
from micrograd_c.replace.compare import DIFFERENT, ROUNDED, Raised, difference, worst
from micrograd_c.replace.errors import NotReplaced
from micrograd_c.replace.methods import Methods
from python_ref.core.operators import Operators

GRAPHS = 15  # how many random graphs compare the two classes' backward()
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
        check_constructor(methods)
        before = carrying.restore()  # of an earlier class of this name
        try:
            carrying.carry({**methods.carried, **methods.constants})
            found = compare(methods)
        except BaseException:
            carrying.restore()
            carrying.carry(before)
            raise
        ours_in_text = carry_texts(methods)
        dropped = [name for name in before if name not in carrying.carried]
        lines = report(methods, found, dropped, ours_in_text)
    own_classes[cls.__name__] = cls
    if not is_quiet:
        say(lines)
    return Value


def swap_or_exit(cls):
    """``swap``, and where it is refused, end the program with status 1 and one line on stderr."""
    try:
        return swap(cls)
    except NotReplaced as error:
        say([str(error)])
        raise SystemExit(1) from None


def swap_in_cell(cls):
    """``swap`` in a notebook: the error has no frames of the comparison in its traceback."""
    try:
        return swap(cls)
    except NotReplaced as error:
        raise NotReplaced(f"{error}; {cls.__name__} stays your class") from None


def file_of(cls):
    """Return the name of the file, or of the notebook's cell, that defines a class."""
    for attribute in vars(cls).values():
        function = function_of(attribute)
        if function is not None and not function.__code__.co_filename.startswith("<string"):
            name = function.__code__.co_filename
            return (
                "this cell" if "ipykernel" in name or "<ipython" in name else os.path.basename(name)
            )
    return cls.__module__


def say(lines):
    if sys.stderr is not None:
        for line in lines:
            print(f"micrograd_c: {line}", file=sys.stderr, flush=True)


# --- comparing ----------------------------------------------------------------------


def check_constructor(methods):
    """Raise NotReplaced unless objects are made of one number, and keep it and a gradient."""
    cls, attribute = methods.cls, methods.served.get("__init__")
    for x in (*probes.EDGES, *probes.numbers(20, 5), 3):
        try:
            value = cls(x)
            data, grad = value.data, value.grad
        except Exception as error:
            refuse_raised(methods, "__init__", attribute, error, f"{x}")
        for number in (data, grad):
            if not probes.is_scalar(number):
                methods.refuse(
                    "__init__",
                    attribute,
                    f"makes data or grad of the type {type(number).__name__}, not a number; "
                    "only a class of scalars can be replaced",
                )
        if difference(data, x)[0] or difference(grad, 0.0)[0]:
            methods.refuse("__init__", attribute, f"gives {data} and the gradient {grad} for {x}")


def refuse_raised(methods, name, attribute, error, given):
    """Raise NotReplaced for a method that raised where it must not."""
    later = ": define that before the class" if type(error) is NameError else ""
    methods.refuse(name, attribute, f"raises {Raised(error)}{later} ({given})")


def compare(methods):
    """Return by how much each method differs in the last bits, by name. Raises NotReplaced.

    ``backward()`` and then ``__mul__`` come first, because all probes use them.
    """
    attribute = methods.served["backward"]
    try:
        probes.gradients(methods.cls, 0)
    except Exception as error:
        refuse_raised(methods, "backward", attribute, error, "of sums and products")
    check_setting(methods)
    found = {}
    served = [name for name in methods.served if name not in ("__init__", "backward")]
    served.sort(key=lambda name: name != "__mul__")
    for name in served[:1]:
        check_method(methods, name, found)
    check_backward(methods, attribute, found)
    for name in [*served[1:], *filter(methods.is_pure, methods.carried)]:
        check_method(methods, name, found)
    return found


def check_setting(methods):
    """Raise NotReplaced if data and gradients that are set are not kept as they are by ours."""
    try:
        theirs = probes.after_setting(methods.cls)
    except AttributeError:  # a program cannot set them
        return
    ours = probes.after_setting(Value)
    verdict, _, i = worst(theirs, ours)
    if verdict:
        name, when = [("data", ""), ("grad", ""), ("data", " of a product of it")][i % 3]
        attribute = getattr(methods.cls, name, None)
        what = f"after it was set{when} is {theirs[i]} where ours is {ours[i]}"
        methods.refuse(name, attribute, what)


def check_backward(methods, attribute, found):
    """Compare ``backward()`` in random graphs. Raises NotReplaced where it differs."""
    for compute, when in (
        (probes.gradients, ""),
        (probes.gradients_again, "called a second time "),
    ):
        for seed in range(GRAPHS):
            theirs, ours = compute(methods.cls, seed), compute(Value, seed)
            verdict, by, i = worst(theirs, ours)
            if verdict == DIFFERENT:
                what = f"{when}gives the gradient {theirs[i]} where ours gives {ours[i]}"
                methods.refuse("backward", attribute, what)
            if verdict == ROUNDED:
                found["backward"] = max(by, found.get("backward", 0.0))


def check_method(methods, name, found):
    """Compare a method in all probes. Raises NotReplaced where it differs."""
    attribute = methods.served.get(name, methods.carried.get(name))
    errors, compared = [], False
    for call, arguments in probes.ways_to_call(name, attribute):
        for given in arguments:
            theirs, ours = both(methods, call, given)
            if isinstance(theirs, Raised):
                errors.append(theirs.error)
                if type(theirs.error) is NameError:
                    refuse_raised(methods, name, attribute, theirs.error, f"at {given}")
                continue
            compared = True
            verdict, by, i = worst(theirs, ours)
            if verdict == DIFFERENT:
                what = how_different(call, given, theirs, ours, i)
                can_be_carried = name in methods.served and not name.startswith("__")
                rename = "; under another name it would be carried over" * can_be_carried
                methods.refuse(name, attribute, what + rename)
            if verdict == ROUNDED:
                found[name] = max(by, found.get(name, 0.0))
    is_stub = any(isinstance(error, NotImplementedError) for error in errors)
    if name in methods.served and not compared and not is_stub:
        why = f": {Raised(errors[0])}" if errors else ""
        methods.refuse(name, attribute, f"cannot be compared with ours{why}")


def both(methods, call, given):
    """Return the outcomes of a probe, theirs and ours."""
    theirs = probes.outcome(call, methods.cls, *given)
    with methods.binding.to(Value):
        return theirs, probes.outcome(call, Value, *given)


def how_different(call, given, theirs, ours, i):
    at = f"at {', '.join(map(str, given))}"
    if isinstance(ours, Raised):
        return f"{at} gives {theirs[0]} where ours raises {ours}"
    if call.__name__ == "state":
        return f"{at} leaves data or a gradient of {theirs[i]} where ours leaves {ours[i]}"
    if i and len(theirs) == len(ours):
        theirs, ours = (f"{x[i] / probes.UPSTREAM:.6g}" for x in (theirs, ours))
        return f"{at} has the derivative {theirs} where ours has {ours}"
    return f"{at} gives {theirs[0]} where ours gives {ours[0]}"


def carry_texts(methods):
    """Carry ``__repr__`` and the like over where they print something else, and work on ours.

    Return the names of those that print something else and do not work on ours.
    """
    failing = []
    for name, attribute in methods.texts.items():
        if differs(methods, name, attribute):
            carrying.carry({name: attribute})
            if differs(methods, name, attribute):
                carrying.remove(name)
                failing.append(name)
    return failing


def differs(methods, name, attribute):
    outcomes = [
        both(methods, call, given)
        for call, arguments in probes.ways_to_call(name, attribute)
        for given in arguments
    ]
    return any(not isinstance(x, Raised) and worst(x, y)[0] for x, y in outcomes)


# --- what is said -------------------------------------------------------------------


def report(methods, found, dropped, ours_in_text):
    """Return what the user is told: the lines of the message."""
    cls = methods.cls
    carried = [name for name in (*methods.carried, *methods.texts) if name in carrying.carried]
    lines = [f"{methods.where}: class {cls.__name__} is replaced by micrograd_c's, on {ENGINE}"]
    if carried:
        lines.append(f"carried over from yours: {', '.join(carried)}")
    if dropped:
        lines.append(f"no longer carried over: {', '.join(dropped)}")
    if ours_in_text:
        lines.append(f"printed as micrograd_c's, not as yours: {', '.join(ours_in_text)}")
    if found:
        parts = [f"{name} ({how_far(by)})" for name, by in found.items()]
        lines.append(f"differs from yours in the last bits: {', '.join(parts)}")
    else:
        lines.append("equal to yours to the last bit, in all probes")
    if uses_old_data(cls):
        lines.append(
            "if data is changed between the forward pass and backward(), backward() uses the new "
            "data; yours uses the old"
        )
    return lines


def how_far(by):
    return "infinite or NaN in yours" if by == math.inf else f"by {by:.1g}"


def uses_old_data(cls):
    """True if the class's gradients do not notice a change of data before backward()."""
    try:
        return probes.old_data(cls) != probes.old_data(Value)
    except Exception:  # data that cannot be set
        return False
