// What a graph is made of: weighted sums, which are neurons, and other sums of many terms.
"use strict";

const ACTIVATIONS = new Set(["relu", "tanh", "sigmoid", "leaky_relu", "silu", "gelu"]);
const MANY_TERMS = 8;

// A chain ((start + t1) + t2) + ... of additions of which each but the last is used once.
// Returns the additions in their order; empty if i is not the last of a chain.
function chainOf(graph, i) {
  const add = graph.operators.indexOf("add");
  if (graph.code[i] !== add) return [];
  const left = (node) => graph.operands[graph.start[node]];
  const goesOn = (node) => {
    const user = onlyUser(graph, node);
    return user !== null && graph.code[user] === add && left(user) === node;
  };
  if (goesOn(i)) return [];
  const chain = [i];
  for (let node = left(i); graph.code[node] === add && goesOn(node); node = left(node))
    chain.push(node);
  return chain.reverse();
}

const timesUsed = (graph, i) => graph.userStart[i + 1] - graph.userStart[i];

// The node that uses node i, if it is used once.
const onlyUser = (graph, i) => (timesUsed(graph, i) === 1 ? graph.users[graph.userStart[i]] : null);

// Returns {neurons, sums}, each in the order of the graph.
//
// A neuron: {adds, muls, start, activation, out, firsts, seconds}, the last two being the factors
// of its products. A sum: {adds}.
function findPatterns(graph) {
  const neurons = [];
  const sums = [];
  for (let i = 0; i < graph.n; i++) {
    const adds = chainOf(graph, i);
    if (!adds.length) continue;
    let start = graph.operands[graph.start[adds[0]]];
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
      const user = onlyUser(graph, last);
      const activation = user !== null && ACTIVATIONS.has(graph.operator(user)) ? user : null;
      neurons.push({
        adds: adds.slice(0, adds.length - extra),
        muls,
        start: bias,
        activation,
        out: activation ?? last,
        firsts: muls.map((mul) => graph.operands[graph.start[mul]]),
        seconds: muls.map((mul) => graph.operands[graph.start[mul] + 1]),
      });
    } else if (adds.length >= MANY_TERMS) sums.push({ adds });
  }
  return { neurons, sums };
}

function isProduct(graph, i) {
  if (graph.operator(i) !== "mul" || timesUsed(graph, i) !== 1) return false;
  const x = graph.operands[graph.start[i]];
  const y = graph.operands[graph.start[i] + 1];
  return x !== y && (graph.isLeaf(x) || graph.isLeaf(y));
}

// --- layers --------------------------------------------------------------------------------------

// A number for a list of inputs. A constant, which each neuron has anew, counts by its data.
function hashOf(graph, inputs) {
  const bits = new Int32Array(graph.programData.buffer);
  let a = inputs.length;
  let b = 0;
  for (const i of inputs) {
    const isConstant = graph.isLeaf(i) && timesUsed(graph, i) === 1 && !graph.names.has(i);
    const x = isConstant ? bits[2 * i] ^ Math.imul(bits[2 * i + 1], 7919) : i;
    a = (Math.imul(a, 31) + x) | 0;
    b = (Math.imul(b, 1000003) ^ x) | 0;
  }
  return (a >>> 0) * 2097152 + (b >>> 11); // 53 bits of the two
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
