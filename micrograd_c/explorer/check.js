// A gradient checked by hand: nudge a node by h, and compare the slope with the gradient.
"use strict";

let nudge = "0.0001";

// The root's data with node i at x; everything is as before afterwards.
function rootWith(i, x) {
  const now = graph.data.slice();
  const override = new Map(edits.changed);
  override.set(i, x);
  graph.forward(override);
  const out = graph.data[graph.root];
  graph.data.set(now);
  return out;
}

// {before, after, slope, gradient}, the last by backward in the page; null if the page cannot.
function checkNode(i, h) {
  if (graph.unknownAbove(i) !== null && !graph.isLeaf(graph.root)) return null;
  const before = rootWith(i, graph.data[i]);
  const after = rootWith(i, graph.data[i] + h);
  const kept = graph.grad.slice();
  graph.backward();
  const gradient = graph.grad[i];
  graph.grad.set(kept);
  return { before, after, slope: (after - before) / h, gradient };
}

function checkParts(i) {
  if (i === graph.root || graph.whyNoBackward()) return [];
  const result = make("div", { class: "sum", hidden: "" });
  const field = make("input", { type: "text", size: 8, value: nudge, "aria-label": "h" });
  const run = () => {
    const h = numberOf(field.value);
    if (!h || !Number.isFinite(h)) return say("h must be a number other than 0.");
    nudge = field.value;
    const found = checkNode(i, h);
    result.hidden = false;
    if (!found)
      return result.replaceChildren("The page does not know how a node above computes its value.");
    const { before, after, slope, gradient } = found;
    result.replaceChildren(
      `${nameOf(i)} + h: ${exact(after)}`, make("br"),
      `${nameOf(i)}: ${exact(before)}`, make("br"),
      `difference / h = ${short(slope)}`, make("br"),
      `gradient = ${short(gradient)}`, make("br"),
      `they differ by ${short(Math.abs(slope - gradient))}`,
    );
  };
  return [
    make("h3", {}, "check its gradient"),
    make("div", { class: "row" },
      make("label", {}, "h ", field), make("button", { onclick: run }, "nudge")),
    result,
  ];
}
