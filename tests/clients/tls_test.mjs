// TLS on the node's ports, with clients that nobody here wrote: AutobahnJS, Node.js and openssl.
import assert from "node:assert/strict";
import {spawnSync} from "node:child_process";
import https from "node:https";
import net from "node:net";
import {after, before, test} from "node:test";
import tls from "node:tls";
import autobahn from "autobahn";
import {adapter} from "./autobahn_js_adapter.mjs";
import {serializers} from "./autobahn_serializers.mjs";
import {makeCertificateFolder} from "./certificates.mjs";
import {startWith, withRouter} from "./node_under_test.mjs";
import {runScenario} from "./scenario.mjs";

let files, node;

/** The settled connection, or the error. */
const connect = (port, options = {}) => new Promise((resolve, reject) => {
  const socket = tls.connect({host: "127.0.0.1", port, servername: "localhost", ca: files.pem("ca.pem"), ...options});
  socket.once("secureConnect", () => resolve(socket));
  socket.once("error", reject);
});
const subject = async (port, options) => {
  const socket = await connect(port, options);
  const name = socket.getPeerCertificate().subject.CN;
  socket.destroy();
  return name;
};
/** What comes back for `request`, up to the end of the connection. */
const answer = (socket, request) => new Promise((resolve) => {
  let got = "";
  socket.on("data", (data) => { got += data; });
  socket.on("error", () => resolve(got));
  socket.on("close", () => resolve(got));
  socket.write(request);
});
const get = (port, path, options = {}) => new Promise((resolve, reject) => {
  https.get({host: "127.0.0.1", port, path, servername: "localhost", ca: files.pem("ca.pem"), ...options}, (response) => {
    let body = "";
    response.on("data", (data) => { body += data; });
    response.on("end", () => resolve(body));
  }).on("error", reject);
});
const certificateList = async () => JSON.parse(await node.ctl("certificate", "list", "-o", "json")).certificates;

before(async () => {
  files = await makeCertificateFolder();
  files.authority("ca");
  files.authority("other");
  files.certificate("server", "ca", "first");
  files.certificate("device", "ca", "device");
  files.certificate("stranger", "other", "stranger");
  const own = {certificate: files.path("server.pem"), key: files.path("server.key")};
  const document = withRouter("cbor");
  document.workers[1].connections.spy = {
    transport: {type: "rawsocket", endpoint: {type: "unix", path: "spy.sock"}, serializer: "json"}};
  document.workers[1].routes.spied = {anonymous: "spy"};
  document.management = {http: {port: 0, tls: own}};
  const transports = document.workers[1].transports;
  transports[0].endpoint.tls = own;
  transports[1].endpoint.tls = own;
  transports.push({id: "mutual", type: "web", paths: {"/": {type: "json", value: {is: "mutual"}}},
                   endpoint: {type: "tcp", interface: "127.0.0.1", port: 0, tls: {...own, ca_certificates: [files.path("ca.pem")]}}});
  transports.push({id: "sockets", type: "websocket", endpoint: {type: "tcp", interface: "127.0.0.1", port: 0, tls: own},
                   auth: {anonymous: {type: "static"}}});
  node = await startWith(document, {}, null, "info");
});
after(async () => {
  await node?.stop();
  await files?.remove();
});

const agent = () => new https.Agent({ca: files.pem("ca.pem"), servername: "localhost"});
const clientOf = (port, path, serializer) => adapter(() => ({
  type: "websocket", url: `wss://127.0.0.1:${port}${path}`, serializers: [serializer()], agent: agent()}));

for (const [name, make] of Object.entries(serializers)) {
  test(`AutobahnJS speaks ${name} over wss://`, async () => {
    await runScenario(clientOf(node.ports.web, "/wsz", make), {binary: name !== "json"});
  });
}

test("a bare WebSocket transport speaks TLS", async () => {
  const session = await clientOf(node.ports.sockets, "/", serializers.json).join();
  await session.leave();
});

