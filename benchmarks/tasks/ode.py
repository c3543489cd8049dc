"""Fitting an ODE: Lotka and Volterra's predators and prey, by the classic Runge-Kutta method.

dx/dt = alpha x - beta x y, dy/dt = delta x y - gamma y. The loss is the squared distance of the
last point from a target. The inputs are the four parameters and the coordinates of the start.
Source: https://en.wikipedia.org/wiki/Lotka-Volterra_equations.
"""

from benchmarks.tasks import Task

H = 0.02  # the length of a time step
TARGET = (1.5, 0.7)


def make_data(size=None):
    steps = size or 100
    inputs = [1.1, 0.4, 0.4, 0.1, 2.0, 1.0]
    return {"title": f"Lotka-Volterra ODE, {steps} steps", "inputs": inputs, "steps": steps}


def make_task(data):
    steps = data["steps"]
    return Task(
        data["title"],
        data["inputs"],
        lambda inputs, ops: program(inputs, steps),
        operators=60 * steps,
        sizes={"STEPS": steps},
    )


def program(inputs, steps):
    *parameters, x, y = inputs
    for _ in range(steps):
        x, y = time_step(x, y, parameters)
    return (x - TARGET[0]) ** 2 + (y - TARGET[1]) ** 2


def time_step(x, y, parameters):
    alpha, beta, gamma, delta = parameters

    def slope(x, y):
        xy = x * y
        return alpha * x - beta * xy, delta * xy - gamma * y

    k1x, k1y = slope(x, y)
    k2x, k2y = slope(x + k1x * (H / 2), y + k1y * (H / 2))
    k3x, k3y = slope(x + k2x * (H / 2), y + k2y * (H / 2))
    k4x, k4y = slope(x + k3x * H, y + k3y * H)
    x = x + (k1x + k2x * 2.0 + k3x * 2.0 + k4x) * (H / 6)
    y = y + (k1y + k2y * 2.0 + k3y * 2.0 + k4y) * (H / 6)
    return x, y
