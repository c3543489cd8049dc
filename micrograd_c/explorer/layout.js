// Places boxes. Their columns and their order in them are those that layout.py found; a group's
// interior is placed alone, and then is one box in the group around.
//
// Rows by least squares: a box is as near to its neighbours as can be.
"use strict";

const COLUMN_GAP = 27; // at least
const MOST_GAP = 140;
const ROW_GAP = 16;
const PAD = 12; // of a frame around its boxes
const TITLE = 22; // the height of the title of a frame

// boxes: [{item, width, height}]; edges: [{from, to}], places in boxes. Sets x and y, the middle
// of each box, and points, [x, y] of the inner points of each edge. Returns the frames, which are
// boxes of the open groups, outer ones first.
function layOut(boxes, edges) {
  const frames = groups.openGroups().map((item) => ({ item, links: [] }));
  const boxOf = new Map([...boxes, ...frames].map((box) => [box.item, box]));
  for (const edge of edges) edge.links = linksOf(boxes[edge.from], boxes[edge.to], boxOf);
  for (const frame of [...frames].reverse()) placeInside(frame, boxOf);
  for (const frame of frames) moveInside(frame);
  for (const edge of edges) edge.points = pointsOf(edge.links, boxes[edge.to]);
  return frames.slice(1); // without the whole graph
}

// The way of an edge through frames: [{frame, from, to}], where from or to is null at the frames
// that it enters or leaves.
function linksOf(from, to, boxOf) {
  const around = (box) => boxOf.get(groups.around(box.item));
  const leaves = [];
  const enters = [];
  while (around(from) !== around(to))
    if (around(from).item.depth >= around(to).item.depth) {
      leaves.push({ frame: around(from), from, to: null });
      from = around(from);
    } else {
      enters.unshift({ frame: around(to), from: null, to });
      to = around(to);
    }
  const links = [...leaves, { frame: around(from), from, to }, ...enters];
  for (const link of links) link.frame.links.push(link);
  return links;
}

// The inner points [x, y] of an edge. It bends between columns, and passes them straight on.
function pointsOf(links, end) {
  const points = [];
  let { y } = links[0].from;
  for (const { chain, from, to } of links) {
    if (from) points.push([from.x + from.column / 2, y]);
    for (const point of chain) {
      ({ y } = point);
      points.push([point.x - point.column / 2, y], [point.x + point.column / 2, y]);
    }
    if (to) points.push([to.x - to.column / 2, null]); // at the height of what follows
  }
  for (let k = points.length - 1, next = end.y; k >= 0; k--) next = points[k][1] ??= next;
  return points;
}

// Places the parts of a group around the middle of its frame, and sets the frame's size.
function placeInside(frame, boxOf) {
  const cells = partsOf(frame.item).map((part) => boxOf.get(part));
  cells.forEach((cell, place) => Object.assign(cell, { place, near: [] }));
  const [columns, bends] = frame.item.layout;
  const chains = new Map(bends.map(([a, b]) => [`${a} ${b}`, []]));
  const columnsOfCells = columns.map((numbers) =>
    numbers.map((number) => {
      if (number >= 0) return cells[number];
      const point = { width: 0, height: 2, near: [] };
      const [a, b] = bends[-1 - number];
      chains.get(`${a} ${b}`).push(point);
      return point;
    }),
  );
  columnsOfCells.forEach((column, c) => column.forEach((cell) => (cell.number = c)));
  const seen = new Set();
  for (const link of frame.links) {
    // As in layered(): the numbers after those of the parts are what is outside.
    const key = `${link.from?.place ?? cells.length} ${link.to?.place ?? cells.length + 1}`;
    link.chain = chains.get(key) ?? [];
    if (seen.has(key)) continue;
    seen.add(key);
    const way = [link.from, ...link.chain, link.to].filter(Boolean);
    for (let k = 1; k < way.length; k++) {
      if (way[k].number !== way[k - 1].number + 1) continue;
      way[k].near.push(way[k - 1]);
      way[k - 1].near.push(way[k]);
    }
  }
  placeRows(columnsOfCells);
  placeColumns(columnsOfCells);
  frame.inside = columnsOfCells.flat();
  enclose(frame);
}

// Sets the size of a frame, so that there is room for its title, and moves what is in it so that
// the frame's middle is at 0.
function enclose(frame) {
  const bounds = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y, width, height } of frame.inside) {
    bounds[0] = Math.min(bounds[0], x - width / 2);
    bounds[1] = Math.min(bounds[1], y - height / 2);
    bounds[2] = Math.max(bounds[2], x + width / 2);
    bounds[3] = Math.max(bounds[3], y + height / 2);
  }
  const [left, above, right, below] = bounds;
  frame.width = right - left + 2 * PAD;
  frame.height = below - above + 2 * PAD + TITLE;
  for (const cell of frame.inside) {
    cell.x -= (left + right) / 2;
    cell.y -= (above + below - TITLE) / 2;
  }
  frame.x = frame.y = 0;
}

function moveInside(frame) {
  for (const cell of frame.inside) {
    cell.x += frame.x;
    cell.y += frame.y;
  }
}

function placeRows(columns) {
  for (const column of columns) {
    let y = 0;
    for (const cell of column) {
      cell.y = y + cell.height / 2;
      y += cell.height + ROW_GAP;
    }
    for (const cell of column) cell.y -= (y - ROW_GAP) / 2;
  }
  for (let round = 0; round < 16; round++) {
    const way = round % 2 ? columns : [...columns].reverse();
    for (const column of way) {
      const wanted = column.map((cell) => {
        const sum = cell.near.reduce((total, other) => total + other.y, 0);
        return cell.near.length ? sum / cell.near.length : cell.y;
      });
      spread(column, wanted);
    }
  }
}

// Between points of long edges there is less room.
const gapBetween = (cell, next) => (cell.width || next.width ? ROW_GAP : 6);

// Sets the y of cells, in their order and without overlap, as near to the wanted ones as can be:
// isotonic regression by pooling adjacent violators.
function spread(column, wanted) {
  const blocks = [];
  let offset = 0;
  column.forEach((cell, i) => {
    if (i) offset += (column[i - 1].height + cell.height) / 2 + gapBetween(column[i - 1], cell);
    cell.offset = offset;
    let block = { sum: wanted[i] - offset, count: 1 };
    while (blocks.length && mean(blocks[blocks.length - 1]) > mean(block)) {
      const { sum, count } = blocks.pop();
      block = { sum: block.sum + sum, count: block.count + count };
    }
    blocks.push(block);
  });
  let i = 0;
  for (const block of blocks)
    for (let k = 0; k < block.count; k++, i++) column[i].y = mean(block) + column[i].offset;
}

const mean = ({ sum, count }) => sum / count;

// How high an edge rises, at most: in a high frame it ends anywhere.
const heightBetween = (a, b) =>
  Math.abs(b.y - a.y) + Math.max(a.height, b.height, NODE.height) / 2 - NODE.height / 2;

// Sets x and the width of each cell's column. Between two columns there is room for steep edges.
function placeColumns(columns) {
  let x = 0;
  for (const column of columns) {
    const width = Math.max(0, ...column.map((cell) => cell.width));
    let steepest = 0;
    for (const cell of column) {
      cell.x = x + width / 2;
      cell.column = width;
      for (const other of cell.near)
        if (other.number > cell.number) steepest = Math.max(steepest, heightBetween(cell, other));
    }
    x += width + Math.min(MOST_GAP, Math.max(COLUMN_GAP, steepest / 5));
  }
}
