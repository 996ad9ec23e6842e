// The four servers that flows of people are compared on, the product on either store and the two baselines, and what is said of them.
import { startBareProvider } from "./bare_provider.ts";
import type { Person, RelyingParty } from "./browser_flow.ts";
import type { Compared, Side } from "./cost.ts";
import {
  addLocalPeople,
  addRelyingParty,
  awsClientId,
  clientSecret,
  emailOf,
  openInstallation,
  redirectUri,
} from "./installation.ts";
import { milliseconds, perSecond, progress, report, reportCost } from "./measurement.ts";
import type { TargetName } from "./targets.ts";

/** `bare`: oidc-provider in memory; `plain`: on PostgreSQL by a plain adapter, with rotation; the rest: the product. */
export type ServerName = "bare" | "plain" | "postgres" | "sqlite";

const titles: Readonly<Record<ServerName, string>> = {
  postgres: "tti, one process on PostgreSQL",
  sqlite: "tti, one process on SQLite",
  bare: "bare oidc-provider in memory",
  plain: "bare oidc-provider on PostgreSQL with a plain adapter",
};

/** A server, and its relying party. */
export interface FlowServer extends Pick<Side, "children" | "database"> {
  title: string;
  localUrl: string;
  party: RelyingParty;
}

/** All of them, on one machine at the same time. */
export interface FourServers {
  servers: Readonly<Record<ServerName, FlowServer>>;
  close(): Promise<void>;
}

const people = 100;
const password = "correct horse battery staple";

/** The numbered person. Keeps an address, so that sign-in rates see what they see in life. */
export function personOf(index: number): Person {
  return { email: emailOf(index % people), password, address: `198.51.100.${index % people}` };
}

/** Starts them. */
export async function openFourServers(): Promise<FourServers> {
  progress("starting stores, servers and the baselines");
  const closers: (() => Promise<void>)[] = [];
  const ours = async (kind: "postgres" | "sqlite"): Promise<FlowServer> => {
    const { db, startInstance, close } = await openInstallation(kind);
    closers.unshift(close);
    await addRelyingParty(db, { client_id: awsClientId });
    await addLocalPeople(db, people, password);
    const { issuer, localUrl, child, applicationName } = await startInstance();
    return {
      title: titles[kind],
      localUrl,
      party: { issuer, clientId: awsClientId, clientSecret, redirectUri },
      children: [child],
      ...(kind === "postgres" ? { database: { db, applicationName } } : {}),
    };
  };
  const bare = async (name: "bare" | "plain"): Promise<FlowServer> => {
    const { child, database, localUrl, stop, ...party } = await startBareProvider({
      lanes: 1,
      durable: name === "plain",
    });
    closers.unshift(stop);
    return { title: titles[name], localUrl, party, children: [child], ...(database && { database }) };
  };
  try {
    // PostgreSQL first: the plain adapter is on the same one.
    const postgres = await ours("postgres");
    const servers = {
      postgres,
      plain: await bare("plain"),
      bare: await bare("bare"),
      sqlite: await ours("sqlite"),
    };
    return {
      servers,
      close: async () => {
        for (const close of closers) await close();
      },
    };
  } catch (error) {
    for (const close of closers) await close();
    throw error;
  }
}

/** A server asked for something, as one side of a comparison. */
export function flowSide(
  { title, localUrl, children, database }: FlowServer,
  lanes: number,
  what: string,
  work: Side["load"]["work"],
): Side {
  return {
    name: `${what}, ${title}`,
    load: { lanes, urls: [localUrl], work },
    children,
    ...(database && { database }),
  };
}

/** The side of each server, made one after the other: what one needs beforehand is in no other's way. */
export async function sidesOf(
  { postgres, sqlite, bare, plain }: FourServers["servers"],
  sideOf: (server: FlowServer) => Side | Promise<Side>,
): Promise<Readonly<Record<ServerName, Side>>> {
  return {
    postgres: await sideOf(postgres),
    sqlite: await sideOf(sqlite),
    bare: await sideOf(bare),
    plain: await sideOf(plain),
  };
}

/** Says what one of an activity costs on each server, and how the servers compare. */
export function reportFour(
  bench: string,
  { what, plural = `${what}s` }: { what: string; plural?: string },
  sides: Readonly<Record<ServerName, Side>>,
  { costs, signature }: Compared<ServerName>,
  of?: TargetName,
): void {
  for (const name of Object.keys(sides) as ServerName[])
    reportCost(bench, sides[name].name, costs[name], signature);
  const against = (words: string, one: ServerName, other: ServerName, of?: TargetName) =>
    report({
      bench,
      name: `server processor time of a ${what}: ${words}`,
      value: milliseconds(costs[one].server / 1000),
      baseline: milliseconds(costs[other].server / 1000),
      ratio: costs[one].server / costs[other].server,
      of,
    });
  against("tti on PostgreSQL / bare in memory", "postgres", "bare", of);
  against("tti on SQLite / bare in memory", "sqlite", "bare");
  against("what durability costs: plain adapter on PostgreSQL / bare in memory", "plain", "bare");
  against("what we cost: tti on PostgreSQL / plain adapter on PostgreSQL", "postgres", "plain");
  const whole = (name: ServerName) => costs[name].server + (costs[name].database ?? 0);
  report({
    bench,
    name: `server and PostgreSQL of a ${what}: tti / plain adapter`,
    value: milliseconds(whole("postgres") / 1000),
    baseline: milliseconds(whole("plain") / 1000),
    ratio: whole("postgres") / whole("plain"),
  });
  report({
    bench,
    name: `${plural} a second, one process: tti on PostgreSQL / bare in memory`,
    value: perSecond(costs.postgres.perSecond),
    baseline: perSecond(costs.bare.perSecond),
    ratio: costs.postgres.perSecond / costs.bare.perSecond,
  });
}
