"""The order of a jitted function's parameters, and arrays of their data and gradients in it."""

from python_ref.core.number_arrays import as_doubles
from python_ref.core.numbers import describe, is_value


def checked_parameters(given):
    """Return the Values of ``jit(f, parameters=...)`` as a tuple; None stays None.

    Raises TypeError if an element is not a Value, ValueError if one is there twice.
    """
    if given is None:
        return None
    parameters = tuple(given)
    for p in parameters:
        if not is_value(p):
            raise TypeError(f"expected Values as parameters, got {describe(p)}")
    if len({id(p) for p in parameters}) < len(parameters):
        raise ValueError("the same Value is twice among parameters")
    return parameters


class ParameterOrder:
    """How the parameters of a program correspond to those in the user's order."""

    def __init__(self, program, parameters):
        """``parameters``: a tuple of Values; those that the program does not read may be there.

        The program's other parameters are read from their Values, and get no gradient.
        """
        import numpy as np

        self.parameters = parameters
        place_of = {id(p): i for i, p in enumerate(program.parameters)}
        places = [place_of.get(id(p)) for p in parameters]
        known = [i for i, place in enumerate(places) if place is not None]
        # Where each of the program's parameters stands in the user's order. One that the user
        # does not give takes number 0 at first, and its Value's data then.
        source = np.zeros(len(program.parameters), np.intp)
        source[[places[i] for i in known]] = known
        given = {places[i] for i in known}
        self.source = source
        self.other = [(i, p) for i, p in enumerate(program.parameters) if i not in given]
        self.places = np.array([places[i] for i in known], np.intp)
        self.known = np.array(known, np.intp)
        self.reads_all = len(known) == len(parameters)
        self.is_same = places == list(range(len(program.parameters)))

    def to_program(self, params):
        """Return the array ``params`` in the program's order; None stays None.

        Raises TypeError if it does not hold real numbers, ValueError for another shape.
        """
        if params is None:
            return None
        import numpy as np

        params = self.checked(params)
        if self.is_same:
            return params.copy()  # nobody else can change it during the run
        data = params.take(self.source) if len(params) else np.empty(len(self.source))
        for i, p in self.other:
            data[i] = p.data
        return data

    def checked(self, params):
        """Return ``params`` as an array of float64 in the user's order, or raise as above."""
        params = as_doubles(params, "params")
        if params.shape != (len(self.parameters),):
            raise ValueError(
                f"params: expected an array of shape ({len(self.parameters)},), a number for each "
                f"of the parameters, got shape {params.shape}"
            )
        return params

    def places_in_user_order(self):
        """Return, for each of the program's parameters, its place in the user's order: int64.

        It is -1 for one that the user does not give. None: both orders are the same.
        """
        if self.is_same:
            return None
        import numpy as np

        places = np.full(len(self.source), -1, np.int64)
        places[self.places] = self.known
        return places

    def from_program(self, gradient):
        """Return an array in the program's order, such as a gradient, in the user's order."""
        import numpy as np

        if self.is_same:
            return gradient
        found = gradient.take(self.places, axis=-1)
        if self.reads_all:
            return found
        result = np.zeros(gradient.shape[:-1] + (len(self.parameters),))
        result[..., self.known] = found
        return result
