// A WebSocket client that shows and sends single frames.
import {createHash, randomBytes} from "node:crypto";
import {connect} from "node:net";

const magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

function head(first, length) {
  const octets = length < 126 ? Buffer.from([first, 0x80 | length])
    : length < 65536 ? Buffer.concat([Buffer.from([first, 0x80 | 126]), Buffer.from([length >> 8, length & 255])])
      : Buffer.concat([Buffer.from([first, 0x80 | 127, 0, 0, 0, 0]),
                       Buffer.from([length >>> 24, length >> 16 & 255, length >> 8 & 255, length & 255])]);
  return Buffer.concat([octets, Buffer.alloc(4)]);  // masked with zeros
}

export class RawWebSocket {
  /** → when the server has answered; `status` and `fields` are its answer. */
  static async open(port, path, fields = {}) {
    const self = new RawWebSocket();
    self.buffer = Buffer.alloc(0);
    self.frames = [];
    self.waiting = [];
    self.ended = false;
    self.socket = connect(port, "127.0.0.1");
    self.socket.on("data", (data) => { self.buffer = Buffer.concat([self.buffer, data]); self.wake(); });
    for (const event of ["end", "error", "close"]) self.socket.on(event, () => { self.ended = true; self.wake(); });
    const key = randomBytes(16).toString("base64");
    const request = {Host: "localhost", Upgrade: "websocket", Connection: "Upgrade", "Sec-WebSocket-Version": 13,
                     "Sec-WebSocket-Key": key, ...fields};
    self.socket.write(`GET ${path} HTTP/1.1\r\n` +
                      Object.entries(request).map(([name, value]) => `${name}: ${value}\r\n`).join("") + "\r\n");
    const end = await self.until("an answer", () => self.buffer.indexOf("\r\n\r\n") + 1 || (self.ended ? -1 : 0));
    if (end < 0) throw new Error("the connection ended without an answer");
    const lines = self.buffer.subarray(0, end - 1).toString("latin1").split("\r\n");
    self.buffer = self.buffer.subarray(end + 3);
    self.status = Number(lines[0].split(" ")[1]);
    self.fields = Object.fromEntries(lines.slice(1).map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }));
    const accept = createHash("sha1").update(key + magic).digest("base64");
    if (self.status === 101 && self.fields["sec-websocket-accept"] !== accept) throw new Error("wrong accept key");
    return self;
  }

  wake() {
    for (;;) {
      const frame = this.parse();
      if (!frame) break;
      this.frames.push(frame);
    }
    for (const waiter of this.waiting.splice(0)) waiter();
  }

  parse() {
    if (this.status !== 101 || this.buffer.length < 2) return null;
    let length = this.buffer[1] & 127, at = 2;
    if (length === 126) { if (this.buffer.length < 4) return null; length = this.buffer.readUInt16BE(2); at = 4; }
    if (length === 127) { if (this.buffer.length < 10) return null; length = Number(this.buffer.readBigUInt64BE(2)); at = 10; }
    if (this.buffer.length < at + length) return null;
    const frame = {fin: this.buffer[0] >> 7, rsv: this.buffer[0] >> 4 & 7, opcode: this.buffer[0] & 15,
                   payload: Buffer.from(this.buffer.subarray(at, at + length))};
    this.buffer = this.buffer.subarray(at + length);
    return frame;
  }

  async until(what, probe, seconds = 30) {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      if (this.status === 101) this.wake();
      const value = probe();
      if (value) return value;
      if (Date.now() > deadline) throw new Error(`${what}: not within ${seconds} s`);
      await new Promise((resolve) => { this.waiting.push(resolve); setTimeout(resolve, 200); });
    }
  }

  send(payload, {opcode = 1, fin = 1} = {}) {
    const octets = Buffer.from(payload);
    this.socket.write(Buffer.concat([head(fin << 7 | opcode, octets.length), octets]));
  }
  /** → the next frame with one of these opcodes; others are thrown away. null: the connection ended. */
  async next(opcodes = [0, 1, 2], seconds = 30) {
    let found = null;
    await this.until(`a frame ${opcodes}`, () => {
      while (!found && this.frames.length > 0) {
        const frame = this.frames.shift();
        if (opcodes.includes(frame.opcode)) found = frame;
      }
      return found || this.ended;
    }, seconds);
    return found;
  }
  /** → the frames of the next message. */
  async message() {
    const frames = [await this.next()];
    while (!frames.at(-1).fin) frames.push(await this.next());
    return frames;
  }
  async untilEnd(seconds = 30) { await this.until("the end", () => this.ended, seconds); }
  drop() { this.socket.destroy(); }
}
