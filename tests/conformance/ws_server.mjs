// An echo server of the npm package ws, for the same cases. Prints its port; ends when its standard input does.
import {createRequire} from "node:module";

const {WebSocketServer} = createRequire(new URL("../clients/package.json", import.meta.url))("ws");
const options = {host: "127.0.0.1", port: 0, perMessageDeflate: {threshold: 0}, maxPayload: 64 * 1024 * 1024};
const server = new WebSocketServer(options, () => console.log(server.address().port));
server.on("connection", (socket) => {
  socket.on("message", (payload, binary) => socket.send(payload, {binary}));
  socket.on("error", () => {});
});
process.stdin.on("end", () => process.exit(0)).resume();
