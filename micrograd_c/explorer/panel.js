// What the page says of the node or the group that is selected or under the pointer.
"use strict";

const MOST_USERS = 12; // whose share of a gradient is written out

let selected = null; // a node or a group
let lookedAt = null; // the same under the pointer, shown instead

// Shows node i in the panel; with `reveals`, opens the groups that it is in.
function select(item, reveals = false) {
  selected = item;
  lookedAt = null;
  if (reveals && isNode(item) && groups.itemOf(item) !== item) {
    groups.reveal(item);
    draw();
    fitGroup(groups.of(item));
  }
  refresh();
  if (reveals) bringIntoView(item);
  showPanel();
}

function look(item) {
  if (byId("panel").contains(document.activeElement) && document.activeElement.matches("input"))
    return; // a number is being written
  lookedAt = item;
  showPanel();
}

// What a click does: selects a node, opens a group.
function act(item) {
  if (isNode(item)) return select(item);
  groups.open(item);
  lookedAt = null;
  selected = item;
  draw();
  fitGroup(item);
  showPanel();
}

function closeGroup(group) {
  groups.close(group);
  selected = group;
  draw();
  fit();
  showPanel();
}

function showPanel() {
  const item = lookedAt ?? selected;
  const parts = item === null ? introduction() : isNode(item) ? aboutNode(item) : aboutGroup(item);
  byId("panel").replaceChildren(...parts.filter(Boolean));
}

function introduction() {
  return [
    make("h2", {}, plural(graph.n, "node")),
    make("p", {},
      "Point at a node, or tap it, to see its value, its gradient and how both come about."),
    make("p", {}, "The arrow keys step through forward and then backward, node by node."),
    make("p", {}, "Select a leaf to change it: everything is computed anew."),
    groups.all.length > 1 &&
      make("p", {}, "A box with lines above it is a group: a click opens it."),
  ];
}

function aboutGroup(group) {
  const about = [
    make("h2", {}, group.title),
    make("p", {}, plural(group.size, "node")),
    make("div", { class: "row" },
      group.isOpen
        ? make("button", { onclick: () => closeGroup(group) }, "close")
        : make("button", { onclick: () => act(group) }, "open")),
  ];
  if (group.out >= 0) about.push(make("h3", {}, "output"), ...numbersOf(group.out));
  return about;
}

const aboutNode = (i) => [
  make("h2", {}, hasName(i) ? nameOf(i) : `${symbolOf(i) || "constant"} (${nameOf(i)})`),
  ...numbersOf(i),
  ...lineParts(i),
  ...gradientParts(i),
  ...stepParts(i),
  ...editParts(i),
  ...checkParts(i),
  ...groupParts(i),
];

function numbersOf(i) {
  const known = steps.isComputed(i);
  const parts = [
    make("dl", {},
      make("dt", {}, "data"), make("dd", {}, known ? short(graph.data[i]) : "?"),
      make("dt", {}, "grad"), make("dd", { class: signOf(graph.grad[i]) }, short(graph.grad[i]))),
  ];
  const [names, numbers] = formulaOf(i);
  if (names) {
    parts.push(make("h3", {}, "value"));
    parts.push(make("div", { class: "sum" }, `${nameOf(i)} = ${names}`, make("br"),
      known ? `= ${numbers} = ${short(graph.data[i])}` : "not computed yet"));
  }
  return parts;
}

function lineParts(i) {
  const line = graph.lines.get(i);
  if (!line) return [];
  const [file, number, text] = line;
  const others = [...graph.lines].filter(([, other]) => other === line).map(([node]) => node);
  return [
    make("h3", {}, "code"),
    make("p", { class: "dim" }, `${file.split(/[\\/]/).pop()}, line ${number}`),
    make("div", { class: "sum" }, text.trim()),
    make("p", {}, "nodes of this line: ", ...linked(others)),
  ];
}

const linked = (nodes) => [
  ...nodes.slice(0, MOST_USERS).flatMap((i, k) => [k ? ", " : "", nodeLink(i)]),
  nodes.length > MOST_USERS ? ` and ${nodes.length - MOST_USERS} more` : "",
];

// The chain rule at node i: the sum over its users.
function gradientParts(i) {
  const heading = make("h3", {}, "gradient, by the chain rule");
  if (i === graph.root)
    return [heading, make("p", {}, `The root: d ${nameOf(i)} / d ${nameOf(i)} = 1.`)];
  const users = graph.usersOf(i).sort((a, b) => b - a); // in the order of backward
  const parts = [heading];
  for (const user of users.slice(0, MOST_USERS))
    for (const { which, slope, g, flow } of arrivals(i, user)) {
      parts.push(make("div", { class: "sum" },
        "from ", nodeLink(user), `: ${slopeOf(user, which)} × grad ${nameOf(user)}`, make("br"),
        `${factor(slope)} × ${factor(g)} = ${short(flow)}`));
    }
  if (users.length > MOST_USERS)
    parts.push(make("p", {}, `and ${users.length - MOST_USERS} more users`));
  const flows = users.flatMap((user) => arrivals(i, user).map(({ flow }) => flow));
  if (flows.length > 1) {
    const total = flows.reduce((sum, flow) => sum + flow, 0);
    const written = flows.slice(0, MOST_USERS).map(factor).join(" + ");
    const more = flows.length > MOST_USERS ? " + …" : "";
    parts.push(make("div", { class: "sum" }, `${written}${more} = ${short(total)}`));
  }
  if (!steps.isThrough())
    parts.push(make("p", { class: "dim" }, "Backward has not come through yet."));
  return parts;
}

function groupParts(i) {
  let group = groups.of(i);
  while (group.parent && !group.isOpen) group = group.parent;
  if (!group.parent) return [];
  return [
    make("h3", {}, "group"),
    make("div", { class: "row" }, group.title,
      make("button", { onclick: () => closeGroup(group) }, "close")),
  ];
}
