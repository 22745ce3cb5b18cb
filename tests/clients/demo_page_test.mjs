// The demo's page in a real browser: joins, shows its way, and shows an event of a second client.
import assert from "node:assert/strict";
import {readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {after, before, test} from "node:test";
import autobahn from "autobahn";
import {chromium} from "playwright-core";
import {startWith} from "./node_under_test.mjs";

const demo = new URL("../../deploy/examples/demo/", import.meta.url).pathname;
let node, browser, page, config;
const complaints = [];

/** A window of the page that has joined. */
async function open() {
  const opened = await browser.newPage();
  opened.on("pageerror", (error) => complaints.push(String(error)));
  opened.on("request", (request) => {
    if (!request.url().startsWith(`http://127.0.0.1:${node.ports.web}/`)) complaints.push(`outside resource ${request.url()}`);
  });
  await opened.goto(`http://127.0.0.1:${node.ports.web}/`);
  await opened.waitForSelector("body[data-joined]", {timeout: 30000});
  return opened;
}
const shows = (where, id, pattern) => where.waitForFunction(
  ([element, source]) => new RegExp(source).test(document.getElementById(element).textContent), [id, pattern], {timeout: 30000});

before(async () => {
  config = JSON.parse(await readFile(`${demo}/config.json`, "utf8"));
  const web = config.workers[1].transports[0];
  web.endpoint.port = 0;
  web.paths["/"].directory = `${demo}/web`;
  node = await startWith(config);
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
           "--disable-component-update", "--disable-sync"],
  });
  page = await open();
});
after(async () => {
  await browser?.close();
  await node?.stop();
});

test("the page joins and shows the way of its messages", async () => {
  assert.match(await page.textContent("#state"), /joined realm demo/);
  assert.equal(await page.textContent("#serializer"), "wamp.2.json");
  assert.match(await page.textContent("#edge-pid"), /process \d+/);
  assert.match(await page.textContent("#router-pid"), /process \d+/);
});

test("the page shows an event that a second client publishes", async () => {
  const connection = new autobahn.Connection({url: `ws://127.0.0.1:${node.ports.web}/ws`, realm: "demo", max_retries: 0});
  const session = await new Promise((resolve, reject) => {
    connection.onopen = resolve;
    connection.onclose = (reason) => { reject(new Error(reason)); return true; };
    connection.open();
  });
  await session.publish("demo.say", ["second client", "hello from outside"], {}, {acknowledge: true});
  await shows(page, "events", "second client: hello from outside");
  connection.close();
});

test("messages come back, none is lost, and a call answers", async () => {
  await shows(page, "returned", "^([3-9]|\\d\\d+)$");
  assert.equal(await page.textContent("#lost"), "0");
  await page.click("#call");
  await shows(page, "result", "this window answered \\d{4}-");
  assert.match(await page.textContent("#latency"), /^[\d.]+ ms$/);
});

test("what one window says another shows, and one calls the other", async () => {
  const second = await open();
  await second.fill("#text", "hello from the second window");
  await second.press("#text", "Enter");
  await shows(page, "events", "hello from the second window");
  await shows(second, "events", "hello from the second window");
  await shows(page, "others", "^1$");
  await page.click("#call");
  await shows(page, "result", "^window \\w+ answered \\d{4}-");
  await second.close();
});

test("a path that is added appears on the page, whose session goes on", async () => {
  const session = await page.getAttribute("body", "data-joined");
  await shows(page, "notice", "^404");
  const more = structuredClone(config);
  more.workers[1].transports[0].paths.notice = {type: "json", value: {notice: "added while you watched"}};
  const file = join(node.directory, "more.json");
  await writeFile(file, JSON.stringify(more));
  await node.ctl("apply", "-f", file);
  await shows(page, "notice", "^200.*added while you watched");
  assert.equal(await page.getAttribute("body", "data-joined"), session);
  assert.equal(await page.textContent("#joins"), "1");
});

test("killing the page's process brings it back through another", async () => {
  const before = await page.textContent("#edge-pid");
  process.kill(Number(before.replace("process ", "")), "SIGKILL");
  await page.waitForFunction((old) => document.body.dataset.joined && document.getElementById("edge-pid").textContent !== old,
                             before, {timeout: 30000});
  assert.equal(await page.textContent("#joins"), "2");
});

test("restarting the worker says goodbye, and the page joins again through a new process", async () => {
  const before = await page.textContent("#edge-pid");
  await node.ctl("worker", "restart", "edge");
  await shows(page, "log", "session ended: wamp.close.system_shutdown");
  await page.waitForFunction((old) => document.body.dataset.joined && document.getElementById("edge-pid").textContent !== old,
                             before, {timeout: 30000});
  assert.deepEqual(complaints, []);
});
