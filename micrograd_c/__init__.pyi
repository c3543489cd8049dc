"""Types of what ``micrograd_c`` exports."""

from typing import Any, Literal

from micrograd_c import engine as engine
from micrograd_c import functional as functional
from micrograd_c import losses as losses
from micrograd_c import lr_scheduler as lr_scheduler
from micrograd_c import nn as nn
from micrograd_c import optim as optim
from micrograd_c import state as state
from micrograd_c.drawing import draw_dot as draw_dot
from micrograd_c.engine import Value as Value
from micrograd_c.functional import (
    abs as abs,
    acos as acos,
    asin as asin,
    atan as atan,
    atan2 as atan2,
    cos as cos,
    cosh as cosh,
    dot as dot,
    erf as erf,
    exp as exp,
    expm1 as expm1,
    get_data as get_data,
    get_grad as get_grad,
    leaky_relu as leaky_relu,
    log as log,
    log1p as log1p,
    logsumexp as logsumexp,
    maximum as maximum,
    mean as mean,
    minimum as minimum,
    relu as relu,
    set_data as set_data,
    set_grad as set_grad,
    sigmoid as sigmoid,
    sin as sin,
    sinh as sinh,
    softmax as softmax,
    softplus as softplus,
    sqrt as sqrt,
    tan as tan,
    tanh as tanh,
    total as total,
    zero_grad as zero_grad,
)
from micrograd_c.grad_mode import enable_grad as enable_grad
from micrograd_c.grad_mode import is_grad_enabled as is_grad_enabled
from micrograd_c.grad_mode import no_grad as no_grad
from micrograd_c.gradcheck import gradcheck as gradcheck
from micrograd_c.jit import TraceError as TraceError
from micrograd_c.jit import jit as jit
from micrograd_c.jit import where as where
from micrograd_c.plotting import plot_decision_boundary as plot_decision_boundary
from micrograd_c.plotting import plot_history as plot_history
from micrograd_c.standin import install as install
from micrograd_c.standin import uninstall as uninstall

__version__: str
backend: Literal["c", "python"]

def load_ipython_extension(shell: Any) -> None: ...
def unload_ipython_extension(shell: Any) -> None: ...
