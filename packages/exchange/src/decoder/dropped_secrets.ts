// Owns taking secrets out of a text that somebody pasted, before anything else looks at it: tokens, keys, sessions,
// passwords, signatures. What is not sure to be harmless is dropped too; an explanation needs none of it. Pure, and linear
// in the length of the text.

/** What kinds of secrets a text can hold, as they are told to whoever pasted it. */
export type SecretKind =
  | "a token (JWT)"
  | "a private key"
  | "an AWS access key id"
  | "an AWS session token"
  | "a secret or token by its name"
  | "a signed request"
  | "a password in a URL"
  | "something as long and random as a secret";

/** A text without its secrets, and which kinds there were. */
export interface TextWithoutSecrets {
  readonly text: string;
  readonly dropped: readonly SecretKind[];
}

/** Stands where a secret stood. */
export const mark = "[dropped]";

// How a name ends whose value is a secret wherever it stands: settings, fields of APIs, parameters of OAuth, headers. Whatever
// stands before is part of the name: `PGPASSWORD`, `db_password`, `x-amz-security-token`.
const secretNames = [
  "secret(?:[_-]?access)?(?:[_-]?key)?",
  // The name of an error is none: `ExpiredToken: …`.
  "(?<!Expired|Invalid|Authentication|Malformed|Missing|Revoked)token",
  "x-amz-signature",
  "assertion",
  "identity_?context",
  "verifier",
  "pass(?:word|wd|phrase|code)?",
  "pwd",
  "pw",
  "api[_-]?key",
  "access[_-]?key",
  "private[_-]?key",
  "authorization",
].join("|");

// What stands between a name and its value, in settings, code, JSON, and JSON within JSON; not where the value is gone already.
const between = String.raw`(?:\\{0,8}["'])?\s{0,3}(?:=>|[:=])\s{0,3}(?!\\{0,8}["']?\[dropped\])`;
// A value in quotes goes to the closing one, spaces and all.
const value = String.raw`(?:\\{1,8}"[^"\n]{0,4000}"?|"(?:[^"\\\n]|\\[^\n]){0,4000}"?|'(?:[^'\\\n]|\\[^\n]){0,4000}'?|(?:(?:Bearer|Basic|DPoP|Digest|Negotiate|Token)\s{1,3})?[^\s"',;&<>)}\]\\]{1,4000})`;

interface Rule {
  readonly kind: SecretKind;
  readonly pattern: RegExp;
  /** What stands there afterwards; the mark if absent. Undefined result: it is none, and stays. */
  readonly replace?: (...found: string[]) => string | undefined;
}

// In this order: what is certain by its form, then by its name, then by its looks. No quantifier stands inside another.
const rules: readonly Rule[] = [
  {
    kind: "a private key",
    // One that was cut off goes to the end of the text.
    pattern: /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|$)/g,
  },
  {
    kind: "a private key",
    pattern: /\\{0,8}"(?:d|p|q|dp|dq|qi|k)\\{0,8}"\s{0,5}:\s{0,5}\\{0,8}"[A-Za-z0-9_-]{16,}\\{0,8}"/g,
  },
  { kind: "a token (JWT)", pattern: /eyJ[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*){0,4}/g },
  { kind: "an AWS access key id", pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b/g },
  {
    kind: "an AWS session token",
    pattern: /\b(?:IQoJ|FwoG|FQoG|AQoJ|AQoD)[A-Za-z0-9+/=_-]{8,}/g,
  },
  { kind: "an AWS session token", pattern: /\bao[ar][A-Za-z0-9+/=_:-]{20,}/g },
  {
    kind: "a signed request",
    pattern: /\bSignature\s{0,3}=\s{0,3}[0-9a-fA-F]{16,}/g,
    replace: () => `Signature=${mark}`,
  },
  {
    kind: "a secret or token by its name",
    pattern: /\b(Bearer|DPoP|Basic)\s{1,3}([A-Za-z0-9._~+/=-]{6,})/g,
    replace: (_, scheme = "", value = "") =>
      /^(?:token|error|realm|auth|authentication|authorization)/i.test(value)
        ? undefined
        : `${scheme} ${mark}`,
  },
  {
    kind: "a secret or token by its name",
    // All of them: one of a session may stand anywhere in the line.
    pattern: new RegExp(`(cookie${between}["']?)[^"'<\\r\\n\\\\]{1,8000}`, "gi"),
    replace: (_, name = "") => `${name}${mark}`,
  },
  {
    kind: "a secret or token by its name",
    pattern: new RegExp(`((?:${secretNames})${between})${value}`, "gi"),
    replace: (_, name = "") => `${name}${mark}`,
  },
  {
    kind: "a secret or token by its name",
    pattern: new RegExp(`((?:${secretNames})>)[^<]{1,4000}<`, "gi"),
    replace: (found, name = "") => (found.includes(mark) ? undefined : `${name}${mark}<`),
  },
  {
    kind: "a secret or token by its name",
    // The code of an authorization answer, never the code of an error: in a query only.
    pattern: /([?&](?:code|state|token)=)([^\s&"'<>]{6,})/g,
    replace: (_, name = "", value = "") => (value.startsWith(mark) ? undefined : `${name}${mark}`),
  },
  {
    kind: "a password in a URL",
    pattern: /(\b[a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@:"']{0,200}:[^\s/@"']{1,200}@/gi,
    replace: (_, scheme = "") => `${scheme}${mark}@`,
  },
  {
    kind: "something as long and random as a secret",
    pattern: /\barn:aws[\w-]*:[^\s"'<>,;]+|[A-Za-z0-9+/=_-]{32,}/g,
    replace: (found) => (looksRandom(found) ? mark : undefined),
  },
];

/**
 * Takes every secret out of a text.
 *
 * @returns the text with a mark where each stood, and the kinds that were found, each once
 */
export function dropSecrets(pasted: string): TextWithoutSecrets {
  const dropped = new Set<SecretKind>();
  let text = pasted;
  for (const { kind, pattern, replace } of rules) {
    text = text.replace(pattern, (...found: unknown[]) => {
      const groups = found.filter((part): part is string => typeof part === "string").slice(0, -1);
      const instead = replace === undefined ? mark : replace(...groups);
      if (instead === undefined) return String(found[0]);
      dropped.add(kind);
      return instead;
    });
  }
  return { text, dropped: [...dropped] };
}

// A name of many words, a path or an id of one case is none; an ARN names a resource, a UUID a request.
function looksRandom(word: string): boolean {
  if (word.startsWith("arn:aws")) return false;
  if (/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(word)) return false;
  const pieces = word.split(/[-_/]+/).filter((piece) => piece !== "");
  const longest = Math.max(0, ...pieces.map((piece) => piece.length));
  const mixed = /[a-z]/.test(word) && /[A-Z]/.test(word) && /\d/.test(word);
  // The form of a secret access key, which may hold slashes; and hexadecimal digits, a digest or a key: nobody can tell.
  return (
    (mixed && word.length >= 36 && (longest >= 12 || isRestless(word) || /^[A-Za-z0-9+/]{40}$/.test(word))) ||
    /[0-9a-f]{32,}/i.test(word)
  );
}

/** Whether a word changes between small letters, capitals and digits as often as chance does; names do not. */
function isRestless(word: string): boolean {
  const kinds = [...word].map((sign) =>
    /[a-z]/.test(sign) ? "a" : /[A-Z]/.test(sign) ? "A" : /\d/.test(sign) ? "0" : "-",
  );
  const changes = kinds.filter((kind, at) => at > 0 && kind !== kinds[at - 1]).length;
  return changes >= word.length / 3;
}
