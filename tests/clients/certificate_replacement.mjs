// Certificates that are replaced all the time under handshakes and a session: what fails?
import {execFile} from "node:child_process";
import {rename, writeFile} from "node:fs/promises";
import https from "node:https";
import tls from "node:tls";
import {adapter} from "./autobahn_js_adapter.mjs";
import {serializers} from "./autobahn_serializers.mjs";
import {makeCertificateFolder} from "./certificates.mjs";
import {startWith, withRouter} from "./node_under_test.mjs";

const pairs = 4;
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Calls `step` every `interval` ms until `over()`, each time after the one before has ended. */
async function every(interval, over, step) {
  for (let next = Date.now(); !over(); next += interval) {
    await pause(Math.max(0, next - Date.now()));
    await step();
  }
}

/**
 * For so many seconds: other certificates every `interval` ms, `rate` handshakes a second, and one session that says
 * something ten times a second. → counts, and what failed, in words.
 */
export async function replaceUnderLoad({seconds, interval = 100, rate = 100}) {
  const files = await makeCertificateFolder();
  files.authority("ca");
  for (let i = 0; i < pairs; ++i) files.certificate(`server${i}`, "ca", `server${i}`);
  const material = Array.from({length: pairs}, (_, i) => ({pem: files.pem(`server${i}.pem`), key: files.pem(`server${i}.key`)}));
  const put = async (which) => {
    for (const kind of ["pem", "key"]) {
      await writeFile(files.path(`new.${kind}`), material[which % pairs][kind]);
      await rename(files.path(`new.${kind}`), files.path(`server.${kind}`));
    }
  };
  await put(0);
  const document = withRouter("cbor");
  document.workers[1].transports[0].endpoint.tls = {certificate: files.path("server.pem"), key: files.path("server.key")};
  const node = await startWith(document);
  const ca = files.pem("ca.pem");
  const counts = {replaced: 0, handshakes: 0, published: 0, subjects: new Set(), failures: []};
  const fail = (what) => (error) => counts.failures.push(`${what}: ${error.message ?? error}`);

  const shake = () => new Promise((resolve, reject) => {
    const socket = tls.connect({host: "127.0.0.1", port: node.ports.web, servername: "localhost", ca}, () => {
      ++counts.handshakes;
      counts.subjects.add(socket.getPeerCertificate().subject.CN);
      socket.end();
      resolve();
    });
    socket.on("error", reject);
    socket.setTimeout(30000, () => socket.destroy(new Error("no answer within 30 s")));
  });
  const reload = () => new Promise((resolve, reject) => {
    execFile(process.env.WAMPGATECTL, ["--socket", `${node.directory}/wampgate.sock`, "reload"],
             (error, out, err) => (error ? reject(new Error(err || error.message)) : resolve(out)));
  });

  try {
    const agent = new https.Agent({ca, servername: "localhost"});
    const session = await adapter(() => ({
      type: "websocket", url: `wss://127.0.0.1:${node.ports.web}/ws`, serializers: [serializers.json()], agent})).join();
    const end = Date.now() + seconds * 1000;
    const over = () => Date.now() >= end;
    const open = [];
    await Promise.all([
      every(interval, over, async () => {
        await put(counts.replaced + 1);
        await reload().then(() => ++counts.replaced, fail("reload"));
      }),
      every(1000 / rate, over, async () => { open.push(shake().catch(fail("handshake"))); }),
      every(100, over, () => session.publish("com.example.still", ["here"], {}).then(() => ++counts.published, fail("session"))),
    ]);
    await Promise.all(open);
    await session.leave();
  } finally {
    await node.stop();
    await files.remove();
  }
  return counts;
}
