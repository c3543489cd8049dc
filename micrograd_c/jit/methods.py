"""Jitted methods: each instance gets a jitted function of its own."""

from python_ref.core.numbers import describe


def bound_to(jitted, instance, owner, make):
    """Return the jitted method of ``instance``, or of the class for a classmethod.

    The instance or class keeps it in an attribute, so that it is traced once. ``make(function)``
    makes a new jitted function. Returns ``jitted`` itself where there is nothing to bind.
    Raises TypeError for an instance without a ``__dict__``.
    """
    function = jitted._function
    bind = getattr(type(function), "__get__", None)
    if isinstance(function, classmethod):
        instance = type(instance) if owner is None else owner
    if instance is None or bind is None:
        return jitted
    if not hasattr(instance, "__dict__"):
        raise TypeError(
            f"a jitted method is kept in its instance's __dict__, and {describe(instance)} has none"
        )
    place = f"_jitted_{jitted.__name__}"
    made = vars(instance).get(place)
    # A copied instance has the original's attribute; an overriding method has the same name.
    if made is None or made._binding[0] is not jitted or made._binding[1] is not instance:
        if isinstance(function, classmethod):
            made = make(bind(function, None, instance))
        else:
            made = make(bind(function, instance, owner))
        made._binding = jitted, instance
        if isinstance(instance, type):
            setattr(instance, place, made)
        else:
            vars(instance)[place] = made
    return made
