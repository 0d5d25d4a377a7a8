// Takes the pictures in a Chromium. Usage: node camera.mjs JOB ADDRESS FILE. CHROMIUM names the browser.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [job, address, file] = process.argv.slice(2);
const require = createRequire(pathToFileURL("node_modules/"));
const { chromium } = require("playwright-core");
const FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
  "--disable-sync", "--hide-scrollbars"];

async function opened(browser, width, height) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: "light", reducedMotion: "reduce" });
  const tab = await context.newPage();
  await tab.goto(address, { waitUntil: "load" });
  return tab;
}

const jobs = {
  // A ticket on a page of its own.
  async ticket(browser) {
    const tab = await opened(browser, 976, 400);
    await tab.screenshot({ path: file, fullPage: true });
  },

  // A ticket in Backlog.md's own page, opened from the board.
  async backlog(browser) {
    const tab = await opened(browser, 1280, 900);
    await tab.getByText("Create AttemptCounter").first().click();
    await tab.getByText("Done when").first().waitFor();
    await tab.screenshot({ path: file });
  },

  // The graph of a tracking ticket, which FILE.mmd holds.
  async graph(browser) {
    const tab = await browser.newPage({ viewport: { width: 1600, height: 900 } });
    await tab.setContent('<body style="margin:8px;background:#fff"><div id="graph" style="display:inline-block"></div></body>');
    await tab.addScriptTag({ path: "node_modules/mermaid/dist/mermaid.min.js" });
    await tab.evaluate(async (text) => {
      mermaid.initialize({ startOnLoad: false, fontFamily: "sans-serif" });
      document.getElementById("graph").innerHTML = (await mermaid.render("drawn", text)).svg;
      const svg = document.querySelector("#graph svg");
      svg.style.width = svg.style.maxWidth;
    }, readFileSync(address, "utf-8"));
    await tab.locator("#graph").screenshot({ path: file });
  },

  // The report page with one map chosen, down to its graph.
  async report(browser) {
    const tab = await opened(browser, 1440, 900);
    await tab.locator("[name=map]").selectOption({ label: "Webhook Ingestion for Code Host Events" });
    const graph = await tab.locator("section.map:not([hidden]) .graph").boundingBox();
    await tab.screenshot({ path: file, fullPage: true, clip: { x: 0, y: 0, width: 1440, height: Math.min(graph.y + graph.height + 12, 1240) } });
  },
};

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: FLAGS });
try {
  await jobs[job](browser);
} finally {
  await browser.close();
}
