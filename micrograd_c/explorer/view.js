// The picture: boxes for nodes and closed groups, frames for open ones, edges, pan and zoom.
"use strict";

const NODE = { width: 90, height: 66 };
const CLOSED = { width: 172, height: 66 };
const MARGIN = 18;
const FAR = 0.32; // below this scale texts are left out

const view = { boxes: [], edges: [], elementOf: new Map(), x: 0, y: 0, scale: 1 };

// --- drawing anew: after a group was opened or closed --------------------------------------------

function draw() {
  const picture = byId("picture");
  view.boxes = groups.items().map((item) => ({ item, ...(isNode(item) ? NODE : CLOSED) }));
  const boxOf = new Map(view.boxes.map((box, i) => [box.item, i]));
  for (const box of view.boxes) box.path = openGroupsAround(box.item);
  findEdges(boxOf);
  const { points } = layOut(view.boxes, view.edges.map(({ from, to }) => [from, to]));
  view.edges.forEach((edge, i) => (edge.points = points[i]));

  view.layer = makeSvg("g");
  picture.replaceChildren(arrowheads(), view.layer);
  view.elementOf.clear();
  drawFrames();
  for (const edge of view.edges) view.layer.append(drawEdge(edge));
  for (const box of view.boxes) {
    const element = isNode(box.item) ? drawNode(box) : drawClosed(box);
    view.elementOf.set(box.item, element);
    view.layer.append(element);
  }
  refresh();
}

const isNode = (item) => typeof item === "number";

// From the outermost to the innermost, without the whole graph.
function openGroupsAround(item) {
  const around = [];
  const first = isNode(item) ? groups.of[item] : item.parent;
  for (let group = first; group.parent; group = group.parent) around.unshift(group);
  return around;
}

// Edges between boxes. view.edgeOf has for each place in graph.operands the edge that shows it.
function findEdges(boxOf) {
  const boxOfNode = new Int32Array(graph.n);
  for (let i = 0; i < graph.n; i++) boxOfNode[i] = boxOf.get(groups.itemOf(i));
  const edges = new Map();
  view.edges = [];
  view.edgeOf = new Int32Array(graph.operands.length).fill(-1);
  for (let i = 0; i < graph.n; i++)
    for (let j = graph.start[i]; j < graph.start[i + 1]; j++) {
      const from = boxOfNode[graph.operands[j]];
      const to = boxOfNode[i];
      if (from === to) continue;
      const key = from * view.boxes.length + to;
      let edge = edges.get(key);
      if (edge === undefined) {
        edge = view.edges.length;
        edges.set(key, edge);
        view.edges.push({ from, to });
      }
      view.edgeOf[j] = edge;
    }
}

function arrowheads() {
  const head = (id, color) =>
    makeSvg("marker",
      { id, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7,
        markerUnits: "userSpaceOnUse", orient: "auto" },
      makeSvg("path", { d: "M0 0L8 4L0 8z", fill: `var(--${color})` }));
  return makeSvg("defs", {}, ...["none", "plus", "minus", "active"].map((c) => head(`to-${c}`, c)));
}

function drawEdge(edge) {
  const a = view.boxes[edge.from];
  const b = view.boxes[edge.to];
  const start = [a.x + a.width / 2, a.y];
  const end = [b.x - b.width / 2, b.y];
  const points = [start, ...edge.points, end];
  let d = `M${round(start)}`;
  for (let i = 1; i < points.length; i++) {
    const [x0, y0] = points[i - 1];
    const [x1, y1] = points[i];
    const bend = Math.max(18, Math.abs(x1 - x0) / 2);
    d += `C${round([x0 + bend, y0])} ${round([x1 - bend, y1])} ${round([x1, y1])}`;
  }
  edge.element = makeSvg("path", { d, class: "edge" });
  return edge.element;
}

const round = (point) => point.map((x) => x.toFixed(1)).join(" ");

function drawBox(box, kind, label, ...children) {
  const { item, width, height } = box;
  return makeSvg("g",
    {
      class: kind, tabindex: 0, role: "button", "aria-label": label,
      transform: `translate(${(box.x - width / 2).toFixed(1)} ${(box.y - height / 2).toFixed(1)})`,
      onclick: () => isClick() && act(item),
      onkeydown: (event) => {
        if (event.key === "Enter") act(item);
      },
      onpointerenter: (event) => event.pointerType === "mouse" && look(item),
      onpointerleave: (event) => event.pointerType === "mouse" && look(null),
      onfocus: () => look(item),
    },
    makeSvg("rect", { width, height, rx: 8 }),
    ...children,
  );
}

const textAt = (x, y, kind, text = "", anchor = "start") =>
  makeSvg("text", { x, y, class: kind, "text-anchor": anchor }, text);

function drawNode(box) {
  const i = box.item;
  const symbol = symbolOf(i);
  const isNamed = hasName(i);
  const named = isNamed ? shortName(nameOf(i), symbol ? 6 : 9) : shortened(symbol, 7);
  const texts = [
    textAt(7, 19, isNamed ? "title" : "symbol", named),
    textAt(7, 39, "data"),
    textAt(7, 59, "grad"),
  ];
  if (!isNamed) texts.push(textAt(box.width - 7, 19, "small", nameOf(i), "end"));
  if (isNamed && symbol)
    texts.push(textAt(box.width - 7, 19, "symbol", shortened(symbol, 4), "end"));
  const kind = `node${graph.isLeaf(i) ? " leaf" : ""}${i === graph.root ? " root" : ""}`;
  const element = drawBox(box, kind, nameOf(i), ...texts);
  element.dataset.node = i;
  return element;
}

