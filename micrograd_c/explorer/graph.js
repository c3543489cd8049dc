// The graph: what page.py wrote, and what the page computes in it.
//
// A node is a number, its place in the order in which forward makes the nodes; the root is the
// last. Backward visits them in the opposite order, as the engine does.
"use strict";

const ARRAYS = { B: Uint8Array, i: Int32Array, d: Float64Array };

async function unpack({ type, deflated, base64 }) {
  const text = atob(base64);
  let bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  if (!deflated) return new ARRAYS[type](bytes.buffer);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new ARRAYS[type](await new Response(stream).arrayBuffer());
}

class Graph {
  static async read(json) {
    const [code, counts, distances, data, grad] = await Promise.all(
      [json.code, json.counts, json.distances, json.data, json.grad].map(unpack),
    );
    return new Graph(json, code, counts, distances, data, grad);
  }

  constructor(json, code, counts, distances, data, grad) {
    this.n = code.length;
    this.root = this.n - 1;
    this.operators = json.operators;
    this.code = code;
    this.names = new Map(numbered(json.names));
    this.texts = new Map(numbered(json.texts));
    this.ks = new Map(numbered(json.ks).map(([i, k]) => [i, Number(k)]));
    this.locals = new Map(numbered(json.locals).map(([i, ks]) => [i, ks.map(Number)]));
    this.lines = new Map(numbered(json.lines).map(([i, line]) => [i, json.lineTable[line]]));
    this.opaque = new Set(json.opaque);

    // Node i has operands[start[i]], ..., operands[start[i + 1] - 1], with repetitions.
    this.start = new Int32Array(this.n + 1);
    for (let i = 0; i < this.n; i++) this.start[i + 1] = this.start[i] + counts[i];
    this.operands = distances;
    for (let i = 0; i < this.n; i++)
      for (let j = this.start[i]; j < this.start[i + 1]; j++) this.operands[j] = i - distances[j];
    this.findUsers();

    // The numbers of the program, and those of the page: the same until a leaf is changed.
    this.programData = data;
    this.programGrad = grad;
    this.data = data.slice();
    this.grad = grad.slice();
  }

  // Node i is the operand of users[userStart[i]], ..., users[userStart[i + 1] - 1].
  findUsers() {
    const { n, start, operands } = this;
    this.userStart = new Int32Array(n + 1);
    for (const operand of operands) this.userStart[operand + 1]++;
    for (let i = 0; i < n; i++) this.userStart[i + 1] += this.userStart[i];
    this.users = new Int32Array(operands.length);
    const next = this.userStart.slice(0, n);
    for (let i = 0; i < n; i++)
      for (let j = start[i]; j < start[i + 1]; j++) this.users[next[operands[j]]++] = i;
  }

  operator(i) {
    return this.operators[this.code[i]];
  }

  isLeaf(i) {
    return this.start[i] === this.start[i + 1];
  }

  operandsOf(i) {
    return this.operands.subarray(this.start[i], this.start[i + 1]);
  }

  // The distinct users.
  usersOf(i) {
    return [...new Set(this.users.subarray(this.userStart[i], this.userStart[i + 1]))];
  }

  // The second operand of a row of OPERATORS: a node's data, or the exponent or slope.
  second(i) {
    const two = this.start[i + 1] - this.start[i] === 2;
    return two ? this.data[this.operands[this.start[i] + 1]] : this.ks.get(i);
  }

  compute(i) {
    const row = OPERATORS[this.operator(i)];
    return row ? row.value(this.data[this.operands[this.start[i]]], this.second(i)) : NaN;
  }

  // What the gradient of the operand number `which` of node i grows by, if g arrives at node i.
  contribution(i, which, g) {
    const locals = this.locals.get(i);
    if (locals) return locals[which] * g;
    const row = OPERATORS[this.operator(i)];
    if (!row) return 0; // a leaf, or an operator of the user's without a derivative
    const x = this.data[this.operands[this.start[i]]];
    return row.derivatives[which](x, this.second(i), this.data[i], g);
  }

  // --- a change of leaves ----------------------------------------------------------------------

  // Sets data for the changed leaves, a Map of their numbers, to what forward computes: the
  // numbers of the program where no changed leaf is below.
  forward(changed) {
    const { n, start, operands, data } = this;
    data.set(this.programData);
    if (!changed.size) return;
    const isBelow = new Uint8Array(n);
    for (let i = 0; i < n; i++) {
      if (changed.has(i)) {
        isBelow[i] = 1;
        data[i] = changed.get(i);
        continue;
      }
      for (let j = start[i]; j < start[i + 1]; j++) isBelow[i] |= isBelow[operands[j]];
      if (isBelow[i]) data[i] = this.compute(i);
    }
  }

  // A node above i that the page cannot compute, because its operator is the user's own.
  unknownAbove(i) {
    const isAbove = new Uint8Array(this.n);
    isAbove[i] = 1;
    for (let node = i + 1; node < this.n; node++) {
      for (let j = this.start[node]; j < this.start[node + 1]; j++)
        isAbove[node] |= isAbove[this.operands[j]];
      if (isAbove[node] && !OPERATORS[this.operator(node)]) return node;
    }
    return null;
  }

  // Why the page cannot run backward; an empty text if it can.
  whyNoBackward() {
    if (!this.opaque.size) return "";
    const [node] = this.opaque;
    return (
      `${nameOf(node)} has a _backward of your own, which only Python can run: ` +
      "the gradients are those of your program"
    );
  }

  // Backward from zero gradients, without the last `left` nodes of its order.
  backward(left = 0) {
    this.grad.fill(0);
    this.grad[this.root] = 1;
    for (let i = this.root; i >= left; i--) this.backwardStep(i);
  }

  // The step of backward at node i: adds to its operands' gradients.
  backwardStep(i) {
    const { start, operands, grad } = this;
    const g = grad[i];
    for (let j = start[i]; j < start[i + 1]; j++)
      grad[operands[j]] += this.contribution(i, j - start[i], g);
  }
}

const numbered = (object) => Object.entries(object).map(([i, x]) => [Number(i), x]);
