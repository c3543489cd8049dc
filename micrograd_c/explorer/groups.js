// Groups of nodes, which are one box until they are opened: layers, which open into neurons, sums
// of many terms, leaves, and, where a group has still too many parts, runs of them.
"use strict";

const MOST_UNGROUPED = 60; // a graph of so few nodes is shown node by node
const MOST_LEAVES = 12; // that a group shows one by one
const FEWEST_LEAVES = 4; // in a group of leaves
const MOST_PARTS = 40; // of an open group, and as many leaves or groups of leaves
const MOST_RUNS = 12; // into which they are put where there are more

class Group {
  constructor(kind, title, parent) {
    Object.assign(this, { kind, title, parent, isOpen: false, groups: [], nodes: [], last: 0 });
    this.depth = parent ? parent.depth + 1 : 0;
    this.size = 0; // nodes in it, at any depth
    if (parent) parent.groups.push(this);
  }
}

class Groups {
  constructor(graph) {
    this.graph = graph;
    const { neurons, sums } = findPatterns(graph);
    const layers = findLayers(graph, neurons);
    nameParameters(layers);
    this.top = new Group("graph", "graph", null);
    this.top.isOpen = true;
    this.of = new Array(graph.n).fill(this.top); // the group that each node is a part of
    if (graph.n > MOST_UNGROUPED) {
      this.groupTerms(sums);
      this.groupNeurons(layers);
      this.placeLeaves();
    }
    for (let i = 0; i < graph.n; i++) this.of[i].nodes.push(i);
    this.measure();
    this.removeEmpty(this.top);
    this.openFirst();
  }

  // Sets size and last of all groups, the inner ones first.
  measure() {
    const all = [this.top];
    for (let k = 0; k < all.length; k++) all.push(...all[k].groups);
    for (const group of all.reverse()) {
      group.size = group.groups.reduce((sum, part) => sum + part.size, group.nodes.length);
      group.last = Math.max(group.nodes.at(-1) ?? 0, ...group.groups.map((part) => part.last));
    }
  }

  // Each term of a sum of many terms is a group of the nodes that it was the first to need. They
  // are a run of nodes, between two additions, because the order is that of a search in depth.
  groupTerms(sums) {
    const first = firstOfEach(this.graph);
    const runs = []; // [first node, last node, how to make the group]
    for (const { adds } of sums) {
      const last = adds[adds.length - 1];
      const title = `sum of ${adds.length} terms`;
      runs.push([first[last], last, (parent) => new Group("sum", title, parent), adds]);
      adds.forEach((add, k) => {
        const from = k ? adds[k - 1] + 1 : first[add];
        const makeTerm = (parent) => new Group("term", `term ${k + 1}`, parent);
        if (add - from > 3) runs.push([from, add - 1, makeTerm, []]);
      });
    }
    runs.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
    const open = [[Infinity, this.top]];
    let next = 0;
    for (let i = 0; i < this.graph.n; i++) {
      while (open[open.length - 1][0] < i) open.pop();
      for (; next < runs.length && runs[next][0] === i; next++) {
        const [, last, make, adds] = runs[next];
        const group = make(open[open.length - 1][1]);
        open.push([last, group]);
        if (!adds.length) continue;
        const inner = new Group("adds", `${adds.length} additions`, group);
        for (const add of adds) this.of[add] = inner;
      }
      if (this.of[i] === this.top) this.of[i] = open[open.length - 1][1];
    }
  }

  groupNeurons(layers) {
    const isNet = layers.length > 1;
    for (const { neurons, depth } of layers) {
      const parents = neurons.map(({ out }) => this.of[out]);
      let parent = parents.reduce(commonParent);
      if (neurons.length > 1) {
        const title = `${isNet ? `layer ${depth + 1}: ` : ""}${neurons.length} neurons`;
        parent = new Group("layer", title, parent);
      }
      neurons.forEach((neuron, k) => {
        const { adds, muls, activation } = neuron;
        const of = isNet && neurons.length === 1 ? `layer ${depth + 1}: ` : "";
        const group = new Group("neuron", `${of}neuron ${k + 1}`, parent);
        group.neuron = neuron;
        for (const i of [...adds, ...muls]) this.of[i] = group;
        if (activation !== null) this.of[activation] = group;
      });
    }
  }

