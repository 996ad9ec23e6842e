// Owns reading what a browser sends of a passkey: JSON as `PublicKeyCredential.toJSON()` makes it, of which nothing is believed
// yet. What is no such answer is refused here; what one says is judged in judge_answer.ts.
import { OperationError } from "../../errors.ts";
import { parseJson } from "../../input/json_text.ts";
import { passkeyRefusal } from "./passkey_refusal.ts";

/** What the browser says of the circumstances; the authenticator signs its hash (WebAuthn Level 3, section 5.8.1). */
export interface ClientData {
  type: string;
  challenge: string;
  origin: string;
  /** Whether the page was shown inside a page of another origin. */
  crossOrigin: boolean;
}

interface Answer {
  /** The credential's id, base64url. */
  id: string;
  /** As it was signed, base64url. */
  clientDataJSON: string;
  clientData: ClientData;
}

/** What comes of making a passkey. */
export interface NewPasskeyAnswer extends Answer {
  attestationObject: string;
  transports: readonly string[];
}

/** What comes of using one. */
export interface UsedPasskeyAnswer extends Answer {
  authenticatorData: string;
  signature: string;
  userHandle: string | undefined;
}

// An answer without an attestation is a few hundred bytes; a credential's id is 1023 bytes at most (section 5.1).
const most = { answer: 12 * 1024, id: 1364, part: 8 * 1024, userHandle: 88, transports: 8 } as const;

const knownTransports = ["ble", "hybrid", "internal", "nfc", "smart-card", "usb"];

/** Reads what comes of making a passkey. @throws OperationError passkey_unreadable */
export function readNewPasskey(text: string): NewPasskeyAnswer {
  const { response, ...answer } = readAnswer(text);
  const told = response["transports"];
  const transports = Array.isArray(told) ? told.slice(0, most.transports) : [];
  return {
    ...answer,
    attestationObject: part(response, "attestationObject"),
    transports: knownTransports.filter((one) => transports.includes(one)),
  };
}

/** Reads what comes of using a passkey. @throws OperationError passkey_unreadable */
export function readUsedPasskey(text: string): UsedPasskeyAnswer {
  const { response, ...answer } = readAnswer(text);
  const userHandle = response["userHandle"] ?? undefined;
  return {
    ...answer,
    authenticatorData: part(response, "authenticatorData"),
    signature: part(response, "signature"),
    userHandle: userHandle === undefined ? undefined : base64url(userHandle, most.userHandle),
  };
}

type Members = Readonly<Record<string, unknown>>;

function readAnswer(text: string): Answer & { response: Members } {
  if (text.length > most.answer) throw passkeyRefusal("passkey_unreadable");
  const answer = members(json(Buffer.from(text)));
  const id = base64url(answer["id"], most.id);
  if (answer["rawId"] !== id || answer["type"] !== "public-key") throw passkeyRefusal("passkey_unreadable");
  const response = members(answer["response"]);
  const clientDataJSON = part(response, "clientDataJSON");
  const said = members(json(Buffer.from(clientDataJSON, "base64url")));
  const [type, challenge, origin] = [said["type"], said["challenge"], said["origin"]];
  if (typeof type !== "string" || typeof challenge !== "string" || typeof origin !== "string")
    throw passkeyRefusal("passkey_unreadable");
  const crossOrigin = said["crossOrigin"] === true || said["topOrigin"] !== undefined;
  return { id, response, clientDataJSON, clientData: { type, challenge, origin, crossOrigin } };
}

const part = (response: Members, name: string): string => base64url(response[name], most.part);

function base64url(value: unknown, longest: number): string {
  const fits = typeof value === "string" && value.length <= longest && /^[A-Za-z0-9_-]+$/.test(value);
  if (!fits) throw passkeyRefusal("passkey_unreadable");
  return value;
}

function members(value: unknown): Members {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw passkeyRefusal("passkey_unreadable");
  return value as Members;
}

function json(bytes: Uint8Array): unknown {
  try {
    return parseJson(bytes);
  } catch (error) {
    if (error instanceof OperationError) throw passkeyRefusal("passkey_unreadable", error);
    throw error;
  }
}
