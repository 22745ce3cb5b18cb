// The small version of tests/bench/certificates.mjs.
import assert from "node:assert/strict";
import {test} from "node:test";
import {replaceUnderLoad} from "./certificate_replacement.mjs";

test("certificates that are replaced all the time fail no handshake and drop no session", async () => {
  const counts = await replaceUnderLoad({seconds: 3, rate: 50});
  assert.deepEqual(counts.failures, []);
  assert.ok(counts.replaced >= 2, `${counts.replaced} replacements`);
  assert.ok(counts.handshakes >= 10, `${counts.handshakes} handshakes`);
  assert.ok(counts.published >= 2, `${counts.published} messages`);
});
