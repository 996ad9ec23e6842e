// Owns what a filter of the trail may name: a slip is told, with what was probably meant, rather than answered with nothing
// as if nothing had happened. What anybody can have typed somewhere (a name at a sign-in, a user of an operating system)
// stays open.
import { listAuditEvents } from "../../audit/audit_store.ts";
import {
  type AuditEventType,
  auditEventTypes,
  findAuditEventType,
  refusalTypes,
} from "../../audit/event_types.ts";
import type { Database } from "../../db/connect.ts";
import { parseClientAddress } from "../../input/client_address.ts";
import { closestName } from "../../input/closest_name.ts";
import { findAccount } from "../../provider/accounts/account_store.ts";
import { findClient } from "../../provider/clients/client_store.ts";
import { findCredential } from "../administrators/credential_store.ts";
import { InputRefused } from "./input_faults.ts";

/**
 * Reads the name of a type of events.
 * @param outcome what is asked of it besides
 * @throws OperationError invalid_input
 */
export function parseEventType(name: string, outcome: "done" | "refused" | undefined): AuditEventType {
  const type = findAuditEventType(name);
  if (type === undefined) {
    const near = closestName(name, Object.keys(auditEventTypes));
    throw slip("type", `is no audit event: "${name}"`, near, "docs/audit-events.md lists them.");
  }
  if (outcome !== undefined && refusalTypes.includes(type) !== (outcome === "refused")) {
    throw slip(
      "outcome",
      `can never be "${outcome}" of an event ${type}`,
      undefined,
      "Leave one of the two out: type, or outcome.",
      ["type", "outcome"],
    );
  }
  return type;
}

/** Reads an address, in any spelling, as the trail has it. @throws OperationError invalid_input */
export function parseAddress(text: string): string {
  const found = parseClientAddress(text);
  if (found !== undefined) return found.address;
  throw slip(
    "address",
    `is no IP address: "${text}"`,
    undefined,
    "Give one whole, such as 192.0.2.1 or 2001:db8::1.",
  );
}

const actorKinds = ["account", "cli", "client", "credential"] as const;
const actorsAlone = ["nobody", "system"] as const;

const findsActor: Readonly<
  Record<Exclude<(typeof actorKinds)[number], "cli">, (db: Database, id: string) => Promise<unknown>>
> = { account: findAccount, client: findClient, credential: findCredential };

/**
 * Asserts that an actor is one: of a kind that there is, and either there or in the trail.
 * @throws OperationError invalid_input
 */
export async function assertIsActor(db: Database, actor: string): Promise<void> {
  if (actorsAlone.some((one) => one === actor)) return;
  const [, kind = actor, id = ""] = /^([^:]*):(.+)$/s.exec(actor) ?? [];
  const known = actorKinds.find((one) => one === kind);
  if (known === undefined || id === "") {
    const near = closestName(kind, [...actorKinds, ...actorsAlone]);
    throw slip(
      "actor",
      `is no actor: "${actor}"`,
      near === undefined ? undefined : actorKinds.some((one) => one === near) ? `${near}:${id || "…"}` : near,
      "Write account:ID, cli:USER, client:ID, credential:ID, nobody or system.",
    );
  }
  // Who works at a shell is known to no store.
  if (known === "cli" || (await findsActor[known](db, id)) !== undefined) return;
  if (await isInTrail(db, { actor })) return;
  throw slip("actor", `names no ${known} there is or was: "${id}"`, undefined, lookAt(known));
}

/** Asserts that a client is there, or was. @throws OperationError invalid_input */
export async function assertIsClient(db: Database, clientId: string): Promise<void> {
  if ((await findClient(db, clientId)) !== undefined || (await isInTrail(db, { clientId }))) return;
  throw slip("clientId", `names no client there is or was: "${clientId}"`, undefined, lookAt("client"));
}

const lookAt = (kind: "account" | "client" | "credential"): string =>
  ({
    account: "Give the user's id: tti user show ADDRESS tells it.",
    client: "Give its client id: tti client list tells them.",
    credential: "Give its id: tti credential list tells them.",
  })[kind];

async function isInTrail(db: Database, named: { actor: string } | { clientId: string }): Promise<boolean> {
  return (await listAuditEvents(db, { ...named, limit: 1 })).length > 0;
}

function slip(
  field: string,
  what: string,
  near: string | undefined,
  otherwise: string,
  names: readonly string[] = [],
): InputRefused {
  const fix = near === undefined ? otherwise : `Did you mean ${near}? ${otherwise}`;
  return new InputRefused([{ path: [field], what, fix, names }]);
}
