"""The Jacobian of the reprojection errors of points by a camera of 12 parameters.

The parameters are a rotation vector (3), a translation (3), focal lengths (2), the principal point
(2) and radial distortion (2). The rotation is by Rodrigues' formula,
https://en.wikipedia.org/wiki/Rodrigues%27_rotation_formula.
"""

from benchmarks.workloads import Workload, functions, run_casadi, run_complex_steps, run_jax

AT = [0.1, -0.2, 0.3, 0.05, -0.1, 4.0, 800.0, 780.0, 320.0, 240.0, 0.05, -0.01]


def errors(camera, row, ops):
    """``row``: a point's three coordinates and the two of its picture. Returns two errors."""
    rx, ry, rz, tx, ty, tz, fx, fy, cx, cy, k1, k2 = camera
    x, y, z, u, v = row
    angle = ops.sqrt(rx * rx + ry * ry + rz * rz)
    ax, ay, az = rx / angle, ry / angle, rz / angle
    c, s = ops.cos(angle), ops.sin(angle)
    along = (ax * x + ay * y + az * z) * (1.0 - c)
    px = x * c + (ay * z - az * y) * s + ax * along + tx
    py = y * c + (az * x - ax * z) * s + ay * along + ty
    pz = z * c + (ax * y - ay * x) * s + az * along + tz
    px, py = px / pz, py / pz
    square = px * px + py * py
    scale = 1.0 + square * (k1 + k2 * square)
    return fx * scale * px + cx - u, fy * scale * py + cy - v


def make(size=None):
    import numpy as np

    n, at = size or 480, np.array(AT)
    rng = np.random.default_rng(1)
    rows = np.hstack([rng.uniform(-1, 1, (n, 3)), rng.uniform(0, 640, (n, 2))])

    def ours(jit):
        from micrograd_c import Value

        ops, camera = functions.ours(), [Value(p) for p in AT]
        residuals = jit(lambda row: errors(camera, row, ops), parameters=camera)
        return lambda: [residuals.jacobian(rows, params=at)]

    def jax():
        import jax
        from jax import numpy as jnp

        ops = functions.jax()

        def one(camera, row):
            return jnp.stack(errors(camera, row, ops))

        return run_jax(jax.vmap(jax.jacobian(one), (None, 0)), at, rows)

    def casadi():
        import casadi

        camera, row = casadi.SX.sym("camera", len(AT)), casadi.SX.sym("row", 5)
        both = errors(casadi.vertsplit(camera), casadi.vertsplit(row), functions.casadi())
        slopes = casadi.jacobian(casadi.vertcat(*both), camera).T  # its columns are residuals
        return run_casadi([camera, row], [slopes], [at, rows], n, shared=[0])

    def numpy():
        ops, columns = functions.numpy(), rows.T[:, None]  # one point's numbers: (1, n)

        def both(camera):
            return np.stack(errors([p[:, None] for p in camera], columns, ops), axis=2)

        run = run_complex_steps(both, at)
        return lambda: [run()[1].transpose(1, 0, 2)]

    title = f"bundle adjustment, Jacobian {2 * n} x {len(AT)}"
    return Workload(title, ours, jax, casadi, numpy)
