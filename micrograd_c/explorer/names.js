// What nodes are called.
"use strict";

let graph = null; // the page's graph, set by main.js
const foundNames = new Map(); // names that follow from the structure, for nodes without one

// Names parameters of neurons as micrograd does: layers[0].neurons[3].w[1]. The number of a layer
// is how many layers are between it and the graph's inputs. Layers of other calls have the same
// parameters, which keep their name.
function nameParameters(layers) {
  const depthOf = new Map(); // by the output of a neuron
  for (const layer of layers) {
    const [{ inputs }] = layer.neurons;
    layer.depth = Math.max(-1, ...inputs.map((i) => depthOf.get(i) ?? -1)) + 1;
    for (const neuron of layer.neurons) depthOf.set(neuron.out, layer.depth);
  }
  for (const { neurons, depth } of layers) {
    const isNet = layers.length > 1;
    neurons.forEach(({ weights, start }, i) => {
      const path = isNet || neurons.length > 1 ? `layers[${depth}].neurons[${i}].` : "";
      weights.forEach((w, j) => nameLeaf(w, `${path}w[${j}]`));
      if (start !== null) nameLeaf(start, `${path}b`);
    });
  }
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
