"""A chain of ``size`` operators, each on the result of the one before: y = y * w + b, repeated."""

from benchmarks.tasks import Task


def make_data(size=None):
    size = size or 20_000
    return {"title": f"chain of {size:,} operators", "inputs": [0.5, 0.25, 1.0], "size": size}


def make_task(data):
    size = data["size"]
    program = program_of_size(size)
    return Task(data["title"], data["inputs"], program, operators=size, sizes={"SIZE": size})


def program_of_size(size):
    def program(inputs, ops=None):
        w, b, y = inputs
        for _ in range(size // 2):
            y = y * w + b
        return y

    return program
