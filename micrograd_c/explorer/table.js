// All nodes as a table: for screen readers, and to find a node.
"use strict";

const ROWS = 200; // at a time

const table = { from: 0, isOpen: false };

function toggleTable() {
  table.isOpen = !table.isOpen;
  byId("tableSection").hidden = !table.isOpen;
  byId("showTable").setAttribute("aria-expanded", table.isOpen);
  refreshTable();
  fit();
}

function refreshTable() {
  if (!table.isOpen) return;
  const to = Math.min(graph.n, table.from + ROWS);
  const head = ["node", "made by", "of"].map((text) => make("th", { scope: "col" }, text));
  head.push(...["data", "grad"].map((text) => make("th", { scope: "col", class: "number" }, text)));
  const rows = [];
  for (let i = table.from; i < to; i++) rows.push(tableRow(i));
  const turn = (by) => () => {
    table.from += by;
    refreshTable();
  };
  const of = graph.n.toLocaleString("en");
  const count = `nodes ${table.from + 1} to ${to} of ${of}, operands before results `;
  byId("tableSection").replaceChildren(
    make("table", {},
      make("caption", {}, count,
        make("button", { onclick: turn(-ROWS), disabled: table.from === 0 }, "earlier"), " ",
        make("button", { onclick: turn(ROWS), disabled: to === graph.n }, "later")),
      make("thead", {}, make("tr", {}, ...head)),
      make("tbody", {}, ...rows)),
  );
}

function tableRow(i) {
  const operands = [...graph.operandsOf(i)];
  return make("tr", { "data-node": i },
    make("th", { scope: "row" }, nodeLink(i)),
    make("td", {}, graph.isLeaf(i) ? "leaf" : symbolOf(i)),
    make("td", {}, ...operands.slice(0, 8).flatMap((x, k) => [k ? ", " : "", nameOf(x)])),
    make("td", { class: "number" }, steps.isComputed(i) ? short(graph.data[i]) : "?"),
    make("td", { class: "number" }, short(graph.grad[i])),
  );
}
