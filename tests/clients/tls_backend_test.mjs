// TLS from the node to its routers: another node, whose embedded router listens with TLS.
import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {adapter} from "./autobahn_js_adapter.mjs";
import {serializers} from "./autobahn_serializers.mjs";
import {makeCertificateFolder} from "./certificates.mjs";
import {startWith} from "./node_under_test.mjs";
import {runScenario} from "./scenario.mjs";

let files, router, edge;
const listen = (tls) => ({type: "tcp", interface: "127.0.0.1", port: 0, ...(tls ? {tls} : {})});
const anonymous = {anonymous: {type: "static"}};

/** A path whose clients go to one backend. */
const pathTo = (id, type, port, tls, url) => ({
  type: "websocket-proxy",
  backends: [{id, type, ...(url ? {url} : {}), endpoint: {type: "tcp", host: "127.0.0.1", port, timeout: 20, ...(tls === undefined ? {} : {tls})}}],
});
const clientOf = (path) => adapter(() => ({
  type: "websocket", url: `ws://127.0.0.1:${edge.ports.web}/${path}`, serializers: [serializers.json()]}));

before(async () => {
  files = await makeCertificateFolder();
  files.authority("ca");
  files.authority("other");
  files.certificate("router", "ca", "router");
  files.certificate("edge", "ca", "edge");
  const own = {certificate: files.path("router.pem"), key: files.path("router.key")};
  const mutual = {...own, ca_certificates: [files.path("ca.pem")]};
  const allow = {call: true, register: true, publish: true, subscribe: true};
  router = await startWith({version: 2, controller: {id: "far"}, workers: [{
    id: "router", type: "router",
    realms: [{name: "realm1", roles: [{name: "anonymous", permissions: [
      {uri: "", match: "prefix", allow, disclose: {caller: true, publisher: true}}]}]}],
    transports: [
      {id: "raw", type: "rawsocket", endpoint: listen(own), auth: anonymous},
      {id: "sockets", type: "websocket", endpoint: listen(own), auth: anonymous},
      {id: "mutual", type: "rawsocket", endpoint: listen(mutual), auth: anonymous},
      {id: "plain", type: "rawsocket", endpoint: listen(), auth: anonymous},
    ]}]});
  const {raw, sockets, mutual: closed, plain} = router.ports;
  const trust = {ca_certificates: [files.path("ca.pem")]};
  edge = await startWith({version: 2, controller: {id: "edge"}, workers: [{
    id: "edge", type: "proxy",
    transports: [{id: "web", type: "web", endpoint: listen(), paths: {
      "/": {type: "json", value: {}},
      raw: pathTo("raw", "rawsocket", raw, trust),
      sockets: pathTo("sockets", "websocket", sockets, {trust_root: files.path("ca.pem")}, "wss://localhost/"),
      named: pathTo("named", "rawsocket", raw, {...trust, hostname: "localhost"}),
      mutual: pathTo("mutual", "rawsocket", closed, {...trust, certificate: files.path("edge.pem"), key: files.path("edge.key")}),
      nobody: pathTo("nobody", "rawsocket", closed, trust),
      elsewhere: pathTo("elsewhere", "rawsocket", raw, {...trust, hostname: "elsewhere.example"}),
      stranger: pathTo("stranger", "rawsocket", raw, {ca_certificates: [files.path("other.pem")]}),
      system: pathTo("system", "websocket", sockets, undefined, "wss://localhost/"),
      plain: pathTo("plain", "rawsocket", plain, trust),
      tunnel: {type: "websocket-reverseproxy", backend: {
        type: "websocket", url: "wss://localhost/", endpoint: {type: "tcp", host: "127.0.0.1", port: sockets, tls: trust}}},
    }}]}]});
});
after(async () => {
  await edge?.stop();
  await router?.stop();
  await files?.remove();
});

for (const path of ["raw", "sockets", "named", "mutual", "tunnel"]) {
  test(`clients work through a TLS backend: ${path}`, async () => {
    await runScenario(clientOf(path), {binary: false});
  });
}

/** Why a client of the path cannot join, in the log's words. */
async function refusal(path, pattern) {
  await assert.rejects(clientOf(path).join());
  await edge.logged(pattern);
}

test("a certificate for another name is refused, and the log says which was expected", () =>
  refusal("elsewhere", /backend is down .*elsewhere.*hostname mismatch; expected one for ."?elsewhere\.example.* signed by what `tls\.ca_certificates`/i));

test("a certificate of another authority is refused", () =>
  refusal("stranger", /backend is down .*stranger.*the peer's certificate is refused: .*certificate/i));

test("what the system does not trust is refused where no authority is named", () =>
  refusal("system", /backend is down .*system.*an authority that this system trusts \(or name it in `tls\.ca_certificates`\)/i));

test("a router that wants a certificate refuses who has none", () =>
  refusal("nobody", /backend is down .*nobody/i));

test("a port that speaks no TLS is not spoken to without it", () =>
  refusal("plain", /backend is down .*plain.*TLS/i));

test("other content of the files is for new connections; sessions stay", async () => {
  const before = await clientOf("raw").join();
  files.certificate("router", "other", "moved");
  await router.ctl("reload");
  await assert.rejects(clientOf("raw").join());
  files.write("ca.pem", files.pem("ca.pem") + files.pem("other.pem"));
  await edge.ctl("reload");
  await runScenario(clientOf("raw"), {binary: false});
  await before.publish("com.example.still", ["here"], {});
  await before.leave();
});
