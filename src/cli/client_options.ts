// Owns the options of `tti client …` that registering and changing a client have in common, and how each becomes a member
// of the operation's input.
import { existsSync, readFileSync } from "node:fs";
import { lifetimeMembers } from "../admin/operations/client_members.ts";
import { OperationError } from "../errors.ts";
import { decodeFileText } from "../input/file_text.ts";
import { parseJson } from "../input/json_text.ts";
import { UsageError } from "./command.ts";

/** Options for what people are shown of an application, and for lifetimes. */
export const shownAndLifetimes = {
  "client-uri": { type: "string" },
  "logo-uri": { type: "string" },
  "policy-uri": { type: "string" },
  "tos-uri": { type: "string" },
  color: { type: "string" },
  "support-uri": { type: "string" },
  "access-token-seconds": { type: "string" },
  "id-token-seconds": { type: "string" },
  "refresh-token-seconds": { type: "string" },
} as const;

/** Their help. */
export const shownAndLifetimesHelp = `What people are shown of it, and how long what it gets lives:
  --client-uri, --logo-uri, --policy-uri, --tos-uri URL
                            its home page, logo, what becomes of data, terms of service
  --color, --support-uri    if it is yours: the colour of pages on the way to it, as #0b6b53,
                            and where its people get help, https:// or mailto:
  --access-token-seconds, --id-token-seconds, --refresh-token-seconds N
                            shorter than the installation's, never longer`;

type Typed = Readonly<Partial<Record<keyof typeof shownAndLifetimes, string>>>;

/** The members those options fill. What is typed as nothing (`--logo-uri ''`) is null: taken away. */
export function shownAndLifetimesOf(values: Typed): Record<string, unknown> {
  const seconds = Object.keys(lifetimeMembers).map((member) => {
    const name = member.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`) as keyof Typed;
    return [member, readSeconds(name, values[name])] as const;
  });
  return {
    clientUri: orNull(values["client-uri"]),
    logoUri: orNull(values["logo-uri"]),
    policyUri: orNull(values["policy-uri"]),
    tosUri: orNull(values["tos-uri"]),
    color: orNull(values.color),
    supportUri: orNull(values["support-uri"]),
    ...Object.fromEntries(seconds),
  };
}

/** What was typed; nothing between the quotes: null. */
export const orNull = (text: string | undefined): string | null | undefined => (text === "" ? null : text);

function readSeconds(name: string, text: string | undefined): number | null | undefined {
  if (text === undefined) return undefined;
  if (text === "") return null;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError(`--${name} is no whole number`, `Write it like --${name} 300`);
}

/**
 * Reads public keys from a file: a JWK Set, or one JWK; UTF-8 or, with a byte order mark, UTF-16.
 * @param option the option that names the file, without dashes
 * @throws OperationError invalid_input
 */
export function readKeySet(path: string, option: string): unknown {
  try {
    const text = decodeFileText(readFileSync(path));
    if (text === undefined) throw new Error("neither UTF-8 nor UTF-16 with a byte order mark");
    const read = parseJson(Buffer.from(text)) as { keys?: unknown; kty?: unknown } | null;
    return read?.kty !== undefined && read.keys === undefined ? { keys: [read] } : read;
  } catch (cause) {
    throw new OperationError("invalid_input", `The key set in ${path} cannot be read as JSON.`, {
      field: option,
      fix: 'Name a file of the form {"keys": [ … ]}.',
      cause,
    });
  }
}

/** Refuses to make a key where a file is, before anything is registered. */
export function assertFree(path: string | undefined): void {
  if (path === undefined || !existsSync(path)) return;
  throw new UsageError(`${path} exists already`, "Name a file that does not exist yet");
}
