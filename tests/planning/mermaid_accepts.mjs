// Reads flow charts from stdin as a JSON list of texts; writes for each what Mermaid read in it, or why it refused.
// The one argument is the node_modules folder that holds mermaid and jsdom.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const modules = resolve(process.argv[2]);
const { JSDOM } = createRequire(join(modules, "any.js"))("jsdom");
globalThis.window = new JSDOM("").window;
globalThis.document = window.document;
// Mermaid looks for a DOM as it is loaded.
const { default: mermaid } = await import(pathToFileURL(join(modules, "mermaid", "dist", "mermaid.core.mjs")));

// Mermaid keeps entity codes in a spelling of its own until a browser shows the label.
function shown(label) {
  const area = document.createElement("textarea");
  area.innerHTML = label.replaceAll("ﬂ°°", "&#").replaceAll("ﬂ°", "&").replaceAll("¶ß", ";");
  return area.value;
}

async function read(chart) {
  try {
    await mermaid.parse(chart);
    const { db } = await mermaid.mermaidAPI.getDiagramFromText(chart);
    const labels = Object.fromEntries([...db.getVertices().values()].map(({ id, text }) => [id, shown(text)]));
    return { labels, edges: db.getEdges().map(({ start, end }) => [start, end]) };
  } catch (error) {
    return { error: String(error.message ?? error) };
  }
}

const answers = [];
for (const chart of JSON.parse(readFileSync(0, "utf8"))) answers.push(await read(chart));
process.stdout.write(JSON.stringify(answers));
