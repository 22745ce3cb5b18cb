// The demo's page in a real browser: joins, shows its way, and shows an event of a second client.
import assert from "node:assert/strict";
import {cp, readFile} from "node:fs/promises";
import {after, before, test} from "node:test";
import autobahn from "autobahn";
import {chromium} from "playwright-core";
import {startWith} from "./node_under_test.mjs";

const demo = new URL("../../deploy/examples/demo/", import.meta.url).pathname;
let node, browser, page;
const complaints = [];

before(async () => {
  const config = JSON.parse(await readFile(`${demo}/config.json`, "utf8"));
  const web = config.workers[1].transports[0];
  web.endpoint.port = 0;
  web.paths["/"].directory = `${demo}/web`;
  node = await startWith(config);
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
           "--disable-component-update", "--disable-sync"],
  });
  page = await browser.newPage();
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    if (!request.url().startsWith(`http://127.0.0.1:${node.ports.web}/`)) complaints.push(`outside resource ${request.url()}`);
  });
  await page.goto(`http://127.0.0.1:${node.ports.web}/`);
  await page.waitForSelector("body[data-joined]", {timeout: 30000});
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
  await page.waitForFunction(() => document.getElementById("events").textContent.includes("second client: hello from outside"),
                             null, {timeout: 10000});
  connection.close();
});

test("messages come back, none is lost, and a call answers", async () => {
  await page.waitForFunction(() => Number(document.getElementById("returned").textContent) >= 3, null, {timeout: 15000});
  assert.equal(await page.textContent("#lost"), "0");
  await page.click("#call");
  await page.waitForFunction(() => / in [\d.]+ ms/.test(document.getElementById("result").textContent), null, {timeout: 10000});
});

test("killing the page's process brings it back through another", async () => {
  const before = await page.textContent("#edge-pid");
  process.kill(Number(before.replace("process ", "")), "SIGKILL");
  await page.waitForFunction((old) => document.body.dataset.joined && document.getElementById("edge-pid").textContent !== old,
                             before, {timeout: 20000});
  assert.deepEqual(complaints, []);
});
