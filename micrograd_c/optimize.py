"""SciPy's optimizers on the parameters of a jitted function, with exact derivatives.

Each function here calls the one of ``scipy.optimize`` with the same name, gives it the gradient
or Jacobian that ``jit`` computes, writes what was found into the parameters' ``data``, and
returns SciPy's own result. It needs SciPy: ``pip install 'micrograd_c[scipy]'``.

>>> import numpy as np
>>> from micrograd_c import Value, exp, jit
>>> from micrograd_c.optimize import curve_fit
>>> rate, scale = Value(0.5), Value(1.0)
>>> decay = jit(lambda x: scale * exp(-rate * x), parameters=[rate, scale])
>>> x = np.linspace(0, 4, 50)
>>> found, covariance = curve_fit(decay, x, 2.5 * np.exp(-1.3 * x))
>>> found.round(6).tolist(), round(rate.data, 6)
([1.3, 2.5], 1.3)
"""

from micrograd_c.functional import get_data, set_data
from micrograd_c.jit import jit
from python_ref.core.numbers import describe

__all__ = ["minimize", "least_squares", "curve_fit"]


def minimize(loss, *arrays, method="BFGS", **options):
    """Minimize the mean of ``loss`` over the examples; see ``scipy.optimize.minimize``.

    If an exception ends it, the parameters are as before.

    Args:
        loss: A jitted function that returns a single Value.
        *arrays: Its arguments.
        method: SciPy's.
        **options: SciPy's: ``tol``, ``bounds``, ``options``, ``callback`` and so on, in terms of
            an array in the order of ``loss.parameters``, which is where it starts.

    Returns:
        SciPy's OptimizeResult. Its ``x`` is then the parameters' data, also if ``success`` is
        False.

    Raises:
        TypeError: If ``loss`` is not jitted.
        ValueError: If it reads no parameters.
        ImportError: Without SciPy.
    """
    scipy = load_scipy()
    parameters, start = traced(loss, arrays, "minimize")

    def value_and_grad(params):
        return loss.value_and_grad(*arrays, params=params)

    result = scipy.minimize(value_and_grad, start, jac=True, method=method, **options)
    set_data(parameters, result.x)
    return result


def least_squares(residuals, *arrays, **options):
    """Minimize the sum of the squared residuals of all rows; see ``scipy.optimize.least_squares``.

    Args:
        residuals: A jitted function that returns a Value or a list of m Values for a row.
        *arrays: Its arguments.
        **options: SciPy's: ``method``, ``loss``, ``bounds`` and so on.

    Returns:
        SciPy's OptimizeResult, with ``fun`` of shape (n * m,), row by row; without rows, (m,).
        Parameters are as in ``minimize``.

    Raises:
        TypeError: As ``minimize`` does.
        ValueError: As ``minimize`` does.
        ImportError: Without SciPy.
    """
    import numpy as np

    scipy = load_scipy()
    parameters, start = traced(residuals, arrays, "least_squares")

    def values(params):
        return np.ravel(residuals(*arrays, params=params))

    def jacobian(params):
        return residuals.jacobian(*arrays, params=params).reshape(-1, len(parameters))

    result = scipy.least_squares(values, start, jac=jacobian, **options)
    set_data(parameters, result.x)
    return result


def curve_fit(model, x, y, **options):
    """Fit a model to points; see ``scipy.optimize.curve_fit``.

    Args:
        model: A jitted function that returns a single Value.
        x: Its argument, an array of shape (n,) or (n, k), or a tuple of arrays for several
            arguments.
        y: An array of shape (n,).
        **options: SciPy's: ``sigma``, ``absolute_sigma``, ``bounds`` and so on.

    Returns:
        What SciPy does: the parameters, shape (p,), and their covariance, shape (p, p).
        Parameters are as in ``minimize``.

    Raises:
        TypeError: As ``minimize`` does.
        ValueError: As ``minimize`` does.
        ImportError: Without SciPy.
    """
    scipy = load_scipy()
    arrays = x if isinstance(x, tuple) else (x,)
    parameters, start = traced(model, arrays, "curve_fit")

    def values(_, *params):
        return model(*arrays, params=params)

    def jacobian(_, *params):
        return model.jacobian(*arrays, params=params)

    result = scipy.curve_fit(values, range(len(y)), y, p0=start, jac=jacobian, **options)
    set_data(parameters, result[0])
    return result


def traced(function, arrays, name):
    """Return the parameters of a jitted function, traced for these arrays, and their data."""
    if not isinstance(function, jit):
        given = getattr(function, "__name__", None) or describe(function)
        raise TypeError(f"{name}: expected a jitted function, got {given}: write jit({given})")
    function(*arrays)
    if not function.parameters:
        raise ValueError(f"{name}: the function reads no parameters, so there is nothing to find")
    return function.parameters, get_data(function.parameters)


def load_scipy():
    try:
        import scipy.optimize
    except ImportError as error:
        raise ImportError(
            "micrograd_c.optimize needs SciPy: pip install 'micrograd_c[scipy]'"
        ) from error
    return scipy.optimize
