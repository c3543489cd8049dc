"""Training steps of a small GPT with Adam, ``size`` names of 7 letters a step.

A name has 8 positions: it begins with a letter of its own, and its end is predicted too. The
model is that of ``benchmarks/tasks/gpt.py``. All peers take the same steps from the same
parameters on; what they return are the mean loss and the parameters after them.
"""

from benchmarks.tasks import gpt
from benchmarks.workloads import Workload, run_jax

POSITIONS, STEPS, MOST_NAMES = 8, 128, 2048


def make(size=None, positions=POSITIONS, embed=gpt.EMBED):
    import numpy as np

    size = size or 1
    steps = max(1, min(STEPS, MOST_NAMES // size))
    letters = np.array(gpt.names(steps * size, positions))
    matrices = gpt.weights(embed=embed)
    at = np.concatenate([np.ravel(rows) for rows in matrices.values()])
    (beta1, beta2), shapes = gpt.BETAS, gpt.shapes(embed)

    def split(at):
        found, first = {}, 0
        for name, (n, m) in shapes.items():
            found[name] = at[first : first + n * m].reshape(n, m)
            first += n * m
        return found

    def ours(jit):
        from micrograd_c.functional import get_data, set_data
        from micrograd_c.optim import Adam

        loss, parameters = gpt.jitted(jit, embed)
        X = letters.astype(float)

        def run():
            set_data(parameters, at)
            optimizer.load_state_dict(fresh)
            losses = loss.fit(X, optimizer=optimizer, epochs=1, batch_size=size, shuffle=False)
            return [losses, get_data(parameters)]

        optimizer = Adam(parameters, lr=gpt.LR, betas=gpt.BETAS, eps=gpt.EPS)
        fresh = optimizer.state_dict()
        run.times = steps
        return run

    def jax():
        import jax
        from jax import numpy as jnp

        seen = jnp.tril(jnp.ones((positions, positions), bool))

        def normalized(x):
            return x * ((x * x).mean(-1, keepdims=True) + gpt.EPSILON) ** -0.5

        def loss(at, names):
            m = split(at)
            x = normalized(m["tokens"][names[:, :-1]] + m["positions"][:positions])
            heads = (*x.shape[:2], gpt.HEADS, -1)
            q, k, v = (
                (normalized(x) @ m[name].T).reshape(heads) for name in ("query", "key", "value")
            )
            scores = jnp.einsum("bihd,bjhd->bhij", q, k) * (q.shape[-1] ** -0.5)
            chances = jax.nn.softmax(jnp.where(seen, scores, -jnp.inf), axis=-1)
            mixed = jnp.einsum("bhij,bjhd->bihd", chances, v).reshape(x.shape)
            x = x + mixed @ m["out"].T
            x = x + jax.nn.relu(normalized(x) @ m["up"].T) @ m["down"].T
            logits = jax.nn.log_softmax(x @ m["scores"].T)
            return -jnp.take_along_axis(logits, names[:, 1:, None], 2).mean()

        def train(at, names):
            def step(state, batch):
                at, average, square, k = state
                value, g = jax.value_and_grad(loss)(at, batch)
                k = k + 1
                average = average + (1 - beta1) * (g - average)
                square = beta2 * square + (1 - beta2) * g * g
                correction = jnp.sqrt(1 - beta2**k)
                move = gpt.LR / (1 - beta1**k) * average / (jnp.sqrt(square) / correction + gpt.EPS)
                return (at - move, average, square, k), value

            zeros = jnp.zeros_like(at)
            (at, *_), losses = jax.lax.scan(step, (at, zeros, zeros, 0.0), names)
            return losses.mean(), at

        return timed(run_jax(train, at, letters.reshape(steps, size, -1)))

    def numpy():
        def run():
            moved, losses = at.copy(), []
            average, square = np.zeros_like(at), np.zeros_like(at)
            for k, batch in enumerate(letters.reshape(steps, size, -1), 1):
                loss, g = by_hand(np, split(moved), batch)
                losses.append(loss)
                average += (1 - beta1) * (g - average)
                square = beta2 * square + (1 - beta2) * (g * g)
                correction = (1 - beta2**k) ** 0.5
                rate = gpt.LR / (1 - beta1**k)
                moved -= rate * (average / (np.sqrt(square) / correction + gpt.EPS))
            return [np.mean(losses), moved]

        return timed(run)

    def c():
        import ctypes

        from benchmarks.peers.c_by_hand import compiled, doubles

        library = compiled("gpt.c", {"POSITIONS": positions, "ROWS": size, "EMBED": embed})
        names, losses = doubles(letters.ravel().tolist()), doubles([0.0] * steps)
        numbers = [ctypes.c_double(x) for x in (gpt.LR, beta1, beta2, gpt.EPS)]
        start = at.tolist()

        def run():
            moved = doubles(start)
            library.train(steps, moved, names, *numbers, losses)
            return [[sum(losses) / steps], moved]

        return timed(run)

    def timed(run):
        run.times = steps
        return run

    title = f"a GPT's step with Adam, {size} name{'s' * (size > 1)} of {positions} positions"
    if embed != gpt.EMBED:
        title += f", {embed} wide"
    batches = letters.reshape(steps, size, -1).astype(float)
    sizes = {"at": at, "batches": batches, "embed": embed}
    return Workload(title, ours, jax, numpy=numpy, c=c, sizes=sizes)


def by_hand(np, m, names):
    """Return the mean loss of names (n, positions + 1), and its gradient, shape (p,)."""
    n, length = names.shape[0], names.shape[1] - 1
    inputs, targets = names[:, :-1], names[:, 1:]
    seen = np.tril(np.ones((length, length), bool))
    g = {}

    def normalize(x):
        scale = ((x * x).mean(-1, keepdims=True) + gpt.EPSILON) ** -0.5
        return x * scale, scale

    def normalize_back(gy, y, scale):
        return (gy - y * (gy * y).mean(-1, keepdims=True)) * scale

    def linear_back(name, gy, x):
        g[name] = gy.reshape(-1, gy.shape[-1]).T @ x.reshape(-1, x.shape[-1])
        return gy @ m[name]

    def in_heads(x):  # (n, heads, length, width)
        return x.reshape(n, length, gpt.HEADS, -1).swapaxes(1, 2)

    def out_of_heads(x):
        return x.swapaxes(1, 2).reshape(n, length, -1)

    x0, scale0 = normalize(m["tokens"][inputs] + m["positions"][:length])
    x1, scale1 = normalize(x0)
    q, k, v = (in_heads(x1 @ m[name].T) for name in ("query", "key", "value"))
    factor = q.shape[-1] ** -0.5
    scores = np.where(seen, q @ k.swapaxes(2, 3) * factor, -np.inf)
    exps = np.exp(scores - scores.max(-1, keepdims=True))
    chances = exps / exps.sum(-1, keepdims=True)
    mixed = out_of_heads(chances @ v)
    x2 = x0 + mixed @ m["out"].T
    x3, scale2 = normalize(x2)
    hidden = np.maximum(x3 @ m["up"].T, 0.0)
    x4 = x2 + hidden @ m["down"].T
    logits = x4 @ m["scores"].T
    shifted = logits - logits.max(-1, keepdims=True)
    sums = np.exp(shifted).sum(-1, keepdims=True)
    here = (np.arange(n)[:, None], np.arange(length), targets)
    loss = (np.log(sums[..., 0]) - shifted[here]).mean()

    by_logits = np.exp(shifted) / sums
    by_logits[here] -= 1.0
    by_logits /= n * length
    g4 = linear_back("scores", by_logits, x4)
    by_hidden = linear_back("down", g4, hidden) * (hidden > 0.0)
    g2 = g4 + normalize_back(linear_back("up", by_hidden, x3), x3, scale2)
    by_mixed = in_heads(linear_back("out", g2, mixed))
    by_chances = by_mixed @ v.swapaxes(2, 3)
    mean = (by_chances * chances).sum(-1, keepdims=True)
    by_scores = chances * (by_chances - mean) * factor
    by_heads = (by_scores @ k, by_scores.swapaxes(2, 3) @ q, chances.swapaxes(2, 3) @ by_mixed)
    names_of = ("query", "key", "value")
    g1 = sum(linear_back(name, out_of_heads(x), x1) for name, x in zip(names_of, by_heads))
    g0 = normalize_back(g2 + normalize_back(g1, x1, scale1), x0, scale0)
    g["positions"], g["tokens"] = np.zeros_like(m["positions"]), np.zeros_like(m["tokens"])
    g["positions"][:length] = g0.sum(0)
    np.add.at(g["tokens"], inputs, g0)
    return loss, np.concatenate([g[name].ravel() for name in m])