  // A leaf is in the smallest group that has all its users. Where a group would have many leaves,
  // they are groups, too, by the first part of their names.
  placeLeaves() {
    const { graph } = this;
    const leaves = new Map();
    for (let i = 0; i < graph.n; i++) {
      if (!graph.isLeaf(i) || i === graph.root) continue;
      let group = this.of[graph.users[graph.userStart[i]]];
      for (let j = graph.userStart[i] + 1; j < graph.userStart[i + 1]; j++)
        group = commonParent(group, this.of[graph.users[j]]);
      this.of[i] = group;
      if (group.kind === "neuron" || group.kind === "adds") continue;
      if (!leaves.has(group)) leaves.set(group, []);
      leaves.get(group).push(i);
    }
    for (const [parent, members] of leaves) {
      if (members.length <= MOST_LEAVES) continue;
      const byName = new Map();
      for (const i of members) {
        const path = hasName(i) ? nameOf(i).split(/[.[]neurons|\.(?=[^.]*$)|\[\d+\]$/)[0] : "";
        if (!byName.has(path)) byName.set(path, []);
        byName.get(path).push(i);
      }
      for (const [path, leaves] of byName) {
        if (leaves.length < FEWEST_LEAVES) continue;
        const title = path ? `${path}: ${leaves.length}` : `${leaves.length} constants`;
        const group = new Group("leaves", title, parent);
        for (const i of leaves) this.of[i] = group;
      }
    }
  }

  removeEmpty(group) {
    const all = [group];
    for (let k = 0; k < all.length; k++) {
      all[k].groups = all[k].groups.filter((part) => part.size);
      all.push(...all[k].groups);
    }
  }

  // Opens what has no more than two parts, so that there is something to see.
  openFirst() {
    let group = this.top;
    while (group.groups.length === 1 && group.nodes.length < 2) {
      [group] = group.groups;
      group.isOpen = true;
    }
    for (const open of [this.top, ...this.openGroups()]) this.split(open);
  }

  openGroups() {
    const all = [this.top];
    for (let k = 0; k < all.length; k++) all.push(...all[k].groups.filter((g) => g.isOpen));
    return all.slice(1);
  }

  // --- opening -----------------------------------------------------------------------------------

  open(group) {
    this.split(group);
    group.isOpen = true;
    // A group with a single group in it is not worth two steps.
    if (group.groups.length === 1 && !group.nodes.length) this.open(group.groups[0]);
  }

  close(group) {
    group.isOpen = false;
    for (const part of group.groups) if (part.isOpen) this.close(part);
  }

  // Opens all that node i is in.
  reveal(i) {
    const above = [];
    for (let group = this.of[i]; group; group = group.parent) above.unshift(group);
    for (const group of above) if (!group.isOpen) this.open(group);
    if (this.itemOf(i) !== i) this.reveal(i); // it was moved to a run
  }

  // Puts runs of parts into groups of their own where there are more than MOST_PARTS.
  split(group) {
    const staysOutside = (part) =>
      part instanceof Group ? ["leaves", "adds"].includes(part.kind) : this.graph.isLeaf(part);
    const all = partsOf(group);
    // Leaves are used by many runs, additions use many, and stay outside where they are few.
    const outside = all.filter(staysOutside);
    const parts = outside.length > MOST_PARTS ? all : all.filter((part) => !staysOutside(part));
    if (parts.length <= MOST_PARTS) return;
    const runs = Math.min(MOST_RUNS, Math.ceil(parts.length / 25));
    const length = Math.ceil(parts.length / runs);
    const kept = parts === all ? [] : outside;
    const word = parts.every((part) => part.kind === "term") ? "terms " : "";
    group.groups = kept.filter((part) => part instanceof Group);
    group.nodes = kept.filter((part) => !(part instanceof Group));
    for (let from = 0; from < parts.length; from += length) {
      const members = parts.slice(from, from + length);
      const count = `${word}${from + 1}–${from + members.length} of ${parts.length}`;
      const run = new Group("run", count, group);
      for (const part of members) {
        run.last = lastOf(part);
        if (part instanceof Group) {
          part.parent = run;
          run.groups.push(part);
          run.size += part.size;
        } else {
          this.of[part] = run;
          run.nodes.push(part);
          run.size++;
        }
      }
    }
  }

  // --- what is shown -----------------------------------------------------------------------------

  // The closed group in which node i is, or i itself if all its groups are open.
  itemOf(i) {
    let item = i;
    for (let group = this.of[i]; group; group = group.parent) if (!group.isOpen) item = group;
    return item;
  }

  // All that is shown, nodes and closed groups, in the order of the graph.
  items() {
    const shown = [];
    const open = [this.top];
    while (open.length)
      for (const part of partsOf(open.pop()))
        if (part instanceof Group && part.isOpen) open.push(part);
        else shown.push(part);
    return shown.sort((a, b) => lastOf(a) - lastOf(b));
  }
}

const lastOf = (part) => (part instanceof Group ? part.last : part);

const partsOf = (group) => [...group.groups, ...group.nodes].sort((a, b) => lastOf(a) - lastOf(b));

function commonParent(a, b) {
  while (a !== b)
    if (a.depth >= b.depth) a = a.parent;
    else b = b.parent;
  return a;
}

function isOperand(graph, x, i) {
  for (let j = graph.start[i]; j < graph.start[i + 1]; j++) if (graph.operands[j] === x) return true;
  return false;
}

// For each node, the first of the run of nodes that ends with it and is all that it needs and no
// node before it needed.
function firstOfEach(graph) {
  const first = new Int32Array(graph.n);
  const finished = []; // nodes that none of those seen so far needs, or that other nodes had first
  for (let i = 0; i < graph.n; i++) {
    first[i] = i;
    while (finished.length && isOperand(graph, finished[finished.length - 1], i))
      first[i] = first[finished.pop()];
    finished.push(i);
  }
  return first;
}
