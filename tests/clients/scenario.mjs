// What every foreign client has to be able to do through the node. An adapter wraps one client library:
//   join() → {publish(topic, args, kwargs), subscribe(topic, (args, kwargs) => …), register(procedure, handler),
//             call(procedure, args, kwargs, onProgress) → {args, kwargs}, leave()}
// A handler gets (args, kwargs, progress) and returns {args, kwargs}, or throws {uri, args}.
// Each run has URIs of its own, so that what a failed run leaves registered does not fail the next.
import assert from "node:assert/strict";

const patience = 30000;  // milliseconds, on a busy machine
let runs = 0;

const within = (milliseconds, what, promise) => {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`${what}: no answer`)), milliseconds); });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};

export async function runScenario(adapter, {binary}) {
  const prefix = `com.example.run${++runs}`;
  const uri = (name) => `${prefix}.${name}`;
  const sessions = [];
  const join = async () => {
    sessions.push(await within(patience, "join", adapter.join()));
    return sessions.at(-1);
  };
  const failures = [];
  const attempt = (step) => step.catch((error) => failures.push(error));
  await attempt((async () => {
    const alice = await join();
    const bob = await join();
    await publishAndSubscribe(alice, bob, uri);
    await calls(alice, bob, uri);
    await progressiveResults(alice, bob, uri);
    await errors(alice, bob, uri);
    await largePayloads(alice, bob, uri);
    if (binary) await binaryValues(alice, bob, uri);
  })());
  for (const session of sessions) await attempt(within(patience, "leave", (async () => session.leave())()));
  if (failures.length > 0) throw failures[0];
}

async function publishAndSubscribe(alice, bob, uri) {
  const received = [];
  let done;
  const all = new Promise((resolve) => { done = resolve; });
  await bob.subscribe(uri("topic"), (args, kwargs) => {
    received.push([args, kwargs]);
    if (received.length === 100) done();
  });
  for (let number = 0; number < 100; number++) {
    await alice.publish(uri("topic"), [number, "grüße", [1.5, null, true]], {number});
  }
  await within(patience, "100 events", all);
  received.forEach(([args, kwargs], number) => {
    assert.deepEqual(args, [number, "grüße", [1.5, null, true]]);
    assert.equal(kwargs.number, number);
  });
}

async function calls(alice, bob, uri) {
  await bob.register(uri("add"), ([a, b]) => ({args: [a + b]}));
  const answers = await within(patience, "calls", Promise.all(
    Array.from({length: 50}, (_, number) => alice.call(uri("add"), [number, 1]))));
  answers.forEach(({args}, number) => assert.equal(args[0], number + 1));
}

async function progressiveResults(alice, bob, uri) {
  await bob.register(uri("steps"), async ([count], _kwargs, progress) => {
    for (let step = 1; step <= count; step++) await progress([step]);
    return {args: ["done"]};
  });
  const steps = [];
  const {args} = await within(patience, "progressive call", alice.call(uri("steps"), [3], {}, (partial) => steps.push(partial[0])));
  assert.deepEqual(steps, [1, 2, 3]);
  assert.equal(args[0], "done");
}

async function errors(alice, bob, uri) {
  await bob.register(uri("fail"), () => { throw {uri: "com.example.error.no", args: ["because", 7]}; });
  await assert.rejects(within(patience, "failing call", alice.call(uri("fail"), [])), (error) => {
    assert.equal(error.uri, "com.example.error.no");
    assert.deepEqual(error.args, ["because", 7]);
    return true;
  });
  await assert.rejects(within(patience, "unknown procedure", alice.call(uri("unknown"), [])),
                       (error) => error.uri === "wamp.error.no_such_procedure");
}

async function largePayloads(alice, bob, uri) {
  const text = "ä0123456789".repeat(25000);  // 300 kB of UTF-8
  await bob.register(uri("echo"), (args) => ({args}));
  const {args} = await within(patience, "300 kB call", alice.call(uri("echo"), [text]));
  assert.equal(args[0].length, text.length);
  assert.ok(args[0] === text, "300 kB came back changed");
}

async function binaryValues(alice, bob, uri) {
  const octets = Uint8Array.from({length: 1000}, (_, index) => index % 256);
  await bob.register(uri("echo_binary"), (args) => ({args}));
  const {args} = await within(patience, "binary call", alice.call(uri("echo_binary"), [octets]));
  assert.deepEqual(Uint8Array.from(args[0]), octets);
}
