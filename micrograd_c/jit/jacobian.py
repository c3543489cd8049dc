"""``jit.jacobian``: the derivatives of each example's outputs with respect to the parameters."""

from micrograd_c.jit.errors import inner_backward_error
from micrograd_c.jit.outputs import Outputs, arrays_from
from micrograd_c.jit.ragged_arrays import RaggedArrays
from python_ref.core.differentiate import gradients
from python_ref.core.tracing import current_trace


def jacobian_of(jitted, jit, arrays, params):
    """Return what ``jitted.jacobian(*arrays, params=params)`` returns. ``jit`` is the class."""
    if current_trace():
        raise inner_backward_error("jacobian()")
    program, arrays = jitted._prepare(arrays)
    if isinstance(arrays, RaggedArrays):
        raise ValueError(
            "jacobian: expected rows of one length, got rows of several: call it once for each"
        )
    parameters = jitted._order_of(program).parameters
    if jitted._jacobian is None or jitted._jacobian[0] != parameters:
        function = gradients_of_outputs(jitted._function, parameters)
        jitted._jacobian = parameters, jit(function, parameters=parameters, **jitted._options)
    derivatives, _ = jitted._jacobian[1]._prepare(arrays)
    order = jitted._jacobian[1]._order_of(derivatives)
    out = arrays_from(derivatives.layout, derivatives.forward(arrays, order.to_program(params)))
    out = out[:, 0] if program.is_single else out
    return out if arrays.has_rows else out[0]


def gradients_of_outputs(function, parameters):
    """Return a function with the gradient of each of the function's outputs, for ``jacobian``."""

    def derivatives(*args):
        outputs = Outputs(function, function(*args))
        return [gradients(output, parameters) for output in outputs.values]

    return derivatives
