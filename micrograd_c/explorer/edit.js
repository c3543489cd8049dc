// Changing leaves, gradient descent, and undoing both.
"use strict";

const edits = {
  changed: new Map(), // the data of the leaves that differ from the program's
  past: [], // earlier `changed`
  fixed: new Set(), // leaves that gradient descent leaves alone, though it could move them
};

// Leaves that gradient descent moves: those with a name, as constants have none.
const isParameter = (i) => graph.isLeaf(i) && hasName(i) && !edits.fixed.has(i);

// Sets leaves, a Map of numbers, and computes forward and backward anew. Changes that follow each
// other under the same `kind`, as those of a slider, are undone at once.
function change(leaves, kind = null) {
  for (const i of leaves.keys()) {
    const unknown = edits.changed.has(i) ? null : graph.unknownAbove(i);
    if (unknown !== null)
      return say(`${nameOf(i)} cannot be changed here: the page does not know how `,
        nodeLink(unknown), " computes its value");
  }
  if (kind === null || kind !== edits.kind) edits.past.push(new Map(edits.changed));
  edits.kind = kind;
  for (const [i, x] of leaves)
    if (Object.is(x, graph.programData[i])) edits.changed.delete(i);
    else edits.changed.set(i, x);
  computeAnew();
}

function undo() {
  if (!edits.past.length) return;
  edits.changed = edits.past.pop();
  edits.kind = null;
  computeAnew("Undone: ");
}

function computeAnew(before = "") {
  steps.pause();
  const old = graph.data[graph.root];
  graph.forward(edits.changed);
  const why = graph.whyNoBackward();
  if (!why) graph.backward();
  steps.position = why ? null : steps.count();
  steps.node = null;
  const now = graph.data[graph.root];
  const told = [before, nodeLink(graph.root), ` was ${short(old)} and is ${short(now)}`];
  if (!Number.isFinite(now) && Number.isFinite(old))
    told.push(": the engine may raise an error for these values");
  show(told);
}

function descend() {
  const rate = numberOf(byId("rate").value);
  if (rate === null || !Number.isFinite(rate)) return say("The learning rate must be a number.");
  if (graph.whyNoBackward()) return say(graph.whyNoBackward());
  if (steps.position !== steps.count()) graph.backward(); // of all, not of the steps so far
  const leaves = new Map();
  for (let i = 0; i < graph.n; i++)
    if (isParameter(i)) leaves.set(i, graph.data[i] - rate * graph.grad[i]);
  if (!leaves.size)
    return say("There is no parameter to move: give leaves a label, or names=locals().");
  change(leaves);
}

function editParts(i) {
  if (!graph.isLeaf(i) || i === graph.root) return [];
  const x = graph.data[i];
  const reach = Math.max(1, 2 * Math.abs(x));
  const field = make("input", {
    type: "text", inputmode: "decimal", size: 12, value: exact(x).replaceAll("−", "-"),
    "aria-label": `data of ${nameOf(i)}`,
    onchange: () => {
      const to = numberOf(field.value);
      if (to === null) return say(`${field.value} is not a number`);
      lookedAt = null;
      selected = i;
      change(new Map([[i, to]]));
    },
  });
  const slider = make("input", {
    type: "range", min: x - reach, max: x + reach, step: reach / 200, value: x,
    "aria-label": `drag the data of ${nameOf(i)}`,
    oninput: () => {
      field.value = slider.value;
      selected = i;
      change(new Map([[i, Number(slider.value)]]), `slider of ${i}`);
    },
    onchange: () => {
      edits.kind = null;
      showPanel();
    },
  });
  const moves = make("input", {
    type: "checkbox", id: "moves",
    onchange: () => (moves.checked ? edits.fixed.delete(i) : edits.fixed.add(i)),
  });
  moves.checked = isParameter(i);
  return [
    make("h3", {}, "change it"),
    make("div", { class: "row" }, field),
    slider,
    hasName(i) && make("div", { class: "row" },
      moves, make("label", { for: "moves" }, "descend moves it")),
  ];
}
