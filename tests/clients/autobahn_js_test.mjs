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