function drawClosed(box) {
  const group = box.item;
  const element = drawBox(box, "closed", `${group.title}, ${plural(group.size, "node")}: open`,
    makeSvg("path", { d: `M6 -4H${box.width - 6}M10 -8H${box.width - 10}`, class: "edge" }),
    textAt(8, 20, "title", shortened(group.title, 20)),
    textAt(8, 39, "small", plural(group.size, "node")),
    textAt(8, 57, "small data"),
  );
  element.dataset.group = group.title;
  return element;
}

function drawFrames() {
  const frames = new Map();
  for (const { path, x, y, width, height } of view.boxes)
    for (const group of path) {
      const f = frames.get(group) ?? [Infinity, Infinity, -Infinity, -Infinity];
      frames.set(group, [
        Math.min(f[0], x - width / 2), Math.min(f[1], y - height / 2),
        Math.max(f[2], x + width / 2), Math.max(f[3], y + height / 2),
      ]);
    }
  const deepest = Math.max(0, ...[...frames.keys()].map((group) => group.depth));
  const all = [...frames].sort(([a], [b]) => a.depth - b.depth);
  for (const [group, [left, top_, right, bottom]] of all) {
    const pad = 9 + 4 * (deepest - group.depth);
    const above = pad + 10 + TITLE * (deepest - group.depth + 1);
    const close = () => isClick() && closeGroup(group);
    view.layer.append(
      makeSvg("g", { class: "frame" },
        makeSvg("rect", {
          x: left - pad, y: top_ - above, rx: 10,
          width: right - left + 2 * pad, height: bottom - top_ + above + pad,
        }),
        makeSvg("text",
          { x: left - pad + 8, y: top_ - above + 14, tabindex: 0, role: "button", onclick: close,
            onkeydown: (event) => event.key === "Enter" && closeGroup(group) },
          `✕ ${group.title}`),
      ),
    );
  }
}

// --- numbers and marks: after each step ----------------------------------------------------------

function refresh() {
  for (const { item } of view.boxes) refreshBox(item, view.elementOf.get(item));
  refreshEdges();
}

function refreshBox(item, element) {
  const marks = element.classList;
  if (isNode(item)) {
    const isKnown = steps.isComputed(item);
    const g = graph.grad[item];
    setText(element.querySelector(".data"), isKnown ? short(graph.data[item]) : "?");
    const gradient = setText(element.querySelector(".grad"), `∇${short(g)}`);
    gradient.setAttribute("class", `grad ${signOf(g)}`);
    marks.toggle("waiting", !isKnown);
    marks.toggle("changed", edits.changed.has(item));
  } else if (item.kind === "neuron") {
    const { out } = item.neuron;
    const known = steps.isComputed(out) ? short(graph.data[out]) : "?";
    element.querySelector(".data").textContent = `${known}, ∇ ${short(graph.grad[out])}`;
  }
  marks.toggle("selected", selected === item);
  marks.toggle("active", steps.node !== null && groups.itemOf(steps.node) === item);
}

// Marks the box of node i, or of the group that it is in.
function point(i, isOn) {
  view.elementOf.get(groups.itemOf(i))?.classList.toggle("pointed", isOn);
}

// Writes a number into a node's box; a long one closer.
function setText(element, text) {
  element.textContent = text;
  if (text.length > 8) {
    element.setAttribute("textLength", NODE.width - 13);
    element.setAttribute("lengthAdjust", "spacingAndGlyphs");
  } else element.removeAttribute("textLength");
  return element;
}

// An edge shows what flows back through it: the local derivative times the gradient that arrives.
function refreshEdges() {
  const flow = new Float64Array(view.edges.length);
  const flowsNow = new Uint8Array(view.edges.length);
  const { start, operands } = graph;
  for (let i = 0; i < graph.n; i++)
    for (let j = start[i]; j < start[i + 1]; j++) {
      const edge = view.edgeOf[j];
      if (edge < 0) continue;
      if (steps.hasFlowed(i)) flow[edge] += graph.contribution(i, j - start[i], graph.grad[i]);
      if (steps.node === i) flowsNow[edge] = 1;
    }
  const largest = flow.reduce((m, x) => (Math.abs(x) > m && x !== Infinity ? Math.abs(x) : m), 0);
  view.edges.forEach(({ element }, e) => {
    const sign = signOf(flow[e]);
    const size = largest ? Math.min(1, Math.abs(flow[e]) / largest) : 0;
    element.setAttribute("class", `edge ${sign} ${flowsNow[e] ? "flows" : ""}`);
    element.setAttribute("stroke-width", sign ? (1.2 + 3.3 * Math.sqrt(size)).toFixed(2) : "1.2");
    const color = flowsNow[e] ? "active" : sign || "none";
    element.setAttribute("marker-end", `url(#to-${color})`);
  });
}
