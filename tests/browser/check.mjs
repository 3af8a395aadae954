// Opens reports in a real browser and checks what only a browser can tell.
// `node check.mjs PROGRAM FOLDER [REPORT...]`: reports are made with PROGRAM in
// FOLDER; further ones that are there already may be named. README.md says more.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const here = fileURLToPath(new URL(".", import.meta.url));
const axe = readFileSync(join(here, "node_modules/axe-core/axe.min.js"), "utf8");
const [program, folder, ...named] = process.argv.slice(2).map((path) => resolve(path));
const root = resolve(here, "../..");
const PAGES = ["verdict", "accounts", "admin", "hardening", "findings", "coverage", "waivers", "about"];
const FINDINGS = 10_000;
// Tables are drawn when they are looked at, so this does not grow with the findings.
const MOST_ELEMENTS = 16_000;
const failures = [];

function check(is, text) {
  if (!is) failures.push(text);
}

// Users whose names look like those of service accounts: each is a finding.
function users(rows) {
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<unload unload_date="2026-10-14 06:00:00">'];
  for (let at = 0; at < rows; at += 1) {
    const id = at.toString(16).padStart(32, "0");
    lines.push(
      `<sys_user action="INSERT_OR_UPDATE"><active>true</active><email/><identity_type/>` +
        `<internal_integration_user>false</internal_integration_user><last_login_time/><locked_out>false</locked_out>` +
        `<name>svc load ${at}</name><sys_id>${id}</sys_id><sys_updated_on>2026-10-01 08:00:00</sys_updated_on>` +
        `<user_name>svc.load${at}</user_name><web_service_access_only>false</web_service_access_only></sys_user>`,
    );
  }
  lines.push("</unload>");
  return lines.join("\n");
}

function scan(name, ...paths) {
  const out = join(folder, `${name}.html`);
  const done = spawnSync(program, ["scan", ...paths, "--no-config", "--no-progress", "-q", "-o", out], {
    cwd: root,
    encoding: "utf8",
  });
  if (!existsSync(out)) throw new Error(`${name}: no report: ${done.stderr}`);
  return out;
}

function make() {
  mkdirSync(folder, { recursive: true });
  const write = (name, text) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const nothing = '<?xml version="1.0" encoding="UTF-8"?>\n<unload unload_date="2026-10-14 06:00:00"></unload>\n';
  const reports = {
    samples: scan("samples", "samples"),
    nothing: scan("nothing", write("nothing.xml", nothing)),
    many: scan("many", write("many.xml", users(FINDINGS))),
  };
  check(statSync(reports.samples).size < 1_000_000, `samples: ${statSync(reports.samples).size} bytes`);
  check(statSync(reports.many).size < 6_000_000, `many: ${statSync(reports.many).size} bytes`);
  for (const path of named) reports[basename(path, ".html")] = path;
  return reports;
}

const frames = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())));

// A page that complains of whatever a report must not do.
async function open(browser, name, options) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) failures.push(`${name}: console: ${message.text()}`);
  });
  page.on("pageerror", (error) => failures.push(`${name}: ${error.message}`));
  page.on("request", (request) => {
    if (!request.url().startsWith("file:") || !request.isNavigationRequest()) failures.push(`${name}: asks for ${request.url()}`);
  });
  return page;
}

const address = (path, hash) => `${pathToFileURL(path)}${hash ? `#${hash}` : ""}`;

async function visit(page, path, hash) {
  await page.goto(address(path, hash));
  await page.evaluate(frames);
}

// What axe sees of what is shown; in the dark only colours can differ.
async function violations(page, name, isWhole) {
  const options = name.includes("dark") ? { runOnly: ["color-contrast", "link-in-text-block"] } : {};
  const found = await page.evaluate(
    ([whole, how]) => {
      const shown = whole ? document : { include: [[".top"], [".page.current"]] };
      return window.axe.run(shown, { ...how, resultTypes: ["violations"] });
    },
    [isWhole, options],
  );
  for (const violation of found.violations) {
    const html = violation.nodes[0].html.slice(0, 160);
    failures.push(`${name}: ${violation.id}: ${html} (${violation.nodes.length})`);
  }
}

