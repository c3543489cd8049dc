// The picture: boxes for nodes and closed groups, frames for open ones, edges, pan and zoom.
"use strict";

const NODE = { width: 90, height: 66 };
const CLOSED = { width: 172, height: 66 };
const MARGIN = 18;
const FAR = 0.32; // below this scale texts are left out

const view = { boxes: [], frames: [], edges: [], elementOf: new Map(), x: 0, y: 0, scale: 1 };

// --- drawing anew: after a group was opened or closed --------------------------------------------

function draw() {
  const picture = byId("picture");
  view.boxes = groups.items().map((item) => ({ item, ...(isNode(item) ? NODE : CLOSED) }));
  const boxOf = new Map(view.boxes.map((box, i) => [box.item, i]));
  findEdges(boxOf);
  view.frames = layOut(view.boxes, view.edges);

  view.layer = makeSvg("g");
  picture.replaceChildren(arrowheads(), view.layer);
  view.elementOf.clear();
  for (const frame of view.frames) view.layer.append(drawFrame(frame));
  for (const edge of view.edges) view.layer.append(drawEdge(edge));
  for (const box of view.boxes) {
    const element = isNode(box.item) ? drawNode(box) : drawClosed(box);
    view.elementOf.set(box.item, element);
    view.layer.append(element);
  }
  refresh();
}

const isNode = (item) => typeof item === "number";

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
  const end = [b.x - b.width / 2, b.y];
  let [x0, y0] = [a.x + a.width / 2, a.y];
  let d = `M${round([x0, y0])}`;
  for (const [x, y] of [...edge.points, end]) {
    const bend = Math.max(14, Math.abs(x - x0) / 2);
    if (Math.abs(y - y0) > 0.05)
      d += `C${round([x0 + bend, y0])} ${round([x - bend, y])} ${round([x, y])}`;
    else if (Math.abs(x - x0) > 0.05 || !edge.points.length) d += `L${round([x, y])}`;
    [x0, y0] = [x, y];
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

function drawFrame({ item, x, y, width, height }) {
  const close = () => isClick() && closeGroup(item);
  const [left, above] = [x - width / 2, y - height / 2];
  return makeSvg("g", { class: "frame" },
    makeSvg("rect", { x: left, y: above, rx: 10, width, height }),
    makeSvg("text",
      { x: left + 8, y: above + 18, tabindex: 0, role: "button", onclick: close,
        onkeydown: (event) => event.key === "Enter" && closeGroup(item) },
      `✕ ${item.title}`));
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
  } else if (item.out >= 0) {
    const { out } = item;
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
