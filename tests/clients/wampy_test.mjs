// wampy.js through the node: each of its serializers over WebSocket with and without deflate.
import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {Wampy} from "wampy";
import {CborSerializer} from "wampy/CborSerializer.js";
import {JsonSerializer} from "wampy/JsonSerializer.js";
import {MsgpackSerializer} from "wampy/MsgpackSerializer.js";
import WebSocket from "ws";
import {recordExtensions} from "./extensions.mjs";
import {startNode} from "./node_under_test.mjs";
import {runScenario} from "./scenario.mjs";

const extensions = recordExtensions(WebSocket);
let node;
before(async () => { node = await startNode(process.env.BACKEND_SERIALIZER || "cbor"); });
after(async () => { await node?.stop(); });

function adapt(wampy) {
  const payload = (args, kwargs) => ({argsList: args, argsDict: kwargs || {}});
  return {
    publish: (topic, args, kwargs) => wampy.publish(topic, payload(args, kwargs), {acknowledge: true}),
    subscribe: (topic, handler) => wampy.subscribe(topic, ({argsList, argsDict}) => handler(argsList, argsDict)),
    register: (procedure, handler) => wampy.register(procedure, async ({argsList, argsDict, result_handler, error_handler}) => {
      try {
        const progress = (partial) => result_handler({argsList: partial, options: {progress: true}});
        const result = await handler(argsList || [], argsDict || {}, progress);
        result_handler({argsList: result.args, argsDict: result.kwargs});
      } catch (error) {
        error_handler({error: error.uri, argsList: error.args});
      }
    }),
    call: async (procedure, args, kwargs, onProgress) => {
      try {
        const options = onProgress ? {progress_callback: ({argsList}) => onProgress(argsList)} : {};
        const {argsList, argsDict} = await wampy.call(procedure, payload(args, kwargs), options);
        return {args: argsList, kwargs: argsDict};
      } catch (error) {
        throw error.errorUri || error.error ? {uri: error.errorUri || error.error, args: error.argsList} : error;
      }
    },
    leave: () => wampy.disconnect(),
  };
}

const serializers = {json: JsonSerializer, msgpack: MsgpackSerializer, cbor: CborSerializer};
for (const [name, Serializer] of Object.entries(serializers)) {
  for (const path of ["ws", "wsz"]) {
    test(`wampy speaks ${name} over /${path}`, async () => {
      const join = async () => {
        const wampy = new Wampy(`ws://127.0.0.1:${node.ports.web}/${path}`,
                                {realm: "realm1", ws: WebSocket, serializer: new Serializer(), autoReconnect: false});
        await wampy.connect();
        return adapt(wampy);
      };
      extensions.length = 0;
      await runScenario({join}, {binary: name !== "json"});
      assert.deepEqual(extensions, Array(2).fill(path === "wsz" ? "permessage-deflate" : ""));
    });
  }
}
