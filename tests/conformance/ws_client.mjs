// An echo client of the npm package ws, for run_client.py --foreign.
import {createRequire} from "node:module";
import {createInterface} from "node:readline";

const {WebSocket} = createRequire(new URL("../clients/package.json", import.meta.url))("ws");
const say = (line) => process.stdout.write(`${line.replaceAll(/[\r\n]/g, " ")}\n`);
let socket;

function open(port, keys) {
  const subprotocols = keys.filter((key) => key.startsWith("subprotocol=")).map((key) => key.slice(12));
  const perMessageDeflate = keys.includes("deflate=") && {threshold: 0};
  const mine = socket = new WebSocket(`ws://127.0.0.1:${port}/`, subprotocols, {perMessageDeflate, maxPayload: 64 * 1024 * 1024});
  let opened = false;
  mine.on("open", () => { opened = true; say(`opened ${mine.protocol}`); });
  mine.on("message", (payload, binary) => mine.send(payload, {binary}));
  mine.on("error", (error) => { if (!opened) say(`failed ${error.message}`); });
  mine.on("close", (code) => { if (opened) say(`ended ${code}`); });
}

createInterface({input: process.stdin}).on("line", (line) => {
  const [command, first, ...rest] = line.split(" ");
  if (command === "open") open(first, rest);
  else socket.close(Number(first), rest.join(" "));
}).on("close", () => process.exit(0));
