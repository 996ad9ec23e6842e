// A certificate for the key that a probe publishes with x5c: X.509 version 3, signed by itself (RFC 5280, DER). It protects
// nothing; AWS may look at its form.
import { createPublicKey, type KeyObject, sign } from "node:crypto";

const TAG = {
  integer: 2,
  bitString: 3,
  null: 5,
  oid: 6,
  utf8: 12,
  sequence: 48,
  set: 49,
  utcTime: 23,
  version: 160,
};
/** sha256WithRSAEncryption, 1.2.840.113549.1.1.11 */
const SHA256_WITH_RSA = Buffer.from("2a864886f70d01010b", "hex");
/** commonName, 2.5.4.3 */
const COMMON_NAME = Buffer.from("550403", "hex");

/** @returns the certificate as x5c has it: base64 of DER */
export function createSelfSignedCertificate(privateKey: KeyObject): string {
  const algorithm = der(TAG.sequence, der(TAG.oid, SHA256_WITH_RSA), der(TAG.null));
  const name = der(
    TAG.sequence,
    der(
      TAG.set,
      der(TAG.sequence, der(TAG.oid, COMMON_NAME), der(TAG.utf8, Buffer.from("tti-sandbox-probe"))),
    ),
  );
  const validity = der(
    TAG.sequence,
    der(TAG.utcTime, Buffer.from("250101000000Z")),
    der(TAG.utcTime, Buffer.from("450101000000Z")),
  );
  const body = der(
    TAG.sequence,
    der(TAG.version, der(TAG.integer, Buffer.from([2]))),
    der(TAG.integer, Buffer.from([1])),
    algorithm,
    name,
    validity,
    name,
    createPublicKey(privateKey).export({ type: "spki", format: "der" }),
  );
  const signature = Buffer.concat([Buffer.from([0]), sign("sha256", body, privateKey)]);
  return der(TAG.sequence, body, algorithm, der(TAG.bitString, signature)).toString("base64");
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const { length } = body;
  if (length < 128) return Buffer.concat([Buffer.from([tag, length]), body]);
  const hex = length.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
  return Buffer.concat([Buffer.from([tag, 128 + bytes.length]), bytes, body]);
}
