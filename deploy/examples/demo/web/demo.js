"use strict";

const show = (id, text) => { document.getElementById(id).textContent = text; };
const me = Math.random().toString(36).slice(2, 8);
const windows = new Map();  // window name → when it was last heard of
const beats = new Map();    // beat number → when it was sent
const counts = {joins: 0, sent: 0, returned: 0, lost: 0};
let session = null;
let joinedAt = 0;
let leftAt = 0;
let attempt = 0;

function note(text) { prepend("log", `${new Date().toLocaleTimeString()}  ${text}`); }

function prepend(list, text) {
  const item = document.createElement("li");
  item.textContent = text;
  const parent = document.getElementById(list);
  parent.prepend(item);
  while (parent.children.length > 50) parent.lastChild.remove();
}

function showCounts() {
  for (const [name, value] of Object.entries(counts)) show(name, value);
}

function connect() {
  const url = new URL("ws", location.href);
  url.protocol = url.protocol.replace("http", "ws");
  new WampSession(url, "demo", {onJoin, onLeave});
}

async function onJoin(joined, details) {
  session = joined;
  joinedAt = performance.now();
  attempt = 0;
  counts.joins++;
  const extra = details.authextra || {};
  const state = document.getElementById("state");
  state.textContent = `joined realm ${details.realm} as ${details.authid}`;
  state.className = "state up";
  show("serializer", joined.protocol);
  show("edge", extra.x_cb_proxy_worker || "edge process");
  show("edge-pid", extra.x_cb_proxy_pid ? `process ${extra.x_cb_proxy_pid}` : "–");
  show("router", extra.x_cb_worker || "router process");
  show("router-pid", extra.x_cb_pid ? `process ${extra.x_cb_pid}` : "–");
  show("kill", extra.x_cb_proxy_pid ? `kill -9 ${extra.x_cb_proxy_pid}` : "–");
  if (leftAt) show("gap", `${Math.round(joinedAt - leftAt)} ms`);
  note(`joined through process ${extra.x_cb_proxy_pid || "?"}, session ${joined.id}`);
  showCounts();
  await joined.subscribe("demo.say", ([from, text]) => prepend("events", `${from === me ? "this window" : from}: ${text}`));
  await joined.subscribe("demo.beat", ([from, number]) => {
    windows.set(from, performance.now());
    if (from === me && beats.delete(number)) { counts.returned++; showCounts(); }
  });
  await joined.register(`demo.window.${me}.time`, () => new Date().toISOString());
  document.body.dataset.joined = String(joined.id);
}

function onLeave(reason) {
  const wasJoined = session !== null;
  session = null;
  delete document.body.dataset.joined;
  counts.lost += beats.size;  // sent, and nobody can tell any more whether they came back
  beats.clear();
  if (wasJoined) { leftAt = performance.now(); note(`session ended: ${reason}`); }
  const state = document.getElementById("state");
  state.textContent = `not connected (${reason}), trying again`;
  state.className = "state down";
  showCounts();
  setTimeout(connect, Math.min(2000, 20 * 2 ** attempt++));
}

function beat() {
  const now = performance.now();
  for (const [number, sentAt] of beats) if (now - sentAt > 5000) { beats.delete(number); counts.lost++; }
  for (const [name, heard] of windows) if (now - heard > 3000) windows.delete(name);
  if (session && document.body.dataset.joined) {
    const number = ++counts.sent;
    beats.set(number, now);
    session.publish("demo.beat", [me, number], {exclude_me: false}).catch(() => {});
  }
  show("others", [...windows.keys()].filter((name) => name !== me).length);
  show("age", session ? `${Math.round((now - joinedAt) / 1000)} s` : "–");
  showCounts();
}

async function call() {
  if (!session) return;
  const others = [...windows.keys()].filter((name) => name !== me);
  const target = others.length ? others[Math.floor(Math.random() * others.length)] : me;
  const began = performance.now();
  try {
    const [answer] = await session.call(`demo.window.${target}.time`, []);
    show("latency", `${(performance.now() - began).toFixed(1)} ms`);
    show("result", `${target === me ? "this window" : "window " + target} answered ${answer}`);
  } catch (error) {
    show("latency", "–");
    show("result", `the call failed: ${error.message}`);
  }
}

async function lookForNotice() {
  try {
    const response = await fetch("notice", {cache: "no-store"});
    show("notice", response.ok ? `${response.status}: ${JSON.stringify(await response.json())}` : `${response.status} (not there yet)`);
  } catch {
    show("notice", "no answer");
  }
}

document.getElementById("say").addEventListener("submit", (event) => {
  event.preventDefault();
  const input = document.getElementById("text");
  if (session && input.value) session.publish("demo.say", [me, input.value], {exclude_me: false}).catch((e) => note(e.message));
  input.value = "";
});
document.getElementById("call").addEventListener("click", call);
setInterval(beat, 500);
setInterval(lookForNotice, 2000);
lookForNotice();
connect();
