"use strict";
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const form = document.getElementById("filter");
const output = form.querySelector("output");
const rows = all(".tasks > li").map((row) => ({
  row,
  node: document.getElementById(row.id.replace("t", "n")),
  map: row.closest("section").dataset.map,
  phase: row.dataset.p,
  states: row.dataset.s.split(" "),
  text: `${row.textContent} ${row.dataset.l || ""}`.toLowerCase(),
}));
const maps = all("[data-map]");

function filter() {
  const { map, phase, state, text } = form.elements;
  const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
  const asked = Boolean(phase.value || state.value || words.length);
  const found = new Map();
  for (const each of rows) {
    const shown =
      (!map.value || each.map === map.value) &&
      (!phase.value || each.phase === phase.value) &&
      (!state.value || each.states.includes(state.value)) &&
      words.every((word) => each.text.includes(word));
    each.row.hidden = !shown;
    each.node.classList.toggle("off", !shown);
    if (shown) found.set(each.map, (found.get(each.map) || 0) + 1);
  }
  for (const part of maps) {
    const key = part.dataset.map;
    part.hidden = (map.value !== "" && map.value !== key) || (asked && !found.has(key));
  }
  for (const list of all(".tasks")) list.previousElementSibling.hidden = list.hidden = !list.querySelector("li:not([hidden])");
  const number = [...found.values()].reduce((sum, each) => sum + each, 0);
  output.textContent = map.value || asked ? `${number} of ${rows.length} tasks` : "";
}

const numberOf = (node) => node.id.replace(/.*n/, "");

function nearest(node, numbers) {
  const middle = (each) => each.getBoundingClientRect().top;
  const there = (numbers || "").split(" ").filter(Boolean).map((n) => document.getElementById(node.id.replace(/\d+$/, n)));
  return there.sort((a, b) => Math.abs(middle(a) - middle(node)) - Math.abs(middle(b) - middle(node)))[0];
}

function beside(node, step) {
  const box = node.getBoundingClientRect();
  const column = all(".n", node.ownerSVGElement).filter((each) => Math.abs(each.getBoundingClientRect().left - box.left) < 2);
  column.sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top);
  return column[column.indexOf(node) + step];
}

const steps = {
  ArrowRight: (node) => nearest(node, node.dataset.a),
  ArrowLeft: (node) => nearest(node, node.dataset.b),
  ArrowDown: (node) => beside(node, 1),
  ArrowUp: (node) => beside(node, -1),
  Home: (node) => all(".n", node.ownerSVGElement)[0],
  End: (node) => all(".n", node.ownerSVGElement).at(-1),
};

function mark(svg, node) {
  for (const path of all(".e path", svg)) {
    path.classList.toggle("on", Boolean(node) && path.dataset.e.split(" ").includes(numberOf(node)));
  }
}

for (const svg of all("svg.g")) {
  const nodes = all(".n", svg);
  nodes.forEach((node, place) => node.setAttribute("tabindex", place ? -1 : 0));
  svg.addEventListener("keydown", (event) => {
    const node = event.target.closest(".n");
    const next = node && steps[event.key] && !event.ctrlKey && !event.metaKey && !event.altKey ? steps[event.key](node) : null;
    if (node && steps[event.key]) event.preventDefault();
    if (next) next.focus();
  });
  svg.addEventListener("focusin", (event) => {
    const node = event.target.closest(".n");
    for (const each of nodes) each.setAttribute("tabindex", each === node ? 0 : -1);
    mark(svg, node);
    node.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
  svg.addEventListener("focusout", () => mark(svg, null));
  svg.addEventListener("pointerover", (event) => mark(svg, event.target.closest(".n")));
  svg.addEventListener("pointerleave", () => mark(svg, document.activeElement.closest ? document.activeElement.closest(".n") : null));
}

form.addEventListener("input", filter);
form.addEventListener("reset", () => setTimeout(filter));
form.addEventListener("submit", (event) => event.preventDefault());
form.hidden = false;
