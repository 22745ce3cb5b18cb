// TLS on the node's ports, with clients that nobody here wrote: AutobahnJS, Node.js and openssl.
import assert from "node:assert/strict";
import {execFileSync, spawnSync} from "node:child_process";
import {readFileSync, writeFileSync} from "node:fs";
import {mkdtemp, rm} from "node:fs/promises";
import https from "node:https";
import net from "node:net";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, before, test} from "node:test";
import tls from "node:tls";
import {adapter, serializers} from "./autobahn_adapter.mjs";
import {startWith, withRouter} from "./node_under_test.mjs";
import {runScenario} from "./scenario.mjs";

let folder, node;
const path = (name) => join(folder, name);
const pem = (name) => readFileSync(path(name), "utf8");
const openssl = (...args) => execFileSync("openssl", args, {cwd: folder, stdio: ["ignore", "pipe", "pipe"]});
const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

function makeAuthority(name) {
  openssl("req", "-x509", ...key, "-days", "2", "-subj", `/CN=${name}`, "-keyout", `${name}.key`, "-out", `${name}.pem`);
}
function makeCertificate(name, authority, subject) {
  writeFileSync(path(`${name}.ext`), "subjectAltName=DNS:localhost,IP:127.0.0.1");
  openssl("req", ...key, "-subj", `/CN=${subject}`, "-keyout", `${name}.key`, "-out", `${name}.csr`);
  openssl("x509", "-req", "-days", "2", "-in", `${name}.csr`, "-CA", `${authority}.pem`, "-CAkey", `${authority}.key`,
          "-CAcreateserial", "-extfile", `${name}.ext`, "-out", `${name}.pem`);
}

/** The settled connection, or the error. */
const connect = (port, options = {}) => new Promise((resolve, reject) => {
  const socket = tls.connect({host: "127.0.0.1", port, servername: "localhost", ca: pem("ca.pem"), ...options});
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

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "wampgate-tls-"));
  makeAuthority("ca");
  makeAuthority("other");
  makeCertificate("server", "ca", "first");
  makeCertificate("device", "ca", "device");
  makeCertificate("stranger", "other", "stranger");
  const files = {certificate: path("server.pem"), key: path("server.key")};
  const document = withRouter("cbor");
  const transports = document.workers[1].transports;
  transports[0].endpoint.tls = files;
  transports[1].endpoint.tls = files;
  transports.push({id: "mutual", type: "web", paths: {"/": {type: "json", value: {is: "mutual"}}},
                   endpoint: {type: "tcp", interface: "127.0.0.1", port: 0, tls: {...files, ca_certificates: [path("ca.pem")]}}});
  node = await startWith(document);
});
after(async () => {
  await node?.stop();
  await rm(folder, {recursive: true, force: true});
});

for (const [name, make] of Object.entries(serializers)) {
  test(`AutobahnJS speaks ${name} over wss://`, async () => {
    const agent = new https.Agent({ca: pem("ca.pem"), servername: "localhost"});
    const transport = () => ({type: "websocket", url: `wss://127.0.0.1:${node.ports.web}/wsz`, serializers: [make()], agent});
    await runScenario(adapter(transport), {binary: name !== "json"});
  });
}

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
  const socket = await connect(node.ports.mutual, {cert: pem("device.pem"), key: pem("device.key")});
  socket.setNoDelay(true);
  const request = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  const got = answer(socket, request[0]);
  for (const octet of request.slice(1)) await new Promise((resolve) => socket.write(octet, resolve));
  assert.match(await got, /^HTTP\/1\.1 200 [^]*\{"is":"mutual"\}/);
});

test("a port with ca_certificates wants a certificate that one of them has signed", async () => {
  for (const options of [{}, {cert: pem("stranger.pem"), key: pem("stranger.key")}]) {
    const got = await connect(node.ports.mutual, options)
      .then((socket) => answer(socket, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), () => "");
    assert.equal(got, "");
  }
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

test("a changed certificate is for new connections; those that are there stay", async () => {
  const agent = new https.Agent({ca: pem("ca.pem"), servername: "localhost"});
  const transport = () => ({type: "websocket", url: `wss://127.0.0.1:${node.ports.web}/ws`, serializers: [serializers.json()], agent});
  const session = await adapter(transport).join();
  makeCertificate("server", "ca", "second");
  await node.ctl("reload");
  assert.equal(await subject(node.ports.web), "second");
  assert.equal(await subject(node.ports.raw), "second");
  await session.publish("com.example.still", ["here"], {});
  await session.leave();
});

test("a broken certificate file keeps the one before", async () => {
  const whole = pem("server.pem");
  const before = await subject(node.ports.web);
  writeFileSync(path("server.pem"), whole.slice(0, 200));
  await node.ctl("reload").catch(() => {});
  assert.equal(await subject(node.ports.web), before);
  writeFileSync(path("server.pem"), whole);
});
