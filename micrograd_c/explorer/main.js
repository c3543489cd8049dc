// Starts the page.
"use strict";

let groups = null;

const KEYS = {
  ArrowRight: () => steps.move(1),
  ArrowLeft: () => steps.move(-1),
  Home: () => steps.go(0),
  End: () => steps.go(steps.count()),
  " ": () => steps.play(),
  g: descend,
  u: undo,
  t: toggleTable,
  0: fit,
  "+": () => zoom(1.25),
  "=": () => zoom(1.25),
  "-": () => zoom(0.8),
  Escape: () => select(null),
};

function listen() {
  const clicks = {
    first: () => steps.go(0),
    back: () => steps.move(-1),
    play: () => steps.play(),
    next: () => steps.move(1),
    last: () => steps.go(steps.count()),
    descend,
    undo,
    out: () => zoom(0.8),
    in: () => zoom(1.25),
    fit,
    showTable: toggleTable,
  };
  for (const [id, run] of Object.entries(clicks)) byId(id).addEventListener("click", run);
  byId("position").addEventListener("input", (event) => steps.go(Number(event.target.value)));
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.matches("input, textarea, select");
    const isPressing = event.key === " " && event.target.matches("button");
    const run = KEYS[event.key];
    if (!run || isTyping || isPressing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    run();
  });
  listenToPointers();
  new ResizeObserver(fit).observe(byId("stage"));
}

async function start() {
  const json = JSON.parse(byId("graphData").textContent);
  byId("graphData").remove();
  graph = await Graph.read(json);
  groups = await Groups.read(json.groups, graph);
  await nameParameters(json.parameters);
  steps.start();
  draw();
  listen();
  fit();
  const root = hasName(graph.root) ? `${nameOf(graph.root)}: ` : "";
  document.title = `${root}graph of ${plural(graph.n, "node")}`;
  const hasGradients = graph.grad.some((g) => g !== 0);
  say("The numbers of your program",
    hasGradients ? "" : ", whose gradients are all 0: backward() was not called",
    ". Press → to step through forward and backward.");
  show();
  document.documentElement.dataset.ready = "true";
}

start().catch((error) => {
  say(`The page cannot show the graph: ${error}. It needs a browser of 2023 or later.`);
  throw error;
});
