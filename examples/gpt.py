"""A small GPT on scalar Values, which learns names letter by letter and invents new ones.

    python examples/gpt.py              names that come with micrograd_c
    python examples/gpt.py names.txt    a file with a name on each line

``gpt.ipynb`` explains the same program step by step, with pictures.
"""

import random
import sys
import time

import numpy as np

from micrograd_c import Value, dot, jit, linear, log_softmax, no_grad, rms_norm, softmax, take
from micrograd_c.cli.gpt.text import read_lines
from micrograd_c.lr_scheduler import LinearLR
from micrograd_c.optim import Adam

# --- the names, as numbers ---------------------------------------------------------

random.seed(42)
names = read_lines(sys.argv[1] if len(sys.argv) > 1 else None)
random.shuffle(names)
letters = sorted(set("".join(names)))
END = len(letters)  # stands before and behind each name

# --- the parameters ----------------------------------------------------------------

WIDTH, HEADS, BLOCK = 16, 4, max(map(len, names)) + 1


def matrix(rows, columns):
    return [[Value(random.gauss(0.0, 0.08)) for _ in range(columns)] for _ in range(rows)]


table = matrix(END + 1, WIDTH)  # a row of numbers for each letter
places = matrix(BLOCK, WIDTH)  # and for each place in a name
query, key, value, join = (matrix(WIDTH, WIDTH) for _ in range(4))
widen, narrow = matrix(4 * WIDTH, WIDTH), matrix(WIDTH, 4 * WIDTH)
output = matrix(END + 1, WIDTH)
matrices = table, places, query, key, value, join, widen, narrow, output
parameters = [p for weights in matrices for row in weights for p in row]

# --- the model -----------------------------------------------------------------------


def attend(x, keys, values):
    """Each head looks back at the letters so far; keys and values grow by this letter."""
    asked = linear(x, query)
    keys.append(linear(x, key))
    values.append(linear(x, value))
    size, found = WIDTH // HEADS, []
    for first in range(0, WIDTH, size):
        head = slice(first, first + size)
        shares = softmax([dot(asked[head], k[head]) / size**0.5 for k in keys])
        found += [dot(shares, column) for column in zip(*(v[head] for v in values))]
    return linear(found, join)


def next_letter(letter, place, keys, values):
    """Return a score for each letter that may follow."""
    x = rms_norm([a + b for a, b in zip(take(table, letter), places[place])])
    x = [a + b for a, b in zip(x, attend(rms_norm(x), keys, values))]
    wide = [v.relu() for v in linear(rms_norm(x), widen)]
    x = [a + b for a, b in zip(x, linear(wide, narrow))]
    return linear(x, output)


def loss(name):
    """Return how surprised the model is by a name: the mean over its letters."""
    keys, values = [], []
    surprises = [
        -take(log_softmax(next_letter(letter, place, keys, values)), following)
        for place, (letter, following) in enumerate(zip(name, name[1:]))
    ]
    return sum(surprises) / len(surprises)


def invent(temperature=0.5):
    """Return a new name."""
    keys, values, name = [], [], [END]
    with no_grad():
        while len(name) <= BLOCK:
            scores = next_letter(name[-1], len(name) - 1, keys, values)
            chances = [share.data for share in softmax([s / temperature for s in scores])]
            name.append(random.choices(range(END + 1), chances)[0])
            if name[-1] == END:
                break
    return "".join(letters[i] for i in name if i != END)


# --- training: a name is a step ------------------------------------------------------

STEPS, EAGER_STEPS = 1000, 5
rows = [np.array([END, *map(letters.index, name), END], dtype=float) for name in names]
steps = [rows[i % len(rows)] for i in range(STEPS)]
optimizer = Adam(parameters, lr=0.01, betas=(0.85, 0.99))
scheduler = LinearLR(optimizer, start_factor=1.0, end_factor=0.0, total_iters=STEPS)


def main():
    start = time.perf_counter()
    for row in steps[:EAGER_STEPS]:
        optimizer.zero_grad()
        loss(row.astype(int).tolist()).backward()
        optimizer.step()
        scheduler.step()
    print(f"eager:  {(time.perf_counter() - start) / EAGER_STEPS * 1e3:.2f} ms a step")

    traced = jit(loss)  # these two lines train the same model, hundreds of times as fast
    train = {"optimizer": optimizer, "scheduler": scheduler, "batch_size": 1, "shuffle": False}
    traced(rows)  # compile the program of each length
    start = time.perf_counter()
    for first in range(EAGER_STEPS, STEPS, 100):
        some = steps[first : first + 100]
        (mean,) = traced.fit(some, **train)
        print(f"step {first + len(some):4}, loss {mean:.4f}")
    seconds = time.perf_counter() - start
    print(f"traced: {seconds / (STEPS - EAGER_STEPS) * 1e3:.3f} ms a step")
    print("new names:", ", ".join(invent() for _ in range(20)))


if __name__ == "__main__":
    main()
