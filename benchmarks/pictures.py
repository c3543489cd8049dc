"""Results as PNG files: a bar chart for each workload, growth, and the crossover with PyTorch."""

from benchmarks.growth import curves
from benchmarks.peers import OURS
from benchmarks.report import LIMIT, minima

OUR_COLOUR, LIMIT_COLOUR, THEIR_COLOUR = "#c03d2e", "#444444", "#8fa8bf"


def draw(results, folder):
    """Write the pictures for which the results have data. Returns the list of their names.

    Without matplotlib, raises ImportError that says what to install.
    """
    try:
        import matplotlib
    except ImportError as error:
        raise ImportError("pictures need matplotlib: pip install matplotlib") from error
    matplotlib.use("Agg")
    names = []
    for task in results["tasks"]:
        if minima(task):
            names.append(f"{task['task'].replace(':', '_')}.png")
            save(bars(task), folder / names[-1])
    if results.get("growth"):
        names.append("growth.png")
        save(growth(results["growth"]), folder / names[-1])
    if results.get("crossover"):
        names.append("crossover.png")
        save(crossover(results["crossover"]), folder / names[-1])
    return names


def save(figure, path):
    from matplotlib import pyplot

    figure.savefig(path, dpi=100, bbox_inches="tight")
    pyplot.close(figure)


def colour(name):
    return OUR_COLOUR if name in OURS else LIMIT_COLOUR if name == LIMIT else THEIR_COLOUR


def bars(task):
    from matplotlib import pyplot

    from benchmarks.text import duration

    fastest = sorted(minima(task).items(), key=lambda item: -item[1])
    names, seconds = zip(*fastest)
    figure, axes = pyplot.subplots(figsize=(8, 0.4 + 0.32 * len(names)))
    drawn = axes.barh(names, seconds, color=list(map(colour, names)))
    axes.bar_label(drawn, labels=list(map(duration, seconds)), padding=3, fontsize=8)
    axes.set_xscale("log")
    axes.margins(x=0.15)
    axes.set_xlabel("seconds a step (log scale, less is better)")
    axes.set_title(task["title"])
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def growth(results):
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 4))
    figures = (
        (left, "seconds a step", lambda row: min(row["seconds"])),
        (right, "peak MB above the imports", lambda row: max(row["peak"], 1e4) / 1e6),
    )
    for axes, label, figure_of in figures:
        draw_curves(axes, curves(results["tasks"], figure_of))
        axes.set_xlabel("operators in the chain")
        axes.set_ylabel(label)
    figure.suptitle("A step: the chain built, differentiated and dropped; jit's two parts apart")
    names = left.get_legend_handles_labels()
    figure.legend(*names, loc="upper center", bbox_to_anchor=(0.5, -0.02), ncol=4, fontsize=8)
    return figure


def crossover(results):
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(8, 4.5))
    width_of = {
        task["operators"]: width for task, width in zip(results["tasks"], results["widths"])
    }
    found = curves(results["tasks"], lambda row: min(row["seconds"]))
    by_width = {name: [(width_of[n], y) for n, y in points] for name, points in found.items()}
    draw_curves(axes, by_width)
    for name, width in results.get("overtaken", {}).items():
        if width:
            y = dict(by_width[name])[width]
            axes.plot(width, y, "o", ms=14, mfc="none", color=LIMIT_COLOUR)
            axes.annotate("PyTorch ahead", (width, y), (0, 12), textcoords="offset points",
                          ha="center", fontsize=8)  # fmt: skip
    axes.set_xticks(results["widths"], list(map(str, results["widths"])))
    axes.minorticks_off()
    axes.set_title("Where PyTorch overtakes us")
    axes.set_xlabel("n of the net n-n-10, 32 rows")
    axes.set_ylabel("seconds a step")
    axes.legend(fontsize=8)
    return figure


def draw_curves(axes, found):
    for name, points in found.items():
        style = "-o" if name.startswith(OURS) else "--s"
        axes.loglog(*zip(*points), style, label=name, markersize=4)
    axes.grid(alpha=0.3)
