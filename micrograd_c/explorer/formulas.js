// The arithmetic of a node, written out with names and with numbers.
"use strict";

// A row's text with its operands as `told` tells them: a function of a node. k is a number.
function textWith(text, i, told) {
  const [x, y] = graph.operandsOf(i);
  const second = y === undefined ? (graph.ks.has(i) ? short(graph.ks.get(i)) : "") : told(y);
  const parts = { x: x === undefined ? "" : told(x), y: second, out: told(i) };
  const full = text.replace(/\{(x|y|out)\}/g, (_, name) => parts[name]);
  return full.replace(/\((\(−[^()]*\))\)/g, "$1"); // tanh((−1)) is tanh(−1)
}

const told = {
  // A constant is told by its number.
  name: (i) => (graph.isLeaf(i) && !hasName(i) ? factor(graph.data[i]) : nameOf(i)),
  number: (i) => factor(graph.data[i]),
};

// [with names, with numbers] of what made node i; empty for a leaf.
function formulaOf(i) {
  if (graph.isLeaf(i)) return [];
  const row = OPERATORS[graph.operator(i)];
  if (row) return [textWith(row.text, i, told.name), textWith(row.text, i, told.number)];
  const operands = [...graph.operandsOf(i)];
  const name = graph.texts.get(i) || "your operator";
  return [told.name, told.number].map((tell) => `${name}(${operands.map(tell).join(", ")})`);
}

// The derivative of node i by its operand number `which`, with names.
function slopeOf(i, which) {
  const row = OPERATORS[graph.operator(i)];
  if (row) return textWith(row.slopes[which], i, told.name);
  return graph.locals.has(i) ? "your local gradient" : graph.opaque.has(i) ? "your _backward" : "0";
}

// The same as a number.
const slopeNumber = (i, which) => graph.contribution(i, which, 1);

// What arrives at node i from its user `user`, once for each place that i has among its operands:
// {user, which, slope, g, flow}.
function arrivals(i, user) {
  const g = graph.grad[user];
  const found = [];
  graph.operandsOf(user).forEach((operand, which) => {
    if (operand !== i) return;
    const flow = graph.contribution(user, which, g);
    found.push({ user, which, slope: slopeNumber(user, which), g, flow });
  });
  return found;
}
