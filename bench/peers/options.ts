// The options of `npm run bench -- peers`: where the other provider is, who we are there, and which processes are its.
import { parseArgs } from "node:util";
import type { PeerClient } from "./provider.ts";
import type { PeerPerson } from "./sign_in.ts";

/** The options by name. */
export const peerOptions = [
  ...["issuer", "name", "client", "secret", "redirect-uri", "scope", "program-scope", "resource"],
  ...["user", "password", "cookie", "hydra-admin", "pid", "backends"],
] as const;

/** What was asked for. */
export interface PeerOptions {
  issuer: string;
  /** What it is called in tables, with its version. */
  name: string;
  client: PeerClient;
  person: PeerPerson;
  cookie: string;
  pids: readonly number[];
  /** What its connections are called in the PostgreSQL of TEST_POSTGRES_URL; empty: none are looked for. */
  backends: string;
}

/**
 * Reads them.
 * @returns undefined if no issuer is named
 * @throws Error naming an option that is missing or wrong
 */
export function readPeerOptions(words: readonly string[]): PeerOptions | undefined {
  const { values } = parseArgs({
    args: [...words],
    options: {
      quick: { type: "boolean" },
      ...Object.fromEntries(peerOptions.map((name) => [name, { type: "string" } as const])),
    },
  });
  const given = values as Partial<Record<(typeof peerOptions)[number], string>>;
  const { issuer } = given;
  if (issuer === undefined) return undefined;
  if (!URL.canParse(issuer))
    throw new Error(`--issuer is ${issuer}, which is no URL such as http://127.0.0.1:4444`);
  for (const name of ["client", "secret"] as const)
    if (given[name] === undefined)
      throw new Error(`--${name} is missing: the client registered at ${issuer}`);
  const pids = (given.pid ?? "").split(",").filter((text) => text !== "");
  for (const pid of pids)
    if (!/^[1-9]\d*$/.test(pid)) throw new Error(`--pid holds ${pid}, which is no number of a process`);
  return {
    issuer,
    name: given.name ?? issuer,
    client: {
      clientId: given.client ?? "",
      clientSecret: given.secret ?? "",
      redirectUri: given["redirect-uri"] ?? "http://127.0.0.1:9/callback",
      scope: given.scope ?? "openid offline_access",
      programScope: given["program-scope"] ?? "",
      resource: given.resource ?? "",
    },
    person: {
      user: given.user ?? "",
      password: given.password ?? "",
      hydraAdmin: (given["hydra-admin"] ?? "").replace(/\/$/, ""),
    },
    cookie: given.cookie ?? "",
    pids: pids.map(Number),
    backends: given.backends ?? "",
  };
}
