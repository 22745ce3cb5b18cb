#!/usr/bin/env node
// Certificates replaced every 100 ms for 30 s under 100 handshakes a second: none may fail, no session drop. By hand:
//   WAMPGATED=build/dev/server/wampgated WAMPGATECTL=build/dev/admin-cli/wampgatectl tests/bench/certificates.mjs [seconds]
import {replaceUnderLoad} from "../clients/certificate_replacement.mjs";

const seconds = Number(process.argv[2] ?? 30);
const counts = await replaceUnderLoad({seconds});
console.log(`${seconds} s: ${counts.replaced} replacements, ${counts.handshakes} handshakes that saw ${counts.subjects.size} `
            + `certificates, ${counts.published} messages of the session, ${counts.failures.length} failures`);
for (const failure of new Set(counts.failures)) console.log(`  ${failure}`);
process.exitCode = counts.failures.length === 0 ? 0 : 1;
