// Pan and zoom of the picture.
"use strict";

const READABLE = 0.5; // the scale from which on texts are readable
const LEGEND = 22; // the height of the legend below the picture
const pointers = new Map();
let moved = 0; // how far the pointer went since it was pressed

// False at the end of a drag, which is no click.
const isClick = () => moved < 5;

function setCamera(x, y, scale) {
  Object.assign(view, { x, y, scale });
  view.layer.setAttribute("transform", `translate(${x} ${y}) scale(${scale})`);
  view.layer.setAttribute("class", scale < FAR ? "far" : "");
}

// Fits the whole graph into the window.
const fit = () => fitBoxes([...view.boxes, ...view.frames], 0);

// After a group was opened: fits the graph, or the group where that is too small to be read.
function fitGroup(group) {
  fit();
  const inside = view.frames.filter(({ item }) => item === group);
  if (view.scale < READABLE && inside.length) fitBoxes(inside, READABLE);
}

function fitBoxes(boxes, least) {
  const { width, height } = byId("picture").getBoundingClientRect();
  const bounds = [Infinity, Infinity, -Infinity, -Infinity];
  for (const box of boxes) {
    bounds[0] = Math.min(bounds[0], box.x - box.width / 2);
    bounds[1] = Math.min(bounds[1], box.y - box.height / 2 - 12);
    bounds[2] = Math.max(bounds[2], box.x + box.width / 2);
    bounds[3] = Math.max(bounds[3], box.y + box.height / 2);
  }
  const [left, above, right, below] = bounds;
  const most = Math.min(
    (width - 2 * MARGIN) / (right - left), (height - 2 * MARGIN - LEGEND) / (below - above), 1.5);
  if (!(most > 0)) return;
  const scale = Math.max(most, least);
  setCamera((width - scale * (left + right)) / 2, (height - LEGEND - scale * (above + below)) / 2, scale);
}

// Zooms by a factor; the point (x, y) of the picture stays where it is.
function zoom(factor, x, y) {
  const { width, height } = byId("picture").getBoundingClientRect();
  x ??= width / 2;
  y ??= height / 2;
  const scale = Math.min(5, Math.max(0.005, view.scale * factor));
  const ratio = scale / view.scale;
  setCamera(x - ratio * (x - view.x), y - ratio * (y - view.y), scale);
}

// Moves the picture so that a box is in the window.
function bringIntoView(item) {
  const box = view.boxes.find((b) => b.item === item);
  if (!box) return;
  const { width, height } = byId("picture").getBoundingClientRect();
  const x = view.x + view.scale * box.x;
  const y = view.y + view.scale * box.y;
  const isInside = x > MARGIN && x < width - MARGIN && y > MARGIN && y < height - MARGIN;
  if (isInside) return;
  setCamera(width / 2 - view.scale * box.x, height / 2 - view.scale * box.y, view.scale);
}

function listenToPointers() {
  const picture = byId("picture");
  const at = (event) => {
    const { left, top } = picture.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };
  picture.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0015)), ...at(event));
  }, { passive: false });
  picture.addEventListener("pointerdown", (event) => {
    pointers.set(event.pointerId, at(event));
    if (pointers.size === 1) moved = 0;
  });
  window.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const now = at(event);
    const others = [...pointers].filter(([id]) => id !== event.pointerId);
    pointers.set(event.pointerId, now);
    moved += Math.hypot(now[0] - before[0], now[1] - before[1]);
    if (!others.length) {
      const by = [now[0] - before[0], now[1] - before[1]];
      if (!isClick()) setCamera(view.x + by[0], view.y + by[1], view.scale);
      return;
    }
    const [, other] = others[0];
    const distance = ([x, y]) => Math.hypot(x - other[0], y - other[1]);
    const middle = [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2];
    zoom(distance(now) / Math.max(1, distance(before)), ...middle);
  });
  for (const end of ["pointerup", "pointercancel"])
    window.addEventListener(end, (event) => pointers.delete(event.pointerId));
}
