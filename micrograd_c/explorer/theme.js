// Dark or light: as the page around the frame in a notebook, else as the system asks.
"use strict";

function isDarkAround() {
  try {
    if (window.parent === window) return null;
    const { vscodeThemeKind } = window.parent.document.body.dataset;
    if (vscodeThemeKind) return /dark|contrast$/.test(vscodeThemeKind);
    for (let element = window.frameElement; element; element = element.parentElement) {
      const color = window.parent.getComputedStyle(element).backgroundColor;
      const [r, g, b, alpha = 1] = color.match(/[\d.]+/g).map(Number);
      if (alpha > 0.5) return 0.299 * r + 0.587 * g + 0.114 * b < 128;
    }
  } catch {
    // The page around is of another origin, and says nothing.
  }
  return null;
}

function setTheme() {
  const asked = window.matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = isDarkAround() ?? asked ? "dark" : "light";
}

setTheme();
try {
  const changes = { attributes: true };
  if (window.parent !== window)
    new MutationObserver(setTheme).observe(window.parent.document.body, changes);
} catch {
  // As above.
}
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", setTheme);
