"use strict";
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const form = document.getElementById("filter");
const output = form.querySelector("output");
const shownPart = document.getElementById("part");
const MAPS_AT_ONCE = 25;
const lines = new Map(all("tr[data-map]").map((line) => [line.dataset.map, line]));
const maps = all("section.map").map((section) => ({
  section,
  number: section.dataset.map,
  line: lines.get(section.dataset.map),
  held: all(":scope > .held", section),
  brought: [],
  rows: null,
}));
const large = shownPart !== null;
let listed = maps;
let first = 0;

function parsed(markup) {
  const made = document.createElement("template");
  made.innerHTML = markup;
  return made.content;
}

function unpacked(text) {
  const bytes = Uint8Array.from(atob(text.trim()), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text();
}

function rowsOf(map) {
  const lists = large ? map.held.filter((each) => each.matches(".tasks-of")).map((each) => parsed(each.textContent)) : [map.section];
  return lists.flatMap((list) => all(".tasks > li", list)).map((row) => ({
    id: row.id,
    phase: row.dataset.p,
    states: row.dataset.s.split(" "),
    text: `${row.textContent} ${row.dataset.l || ""}`.toLowerCase(),
    shown: true,
  }));
}

const known = (map) => (map.rows ||= rowsOf(map));

function put(map, held, markup) {
  const made = parsed(markup);
  map.brought.push({ held, parts: [...made.childNodes] });
  held.replaceWith(made);
}

function bring(map) {
  if (map.brought.length) return;
  for (const held of map.held) {
    if (!held.matches(".packed")) put(map, held, held.textContent);
    else unpacked(held.textContent).then((markup) => {
      if (!held.isConnected || map.section.hidden) return;
      put(map, held, markup);
      all("svg.g", map.section).forEach(wire);
      mark(map);
    });
  }
}

function putAway(map) {
  for (const { held, parts } of map.brought) {
    parts[0].before(held);
    for (const part of parts) part.remove();
  }
  map.brought = [];
}

function mark(map) {
  for (const { id, shown } of map.rows || []) {
    document.getElementById(id).hidden = !shown;
    document.getElementById(id.replace("t", "n"))?.classList.toggle("off", !shown);
  }
  for (const list of all(".tasks", map.section)) {
    list.previousElementSibling.hidden = list.hidden = !list.querySelector("li:not([hidden])");
  }
}

function draw() {
  const seen = new Set(large ? listed.slice(first, first + MAPS_AT_ONCE) : listed);
  for (const map of maps) {
    map.line.hidden = map.section.hidden = !seen.has(map);
    if (large && !seen.has(map)) putAway(map);
    else {
      bring(map);
      mark(map);
    }
  }
  if (!large) return;
  const last = Math.min(first + MAPS_AT_ONCE, listed.length);
  shownPart.textContent = `Shown: ${last ? first + 1 : 0} to ${last} of ${listed.length}`;
  for (const button of all("nav button", form)) {
    const there = first + button.dataset.step * MAPS_AT_ONCE;
    button.setAttribute("aria-disabled", there < 0 || there >= listed.length);
  }
}

function filter() {
  const { map: chosen, phase, state, text } = form.elements;
  const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
  const asked = Boolean(phase.value || state.value || words.length);
  const narrowed = asked || chosen.value !== "";
  let number = 0;
  listed = maps.filter((map) => {
    const among = !chosen.value || map.number === chosen.value;
    if (large && !(among && narrowed)) {
      for (const row of map.rows || []) row.shown = among;
      return among;
    }
    let found = 0;
    for (const row of known(map)) {
      row.shown =
        among &&
        (!phase.value || row.phase === phase.value) &&
        (!state.value || row.states.includes(state.value)) &&
        words.every((word) => row.text.includes(word));
      found += row.shown;
    }
    number += found;
    return among && (!asked || found > 0);
  });
  first = 0;
  draw();
  output.textContent = narrowed ? `${number} of ${form.dataset.tasks} tasks` : "";
}

function turn(event) {
  const button = event.target.closest("nav button");
  if (!button || button.getAttribute("aria-disabled") === "true") return;
  first += button.dataset.step * MAPS_AT_ONCE;
  draw();
  document.getElementById("overview").scrollIntoView();
}

function reveal() {
  const [, number] = /^#m(\d+)/.exec(location.hash) || [];
  const place = listed.findIndex((map) => map.number === number);
  if (!large || place < 0) return;
  first = place - (place % MAPS_AT_ONCE);
  draw();
  location.replace(location.hash);
}

function learn() {
  const next = maps.filter((map) => !map.rows).slice(0, MAPS_AT_ONCE);
  next.forEach(known);
  if (next.length) requestIdleCallback(learn);
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

function light(svg, node) {
  for (const path of all(".e path", svg)) {
    path.classList.toggle("on", Boolean(node) && path.dataset.e.split(" ").includes(numberOf(node)));
  }
}

function wire(svg) {
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
    light(svg, node);
    node.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
  svg.addEventListener("focusout", () => light(svg, null));
  svg.addEventListener("pointerover", (event) => light(svg, event.target.closest(".n")));
  svg.addEventListener("pointerleave", () => light(svg, document.activeElement.closest ? document.activeElement.closest(".n") : null));
}

form.addEventListener("input", filter);
form.addEventListener("reset", () => setTimeout(filter));
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("click", turn);
addEventListener("hashchange", reveal);
form.hidden = false;
if (large) {
  draw();
  reveal();
  requestIdleCallback(learn);
} else {
  all("svg.g").forEach(wire);
}
