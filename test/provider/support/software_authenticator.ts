// Owns a device with passkeys, without a browser: it makes ES256 keys, and answers as `PublicKeyCredential.toJSON()` does
// (WebAuthn Level 3, sections 6.1 and 6.5). Whoever tests refusals has it answer wrongly.
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

/** What of a page's question a device reads. */
export interface Question {
  challenge: string;
  rp?: { id?: string };
  rpId?: string;
  user?: { id: string };
  allowCredentials?: readonly { id: string }[];
  excludeCredentials?: readonly { id: string }[];
}

/** How an answer differs from a right one. */
export interface Wrongly {
  origin?: string;
  rpId?: string;
  type?: string;
  challenge?: string;
  crossOrigin?: boolean;
  /** Flags of the authenticator's data. */
  flags?: number;
  /** The counter that is told; the device's own stays. */
  counter?: number;
  userHandle?: string;
  /** Changes what is sent after it was signed. */
  afterwards?: (answer: Answer) => void;
  /** In place of no attestation: its format and statement. */
  attestation?: { fmt: string; attStmt: Cbor };
  /** The COSE number of the key's algorithm that is told. */
  algorithm?: number;
}

/** An answer as it is posted. */
export interface Answer {
  id: string;
  rawId: string;
  type: string;
  clientExtensionResults: object;
  response: Record<string, unknown>;
}

interface Key {
  id: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
  userHandle: string;
  rpId: string;
  counter: number;
}

/** What CBOR is made from here. */
type Cbor = number | string | Uint8Array | ReadonlyMap<number | string, Cbor>;

const present = 0x01;
const verified = 0x04;
const mayBeBackedUp = 0x08;
const isBackedUp = 0x10;
const withKey = 0x40;

/** A device. */
export class SoftwareAuthenticator {
  readonly #origin: string;
  readonly #keys: Key[] = [];
  readonly #synced: boolean;

  /**
   * @param origin of the pages it is used on
   * @param options `synced`: its keys come to be on other devices, and it counts no uses
   */
  constructor(origin: string, options: { synced?: boolean } = {}) {
    this.#origin = origin;
    this.#synced = options.synced ?? false;
  }

  /** The ids of its passkeys. */
  get ids(): string[] {
    return this.#keys.map(({ id }) => id);
  }

  /** Another device with copies of its keys, as they count now. */
  copied(): SoftwareAuthenticator {
    const copy = new SoftwareAuthenticator(this.#origin, { synced: this.#synced });
    for (const key of this.#keys) copy.#keys.push({ ...key });
    return copy;
  }

  /** Makes a passkey. */
  create(question: Question, wrongly: Wrongly = {}): string {
    const rpId = question.rp?.id ?? "";
    const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const id = randomBytes(32);
    const userHandle = question.user?.id ?? "";
    const key: Key = { id: id.toString("base64url"), ...pair, userHandle, rpId, counter: 0 };
    this.#keys.push(key);
    const { x = "", y = "" } = pair.publicKey.export({ format: "jwk" });
    const cose = new Map<number, Cbor>([
      [1, 2],
      [3, wrongly.algorithm ?? -7],
      [-1, 1],
      [-2, Buffer.from(x, "base64url")],
      [-3, Buffer.from(y, "base64url")],
    ]);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(id.length);
    const authData = Buffer.concat([
      this.#data(key, wrongly, withKey),
      Buffer.alloc(16),
      length,
      id,
      encode(cose),
    ]);
    const { fmt, attStmt } = wrongly.attestation ?? { fmt: "none", attStmt: new Map<string, Cbor>() };
    const object = encode(
      new Map<string, Cbor>([
        ["fmt", fmt],
        ["attStmt", attStmt],
        ["authData", authData],
      ]),
    );
    return this.#send(key, wrongly, {
      clientDataJSON: this.#clientData("webauthn.create", question, wrongly),
      attestationObject: object.toString("base64url"),
      transports: ["internal", "hybrid"],
    });
  }

  /**
   * Uses a passkey: one that is asked for, else the newest.
   * @param key which, by its place; default: the last that fits
   */
  get(question: Question, wrongly: Wrongly = {}, key?: number): string {
    const asked = question.allowCredentials ?? [];
    const fitting = this.#keys.filter(({ id }) => asked.length === 0 || asked.some((one) => one.id === id));
    const used = key === undefined ? fitting.at(-1) : this.#keys[key];
    if (used === undefined) throw new Error("the device has no passkey that fits");
    if (!this.#synced) used.counter += 1;
    const data = this.#data(used, wrongly);
    const clientDataJSON = this.#clientData("webauthn.get", question, wrongly);
    const clientHash = createHash("sha256").update(Buffer.from(clientDataJSON, "base64url")).digest();
    const signature = sign("sha256", Buffer.concat([data, clientHash]), used.privateKey);
    return this.#send(used, wrongly, {
      clientDataJSON,
      authenticatorData: data.toString("base64url"),
      signature: signature.toString("base64url"),
      userHandle: wrongly.userHandle ?? used.userHandle,
    });
  }

  #data(key: Key, wrongly: Wrongly, more = 0): Buffer {
    const flags = wrongly.flags ?? present | verified | (this.#synced ? mayBeBackedUp | isBackedUp : 0);
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(wrongly.counter ?? key.counter);
    const host = createHash("sha256")
      .update(wrongly.rpId ?? key.rpId)
      .digest();
    return Buffer.concat([host, Buffer.from([flags | more]), counter]);
  }

  #clientData(type: string, { challenge }: Question, wrongly: Wrongly): string {
    const said = {
      type: wrongly.type ?? type,
      challenge: wrongly.challenge ?? challenge,
      origin: wrongly.origin ?? this.#origin,
      crossOrigin: wrongly.crossOrigin ?? false,
    };
    return Buffer.from(JSON.stringify(said)).toString("base64url");
  }

  #send({ id }: Key, wrongly: Wrongly, response: Record<string, unknown>): string {
    const answer: Answer = { id, rawId: id, type: "public-key", clientExtensionResults: {}, response };
    wrongly.afterwards?.(answer);
    return JSON.stringify(answer);
  }
}

// RFC 8949, as far as authenticators need it.
function encode(value: Cbor): Buffer {
  if (typeof value === "number") return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === "string")
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  const map = value as ReadonlyMap<number | string, Cbor>;
  return Buffer.concat([
    head(5, map.size),
    ...[...map].flatMap(([name, member]) => [encode(name), encode(member)]),
  ]);
}

function head(kind: number, count: number): Buffer {
  if (count < 24) return Buffer.from([(kind << 5) | count]);
  if (count < 256) return Buffer.from([(kind << 5) | 24, count]);
  return Buffer.from([(kind << 5) | 25, count >> 8, count & 0xff]);
}