// Each page in light, in dark, and on a narrow screen.
async function everyPage(browser, name, path, ids) {
  const page = await open(browser, name, {});
  await page.addInitScript({ content: axe });
  for (const id of PAGES) {
    await visit(page, path, id);
    check(await page.locator(`#${id}`).isVisible(), `${name}: ${id} is not shown`);
    check((await page.locator(".page.current").count()) === 1, `${name}: ${id} is not alone`);
    const opener = page.locator(".page.current .disc:visible").first();
    if (await opener.count()) await opener.click();
    for (const colorScheme of ids.includes(id) ? ["light", "dark"] : []) {
      await page.emulateMedia({ colorScheme });
      await violations(page, `${name} ${colorScheme} ${id}`, id === "verdict");
    }
    await page.setViewportSize({ width: 390, height: 844 });
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    check(over <= 0, `${name}: ${id} is ${over} px too wide at 390 px`);
    await page.setViewportSize({ width: 1280, height: 900 });
  }
  await page.context().close();
}

// Filters, links to one finding, and turning pages.
async function findings(browser, name, path) {
  const page = await open(browser, name, {});
  await visit(page, path, "findings");
  if (!(await page.locator("#ff").count())) return page.context().close();
  if (await page.locator("#frules").isVisible()) {
    check(!(await page.locator("#flist").isVisible()), `${name}: the list is shown with the rules`);
    await page.locator("#frules a[data-filter]").first().click();
    check(await page.locator("#flist").isVisible(), `${name}: a count opens no list`);
    await page.locator("#fback").click();
    check(await page.locator("#frules").isVisible(), `${name}: no way back to the rules`);
    await page.locator("#fall").click();
  }
  const total = await page.locator("#fcount").textContent();
  const first = page.locator("#fbody .disc").first();
  await first.click();
  check((await page.locator("#fbody .det.show pre").count()) === 1, `${name}: no excerpt`);
  const fingerprint = (await page.locator("#fbody .det.show a.m").first().textContent()).trim();
  check(/^[0-9a-f]{32}$/.test(fingerprint), `${name}: fingerprint ${fingerprint}`);
  await page.locator("#f-q").fill("no such finding anywhere");
  await page.locator("#fnone").waitFor({ state: "visible" });
  await page.locator("#clear2").click();
  if (await page.locator("#frules").count()) await page.locator("#fall").click();
  check((await page.locator("#fcount").textContent()) === total, `${name}: clearing does not bring all back`);
  const box = page.locator("input[name=sev]").first();
  await box.check();
  await page.evaluate(() => new Promise((done) => setTimeout(done, 200)));
  const bands = await page.locator("#fbody .sev").evaluateAll((all) => [...new Set(all.map((one) => one.textContent))]);
  check(bands.length <= 1, `${name}: the filter lets ${bands.join(", ")} through`);
  await box.uncheck();
  await page.evaluate(() => new Promise((done) => setTimeout(done, 200)));
  const next = page.locator("#flist .pager .next").first();
  if (await next.isVisible()) {
    const before = await page.locator("#fbody .disc").first().textContent();
    await next.click();
    check((await page.locator("#fcount").textContent()).startsWith("51"), `${name}: the pager does not turn`);
    check((await page.locator("#fbody .disc").first().getAttribute("id")) !== null && before !== null, `${name}: no rows`);
    check((await page.locator("#fbody > tr").count()) <= 50, `${name}: more than 50 rows`);
  }
  await page.goto("about:blank");
  await visit(page, path, `findings/${fingerprint}`);
  const isOpen = await page.locator("#fbody .disc[aria-expanded=true]").count();
  check(isOpen === 1, `${name}: the link to a finding opens ${isOpen}`);
  check(await page.evaluate(() => document.activeElement.classList.contains("disc")), `${name}: the finding is not in focus`);
  await page.goBack();
  return page.context().close();
}

