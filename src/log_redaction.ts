// Owns what may not stand in the log: whatever looks like a credential or an e-mail address, wherever it stands, and
// fields whose values may look like anything. Error codes and ids stay: an operator works with them.

// A value of any shape can be one of these, a password of one letter too.
const secretFields = new Set(
  [
    "access_token assertion authorization client_assertion client_secret code_verifier context_assertion cookie",
    "id_token id_token_hint login_challenge login_verifier new_password passphrase password private_key",
    "refresh_token secret secret_access_key session_token set_cookie subject_token token verifier",
  ]
    .join(" ")
    .split(" "),
);

// Ids may be as long and as mixed as a token; they open nothing.
const idFields = new Set(["account_id", "client_id", "generation", "jti", "request_id", "tenant_id"]);

// A key's id is published; an operator must see which key a line is about.
const keyIds = /(?:^|_)kids?$/;

const isIdField = (name: string): boolean => idFields.has(name) || keyIds.test(name);

const snakeCase = (name: string): string =>
  name
    .replace(/([a-z\d])([A-Z])/g, "$1_$2")
    .replaceAll("-", "_")
    .toLowerCase();

const credentials: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*-----|$)/g, "[key]"],
  // Compact JWS and JWE: tokens, assertions, sealed private keys.
  [/eyJ[\w-]{4,}(?:\.[\w-]*){1,4}/g, "[token]"],
  // Password hashes: PHC strings and crypt's.
  [/\$(?:argon2\w*|scrypt|pbkdf2[\w-]*|2[abxy])\$[\w./+=,$-]+/g, "[hash]"],
  [/\b(Basic|Bearer|DPoP) +[\w.~+/=-]{6,}/gi, "$1 [removed]"],
  [/(:\/\/)[^/\s:@]*:[^/\s@]*@/g, "$1[removed]@"],
  // Parameters of a URL or a form, of whatever value.
  [
    /\b((?:access|id|refresh|subject|actor)_token|assertion|client_(?:assertion|secret)|code|code_verifier|id_token_hint|login_(?:challenge|hint|verifier)|password|state|token)=[^&\s"']+/g,
    "$1=[removed]",
  ],
  // Begins where its run of characters does, so that a long text costs no more than its length.
  [
    /(?<![\p{L}\p{N}.!#$%&'*+=?^_`{|}~-])[\p{L}\p{N}.!#$%&'*+=?^_`{|}~-]+(?:@|%40)(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}/gu,
    "[address]",
  ],
];

// Authorization codes, refresh and access tokens, challenges, verifiers, session ids, client secrets: base64url of 32
// characters and more. A UUID, a hash in hex and a word in camel case lack one of the three kinds of characters. So does one
// random value of 43 characters in fifteen hundred, a digit; it has more capitals than a word has.
const opaque =
  /(?<![\w-])(?:(?=[\w-]*\d)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])|(?=(?:[a-z_-]*[A-Z]){12})(?=(?:[A-Z_-]*[a-z]){8}))[\w-]{32,}(?![\w-])/g;

const mostCharacters = 8_192;
const mostDepth = 6;
const mostMembers = 100;

/**
 * Takes out of a text what may not be logged.
 * @param ids what is known to be an id, which may look like a token: the text itself, or words of it
 */
export function redactText(text: string, ids: ReadonlySet<string> = noIds): string {
  let clean = cutTo(text, mostCharacters);
  for (const [shape, replacement] of credentials) clean = clean.replace(shape, replacement);
  return clean.replace(opaque, (word) => (ids.has(word) ? word : "[token]"));
}

