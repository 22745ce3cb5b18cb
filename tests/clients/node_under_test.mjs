// Starts the real wampgated with a router worker and a proxy worker in a directory of its own, and ends it again.
import {execFile, spawn} from "node:child_process";
import {mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {promisify} from "node:util";

const wampgated = process.env.WAMPGATED;
const wampgatectl = process.env.WAMPGATECTL;
const run = promisify(execFile);

const allow = {call: true, register: true, publish: true, subscribe: true};
const permissions = [{uri: "", match: "prefix", allow, disclose: {caller: true, publisher: true}}];
const deflate = {no_context_takeover: false, max_window_bits: 13, memory_level: 5};

/** The document of a router behind a proxy with a web and a raw transport. */
export function withRouter(backendSerializer) {
  const listen = () => ({type: "tcp", interface: "127.0.0.1", port: 0});
  const auth = {anonymous: {type: "static"}};
  const tickets = {ticket: {type: "static", principals: {joe: {ticket: "secret of joe", role: "user"}}}};
  return {
    version: 2,
    controller: {id: "clients"},
    workers: [
      {
        id: "router", type: "router",
        realms: [{name: "realm1", roles: [{name: "anonymous", permissions}, {name: "user", permissions}]}],
        transports: [{
          id: "backend", type: "rawsocket", endpoint: {type: "unix", path: "router.sock"},
          auth: {"anonymous-proxy": {type: "static"}},
        }],
      },
      {
        id: "edge", type: "proxy",
        limits: {expose_backend_details: true},
        connections: {
          router: {transport: {type: "rawsocket", endpoint: {type: "unix", path: "router.sock"}, serializer: backendSerializer}},
        },
        routes: {realm1: {anonymous: "router", user: "router"}},
        transports: [
          {
            id: "web", type: "web", endpoint: listen(),
            paths: {
              "/": {type: "json", value: {}},
              ws: {type: "websocket", auth},
              wsz: {type: "websocket", auth, options: {compression: {deflate}}},
            },
          },
          {id: "raw", type: "rawsocket", endpoint: listen(), auth},
          {
            id: "login", type: "universal", endpoint: listen(),
            rawsocket: {auth: tickets}, websocket: {ws: {auth: {...tickets, ...auth}}},
          },
        ],
      },
    ],
  };
}

async function until(what, seconds, probe) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export async function startNode(backendSerializer = "cbor") {
  return startWith(withRouter(backendSerializer));
}

/** In a directory of its own, removed at the end, unless one is given.
 *  → {directory, pid, ports: {transport id → port}, ctl(...args), ctlSays(...args), log(), logged(pattern), stop()} */
export async function startWith(document, environment = {}, given = null, logLevel = "warning") {
  const directory = given ?? await mkdtemp(join(tmpdir(), "wampgate-clients-"));
  await writeFile(join(directory, "config.json"), JSON.stringify(document));
  const child = spawn(wampgated, ["run", "--config", join(directory, "config.json"), "--log-level", logLevel],
                      {stdio: ["ignore", "inherit", "pipe"], env: {...process.env, ...environment}});
  let log = "";
  child.stderr.on("data", (data) => { log += data; });
  const exited = new Promise((resolve) => child.on("exit", (code) => resolve(code)));
  const call = (args) => run(wampgatectl, ["--socket", join(directory, "wampgate.sock"), ...args]);
  const ctl = async (...args) => (await call(args)).stdout;
  /** All that it says, also if it fails. */
  const ctlSays = async (...args) => call(args).then((said) => said.stdout + said.stderr, (error) => error.stdout + error.stderr);

  const ports = await until("the node serves", 60, async () => {
    if (child.exitCode !== null) throw new Error(`wampgated ended with ${child.exitCode}:\n${log}`);
    try {
      const {workers} = JSON.parse(await ctl("worker", "list", "-o", "json"));
      if (!workers.every((worker) => worker.state === "STATE_RUNNING")) return null;
      const found = {};
      for (const worker of workers) {
        for (const [name, address] of Object.entries(worker.addresses || {})) {
          const port = /^tcp.*:(\d+)$/.exec(address);
          if (port) found[name.split("/").pop()] = Number(port[1]);
        }
      }
      return found;
    } catch (error) {
      if (error instanceof SyntaxError) throw error;
      return null;
    }
  });
  const stop = async () => {
    child.kill("SIGTERM");
    const code = await exited;
    if (!given) await rm(directory, {recursive: true, force: true});
    if (code !== 0) throw new Error(`wampgated ended with ${code}:\n${log}`);
  };
  const logged = (pattern) => until(`a line of the log like ${pattern}`, 30, () => pattern.test(log));
  return {directory, pid: child.pid, ports, ctl, ctlSays, stop, log: () => log, logged};
}