// Links to one account, filters and pages of static tables.
async function accounts(browser, name, path) {
  const page = await open(browser, name, {});
  await visit(page, path, "accounts");
  const openers = page.locator("#t-accounts .disc");
  const count = await openers.count();
  if (count) {
    const last = (await openers.nth(count - 1).textContent()).trim();
    await page.goto("about:blank");
    await visit(page, path, `accounts/${encodeURIComponent(last)}`);
    check((await page.locator("#t-accounts .disc[aria-expanded=true]").count()) === 1, `${name}: the link to ${last} opens nothing`);
    await page.locator("#q-accounts").fill("no such account");
    check((await page.locator("#t-accounts tbody tr:visible").count()) === 0, `${name}: the search for accounts finds what is not there`);
  }
  for (const table of await page.locator("table[data-paged]").all()) {
    // A table is drawn when its page is looked at.
    await visit(page, path, await table.evaluate((one) => one.closest(".page").id));
    const rows = await table.evaluate((one) => Array.from(one.querySelectorAll("tbody tr[data-k]")).filter((row) => !row.hidden).length);
    check(rows <= 200, `${name}: a table shows ${rows} rows`);
  }
  await page.context().close();
}

// Back and forth, and what is there without scripts.
async function withoutScripts(browser, name, path) {
  const page = await open(browser, name, { javaScriptEnabled: false });
  await page.goto(address(path));
  for (const id of PAGES) check(await page.locator(`#${id} h1`).isVisible(), `${name}: without scripts ${id} is not shown`);
  check(!(await page.locator(".btn:visible").count()), `${name}: without scripts a button does nothing`);
  await page.context().close();
}

async function history(browser, name, path) {
  const page = await open(browser, name, {});
  await visit(page, path, "");
  await page.locator('nav a[href="#coverage"]').click();
  check(await page.evaluate(() => document.activeElement.tagName === "H1"), `${name}: a new page is not in focus`);
  await page.goBack();
  check(await page.locator("#verdict").isVisible(), `${name}: the back button does not go back`);
  await page.keyboard.press("Tab");
  check(await page.evaluate(() => document.activeElement !== document.body), `${name}: the keyboard reaches nothing`);
  await page.context().close();
}

// How many elements a page has when it is opened: what a browser lays out before
// anything is seen. A count, as a time differs from machine to machine.
async function elements(browser, path) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await page.goto(address(path));
  await page.evaluate(frames);
  const count = await page.evaluate(() => document.querySelectorAll("*").length);
  await context.close();
  return count;
}

const reports = make();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"] });
try {
  for (const [name, path] of Object.entries(reports)) {
    const begin = performance.now();
    // The large ones differ from the others only on the pages that are long.
    const isLarge = statSync(path).size > 1_000_000;
    await everyPage(browser, name, path, isLarge ? ["accounts", "findings"] : PAGES);
    await findings(browser, name, path);
    await accounts(browser, name, path);
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    console.log(`${name}: ${(statSync(path).size / 1000).toFixed(0)} kB, checked in ${seconds} s`);
  }
  await withoutScripts(browser, "samples", reports.samples);
  await history(browser, "samples", reports.samples);
  const [few, many] = [await elements(browser, reports.samples), await elements(browser, reports.many)];
  console.log(`elements when opened: samples ${few}, ${FINDINGS} findings ${many}`);
  check(many <= MOST_ELEMENTS, `${FINDINGS} findings are drawn as ${many} elements before anybody looks at them`);
} finally {
  await browser.close();
}
for (const failure of failures) console.error(`FAILED ${failure}`);
if (failures.length) process.exit(1);
console.log("all reports hold in the browser");
