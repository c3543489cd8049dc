"""Random functions for jit: every operator that it takes, sums of products, layers, branches.

Such a program has three parts: steps that make the parameters; steps that hold the columns of
the function's arguments, one number for each row; and the steps of the function, the last of
which returns the outputs.
"""

import math
import operator

from micrograd_c.parity.programs import (
    FORMS,
    Form,
    Step,
    Var,
    as_python,
    random_number,
    random_operand,
    random_operation,
)

PARAMETERS = ("parameter", "own parameter")  # the second is of a subclass of Value
OUTSIDE = (*PARAMETERS, "argument", "column")  # forms of steps that are not in the function
COMPARISONS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}

FORMS.update(
    {
        "parameter": Form("Value({})"),
        "own parameter": Form("Own({})"),
        "argument": Form("[{all}]"),
        "column": Form("[{all}]"),  # one more column of the argument before it
        "where": Form("where({}, {}, {})"),
        **{symbol: Form(f"{{}} {symbol} {{}}") for symbol in COMPARISONS},
        "detach": Form("{}.detach()"),
        "sum": Form("sum([{all}])", lambda *xs: sum(xs)),
        "return": Form("return [{all}]"),
    }
)

# Operators that are finite only on a part of the numbers, and what maps an operand to there:
# "positive" stands for x * x + 0.1. Most operands of these operators are mapped.
SAFE = {
    **dict.fromkeys(
        ("log", "log2", "log10", "lgamma", "digamma", "sqrt", "log1p", "/"), "positive"
    ),
    **dict.fromkeys(
        ("asin", "acos", "atanh", "exp", "exp2", "expm1", "sinh", "cosh", "tan"), "tanh"
    ),
}


def random_program(rng):
    """Return a random list of steps; ``rng`` is a ``random.Random``."""
    program = JitProgram(rng)
    for _ in range(rng.randint(1, 5)):
        program.make("parameter", random_number(rng) if rng.random() < 0.2 else rng.uniform(-2, 2))
    rows = rng.choice((1, 2, 3, 4, 5, 8, 16, 17, rng.randint(1, 40)))
    for i in range(rng.randint(1, 4)):
        column = (random_number(rng) if rng.random() < 0.1 else rng.uniform(-2, 2)
                  for _ in range(rows))  # fmt: skip
        program.make("column" if i and rng.random() < 0.5 else "argument", *column)
    for _ in range(rng.randint(1, 14)):
        rng.choices((program.operation, program.products, program.layer, program.branch),
                    (10, 2, 1, 1))[0]()  # fmt: skip
    if rng.random() < 0.5:
        program.make("sum", *program.alive)
    outputs = rng.choices(program.alive, k=rng.choice((0, 0, 1, 3)))
    program.steps.append(Step("return", (program.alive[-1], *outputs)))
    return with_subclasses_and_comparisons(rng, program)


def with_subclasses_and_comparisons(rng, program):
    """Return the steps with some parameters of a subclass, and comparisons in some ``where``."""
    steps = []
    for step in program.steps:
        if step.form == "parameter" and rng.random() < 0.2:
            step = step._replace(form="own parameter")
        elif step.form == "where" and rng.random() < 0.5:
            x = step.operands[0]  # sometimes compared with itself: the data is then equal
            pair = [x, rng.choice((x, 0, 0.0, 1.5, math.nan, rng.choice(step.operands)))]
            rng.shuffle(pair)
            holds = Var(len(program.alive) + len(steps))
            steps.append(Step(rng.choice(sorted(COMPARISONS)), tuple(pair), holds))
            step = step._replace(operands=(holds, *step.operands[1:]))
        steps.append(step)
    return steps


