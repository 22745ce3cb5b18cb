#!/usr/bin/env node
// What testssl (Debian: testssl.sh) finds on a default TLS listener: nothing may be worse than "not offered". Findings about
// the certificate itself are left out: it is made here, for two days. By hand:
//   WAMPGATED=build/dev/server/wampgated WAMPGATECTL=build/dev/admin-cli/wampgatectl tests/bench/testssl.mjs
import {spawnSync} from "node:child_process";
import {readFileSync} from "node:fs";
import {makeCertificateFolder} from "../clients/certificates.mjs";
import {startWith, withRouter} from "../clients/node_under_test.mjs";

const files = await makeCertificateFolder();
files.authority("ca");
files.certificate("server", "ca", "localhost");
const document = withRouter("cbor");
document.workers[1].transports[0].endpoint.tls = {certificate: files.path("server.pem"), key: files.path("server.key")};
const node = await startWith(document);
const report = files.path("report.json");
try {
  const run = spawnSync(process.env.TESTSSL ?? "testssl",
                        ["--quiet", "--color", "0", "--warnings", "batch", "--ip", "127.0.0.1", "--nodns", "none", "--add-ca", files.path("ca.pem"),
                         "--jsonfile", report, `localhost:${node.ports.web}`],
                        {encoding: "utf8", maxBuffer: 64 * 1024 * 1024});
  if (run.error) throw run.error;
  const findings = JSON.parse(readFileSync(report, "utf8"));
  const bad = findings.filter(({id, severity}) => !["OK", "INFO", "DEBUG"].includes(severity)
      && !id.startsWith("cert") && id !== "engine_problem");  // the latter is about the openssl that it uses
  console.log(`${findings.length} findings, ${bad.length} of them worse than "not offered"`);
  for (const {id, severity, finding} of bad) console.log(`  ${severity} ${id}: ${finding}`);
  process.exitCode = findings.length > 50 && bad.length === 0 ? 0 : 1;
  if (findings.length <= 50) console.log(run.stdout, run.stderr);
} finally {
  await node.stop();
  await files.remove();
}
