// deploy/examples/classic-proxy.json, as it is shipped but for the port and where the archive comes from, in front of a
// router behind its Unix socket: every path and option does what it says.
import assert from "node:assert/strict";
import {execFile} from "node:child_process";
import {createHash} from "node:crypto";
import {mkdir, mkdtemp, readFile, rm, writeFile} from "node:fs/promises";
import {createServer} from "node:http";
import {createRequire} from "node:module";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, before, test} from "node:test";
import {promisify} from "node:util";
import {gunzipSync} from "node:zlib";
import autobahn from "autobahn";
import {adapter} from "./autobahn_js_adapter.mjs";
import {recordExtensions} from "./extensions.mjs";
import {startWith} from "./node_under_test.mjs";
import {RawWebSocket} from "./raw_websocket.mjs";
import {runScenario} from "./scenario.mjs";

delete globalThis.WebSocket;
const extensions = recordExtensions(createRequire(createRequire(import.meta.url).resolve("autobahn"))("ws"));
const script = "// the library\n".repeat(2000);
const makeArchive = `
import gzip, sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as made:
    made.writestr("autobahn-js-browser-20.1.1/autobahn.min.js", sys.argv[2])
    made.writestr("autobahn-js-browser-20.1.1/autobahn.jgz", gzip.compress(b"// packed"), zipfile.ZIP_STORED)
    made.writestr("README.md", "not below the prefix")
`;
const allow = {call: true, register: true, publish: true, subscribe: true};

let base, archive, origin, asked = 0, router, node, url, pinged;

before(async () => {
  base = await mkdtemp(join(tmpdir(), "wampgate-classic-"));
  const directory = join(base, "node");
  await mkdir(join(base, "web", "folder"), {recursive: true});
  await mkdir(directory);
  await writeFile(join(base, "web", "index.html"), "<h1>the page</h1>");
  await writeFile(join(base, "web", "folder", "file.txt"), "x");
  await promisify(execFile)("python3", ["-c", makeArchive, join(base, "origin.zip"), script]);
  archive = await readFile(join(base, "origin.zip"));
  // The first answer is of no use: the node has to try again.
  origin = createServer((request, response) => {
    asked += 1;
    response.writeHead(asked === 1 ? 500 : 200).end(asked === 1 ? "" : archive);
  });
  await new Promise((resolve) => origin.listen(0, "127.0.0.1", resolve));

  router = await startWith({
    version: 2,
    workers: [{
      type: "router", id: "router",
      realms: [{name: "realm1", roles: [{name: "anonymous", permissions: [{uri: "", match: "prefix", allow}]}]}],
      transports: [{type: "websocket", id: "backend", endpoint: {type: "unix", path: join(directory, "routerws.sock")},
                    auth: {anonymous: {type: "static", role: "anonymous"}}}],
    }],
  });
  const document = JSON.parse(await readFile(new URL("../../deploy/examples/classic-proxy.json", import.meta.url)));
  const [transport] = document.workers[0].transports;
  assert.equal(transport.endpoint.port, 8443);
  transport.endpoint.port = 0;
  const path = transport.paths.autobahn;
  path.origin = `http://127.0.0.1:${origin.address().port}/v20.1.1.zip`;
  path.hashes = [createHash("sha256").update(archive).digest("hex")];
  node = await startWith(document, {}, directory);
  const [port] = Object.values(node.ports);
  url = {http: `http://127.0.0.1:${port}`, ws: `ws://127.0.0.1:${port}/ws`, port};
  pinged = observePings();
  pinged.catch(() => {});
});

after(async () => {
  await node?.stop();
  await router?.stop();
  origin?.close();
  await rm(base, {recursive: true, force: true});
});

/** A client that answers the first ping, and not the second. → times in milliseconds. */
async function observePings() {
  const client = await RawWebSocket.open(url.port, "/ws", {"Sec-WebSocket-Protocol": "wamp.2.json"});
  client.send('[1,"realm1",{"roles":{"caller":{}}}]');
  await client.next();
  const joined = Date.now();
  const ping = await client.next([9], 40);
  const first = Date.now() - joined;
  client.send(ping.payload, {opcode: 10});
  const second = await client.next([9], 40);
  const unanswered = Date.now();
  await client.untilEnd(40);
  return {size: ping.payload.length, first, again: second !== null, dropped: Date.now() - unanswered};
}

async function join1(fields = {}) {
  const client = await RawWebSocket.open(url.port, "/ws", {"Sec-WebSocket-Protocol": "wamp.2.json", ...fields});
  assert.equal(client.status, 101);
  client.send('[1,"realm1",{"roles":{"publisher":{},"subscriber":{}}}]');
  await client.message();
  return client;
}

test("/ serves the files of a directory beside the node's, without listings", async () => {
  const page = await fetch(url.http + "/");
  assert.equal(page.status, 200);
  assert.equal(await page.text(), "<h1>the page</h1>");
  assert.equal(page.headers.get("cache-control"), "max-age=43200, public");
  assert.equal((await fetch(url.http + "/folder/file.txt")).status, 200);
  assert.equal((await fetch(url.http + "/folder/")).status, 404);
});