/** The first message of a RawSocket client that speaks JSON; then the connection is dropped. */
const firstMessage = (path) => new Promise((resolve, reject) => {
  const server = net.createServer((socket) => {
    let got = Buffer.alloc(0);
    socket.on("error", () => {});
    socket.on("data", (data) => {
      got = Buffer.concat([got, data]);
      if (got.length === data.length && got[0] === 0x7f) socket.write(Buffer.from([0x7f, 0xf1, 0, 0]));
      if (got.length < 8 || got.length < 8 + got.readUIntBE(5, 3)) return;
      socket.destroy();
      server.close();
      resolve(JSON.parse(got.subarray(8, 8 + got.readUIntBE(5, 3)).toString()));
    });
  });
  server.on("error", reject);
  server.listen(path);
});

test("the router is told that the client speaks TLS", async () => {
  const hello = firstMessage(`${node.directory}/spy.sock`);
  const connection = new autobahn.Connection({
    transports: [{type: "websocket", url: `wss://127.0.0.1:${node.ports.web}/ws`, agent: agent()}], realm: "spied", max_retries: 0});
  connection.onclose = () => true;
  connection.open();
  const [, , details] = await hello;
  connection.close?.();
  const told = JSON.stringify(details);
  assert.match(told, /"channel_type":"tls"/);
  assert.match(told, /"is_secure":true/);
});