class JitProgram:
    """A function for jit while it is being made: its steps, and the variables made so far."""

    def __init__(self, rng):
        self.rng = rng
        self.steps, self.alive = [], []

    def make(self, form, *operands):
        """Add a step that assigns a new variable, and return the variable."""
        self.alive.append(Var(len(self.alive)))
        self.steps.append(Step(form, operands, self.alive[-1]))
        return self.alive[-1]

    def operand(self):
        return random_operand(self.rng, self.alive)

    def operation(self):
        form, *operands = random_operation(self.rng, self.alive)
        if form in SAFE and self.rng.random() < 0.8 and isinstance(operands[-1], Var):
            operands[-1] = self.mapped(SAFE[form], operands[-1])
        elif form == "**" and self.rng.random() < 0.8 and isinstance(operands[0], Var):
            operands[0] = self.mapped("positive", operands[0])
        self.make(form, *operands)

    def mapped(self, how, x):
        """Add the steps that map an operand as SAFE says. Returns the new operand."""
        if how == "positive":
            return self.make("+", self.make("*", x, x), 0.1)
        return self.make(how, x)

    def products(self):
        """Add a sum of products, its terms on either side of the plus."""
        total = self.operand()
        for _ in range(self.rng.randint(1, 5)):
            term = self.make("*", self.operand(), self.operand())
            pair = (total, term) if self.rng.random() < 0.8 else (term, total)
            total = self.make("+", *pair)

    def layer(self):
        """Add neurons with the same inputs, as in a layer; they may share weights."""
        rng = self.rng
        weights = [step.makes for step in self.steps if step.form == "parameter"]
        inputs = [self.operand() for _ in range(rng.randint(1, 4))]
        nonlin = rng.choice(("relu", "tanh", "sigmoid", None))
        sums = []
        for _ in range(rng.randint(1, 4)):
            total = rng.choice(weights)
            for x in inputs:
                total = self.make("+", total, self.make("*", rng.choice(weights), x))
            sums.append(total)
        if nonlin:
            for total in sums:
                self.make(nonlin, total)

    def branch(self):
        """Add a ``where``, a ``detach`` or a new leaf."""
        form = self.rng.choice(("where", "where", "detach", "leaf"))
        if form == "where":
            a, b = (x() if self.rng.random() < 0.9 else random_number(self.rng)
                    for x in (self.operand, self.operand))  # fmt: skip
            self.make("where", self.operand(), a, b)
        else:
            self.make(form, self.operand() if form == "detach" else random_number(self.rng))


# --- the parts of a program ------------------------------------------------------


def split(program):
    """Return the three parts of a program.

    These are the steps of the parameters, a list of columns for each argument, and the places in
    ``program`` of the function's steps.
    """
    parameters = [step for step in program if step.form in PARAMETERS]
    arguments = []
    for step in program:
        if step.form == "argument" or (step.form == "column" and not arguments):
            arguments.append([step])
        elif step.form == "column":
            arguments[-1].append(step)
    body = [place for place, step in enumerate(program) if step.form not in OUTSIDE]
    return parameters, arguments, body


def as_python_with_jit(program, errors=()):
    """Return the program as Python source that prints the function's outputs for its rows."""
    parameters, arguments, _ = split(program)
    lines = ["from math import inf, nan", "from micrograd_c import jit, where",
             "from micrograd_c.engine import Value", "class Own(Value):", "    pass",
             *map(str, parameters)]  # fmt: skip
    names = [f"x{i}" for i in range(len(arguments))]
    lines += ["", "@jit", f"def f({', '.join(names)}):"]
    for name, columns in zip(names, arguments):
        made = ", ".join(repr(step.makes) for step in columns)
        lines.append(f"    {made} = {name}")
    inner = {place: step for place, step in enumerate(program) if step.form not in OUTSIDE}
    code = as_python(
        list(inner.values()), {i: errors[p] for i, p in enumerate(inner) if p in errors}
    )
    lines += [f"    {line}" for line in code.split("\n")[2:]]
    rows = [columns[0].operands if len(columns) == 1
            else list(zip(*(step.operands for step in columns)))
            for columns in arguments]  # fmt: skip
    lines += ["", f"print(f({', '.join(repr(list(r)) for r in rows)}))"]
    return "\n".join(lines)
