// AutobahnJS through the node: each of its serializers over WebSocket with and without deflate, and RawSocket.
import assert from "node:assert/strict";
import {createRequire} from "node:module";
import {after, before, test} from "node:test";
import autobahn from "autobahn";
import {recordExtensions} from "./extensions.mjs";
import {startNode} from "./node_under_test.mjs";
import {runScenario} from "./scenario.mjs";

delete globalThis.WebSocket;  // AutobahnJS takes the one of newer Node.js, where there is one
const extensions = recordExtensions(createRequire(createRequire(import.meta.url).resolve("autobahn"))("ws"));
let node;
before(async () => { node = await startNode(process.env.BACKEND_SERIALIZER || "cbor"); });
after(async () => { await node?.stop(); });

function adapt(session, connection) {
  const raise = ({error, args}) => { throw {uri: error, args}; };
  return {
    publish: (topic, args, kwargs) => session.publish(topic, args, kwargs, {acknowledge: true}),
    subscribe: (topic, handler) => session.subscribe(topic, (args, kwargs) => handler(args, kwargs)),
    register: (procedure, handler) => session.register(procedure, async (args, kwargs, details) => {
      try {
        const result = await handler(args, kwargs, (partial) => details.progress(partial));
        return new autobahn.Result(result.args, result.kwargs);
      } catch (error) {
        throw new autobahn.Error(error.uri, error.args);
      }
    }),
    call: async (procedure, args, kwargs, onProgress) => {
      const options = onProgress ? {receive_progress: true} : {};
      const unpack = (result) => (result instanceof autobahn.Result ? result : {args: [result], kwargs: {}});
      return session.call(procedure, args, kwargs, options)
        .then(unpack, raise, (partial) => onProgress(partial instanceof autobahn.Result ? partial.args : [partial]));
    },
    leave: () => new Promise((resolve) => { connection.onclose = () => { resolve(); return true; }; connection.close(); }),
  };
}

function adapter(transport) {
  return {
    join: () => new Promise((resolve, reject) => {
      const connection = new autobahn.Connection({transports: [transport()], realm: "realm1", max_retries: 0});
      connection.onopen = (session) => resolve(adapt(session, connection));
      connection.onclose = (reason, details) => { reject(new Error(`${reason} ${details.reason} ${details.message}`)); return true; };
      connection.open();
    }),
  };
}

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
