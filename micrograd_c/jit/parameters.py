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

        self.program, self.parameters = program, parameters
        place_of = {id(p): i for i, p in enumerate(program.parameters)}
        places = [place_of.get(id(p)) for p in parameters]
        # of the parameters that are in both: their numbers in the user's and the program's order
        self.known = np.array([i for i, place in enumerate(places) if place is not None], np.intp)
        self.places = np.array([place for place in places if place is not None], np.intp)
        # reading scattered elements takes half the time of writing them
        self.sorted = self.known[np.argsort(self.places)]
        self.gives_all = len(self.known) == len(place_of)
        self.gets_all = len(self.known) == len(parameters)

    def to_program(self, params):
        """Return the array ``params`` in the program's order; None stays None.

        Raises TypeError if it does not hold real numbers, ValueError for another shape.
        """
        if params is None:
            return None
        import numpy as np

        params = as_doubles(params, "params")
        if params.shape != (len(self.parameters),):
            raise ValueError(
                f"params: expected an array of shape ({len(self.parameters)},), a number for each "
                f"of the parameters, got shape {params.shape}"
            )
        if self.gives_all:
            return params.take(self.sorted)
        data = np.array([p.data for p in self.program.parameters])
        data[self.places] = params[self.known]
        return data

    def from_program(self, gradient):
        """Return an array in the program's order, such as a gradient, in the user's order."""
        import numpy as np

        if self.gets_all:
            return gradient.take(self.places, axis=-1)
        result = np.zeros(gradient.shape[:-1] + (len(self.parameters),))
        result[..., self.known] = gradient[..., self.places]
        return result
