// Stepping: forward node by node, then backward in the order of backward().
//
// Positions: 0 is before all; up to `inner.length`, so many nodes are computed; the next sets the
// root's gradient to 1; after it, each node passes its gradient to its operands. Position null is
// at first: the numbers of the program.
"use strict";

const steps = {
  inner: [], // the nodes with operands, in the order of forward
  position: null,
  node: null, // whose turn it is
  timer: null,

  count: () => 2 * steps.inner.length + 1,
  isForward: () => steps.position !== null && steps.position <= steps.inner.length,
  isThrough: () => steps.position === null || steps.position === steps.count(),

  isComputed(i) {
    if (!steps.isForward() || graph.isLeaf(i)) return true;
    return steps.position > 0 && i <= steps.inner[steps.position - 1];
  },

  // Whether node i has passed its gradient on.
  hasFlowed(i) {
    if (steps.position === null) return true;
    const done = steps.position - steps.inner.length - 1;
    return done > 0 && i >= steps.inner[steps.inner.length - done];
  },

  // Which node has its turn at a position.
  nodeAt(position) {
    const n = steps.inner.length;
    if (position === null || position === 0) return null;
    if (position === n + 1) return graph.root;
    return position <= n ? steps.inner[position - 1] : steps.inner[2 * n + 1 - position];
  },

  start() {
    for (let i = 0; i < graph.n; i++) if (!graph.isLeaf(i)) steps.inner.push(i);
    byId("position").max = steps.count();
  },

  go(position) {
    const last = graph.whyNoBackward() ? steps.inner.length : steps.count();
    position = Math.max(0, Math.min(last, position));
    const isNext = position === steps.position + 1 && position > steps.inner.length + 1;
    const before = steps.position;
    steps.position = position;
    steps.node = steps.nodeAt(position);
    if (isNext && before !== null) graph.backwardStep(steps.node);
    else if (position <= steps.inner.length) graph.grad.fill(0);
    else graph.backward(position === steps.inner.length + 1 ? graph.n : steps.node);
    show(steps.text());
    if (steps.node !== null) bringIntoView(groups.itemOf(steps.node));
  },

  move(by) {
    const from = steps.position ?? (by > 0 ? -1 : steps.count() + 1);
    const why = from === steps.inner.length && by > 0 ? graph.whyNoBackward() : "";
    if (why) return say(why);
    steps.go(from + by);
  },

  // Milliseconds a step when it plays: half a minute for all, if that can be followed.
  pace: () => Math.max(60, Math.min(900, 30000 / steps.count())),

  play() {
    if (steps.timer) return steps.pause();
    if (steps.position === steps.count()) steps.go(0);
    byId("play").textContent = "❚❚";
    byId("play").setAttribute("aria-label", "Pause");
    steps.timer = setInterval(() => {
      const before = steps.position;
      steps.move(1);
      if (steps.position === before || steps.position === steps.count()) steps.pause();
    }, steps.pace());
  },

  pause() {
    clearInterval(steps.timer);
    steps.timer = null;
    byId("play").textContent = "▶▶";
    byId("play").setAttribute("aria-label", "Play");
  },

  // The arithmetic of the step, as parts of a text.
  text() {
    const { position, node, inner } = steps;
    if (position === 0)
      return ["Before forward: the leaves have their values, all gradients are 0."];
    const count = `step ${position} of ${steps.count()} · `;
    if (position <= inner.length) {
      const [names, numbers] = formulaOf(node);
      return [`${count}forward: `, nodeLink(node),
        ` = ${names} = ${numbers} = ${short(graph.data[node])}`];
    }
    if (position === inner.length + 1)
      return [`${count}backward starts: the gradient of the root, `, nodeLink(node), ", is 1"];
    const parts = [`${count}backward at `, nodeLink(node), ": "];
    const before = gradientsBefore(node);
    graph.operandsOf(node).forEach((operand, which) => {
      const flow = graph.contribution(node, which, graph.grad[node]);
      const from = before[which];
      parts.push(which ? ";  " : "", "grad ", nodeLink(operand),
        ` ${from ? `= ${short(from)} + ` : "= "}${factor(slopeNumber(node, which))} × ` +
        `${factor(graph.grad[node])} = ${short(from + flow)}`);
    });
    return parts;
  },
};

// The gradients of a node's operands before its step, in the order in which the step adds to them.
function gradientsBefore(i) {
  const operands = [...graph.operandsOf(i)];
  const flows = operands.map((_, which) => graph.contribution(i, which, graph.grad[i]));
  return operands.map((operand, which) => {
    // What came before: the users that backward visited earlier, then earlier places in i.
    let sum = operand === graph.root ? 1 : 0;
    for (const user of graph.usersOf(operand).sort((a, b) => b - a))
      if (user > i) for (const { flow } of arrivals(operand, user)) sum += flow;
    for (let k = 0; k < which; k++) if (operands[k] === operand) sum += flows[k];
    return sum;
  });
}

function stepParts(i) {
  if (graph.isLeaf(i)) return [];
  const place = steps.inner.indexOf(i);
  const backward = 2 * steps.inner.length + 1 - place;
  return [
    make("div", { class: "row" },
      make("button", { onclick: () => steps.go(place + 1) }, "forward to here"),
      make("button", { onclick: () => steps.go(backward), disabled: !!graph.whyNoBackward() },
        "backward to here")),
  ];
}

// --- the line above the picture ------------------------------------------------------------------

function say(...parts) {
  byId("says").replaceChildren(...parts);
}

// Shows the numbers as they are now.
function show(parts) {
  if (parts) say(...parts);
  byId("position").value = steps.position ?? steps.count();
  byId("undo").disabled = !edits.past.length;
  refresh();
  showPanel();
  refreshTable();
}
