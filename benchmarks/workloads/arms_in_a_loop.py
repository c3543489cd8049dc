"""The same arms in one program: a loss that adds them up in a Python loop, 6 parameters each."""

from benchmarks.workloads import Workload, functions, run_casadi, run_complex_steps, run_jax
from benchmarks.workloads.arms import LINKS, data, distance


def make(size=None):
    import numpy as np

    n = size or 1000
    angles, targets = data(n)
    at, one_row = angles.ravel(), np.ones(1)

    def ours(jit):
        from micrograd_c import Value

        ops, arms = functions.ours(), [[Value(x) for x in row] for row in angles.tolist()]
        places = targets.tolist()

        def total(scale):
            return scale * sum(distance(arm, place, ops) for arm, place in zip(arms, places))

        loss = jit(total, parameters=[angle for arm in arms for angle in arm])
        return lambda: list(loss.value_and_grad(one_row, params=at))

    def jax():
        import jax

        ops = functions.jax()
        each = jax.vmap(lambda angles, target: distance(angles, target, ops))

        def total(at, targets):
            return each(at.reshape(n, len(LINKS)), targets).sum()

        return run_jax(jax.value_and_grad(total), at, targets)

    def casadi():
        import casadi

        arm, target = casadi.SX.sym("arm", len(LINKS)), casadi.SX.sym("target", 3)
        far = distance(casadi.vertsplit(arm), casadi.vertsplit(target), functions.casadi())
        outputs = [far, casadi.gradient(far, arm)]
        return run_casadi([arm, target], outputs, [angles, targets], n, summed=[0])

    def numpy():
        ops = functions.numpy()
        run = run_complex_steps(lambda angles: distance(angles, targets.T, ops), angles)

        def total():
            distances, slopes = run()
            return [distances.sum(), slopes]

        return total

    title = f"{n:,} arms in a Python loop, value and gradient"
    return Workload(title, ours, jax, casadi, numpy, target=0.4)
