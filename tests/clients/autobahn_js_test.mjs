// AutobahnJS through the node: each of its serializers over WebSocket with and without deflate, and RawSocket.
import assert from "node:assert/strict";
import {createRequire} from "node:module";
import {after, before, test} from "node:test";
import autobahn from "autobahn";
import {adapter} from "./autobahn_js_adapter.mjs";
import {recordExtensions} from "./extensions.mjs";
import {startNode} from "./node_under_test.mjs";
import {runScenario} from "./scenario.mjs";

const extensions = recordExtensions(createRequire(createRequire(import.meta.url).resolve("autobahn"))("ws"));
let node;
before(async () => { node = await startNode(process.env.BACKEND_SERIALIZER || "cbor"); });
after(async () => { await node?.stop(); });

const serializers = {
  json: () => new autobahn.serializer.JSONSerializer(),
  msgpack: () => new autobahn.serializer.MsgpackSerializer(),
  cbor: () => new autobahn.serializer.CBORSerializer(),
};
for (const [name, make] of Object.entries(serializers)) {
  for (const path of ["ws", "wsz"]) {
    test(`AutobahnJS speaks ${name} over /${path}`, async () => {
      const transport = () => ({type: "websocket", url: `ws://127.0.0.1:${node.ports.web}/${path}`, serializers: [make()]});
      extensions.length = 0;
      await runScenario(adapter(transport), {binary: name !== "json"});
      assert.deepEqual(extensions, Array(2).fill(path === "wsz" ? "permessage-deflate" : ""));
    });
  }
}
test("AutobahnJS speaks json over RawSocket", async () => {
  const transport = () => ({type: "rawsocket", host: "127.0.0.1", port: node.ports.raw});
  await runScenario(adapter(transport), {binary: false});
});

function logIn(transport, ticket) {
  return new Promise((resolve) => {
    const connection = new autobahn.Connection({
      transports: [transport], realm: "realm1", max_retries: 0, authmethods: ["ticket", "anonymous"], authid: "joe",
      onchallenge: (session, method, extra) => { assert.deepEqual([method, extra], ["ticket", {}]); return ticket; },
    });
    connection.onopen = (session, details) => { resolve({session, details, connection}); };
    connection.onclose = (reason, details) => { resolve({refused: details}); return true; };
    connection.open();
  });
}
for (const type of ["websocket", "rawsocket"]) {
  test(`AutobahnJS logs in with a ticket over ${type}`, async () => {
    const port = node.ports.login;
    const transport = type === "websocket"
      ? {type, url: `ws://127.0.0.1:${port}/ws`, serializers: [serializers.cbor()]} : {type, host: "127.0.0.1", port};
    const {session, details, connection} = await logIn(transport, "secret of joe");
    assert.deepEqual([details.authid, details.authrole, details.authmethod], ["joe", "user", "ticket"]);
    await session.register(`com.example.login.${type}`, () => "called");
    assert.equal(await session.call(`com.example.login.${type}`), "called");
    const closed = new Promise((resolve) => { connection.onclose = () => { resolve(); return true; }; });
    connection.close();
    await closed;
    const {refused} = await logIn(transport, "another");
    assert.equal(refused?.reason, "wamp.error.not_authorized");
    assert.match(refused.message, /ticket in static WAMP-Ticket authentication is invalid/);
  });
}
