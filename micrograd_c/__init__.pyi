"""Types of what ``micrograd_c`` exports."""

from typing import Any, Literal

from micrograd_c import distributed as distributed
from micrograd_c import engine as engine
from micrograd_c import explorer as explorer
from micrograd_c import functional as functional
from micrograd_c import losses as losses
from micrograd_c import lr_scheduler as lr_scheduler
from micrograd_c import nn as nn
from micrograd_c import optim as optim
from micrograd_c import optimize as optimize
from micrograd_c import state as state
from micrograd_c.debugging import detect_anomaly as detect_anomaly
from micrograd_c.debugging import line_of as line_of
from micrograd_c.debugging import record_lines as record_lines
from micrograd_c.differentiate import grad as grad
from micrograd_c.differentiate import gradients as gradients
from micrograd_c.differentiate import hessian as hessian
from micrograd_c.differentiate import hvp as hvp
from micrograd_c.differentiate import jacobian as jacobian
from micrograd_c.differentiate import jvp as jvp
from micrograd_c.differentiate import value_and_grad as value_and_grad
from micrograd_c.differentiate import vjp as vjp
from micrograd_c.drawing import draw_dot as draw_dot
from micrograd_c.engine import Value as Value
from micrograd_c.explorer import explore as explore
from micrograd_c.functional import *  # noqa: F403
from micrograd_c.functional import abs as abs
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
