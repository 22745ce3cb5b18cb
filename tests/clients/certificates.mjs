// Certificates that the openssl program makes, in a folder: authorities and what they sign, keys on P-256. NAME.pem and
// NAME.key each.
import {execFileSync} from "node:child_process";
import {readFileSync, writeFileSync} from "node:fs";
import {mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

export async function makeCertificateFolder() {
  const folder = await mkdtemp(join(tmpdir(), "wampgate-tls-"));
  const openssl = (...args) => execFileSync("openssl", args, {cwd: folder, stdio: ["ignore", "pipe", "pipe"]});
  const path = (name) => join(folder, name);
  return {
    path,
    pem: (name) => readFileSync(path(name), "utf8"),
    authority(name) {
      openssl("req", "-x509", ...newKey, "-days", "2", "-subj", `/CN=${name}`, "-keyout", `${name}.key`, "-out", `${name}.pem`);
    },
    /** For `localhost` and 127.0.0.1, unless `names` says otherwise. */
    certificate(name, authority, subject, names = "DNS:localhost,IP:127.0.0.1") {
      writeFileSync(path(`${name}.ext`), `subjectAltName=${names}`);
      openssl("req", ...newKey, "-subj", `/CN=${subject}`, "-keyout", `${name}.key`, "-out", `${name}.csr`);
      openssl("x509", "-req", "-days", "2", "-in", `${name}.csr`, "-CA", `${authority}.pem`, "-CAkey", `${authority}.key`,
              "-CAcreateserial", "-extfile", `${name}.ext`, "-out", `${name}.pem`);
    },
    write: (name, text) => writeFileSync(path(name), text),
    remove: () => rm(folder, {recursive: true, force: true}),
  };
}
