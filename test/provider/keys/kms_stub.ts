// Owns a small AWS KMS on a free port, enough for the real client to sign: it can lose keys, lie and go silent.
import { constants, generateKeyPairSync, type KeyObject, privateEncrypt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { KMSClient } from "@aws-sdk/client-kms";

/** What the stub was asked: operation and input. */
export interface KmsCall {
  operation: string;
  input: Record<string, string>;
}

/** A KMS under test. */
export interface KmsStub {
  client: KMSClient;
  calls: KmsCall[];
  /** Makes a key; answers its ARN. */
  addKey(spec?: "RSA_2048" | "RSA_4096"): string;
  /** Has a key be gone, and there again. */
  forget(arn: string): void;
  restore(arn: string): void;
  /** Points an alias at a key. */
  setAlias(alias: string, arn: string): void;
  /** Answers every call, or every one of an operation, with an AWS error of this name; undefined ends it. */
  fail(name: string | undefined, operation?: string): void;
  /** Takes every call, or every one of an operation, and answers none until this is ended. */
  silence(silent: boolean, operation?: string): void;
  /** Signs with another key than asked from now on. */
  lie(): void;
  close(): Promise<void>;
}

// RFC 8017 section 9.2: the DER prefix of a SHA-256 digest in a PKCS #1 v1.5 signature.
const digestPrefix = Buffer.from("3031300d060960864801650304020105000420", "hex");

/** Starts a KMS with no keys. */
export async function startKmsStub(): Promise<KmsStub> {
  const keys = new Map<string, { spec: string; publicKey: KeyObject; privateKey: KeyObject }>();
  const gone: typeof keys = new Map();
  const aliases = new Map<string, string>();
  const calls: KmsCall[] = [];
  let failure: string | undefined;
  let failing: string | undefined;
  let lying = false;
  let silent = false;
  let silentAt: string | undefined;

  const addKey = (spec: "RSA_2048" | "RSA_4096" = "RSA_2048"): string => {
    const arn = `arn:aws:kms:us-east-1:111122223333:key/${keys.size + 1}`;
    keys.set(arn, {
      spec,
      ...generateKeyPairSync("rsa", { modulusLength: spec === "RSA_2048" ? 2048 : 4096 }),
    });
    return arn;
  };

  const answer = (operation: string, input: Record<string, string>): Record<string, unknown> => {
    if (failure !== undefined && (failing ?? operation) === operation)
      return { __type: failure, message: `${failure} by the stub` };
    if (operation === "CreateKey") return { KeyMetadata: { Arn: addKey("RSA_2048") } };
    const arn = aliases.get(input["KeyId"] ?? "") ?? input["KeyId"] ?? "";
    const key = keys.get(arn);
    if (key === undefined) return { __type: "NotFoundException", message: `Key '${arn}' does not exist` };
    if (operation === "GetPublicKey") {
      const der = key.publicKey.export({ type: "spki", format: "der" });
      return { KeyId: arn, PublicKey: der.toString("base64"), KeySpec: key.spec, KeyUsage: "SIGN_VERIFY" };
    }
    const signingKey = lying ? [...keys.values()].find((other) => other !== key) : key;
    const digest = Buffer.from(input["Message"] ?? "", "base64");
    const padded = { key: signingKey?.privateKey ?? key.privateKey, padding: constants.RSA_PKCS1_PADDING };
    return {
      KeyId: arn,
      Signature: privateEncrypt(padded, Buffer.concat([digestPrefix, digest])).toString("base64"),
    };
  };

  const server = createServer(async (request, response) => {
    const operation = String(request.headers["x-amz-target"]).replace("TrentService.", "");
    const input = JSON.parse(await text(request)) as Record<string, string>;
    calls.push({ operation, input });
    if (silent && (silentAt ?? operation) === operation) return;
    const body = answer(operation, input);
    const headers = { "content-type": "application/x-amz-json-1.1" };
    response.writeHead("__type" in body ? 400 : 200, headers).end(JSON.stringify(body));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new KMSClient({
    endpoint: url,
    region: "us-east-1",
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "example" },
    maxAttempts: 1,
  });

  return {
    client,

    calls,
    addKey,
    forget(arn) {
      const key = keys.get(arn);
      if (key !== undefined) gone.set(arn, key);
      keys.delete(arn);
    },
    restore(arn) {
      const key = gone.get(arn);
      if (key !== undefined) keys.set(arn, key);
    },
    setAlias: (alias, arn) => aliases.set(alias, arn),
    fail(name, operation) {
      failure = name;
      failing = operation;
    },
    silence(now, operation) {
      silent = now;
      silentAt = operation;
    },
    lie() {
      lying = true;
    },
    async close() {
      client.destroy();
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
