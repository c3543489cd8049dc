// Groups of nodes, which are one box until they are opened: layers, which open into neurons, sums
// of many terms, leaves, and runs of nodes. groups.py made them, and their layouts.
"use strict";

class Group {
  // layout: [columns, bends], as layering.py has them. out: a neuron's result, else -1.
  constructor(kind, title, parent, out, layout) {
    Object.assign(this, { kind, title, parent, out, layout });
    this.isOpen = false;
    this.groups = [];
    this.nodes = [];
    this.last = 0; // the highest node in it
    this.size = 0; // nodes in it, at any depth
    this.depth = parent ? parent.depth + 1 : 0;
    if (parent) parent.groups.push(this);
  }
}

class Groups {
  static async read(json, graph) {
    const columns = [json.kind, json.title, json.parent, json.out, json.layout, json.of];
    return new Groups(json, await Promise.all(columns.map(unpack)), graph);
  }

  constructor(json, [kind, title, parent, out, layout, of], graph) {
    this.all = [];
    for (let g = 0; g < parent.length; g++)
      this.all.push(new Group(json.kinds[kind[g]], json.titles[title[g]],
        this.all[parent[g]] ?? null, out[g], json.layouts[layout[g]]));
    [this.top] = this.all;
    this.numbers = of;
    for (let i = 0; i < graph.n; i++) this.of(i).nodes.push(i);
    for (let g = this.all.length - 1; g >= 0; g--) {
      const group = this.all[g]; // parents come before children
      group.size += group.nodes.length;
      group.last = Math.max(group.last, group.nodes.at(-1) ?? 0);
      if (!group.parent) continue;
      group.parent.size += group.size;
      group.parent.last = Math.max(group.parent.last, group.last);
    }
    for (const g of json.open) this.all[g].isOpen = true;
  }

  // The smallest group that node i is in.
  of(i) {
    return this.all[this.numbers[i]];
  }

  // The group that a node or a group is a part of.
  around(item) {
    return item instanceof Group ? item.parent : this.of(item);
  }

  // The open groups, outer ones first, with the whole graph.
  openGroups() {
    const all = [this.top];
    for (let k = 0; k < all.length; k++) all.push(...all[k].groups.filter((g) => g.isOpen));
    return all;
  }

  open(group) {
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
    for (let group = this.of(i); group; group = group.parent) above.unshift(group);
    for (const group of above) if (!group.isOpen) this.open(group);
  }

  // The closed group in which node i is, or i itself if all its groups are open.
  itemOf(i) {
    let item = i;
    for (let group = this.of(i); group; group = group.parent) if (!group.isOpen) item = group;
    return item;
  }

  // All that is shown, nodes and closed groups, in the order of the graph.
  items() {
    const shown = [];
    for (const group of this.openGroups())
      for (const part of partsOf(group))
        if (!(part instanceof Group && part.isOpen)) shown.push(part);
    return shown.sort((a, b) => lastOf(a) - lastOf(b));
  }
}

const lastOf = (part) => (part instanceof Group ? part.last : part);

// In the order of the graph, as the cells of layouts count them.
const partsOf = (group) => [...group.groups, ...group.nodes].sort((a, b) => lastOf(a) - lastOf(b));
