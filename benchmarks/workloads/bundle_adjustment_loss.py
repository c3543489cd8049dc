"""Bundle adjustment: the squared reprojection errors of ``size`` points in 4 cameras' pictures.

A row is an observation: which camera, which point, and where in the picture. The gradient is by
all cameras' 12 parameters and all points' coordinates.
"""

from benchmarks.workloads import Workload, functions, run_casadi, run_complex_steps, run_jax
from benchmarks.workloads.bundle_adjustment import AT, errors

CAMERAS = 4


def square(camera, point, picture, ops):
    """The squared distance from the point's place in the picture."""
    across, down = errors(camera, [*point, *picture], ops)
    return across * across + down * down


def make(size=None):
    import numpy as np

    points, rng = size or 120, np.random.default_rng(1)
    cameras_of, points_of = (x.ravel() for x in np.indices((CAMERAS, points)))
    n, n_cameras = CAMERAS * points, CAMERAS * len(AT)
    pictures = rng.uniform(0, 640, (n, 2))
    cameras = np.array(AT) * rng.uniform(0.9, 1.1, (CAMERAS, len(AT)))
    places = rng.uniform(-1, 1, (points, 3))
    at = np.concatenate([cameras.ravel(), places.ravel()])

    def ours(jit):
        from micrograd_c import Value, take

        ops = functions.ours()
        camera_table, point_table = ([[Value(x) for x in row] for row in rows.tolist()]
                                     for rows in (cameras, places))  # fmt: skip

        @jit(parameters=[x for row in camera_table + point_table for x in row])
        def loss(camera, point, picture):
            return square(take(camera_table, camera), take(point_table, point), picture, ops)

        return lambda: list(loss.value_and_grad(cameras_of, points_of, pictures, params=at))

    def jax():
        import jax
        from jax import numpy as jnp

        ops = functions.jax()

        def loss(at, pictures):
            cameras = at[:n_cameras].reshape(CAMERAS, -1)[cameras_of]
            places = at[n_cameras:].reshape(points, 3)[points_of]
            return jnp.mean(square(cameras.T, places.T, pictures.T, ops))

        return run_jax(jax.value_and_grad(loss), at, pictures)

    def casadi():
        import casadi

        ops = functions.casadi()
        x, rows = casadi.SX.sym("x", len(at)), casadi.SX.sym("rows", 2 * n)
        scalars, pixels = casadi.vertsplit(x), casadi.vertsplit(rows)
        loss = 0.0
        for i, (camera, point) in enumerate(zip(cameras_of.tolist(), points_of.tolist())):
            start, place = camera * len(AT), n_cameras + 3 * point
            loss = loss + square(
                scalars[start : start + len(AT)], scalars[place : place + 3],
                pixels[2 * i : 2 * i + 2], ops,
            )  # fmt: skip
        outputs = [loss / n, casadi.gradient(loss, x) / n]
        return run_casadi([x, rows], outputs, [at, pictures])

    def numpy():
        ops = functions.numpy()
        both = np.hstack([cameras[cameras_of], places[points_of]])  # an observation's parameters

        def square_of(parameters):
            return square(parameters[: len(AT)], parameters[len(AT) :], pictures.T, ops)

        steps = run_complex_steps(square_of, both)

        def run():
            values, slopes = steps()
            by_camera, by_point = np.zeros((CAMERAS, len(AT))), np.zeros((points, 3))
            np.add.at(by_camera, cameras_of, slopes[:, : len(AT)])
            np.add.at(by_point, points_of, slopes[:, len(AT) :])
            return [values.mean(), by_camera / n, by_point / n]

        return run

    title = f"bundle adjustment, {n} observations, value and gradient by {len(at)} parameters"
    return Workload(title, ours, jax, casadi, numpy)