test("the versions are 1.2 and 1.3, and no other", async () => {
  for (const version of ["TLSv1.3", "TLSv1.2"]) {
    const socket = await connect(node.ports.web, {minVersion: version, maxVersion: version});
    assert.equal(socket.getProtocol(), version);
    assert.match(socket.getCipher().standardName, /GCM|CHACHA20/);
    socket.destroy();
  }
  await assert.rejects(connect(node.ports.web, {minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT:@SECLEVEL=0"}));
});

test("RawSocket over TLS answers its handshake", async () => {
  const socket = await connect(node.ports.raw);
  const first = new Promise((resolve) => socket.once("data", resolve));
  socket.write(Buffer.from([0x7f, 0xf1, 0, 0]));
  assert.deepEqual([...(await first)].slice(0, 2).map((octet, i) => (i ? octet & 15 : octet)), [0x7f, 1]);
  socket.destroy();
});

test("a web page comes over https, in pieces of one octet, too", async () => {
  const socket = await connect(node.ports.mutual, {cert: files.pem("device.pem"), key: files.pem("device.key")});
  socket.setNoDelay(true);
  const request = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  const got = answer(socket, request[0]);
  for (const octet of request.slice(1)) await new Promise((resolve) => socket.write(octet, resolve));
  assert.match(await got, /^HTTP\/1\.1 200 [^]*\{"is":"mutual"\}/);
});

test("a port with ca_certificates wants a certificate that one of them has signed, and the log says who had none", async () => {
  for (const options of [{}, {cert: files.pem("stranger.pem"), key: files.pem("stranger.key")}]) {
    const got = await connect(node.ports.mutual, options)
      .then((socket) => answer(socket, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), () => "");
    assert.equal(got, "");
  }
  await node.logged(/a TLS handshake failed .*transports\/mutual.*peer did not return a certificate/);
  await node.logged(/a TLS handshake failed .*transports\/mutual.*the peer's certificate is refused: .*issuer/);
});

test("who speaks no TLS is dropped, and others are served", async () => {
  const socket = net.connect(node.ports.web, "127.0.0.1");
  assert.equal(await answer(socket, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "");
  assert.equal(await subject(node.ports.web), "first");
});

test("no renegotiation, no session ticket", () => {
  const out = spawnSync("openssl", ["s_client", "-connect", `127.0.0.1:${node.ports.web}`, "-servername", "localhost", "-tls1_2"],
                        {input: "R\n", timeout: 30000});
  const text = String(out.stdout) + String(out.stderr);
  assert.doesNotMatch(text, /TLS session ticket:/);
  assert.match(text, /no renegotiation/i);
});

test("management.http answers over https, with the handshakes and the certificates among its metrics", async () => {
  const {httpAddress: address} = JSON.parse(await node.ctl("status", "-o", "json")).node;
  const port = Number(address.split(":").pop());
  const metrics = await get(port, "/metrics");
  assert.ok(metrics.includes(`wampgate_certificate_days_left{file="${files.path("server.pem")}"} `), metrics);
  assert.ok(metrics.includes(`wampgate_certificate_days_left{file="${files.path("ca.pem")}"} `));
  await assert.rejects(new Promise((resolve, reject) => {
    const socket = net.connect(port, "127.0.0.1");
    answer(socket, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").then((got) => (got ? resolve(got) : reject(new Error("nothing"))));
  }));
  const lines = async () => (await get(port, "/metrics")).split("\n").filter((line) => line.startsWith("wampgate_tls_handshakes_total"));
  const deadline = Date.now() + 30000;
  for (;;) {
    const found = await lines();
    const value = (result) => Number(found.find((line) => line.includes('transport="mutual"') && line.includes(result))?.split(" ").pop() ?? 0);
    if (value("secured") >= 1 && value("failed") >= 2) break;
    assert.ok(Date.now() < deadline, found.join("\n"));
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
});

test("certificate list knows the certificates of the ports, and who names them", async () => {
  const list = await certificateList();
  const server = list.find((certificate) => certificate.file === files.path("server.pem"));
  assert.equal(server.subject, "CN=first");
  assert.ok(server.usedBy.includes("workers/edge/transports/web: endpoint.tls.certificate"), server.usedBy.join());
  assert.ok(server.usedBy.includes("management.http.tls.certificate"), server.usedBy.join());
  assert.ok(!list.some((certificate) => certificate.file === files.path("server.key")));
});

test("a changed certificate is for new connections; those that are there stay", async () => {
  const session = await clientOf(node.ports.web, "/ws", serializers.json).join();
  files.certificate("server", "ca", "second");
  await node.ctl("reload");
  assert.equal(await subject(node.ports.web), "second");
  assert.equal(await subject(node.ports.raw), "second");
  await session.publish("com.example.still", ["here"], {});
  await session.leave();
});

test("a broken certificate file keeps the one before, with a warning that says what to do", async () => {
  const whole = files.pem("server.pem");
  const before = await subject(node.ports.web);
  files.write("server.pem", whole.slice(0, 200));
  const said = await node.ctlSays("reload");
  assert.match(said, /server\.pem: no certificate in PEM found.*stays in use: repair it, then `wampgatectl reload`/);
  assert.equal(await subject(node.ports.web), before);
  files.write("server.pem", whole);
});

test("a change to files that do not go together is refused, and names the file", async () => {
  const before = await subject(node.ports.web);
  const transport = {type: "rawsocket", auth: {anonymous: {type: "static"}},
                     endpoint: {type: "tcp", interface: "127.0.0.1", port: 0,
                                tls: {certificate: files.path("server.pem"), key: files.path("device.key")}}};
  files.write("transport.json", JSON.stringify(transport));
  const said = await node.ctlSays("transport", "create", "workers/edge/transports/wrong", "--file", files.path("transport.json"));
  assert.match(said, /workers\/edge\/transports\/wrong: endpoint\.tls\.key: .*device\.key: the key does not belong to the certificate in .*server\.pem/);
  assert.match(said, /nothing is changed: repair the file or name another one/);
  assert.equal(await subject(node.ports.web), before);
});

test("a process that starts while the files are broken serves the rest of its transports", async () => {
  const whole = files.pem("server.pem");
  files.write("server.pem", "nothing");
  await node.ctl("worker", "restart", "edge");
  await node.logged(/files of TLS cannot be used .*server\.pem: no certificate in PEM found/);
  await assert.rejects(subject(node.ports.web));
  await node.logged(/a client was turned away: the files of the transport's TLS cannot be used; repair them/);
  files.write("server.pem", whole + "\n");
  await node.ctl("reload");
  assert.equal(await subject(node.ports.web), "second");
});
