// What every foreign client has to be able to do through the node. An adapter wraps one client library:
//   join() → {publish(topic, args, kwargs), subscribe(topic, (args, kwargs) => …), register(procedure, handler),
//             call(procedure, args, kwargs, onProgress) → {args, kwargs}, leave()}
// A handler gets (args, kwargs, progress) and returns {args, kwargs}, or throws {uri, args}.
import assert from "node:assert/strict";

const within = (milliseconds, what, promise) => {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`${what}: no answer`)), milliseconds); });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};

export async function runScenario(adapter, {binary}) {
  const alice = await within(10000, "join", adapter.join());
  const bob = await within(10000, "join", adapter.join());
  try {
    await publishAndSubscribe(alice, bob);
    await calls(alice, bob);
    await progressiveResults(alice, bob);
    await errors(alice, bob);
    await largePayloads(alice, bob);
    if (binary) await binaryValues(alice, bob);
  } finally {
    await within(10000, "leave", alice.leave());
    await within(10000, "leave", bob.leave());
  }
}

async function publishAndSubscribe(alice, bob) {
  const received = [];
  let done;
  const all = new Promise((resolve) => { done = resolve; });
  await bob.subscribe("com.example.topic", (args, kwargs) => {
    received.push([args, kwargs]);
    if (received.length === 100) done();
  });
  for (let number = 0; number < 100; number++) {
    await alice.publish("com.example.topic", [number, "grüße", [1.5, null, true]], {number});
  }
  await within(10000, "100 events", all);
  received.forEach(([args, kwargs], number) => {
    assert.deepEqual(args, [number, "grüße", [1.5, null, true]]);
    assert.equal(kwargs.number, number);
  });
}

async function calls(alice, bob) {
  await bob.register("com.example.add", ([a, b]) => ({args: [a + b]}));
  const answers = await within(10000, "calls", Promise.all(
    Array.from({length: 50}, (_, number) => alice.call("com.example.add", [number, 1]))));
  answers.forEach(({args}, number) => assert.equal(args[0], number + 1));
}

async function progressiveResults(alice, bob) {
  await bob.register("com.example.steps", async ([count], _kwargs, progress) => {
    for (let step = 1; step <= count; step++) await progress([step]);
    return {args: ["done"]};
  });
  const steps = [];
  const {args} = await within(10000, "progressive call", alice.call("com.example.steps", [3], {}, (partial) => steps.push(partial[0])));
  assert.deepEqual(steps, [1, 2, 3]);
  assert.equal(args[0], "done");
}

async function errors(alice, bob) {
  await bob.register("com.example.fail", () => { throw {uri: "com.example.error.no", args: ["because", 7]}; });
  await assert.rejects(within(10000, "failing call", alice.call("com.example.fail", [])), (error) => {
    assert.equal(error.uri, "com.example.error.no");
    assert.deepEqual(error.args, ["because", 7]);
    return true;
  });
  await assert.rejects(within(10000, "unknown procedure", alice.call("com.example.unknown", [])),
                       (error) => error.uri === "wamp.error.no_such_procedure");
}

async function largePayloads(alice, bob) {
  const text = "ä0123456789".repeat(25000);  // 300 kB of UTF-8
  await bob.register("com.example.echo", (args) => ({args}));
  const {args} = await within(20000, "300 kB call", alice.call("com.example.echo", [text]));
  assert.equal(args[0].length, text.length);
  assert.ok(args[0] === text, "300 kB came back changed");
}

async function binaryValues(alice, bob) {
  const octets = Uint8Array.from({length: 1000}, (_, index) => index % 256);
  await bob.register("com.example.echo_binary", (args) => ({args}));
  const {args} = await within(10000, "binary call", alice.call("com.example.echo_binary", [octets]));
  assert.deepEqual(Uint8Array.from(args[0]), octets);
}
