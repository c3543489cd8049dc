// What a graph is made of: weighted sums, which are neurons, and other sums of many terms.
"use strict";

const ACTIVATIONS = new Set(["relu", "tanh", "sigmoid", "leaky_relu", "silu", "gelu"]);
const MANY_TERMS = 8;

// A chain ((start + t1) + t2) + ... of additions of which each but the last is used once.
// Returns the additions in their order; empty if i is not the last of a chain.
function chainOf(graph, i) {
  const isAdd = (node) => graph.operator(node) === "add";
  const left = (node) => graph.operands[graph.start[node]];
  const goesOn = (node) => {
    const [user] = timesUsed(graph, node) === 1 ? graph.usersOf(node) : [];
    return user !== undefined && isAdd(user) && left(user) === node;
  };
  if (!isAdd(i) || goesOn(i)) return [];
  const chain = [i];
  for (let node = left(i); isAdd(node) && goesOn(node); node = left(node)) chain.push(node);
  return chain.reverse();
}

const timesUsed = (graph, i) => graph.userStart[i + 1] - graph.userStart[i];

// Returns {neurons, sums}, each in the order of the graph.
//
// A neuron: {adds, muls, start, activation, out, firsts, seconds}, the last two being the factors
// of its products. A sum: {adds, start}.
function findPatterns(graph) {
  const neurons = [];
  const sums = [];
  for (let i = 0; i < graph.n; i++) {
    const adds = chainOf(graph, i);
    if (!adds.length) continue;
    let [start] = graph.operandsOf(adds[0]);
    const terms = adds.map((add) => graph.operands[graph.start[add] + 1]);
    // x1 * w1 + x2 * w2 + b: the first product is where others have the bias.
    if (isProduct(graph, start)) {
      terms.unshift(start);
      start = null;
    }
    const end = terms.findIndex((term) => !isProduct(graph, term));
    const muls = end < 0 ? terms : terms.slice(0, end);
    const bias = start === null && end > 0 && graph.isLeaf(terms[end]) ? terms[end] : start;
    if (muls.length >= (bias !== null && graph.isLeaf(bias) ? 2 : 3)) {
      // What is added after the products and the bias is no part of the neuron.
      const extra = terms.length - muls.length - (bias !== start ? 1 : 0);
      const last = adds[adds.length - 1 - extra];
      const [user] = timesUsed(graph, last) === 1 ? graph.usersOf(last) : [];
      const activation = user !== undefined && ACTIVATIONS.has(graph.operator(user)) ? user : null;
      neurons.push({
        adds: adds.slice(0, adds.length - extra),
        muls,
        start: bias,
        activation,
        out: activation ?? last,
        firsts: muls.map((mul) => graph.operandsOf(mul)[0]),
        seconds: muls.map((mul) => graph.operandsOf(mul)[1]),
      });
    } else if (adds.length >= MANY_TERMS) sums.push({ adds, start: graph.operandsOf(adds[0])[0] });
  }
  return { neurons, sums };
}

function isProduct(graph, i) {
  if (graph.operator(i) !== "mul" || timesUsed(graph, i) !== 1) return false;
  const [x, y] = graph.operandsOf(i);
  return x !== y && (graph.isLeaf(x) || graph.isLeaf(y));
}

// --- layers --------------------------------------------------------------------------------------

// A number for a list of inputs. A constant, which each neuron has anew, counts by its data.
function hashOf(graph, inputs) {
  let hash = inputs.length;
  for (const i of inputs) {
    const isConstant = graph.isLeaf(i) && timesUsed(graph, i) === 1 && !graph.names.has(i);
    hash = (hash * 31 + (isConstant ? graph.data[i] * 1.2345 + 0.5 : i)) % 9007199254740881;
  }
  return hash;
}

// Whether the first factors of a neuron's products are its inputs, as in x * w. Weights are leaves.
// Where inputs are leaves, too: weights are used as often as the bias, by one call of the net or
// by several; inputs are what more neurons have. Else weights come first, as in micrograd.
function areFirstsInputs(graph, { firsts, seconds, start, hashes }, uses) {
  const areLeaves = (nodes) => nodes.every((i) => graph.isLeaf(i));
  const isFirst = areLeaves(firsts);
  if (isFirst !== areLeaves(seconds)) return !isFirst;
  const areUsedOnce = (nodes) => nodes.every((i) => timesUsed(graph, i) === 1);
  const isOnce = areUsedOnce(firsts);
  if (isOnce !== areUsedOnce(seconds) && start !== null) return isOnce !== areUsedOnce([start]);
  return isOnce && uses.get(hashes[0]) > uses.get(hashes[1]);
}

// Returns the layers: {neurons, weights}, neurons with the same inputs. Gives each neuron `inputs`
// and `weights`.
function findLayers(graph, neurons) {
  const uses = new Map();
  for (const neuron of neurons) {
    neuron.hashes = [hashOf(graph, neuron.firsts), hashOf(graph, neuron.seconds)];
    for (const hash of neuron.hashes) uses.set(hash, (uses.get(hash) ?? 0) + 1);
  }
  const layers = [];
  const open = new Map(); // by inputs, the layer to which neurons are added
  for (const neuron of neurons) {
    const { firsts, seconds, hashes } = neuron;
    const isFirst = areFirstsInputs(graph, neuron, uses);
    neuron.inputs = isFirst ? firsts : seconds;
    neuron.weights = isFirst ? seconds : firsts;
    const hash = hashes[isFirst ? 0 : 1];
    let layer = open.get(hash);
    // A neuron that is there already is that of another call of the layer.
    if (!layer || layer.weights.has(neuron.weights[0])) {
      layer = { neurons: [], weights: new Set() };
      layers.push(layer);
      open.set(hash, layer);
    }
    layer.neurons.push(neuron);
    layer.weights.add(neuron.weights[0]);
  }
  return layers;
}