// The word the cut falls into goes as a whole: half a token is of no shape.
const cutTo = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most).replace(/[^\s"'<>(){},;]*$/, "")} [cut]` : text;

const noIds: ReadonlySet<string> = new Set();

/**
 * The ids that the fields of a line name, its errors' too: they are known to be none of what may not be logged, so they
 * stay in the words of that line as well.
 */
export function idsNamedIn(fields: unknown): ReadonlySet<string> {
  const ids = new Set<string>();
  let looks = 1_000;
  const look = (value: unknown, isId: boolean, depth: number): void => {
    looks -= 1;
    if (looks < 0) return;
    if (typeof value === "string" && isId) for (const [word] of value.matchAll(opaque)) ids.add(word);
    if (typeof value !== "object" || value === null || depth > mostDepth) return;
    if (Array.isArray(value)) for (const one of value.slice(0, mostMembers)) look(one, isId, depth + 1);
    else if (value instanceof Error) {
      look(read(value, "kid"), true, depth);
      look(read(value, "cause"), false, depth + 1);
    } else if (!ArrayBuffer.isView(value)) {
      for (const [name, one] of membersOf(value)) look(one, isIdField(snakeCase(name)), depth + 1);
    }
  };
  look(fields, false, 0);
  return ids;
}

const mostPathCharacters = 80;
const longestPathPart = 24;

/**
 * A path as it may be told and logged: cut after 80 characters, and of its parts only what can be a word of an address.
 * Longer or stranger ones may be a challenge, a token, an e-mail address, and become `…`.
 */
export function cleanPath(path: string): string {
  const parts = path.slice(0, mostPathCharacters * 2).split("/");
  const clean = parts
    .map((part) => (part.length <= longestPathPart && /^[\w.-]*$/.test(part) ? part : "…"))
    .join("/");
  return clean.length > mostPathCharacters || path.length > mostPathCharacters * 2
    ? `${clean.slice(0, mostPathCharacters)}…`
    : clean;
}

/** What one line may still hold: the largest thing somebody hands over ends in a line of some kilobytes, soon. */
interface Room {
  ids: ReadonlySet<string>;
  members: number;
  characters: number;
}

const roomOf = (ids: ReadonlySet<string>): Room => ({ ids, members: 1_000, characters: 32_768 });

// pino writes these itself; twice in one object they would be read as either.
const ownNames = new Set(["level", "time", "msg"]);

/**
 * Takes out of a line's fields what may not be logged; errors become plain objects with what may be told. Whatever it is given, what
 * it answers can be written, and it does not throw.
 */
export function redactFields(fields: object): Record<string, unknown> {
  const members = redactMembers(membersOf(fields), roomOf(idsNamedIn(fields)), 0);
  return Object.fromEntries(
    Object.entries(members).map(([name, value]) => [ownNames.has(name) ? `${name}_given` : name, value]),
  );
}

/** Takes out of a value what may not be logged, as {@link redactFields} does. */
export const redactAny = (value: unknown): unknown => redactValue(value, roomOf(noIds), 0);

// A getter, or a proxy, may throw.
function read(value: object, name: string): unknown {
  try {
    return Reflect.get(value, name);
  } catch {
    return "[unreadable]";
  }
}

function membersOf(value: object): (readonly [string, unknown])[] {
  try {
    const names = Object.keys(value).slice(0, mostMembers);
    return names.map((name) => [name, read(value, name)] as const);
  } catch {
    return [["unreadable", true]];
  }
}

function redactMembers(members: readonly (readonly [string, unknown])[], room: Room, depth: number) {
  const clean: [string, unknown][] = [];
  for (const [name, value] of members) {
    if (room.members <= 0) break;
    room.members -= 1;
    const removed = secretFields.has(snakeCase(name)) && value != null;
    clean.push([cleanName(name), removed ? "[removed]" : redactValue(value, room, depth + 1)]);
  }
  // Not by assignment: a member may be called __proto__.
  return Object.fromEntries(clean);
}

// A table by addresses names people in its members' names.
const cleanName = (name: string): string => (/^[\w.:-]{0,31}$/.test(name) ? name : redactText(name));

function redactWithin(text: string, room: Room): string {
  if (room.characters <= 0) return "[cut]";
  const clean = redactText(cutTo(text, room.characters), room.ids);
  room.characters -= clean.length;
  return clean;
}

function redactValue(value: unknown, room: Room, depth: number): unknown {
  if (typeof value === "string") return redactWithin(value, room);
  if (typeof value === "bigint" || typeof value === "symbol") return redactWithin(String(value), room);
  if (typeof value !== "object" || value === null) return typeof value === "function" ? undefined : value;
  if (depth > mostDepth || room.members <= 0) return "[deep]";
  try {
    return redactObject(value, room, depth);
  } catch {
    return "[unreadable]";
  }
}

function redactObject(value: object, room: Room, depth: number): unknown {
  if (value instanceof Error) return redactError(value, room, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "[no date]" : value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) {
    const clean: unknown[] = [];
    for (const one of value.slice(0, mostMembers)) {
      if (room.members <= 0) break;
      room.members -= 1;
      clean.push(redactValue(one, room, depth + 1));
    }
    return clean;
  }
  if (value instanceof URL) return redactWithin(value.href, room);
  return redactMembers(membersOf(value), room, depth);
}

// What drivers and libraries hang on their errors may be a row, a statement's values, a response. These may not.
const tellingMembers = [
  ...["code", "status", "statusCode", "errno", "syscall", "port", "hostname", "severity", "routine"],
  ...["schema", "table", "column", "constraint", "field", "kid"],
];

function redactError(error: Error, room: Room, depth: number): Record<string, unknown> {
  const members = tellingMembers
    .map((name) => [name, read(error, name)] as const)
    .filter(([, value]) => ["string", "number", "boolean"].includes(typeof value));
  const [message, stack, cause, errors] = ["message", "stack", "cause", "errors"].map((name) =>
    read(error, name),
  );
  return {
    type: redactWithin(typeOf(error), room),
    message: redactWithin(String(message), room),
    ...redactMembers(members, room, depth),
    ...(typeof stack === "string" ? { stack: redactWithin(stack, room) } : {}),
    ...(cause === undefined ? {} : { cause: redactValue(cause, room, depth + 1) }),
    ...(Array.isArray(errors) && error instanceof AggregateError
      ? { errors: errors.slice(0, 5).map((one) => redactValue(one, room, depth + 1)) }
      : {}),
  };
}

function typeOf(error: Error): string {
  const name = read(error, "name");
  const of = read(error, "constructor");
  return name === "Error" && typeof of === "function" ? of.name : String(name);
}
