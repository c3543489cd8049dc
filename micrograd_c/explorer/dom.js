// Making elements. Texts are set as texts, never as HTML: labels may have any characters.
"use strict";

const SVG = "http://www.w3.org/2000/svg";
const byId = (id) => document.getElementById(id);

function make(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

function makeSvg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes))
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// A button that looks like a link and shows node i.
const nodeLink = (i) =>
  make("button",
    { class: "link", onclick: () => select(i, true), onpointerenter: () => point(i, true),
      onpointerleave: () => point(i, false) },
    nameOf(i));
