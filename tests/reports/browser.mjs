// Drives a Chromium over pages of the report. Each line of its input is a JSON list: job, page and, for some jobs, a file;
// each line of its output is what was found there. All jobs share a browser, and none sees the tabs of another.
// CHROMIUM names the browser, MODULES the folder that holds playwright-core and axe-core.
import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const require = createRequire(pathToFileURL(`${process.env.MODULES || "node_modules"}/`));
const { chromium } = require("playwright-core");
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];
const LONGEST = 180_000; // milliseconds of a job
let page, file, found;

async function opened(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const tab = await context.newPage();
  tab.on("console", (message) => message.type() === "error" && found.errors.push(message.text()));
  tab.on("pageerror", (error) => found.errors.push(String(error)));
  tab.on("dialog", (dialog) => { found.errors.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  tab.on("request", (request) => { if (!request.url().startsWith("data:")) found.requests.push(request.url()); });
  await tab.goto(pathToFileURL(page).href);
  return tab;
}

const shown = (tab) => tab.locator(".tasks > li:not([hidden])").count();
const said = (tab) => tab.locator("#filter output").textContent();
const sections = (tab) => tab.locator("section.map:not([hidden])").count();
const focused = (tab) => tab.evaluate(() => {
  const { id, dataset } = document.activeElement;
  return { id, before: dataset.b || "", after: dataset.a || "", lit: document.querySelectorAll(".e path.on").length };
});

const jobs = {
  async filter(browser) {
    const tab = await opened(browser);
    const form = tab.locator("#filter");
    const steps = {};
    const note = async (name) => { steps[name] = { shown: await shown(tab), sections: await sections(tab), said: await said(tab) }; };
    await note("all");
    await form.locator("[name=map]").selectOption("1");
    await note("map");
    await form.locator("[name=map]").selectOption("");
    await form.locator("[name=phase]").selectOption("test");
    await note("phase");
    await form.locator("[name=state]").selectOption("blocked");
    await note("phase and state");
    await form.locator("[name=phase]").selectOption("");
    await note("state");
    await form.locator("button").click();
    await form.locator("[name=text]").fill("sara");
    await note("text");
    steps.dimmed = await tab.locator(".n.off").count();
    await form.locator("[name=text]").fill("nothing has such words");
    await note("nothing");
    await form.locator("button").click();
    await tab.waitForTimeout(50);
    await note("cleared");
    found.steps = steps;
  },

  async keyboard(browser) {
    const tab = await opened(browser);
    found.stops = await tab.locator("#m0 .n[tabindex='0']").count();
    await tab.locator("#m0 .n[tabindex='0']").focus();
    const path = [await focused(tab)];
    for (const key of ["ArrowRight", "ArrowRight", "ArrowLeft", "ArrowLeft", "ArrowDown", "ArrowUp", "End", "Home"]) {
      await tab.keyboard.press(key);
      path.push({ key, ...(await focused(tab)) });
    }
    await tab.keyboard.press("Enter");
    await tab.waitForTimeout(50);
    found.path = path;
    found.hash = new URL(tab.url()).hash;
    found.target = await tab.evaluate(() => document.querySelector(":target").textContent);
  },

  async print(browser) {
    const tab = await opened(browser);
    await tab.pdf({ path: file, format: "A4", landscape: true, printBackground: true });
    found.bytes = statSync(file).size;
    await tab.emulateMedia({ media: "print" });
    found.form = await tab.locator("#filter").isVisible();
    found.wide = await tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  },

  async axe(browser) {
    const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
    found.problems = [];
    for (const [colorScheme, width] of [["light", 1440], ["dark", 1440], ["light", 390]]) {
      const tab = await opened(browser, { colorScheme, viewport: { width, height: 900 }, bypassCSP: true });
      await tab.addStyleTag({ content: "section.map { content-visibility: visible !important }" });
      await tab.evaluate(() => { for (const each of document.querySelectorAll("details")) each.open = true; });
      await tab.evaluate(axe);
      const result = await tab.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
      found.rules = result.passes.length + result.violations.length;
      for (const { id, impact, nodes } of result.violations) found.problems.push({ colorScheme, width, id, impact, where: nodes.slice(0, 3).map((node) => node.html.slice(0, 160)), why: nodes[0].failureSummary });
      found.overflow = await tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    }
  },

  async fit(browser) {
    const tab = await opened(browser, { viewport: { width: 1280, height: 900 }, bypassCSP: true });
    await tab.addStyleTag({ content: "section.map { content-visibility: visible !important }" });
    await tab.evaluate(() => { for (const each of document.querySelectorAll("details")) each.open = true; });
    found.scrolling = await tab.evaluate(() => [document.documentElement, ...document.querySelectorAll(".scroll")]
      .filter((each) => each.scrollWidth > each.clientWidth)
      .map((each) => `${each.firstElementChild.outerHTML.slice(0, 90)}: ${each.scrollWidth} in ${each.clientWidth}`));
  },

  async hostile(browser) {
    const tab = await opened(browser);
    found.policy = await tab.evaluate(() => new Promise((resolve) => {
      document.addEventListener("securitypolicyviolation", (event) => resolve(event.violatedDirective));
      const script = document.createElement("script");
      script.textContent = "window.ran = true";
      document.body.append(script);
      setTimeout(() => resolve("none"), 1000);
    }));
    found.errors = found.errors.filter((text) => !text.includes("Content Security Policy"));
    found.ran = await tab.evaluate(() => Boolean(window.ran || window.pwned));
    found.scripts = await tab.locator("script").count() - 1;
    found.links = await tab.evaluate(() => [...document.querySelectorAll("[href]")].map((each) => each.getAttribute("href")).filter((href) => !/^(#|https?:|data:,$)/.test(href)));
    found.images = await tab.locator("img, iframe, object, embed, base, style:nth-of-type(2)").count();
    await tab.locator("#m0 .n").first().focus();
    await tab.keyboard.press("Enter");
    await tab.waitForTimeout(100);
    found.after = tab.url();
    found.text = await tab.locator("#m0 h2").textContent();
  },

  async speed(browser) {
    const begin = Date.now();
    const tab = await opened(browser);
    found.opened = Date.now() - begin;
    found.took = await tab.evaluate(() => {
      const start = performance.now();
      const text = document.querySelector("#filter [name=text]");
      text.value = "PAYMENT planned";
      text.dispatchEvent(new Event("input", { bubbles: true }));
      document.body.getBoundingClientRect();
      return performance.now() - start;
    });
    found.shown = await shown(tab);
    found.said = await said(tab);
  },
};

// A page of many maps: what is drawn of it, how its pages turn, what is there without script, and whether it is accessible.
jobs.large = async (browser) => {
  const tab = await opened(browser, { bypassCSP: true });
  const form = tab.locator("#filter");
  const steps = {};
  const note = async (name) => { steps[name] = { shown: await shown(tab), sections: await sections(tab), said: await said(tab), part: await tab.locator("#part").textContent() }; };
  const graphs = (number) => tab.waitForFunction((wanted) => document.querySelectorAll("section.map:not([hidden]) svg.g").length === wanted, number);
  await graphs(25);
  await note("first");
  found.nodes = await tab.evaluate(() => document.getElementsByTagName("*").length);
  await form.locator("button[data-step='1']").focus();
  await tab.keyboard.press("Enter");
  await graphs(25);
  await note("second");
  found.map = await tab.locator("section.map:not([hidden])").first().getAttribute("id");
  await form.locator("[name=text]").fill("PAYMENT planned");
  await graphs(25);
  await note("text");
  found.dimmed = await tab.locator(".n.off").count();
  await form.locator("[name=map]").selectOption("101");
  await note("map");
  await form.locator("button[type=reset]").click();
  await tab.waitForTimeout(50);
  await note("cleared");
  await tab.evaluate(() => { location.hash = "#m151t3"; });
  await graphs(2);
  await note("address");
  found.target = await tab.locator("li:target").getAttribute("id");
  await tab.locator("#m151 .n[tabindex='0']").focus();
  await tab.keyboard.press("ArrowRight");
  found.focused = (await focused(tab)).id;
  await tab.emulateMedia({ media: "print" });
  found.printed = { form: await form.isVisible(), part: await tab.locator("#part").isVisible(), sections: await sections(tab) };
  await tab.emulateMedia({ media: "screen" });
  await tab.evaluate(readFileSync(require.resolve("axe-core/axe.min.js"), "utf8")); // on the page with the fewest maps
  const result = await tab.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  found.problems = result.violations.filter(({ impact }) => ["serious", "critical"].includes(impact)).map(({ id, nodes }) => [id, nodes[0].html.slice(0, 160)]);
  found.steps = steps;
  const plain = await opened(browser, { javaScriptEnabled: false });
  found.plain = { rows: await plain.locator(".tasks > li").count(), form: await plain.locator("#filter").isVisible(), seen: await plain.locator("#m151t0").isVisible() };
};

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: FLAGS });
for await (const line of createInterface({ input: process.stdin })) {
  let job;
  [job, page, file] = JSON.parse(line);
  found = { errors: [], requests: [] };
  const late = setTimeout(() => { console.error(`${job} takes too long`); process.exit(1); }, LONGEST);
  await jobs[job](browser).catch((error) => found.errors.push(String(error)));
  await Promise.all(browser.contexts().map((context) => context.close()));
  clearTimeout(late);
  console.log(JSON.stringify(found));
}
await browser.close();
