// A small WAMP client for this page: one session over WebSocket, JSON. Enough for publish, subscribe, register, call.
"use strict";

class WampSession {
  // handlers: onJoin(session, details), onLeave(reason)
  constructor(url, realm, handlers) {
    this.handlers = handlers;
    this.pending = new Map();
    this.subscriptions = new Map();
    this.registrations = new Map();
    this.nextId = 1;
    this.socket = new WebSocket(url, ["wamp.2.json"]);
    this.socket.onopen = () => this.send([1, realm, {
      agent: "wampgate-demo",
      roles: {
        publisher: {features: {publisher_exclusion: true}}, subscriber: {features: {publisher_identification: true}},
        caller: {features: {}}, callee: {features: {caller_identification: true}},
      },
    }]);
    this.socket.onmessage = (event) => this.receive(JSON.parse(event.data));
    this.socket.onclose = (event) => this.end(this.goodbye || event.reason || `connection closed (${event.code})`);
  }

  send(message) { this.socket.send(JSON.stringify(message)); }
  get protocol() { return this.socket.protocol; }

  end(reason) {
    if (this.ended) return;
    this.ended = true;
    for (const {reject} of this.pending.values()) reject(new Error(reason));
    this.pending.clear();
    this.handlers.onLeave(reason);
  }

  request(type, ...rest) {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.pending.set(id, {resolve, reject});
      this.send([type, id, ...rest]);
    });
  }

  publish(topic, args, options = {}) { return this.request(16, {acknowledge: true, ...options}, topic, args); }
  call(procedure, args) { return this.request(48, {}, procedure, args); }
  async subscribe(topic, handler) {
    const [id] = await this.request(32, {}, topic);
    this.subscriptions.set(id, handler);
  }
  async register(procedure, handler) {
    const [id] = await this.request(64, {}, procedure);
    this.registrations.set(id, handler);
  }

  settle(id, outcome, value) {
    const request = this.pending.get(id);
    this.pending.delete(id);
    if (request) request[outcome](value);
  }

  receive(message) {
    const [type, ...m] = message;
    switch (type) {
      case 2: this.id = m[0]; this.handlers.onJoin(this, m[1]); break;
      case 3: this.end(`${m[1]}: ${m[0].message || ""}`); this.socket.close(); break;
      case 6: this.goodbye = m[1]; this.send([6, {}, "wamp.close.goodbye_and_out"]); break;
      case 8: this.settle(m[1], "reject", new Error(`${m[3]} ${(m[4] || []).join(" ")}`)); break;
      case 17: case 33: case 65: this.settle(m[0], "resolve", m.slice(1)); break;
      case 36: (this.subscriptions.get(m[0]) || (() => {}))(m[3] || [], m[2]); break;
      case 50: this.settle(m[0], "resolve", m[2] || []); break;
      case 68: {
        const result = this.registrations.get(m[1])(m[3] || []);
        this.send([70, m[0], {}, [result]]);
        break;
      }
    }
  }
}
