// What nodes are called.
"use strict";

let graph = null; // the page's graph, set by main.js
const foundNames = new Map(); // names that follow from the structure, for nodes without one

// Names parameters of neurons by the paths that groups.py found.
async function nameParameters({ paths, counts, steps, biases }) {
  const [count, step, bias] = await Promise.all([counts, steps, biases].map(unpack));
  let w = 0;
  let next = 0;
  paths.forEach((path, k) => {
    for (let j = 0; j < count[k]; j++) {
      w += step[next++];
      nameLeaf(w, `${path}w[${j}]`);
    }
    if (bias[k] >= 0) nameLeaf(bias[k], `${path}b`);
  });
}

function nameLeaf(i, name) {
  if (graph.isLeaf(i) && !graph.names.has(i) && !foundNames.has(i)) foundNames.set(i, name);
}

const hasName = (i) => graph.names.has(i) || foundNames.has(i);

// The name of a node; without one, v and its place.
const nameOf = (i) => graph.names.get(i) ?? foundNames.get(i) ?? `v${i}`;

const SYMBOLS = { add: "+", mul: "×", pow: "^", divide: "/", scale: "×" };

// What made a node, as short as can be: "+", "tanh", "**3", "" for a leaf.
function symbolOf(i) {
  const operator = graph.operator(i);
  if (operator === "leaf") return "";
  return SYMBOLS[operator] ?? (graph.texts.get(i) || operator);
}

const shortened = (text, length) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);

// A path such as layers[0].neurons[3].w[1] is told by its end.
const shortName = (name, length) =>
  shortened(name.length > length ? name.slice(name.lastIndexOf(".") + 1) : name, length);
