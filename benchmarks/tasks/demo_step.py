"""micrograd's demo step: two moons of 100 points, MLP 2-16-16-1, hinge loss with L2, SGD."""

from benchmarks.tasks.net import net_data, net_task


def make_data(size=None):
    from micrograd_c.cli.demo.dataset import two_moons

    rows = size or 100
    moons = two_moons(rows, seed=1)
    Y = [[y] for y in moons.y]
    title = f"micrograd's demo step, MLP 2-16-16-1, {rows} rows"
    return net_data(title, [2, 16, 16, 1], "relu", "hinge", moons.X, Y, lr=0.1, alpha=1e-4)


make_task = net_task
