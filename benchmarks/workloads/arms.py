"""Robot arms in space: the squared distance of each hand from its target, and the gradient."""

from benchmarks.workloads import Workload, functions, run_casadi, run_complex_steps, run_jax

LINKS = (0.5, 0.4, 0.4, 0.3, 0.2, 0.1)  # lengths; joints turn about z and x, by turns


def distance(angles, target, ops):
    """The frame's axes are kept as columns a, b and c; each link lies along a."""
    a, b, c = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)
    hand = (0.0, 0.0, 0.0)
    for i, length in enumerate(LINKS):
        cos, sin = ops.cos(angles[i]), ops.sin(angles[i])
        if i % 2:
            b, c = turned(b, c, cos, sin)
        else:
            a, b = turned(a, b, cos, sin)
        hand = [h + length * x for h, x in zip(hand, a)]
    away = [h - target[j] for j, h in enumerate(hand)]
    return away[0] * away[0] + away[1] * away[1] + away[2] * away[2]


def turned(p, q, cos, sin):
    """The axes p and q after a turn in their plane."""
    return (
        [x * cos + y * sin for x, y in zip(p, q)],
        [y * cos - x * sin for x, y in zip(p, q)],
    )


def data(n):
    """Return the angles (n, 6) and the targets (n, 3) of n arms."""
    import numpy as np

    rng = np.random.default_rng(1)
    return rng.uniform(-1, 1, (n, len(LINKS))), rng.uniform(-1, 1, (n, 3))


def make(size=None):
    n = size or 1000
    angles, targets = data(n)

    def ours(jit):
        from micrograd_c import value_and_grad

        ops = functions.ours()
        run = jit(value_and_grad(lambda angles, target: distance(angles, target, ops)))
        return lambda: list(run(angles, targets))

    def jax():
        import jax

        ops = functions.jax()
        one = jax.value_and_grad(lambda angles, target: distance(angles, target, ops))
        return run_jax(jax.vmap(one), angles, targets)

    def casadi():
        import casadi

        at, target = casadi.SX.sym("angles", len(LINKS)), casadi.SX.sym("target", 3)
        far = distance(casadi.vertsplit(at), casadi.vertsplit(target), functions.casadi())
        return run_casadi([at, target], [far, casadi.gradient(far, at)], [angles, targets], n)

    def numpy():
        ops = functions.numpy()
        return run_complex_steps(lambda angles: distance(angles, targets.T, ops), angles)

    title = f"{n:,} arm{'s' * (n > 1)} as rows, value and gradient"
    return Workload(title, ours, jax, casadi, numpy, target=0.4)
