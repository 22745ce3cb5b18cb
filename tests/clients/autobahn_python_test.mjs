// Autobahn|Python (Debian's, with Twisted) through the node: each serializer over WebSocket with and without deflate, and RawSocket.
import assert from "node:assert/strict";
import {execFile} from "node:child_process";
import {after, before, test} from "node:test";
import {promisify} from "node:util";
import {startNode} from "./node_under_test.mjs";

const run = promisify(execFile);
const client = new URL("autobahn_python_client.py", import.meta.url).pathname;
let node;
before(async () => { node = await startNode(process.env.BACKEND_SERIALIZER || "cbor"); });
after(async () => { await node?.stop(); });

for (const serializer of ["json", "msgpack", "cbor"]) {
  for (const kind of ["ws", "wsz", "rs"]) {
    test(`Autobahn|Python speaks ${serializer} over ${kind}`, async () => {
      const port = kind === "rs" ? node.ports.raw : node.ports.web;
      const prefix = `com.example.${serializer}_${kind}`;
      const {stdout} = await run("/usr/bin/python3", [client, kind, serializer, String(port), prefix], {timeout: 90000});
      assert.match(stdout, /: ok/);
    });
  }
}
