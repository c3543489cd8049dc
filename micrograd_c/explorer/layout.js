// A layered layout, from left to right. It is the same for the same graph.
//
// Ranks by the longest way to the root; within a rank an order with few crossings by barycentres
// (Sugiyama, Tagawa and Toda, 1981); places near the neighbours' by least squares. A long edge
// goes through a point in each rank between its ends. It is here, not in Python, because opening a
// group lays out anew.
"use strict";

const RANK_GAP = 27;
const ROW_GAP = 16;
const TITLE = 20; // the height of the title of a frame
const MOST_POINTS = 4000; // on long edges; more would take long

// boxes: [{width, height, path}], in the order of the graph; path is the list of open groups that
// a box is in. edges: [from, to], places in boxes. Sets x and y, the middle of each box, and
// returns {points}: for each edge a list of its inner points [x, y].
function layOut(boxes, edges) {
  const rank = ranksOf(boxes, edges);
  const { cells, chains } = cellsOf(boxes, edges, rank);
  const ranks = [];
  for (const cell of cells) (ranks[cell.rank] ??= []).push(cell);
  for (let r = 0; r < ranks.length; r++) ranks[r] ??= [];
  orderRanks(ranks, cells);
  placeRows(ranks);
  placeRanks(ranks);
  return { points: chains.map((chain) => chain.map((cell) => [cell.x, cell.y])) };
}

function ranksOf(boxes, edges) {
  const users = boxes.map(() => []);
  const waitsFor = new Int32Array(boxes.length); // operands that are not in the order yet
  for (const [from, to] of edges) {
    users[from].push(to);
    waitsFor[to]++;
  }
  const order = []; // operands first
  const place = new Int32Array(boxes.length).fill(-1);
  const ready = [];
  const put = (b) => {
    place[b] = order.length;
    order.push(b);
    for (const user of users[b]) if (--waitsFor[user] === 0 && place[user] < 0) ready.push(user);
  };
  boxes.forEach((_, b) => waitsFor[b] === 0 && ready.push(b));
  for (let b = 0; order.length < boxes.length; ) {
    while (ready.length) put(ready.pop());
    // Closed groups can need each other: then the first goes first, and an edge goes back.
    while (b < boxes.length && place[b] >= 0) b++;
    if (b < boxes.length) put(b);
  }
  const rank = new Int32Array(boxes.length);
  for (const b of order.reverse())
    for (const user of users[b])
      if (place[user] > place[b]) rank[b] = Math.max(rank[b], rank[user] + 1);
  const highest = rank.reduce((most, r) => Math.max(most, r), 0);
  return rank.map((r) => highest - r);
}

// Cells are the boxes and the points of long edges; before and after are their neighbours in the
// ranks at their sides.
function cellsOf(boxes, edges, rank) {
  boxes.forEach((box, b) => Object.assign(box, { rank: rank[b], before: [], after: [] }));
  const cells = [...boxes];
  let left = MOST_POINTS;
  const link = (a, b) => {
    a.after.push(b);
    b.before.push(a);
  };
  const chains = edges.map(([from, to]) => {
    const a = boxes[from];
    const b = boxes[to];
    const length = b.rank - a.rank;
    if (length < 1 || length - 1 > left) return [];
    left -= length - 1;
    const chain = [];
    for (let r = a.rank + 1; r < b.rank; r++) {
      const point = { rank: r, width: 0, height: 2, before: [], after: [], path: [] };
      chain.push(point);
      cells.push(point);
    }
    [a, ...chain].forEach((cell, i) => link(cell, chain[i] ?? b));
    return chain;
  });
  return { cells, chains };
}

function orderRanks(ranks, cells) {
  const number = (cells) => cells.forEach((cell, i) => (cell.place = i));
  ranks.forEach(number);
  let best = null;
  for (let round = 0; round < 12; round++) {
    const down = round % 2 === 0;
    const way = down ? ranks : [...ranks].reverse();
    for (const rank of way) {
      for (const cell of rank) {
        const near = down ? cell.before : cell.after;
        const sum = near.reduce((total, other) => total + other.place, 0);
        cell.key = near.length ? sum / near.length : cell.place;
      }
      sortWithinGroups(rank);
      number(rank);
    }
    if (cells.length > 1500 && round >= 3) break;
    const count = crossings(ranks);
    if (!best || count < best.count) best = { count, places: cells.map((cell) => cell.place) };
  }
  if (best) cells.forEach((cell, i) => (cell.place = best.places[i]));
  for (const rank of ranks) rank.sort((a, b) => a.place - b.place);
}

// Sorts by key, and keeps what is in the same group together.
function sortWithinGroups(rank) {
  const sums = new Map();
  for (const cell of rank)
    for (const group of cell.path) {
      const sum = sums.get(group) ?? [0, 0];
      sums.set(group, [sum[0] + cell.key, sum[1] + 1]);
    }
  const keyAt = (cell, depth) => {
    const group = cell.path[depth];
    return group ? sums.get(group)[0] / sums.get(group)[1] : cell.key;
  };
  rank.sort((a, b) => {
    let depth = 0;
    while (a.path[depth] && a.path[depth] === b.path[depth]) depth++;
    return keyAt(a, depth) - keyAt(b, depth) || a.place - b.place;
  });
}

function crossings(ranks) {
  let count = 0;
  for (const rank of ranks) {
    const ends = rank.flatMap((cell) => cell.after.map((b) => [cell.place, b.place]));
    if (ends.length > 300) return 0; // too long to count: the last order will do
    for (let i = 0; i < ends.length; i++)
      for (let j = 0; j < i; j++)
        if ((ends[i][0] - ends[j][0]) * (ends[i][1] - ends[j][1]) < 0) count++;
  }
  return count;
}

function placeRows(ranks) {
  for (const rank of ranks) {
    let y = 0;
    for (const cell of rank) {
      cell.y = y + cell.height / 2;
      y += cell.height + gapBetween(cell, rank[cell.place + 1]);
    }
    for (const cell of rank) cell.y -= y / 2;
  }
  for (let round = 0; round < 16; round++) {
    const way = round % 2 ? ranks : [...ranks].reverse();
    for (const rank of way) {
      const wanted = rank.map((cell) => {
        const near = [...cell.before, ...cell.after];
        const sum = near.reduce((total, other) => total + other.y, 0);
        return near.length ? sum / near.length : cell.y;
      });
      spread(rank, wanted);
    }
  }
}

// Where a group begins there is room for the frames' titles.
function gapBetween(cell, next) {
  const begins = next && next.path.length && next.path.at(-1) !== cell.path.at(-1);
  return (cell.width || next?.width ? ROW_GAP : 6) + (begins ? TITLE * next.path.length : 0);
}

// Sets the y of cells, in their order and without overlap, as near to the wanted ones as can be:
// isotonic regression by pooling adjacent violators.
function spread(rank, wanted) {
  const blocks = [];
  let offset = 0;
  rank.forEach((cell, i) => {
    if (i) offset += (rank[i - 1].height + cell.height) / 2 + gapBetween(rank[i - 1], cell);
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
    for (let k = 0; k < block.count; k++, i++) rank[i].y = mean(block) + rank[i].offset;
}

const mean = ({ sum, count }) => sum / count;

function placeRanks(ranks) {
  let x = 0;
  for (const rank of ranks) {
    const width = Math.max(0, ...rank.map((cell) => cell.width));
    for (const cell of rank) cell.x = x + width / 2;
    x += width + RANK_GAP;
  }
}