test("/autobahn serves the archive, fetched from its origin and verified", async () => {
  const deadline = Date.now() + 60000;
  let found;
  while ((found = await fetch(url.http + "/autobahn/")).status === 503 && Date.now() < deadline) {
    assert.match(await found.text(), /is being fetched/);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.equal(found.status, 200);
  assert.equal(found.headers.get("content-type"), "text/javascript");
  assert.equal(found.headers.get("content-encoding"), "gzip");  // as it is in the archive
  assert.equal(await found.text(), script);
  assert.equal(asked, 2);
  assert.deepEqual(await readFile(join(base, "node", "autobahn-v20.1.1.zip")), archive);
  const redirect = await fetch(url.http + "/autobahn", {redirect: "manual"});
  assert.equal(redirect.status, 302);
  assert.equal(redirect.headers.get("location"), "/autobahn/");
  const packed = await fetch(url.http + "/autobahn/autobahn.jgz");
  assert.equal(packed.headers.get("content-type"), "text/javascript");
  assert.equal(await packed.text(), "// packed");
  assert.equal((await fetch(url.http + "/autobahn/README.md")).status, 404);
});

test("curl gets ranges, conditions and compression of the archive", async () => {
  const curl = async (...args) => (await promisify(execFile)("curl", ["-sS", "--max-time", "20", ...args], {encoding: "buffer"})).stdout;
  const file = url.http + "/autobahn/autobahn.min.js";
  assert.equal(String(await curl("-r", "3-13", file)), script.slice(3, 14));
  assert.equal(String(await curl("--compressed", file)), script);
  assert.equal(String(gunzipSync(await curl("-H", "Accept-Encoding: gzip", file))), script);
  const fields = String(await curl("-I", file));
  const etag = /^etag: (.*)\r$/im.exec(fields)[1];
  assert.match(fields, /^accept-ranges: bytes\r$/im);
  assert.equal(String(await curl("-o", "/dev/null", "-w", "%{http_code}", "-H", `If-None-Match: ${etag}`, file)), "304");
  assert.equal(String(await curl("-o", "/dev/null", "-w", "%{http_code}", "-r", "999999-", file)), "416");
});

test("/info tells about the node", async () => {
  const page = await fetch(url.http + "/info");
  assert.equal(page.status, 200);
  assert.match(page.headers.get("content-type"), /^text\/html/);
});

for (const name of ["CBOR", "Msgpack", "JSON"]) {
  test(`AutobahnJS speaks ${name} over /ws, compressed, with the router that speaks JSON`, async () => {
    extensions.length = 0;
    const transport = () => ({type: "websocket", url: url.ws, serializers: [new autobahn.serializer[`${name}Serializer`]()]});
    await runScenario(adapter(transport), {binary: name !== "JSON"});
    assert.deepEqual(extensions, Array(2).fill("permessage-deflate"));
  });
}

test("compression asks clients for a window of 13 bits", async () => {
  const offer = (value) => RawWebSocket.open(url.port, "/ws", {"Sec-WebSocket-Protocol": "wamp.2.json", "Sec-WebSocket-Extensions": value});
  const agreed = await offer("permessage-deflate; client_max_window_bits");
  assert.match(agreed.fields["sec-websocket-extensions"], /client_max_window_bits=13/);
  agreed.drop();
  const unable = await offer("permessage-deflate");  // it cannot be asked for a smaller window
  assert.equal(unable.status, 101);
  assert.equal(unable.fields["sec-websocket-extensions"], undefined);
  unable.drop();
  const tight = await offer("permessage-deflate; client_max_window_bits; server_max_window_bits=10");
  assert.equal(tight.status, 101);  // crashes Crossbar's handshake
  assert.match(tight.fields["sec-websocket-extensions"], /server_max_window_bits=10/);
  tight.drop();
});

test("origins are all allowed, null too, and plain requests get the status page", async () => {
  for (const origin of ["https://any.example", "null"]) (await join1({Origin: origin})).drop();
  const page = await fetch(url.http + "/ws");
  assert.equal(page.status, 200);
  assert.match(await page.text(), /<html/);
});

test("messages above 65536 octets are sent in frames of that size", async () => {
  const client = await join1();
  client.send('[32,1,{},"com.example.large"]');
  await client.message();
  const text = "x".repeat(200000);
  client.send(`[16,2,{"exclude_me":false},"com.example.large",["${text.slice(0, 100000)}`, {fin: 0});
  client.send(`${text.slice(100000)}"]]`, {opcode: 0});
  const frames = await client.message();
  assert.ok(frames.length >= 4);
  assert.ok(frames.slice(0, -1).every(({payload, fin}) => payload.length === 65536 && !fin));
  assert.equal(JSON.parse(Buffer.concat(frames.map(({payload}) => payload)))[4][0], text);
  client.drop();
});

test("frames and messages above 1 MiB drop the connection", async () => {
  const frame = await join1();
  frame.send("x".repeat(1048577));
  assert.equal(await frame.next([8]), null, "dropped, without a Close frame (fail_by_drop)");
  const message = await join1();
  message.send("x".repeat(600000), {fin: 0});
  message.send("x".repeat(600000), {opcode: 0});
  assert.equal(await message.next([8]), null);
  const fits = await join1();
  const text = `[16,2,{"acknowledge":true},"com.example.fits",["${"x".repeat(1000000)}"]]`;
  fits.send(text);
  const [{payload}] = await fits.message();
  assert.equal(JSON.parse(payload)[0], 17);
  fits.drop();
});

test("silent clients are pinged after 10 s and dropped 5 s after a ping that they do not answer", async () => {
  const {size, first, again, dropped} = await pinged;
  assert.equal(size, 12);
  assert.ok(first >= 9000, `${first} ms`);
  assert.ok(again);
  assert.ok(dropped >= 4500, `${dropped} ms`);
});
