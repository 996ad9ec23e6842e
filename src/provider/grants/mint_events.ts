// Owns what minting leaves in the trail: every token and every refusal, each together with the use of the assertion
// that asked for it.
import { isDeepStrictEqual } from "node:util";
import type { Client } from "oidc-provider";
import { createAuditEvent } from "../../audit/audit_store.ts";
import type { NewAuditEvent } from "../../audit/event_types.ts";
import { OperationError } from "../../errors.ts";
import { UserChanged } from "../accounts/provisioned_users.ts";
import { decideFacts } from "../subjects/subject.ts";
import { type AssertionUse, createUse } from "./assertion_use_store.ts";
import type { MintDecision, MintDeps, NamedSubject } from "./named_subject.ts";

/** The refusal of an assertion that was used before. */
function replayed({ parameter }: AssertionUse): OperationError {
  return new OperationError("subject_token_replayed", `${parameter} was presented before.`);
}

/**
 * Records a token before it leaves, with what the assertion changes of the user.
 * @param jti the token's id
 * @throws OperationError subject_token_replayed; UserChanged if what the token says is so no longer
 */
export async function recordMint(
  deps: MintDeps,
  client: Client,
  named: NamedSubject,
  decided: MintDecision,
  jti: string,
): Promise<void> {
  const { claims, write } = decided;
  const event = {
    type: "token.minted",
    actor: actorOf(client, named),
    tenantId: claims.tenantId,
    accountId: claims.sub,
    clientId: client.clientId,
    details: { by: named.by, jti },
  } as const;
  const { use } = named;
  if (use === undefined || write === undefined) return record(deps, named, event);
  const now = deps.clock();
  await deps.db.transaction(async (trx) => {
    if (!(await createUse(trx, use))) throw replayed(use);
    const facts = await unlessOvertaken(async () => decideFacts(await write(trx), deps, false, now));
    if (!isDeepStrictEqual(facts.claims, claims)) throw new UserChanged();
    await createAuditEvent(trx, event, now);
  });
}

// It was allowed a moment ago on the very same grounds, so these have changed: decided anew, the refusal is recorded.
async function unlessOvertaken<Result>(decision: () => Promise<Result>): Promise<Result> {
  try {
    return await decision();
  } catch (error) {
    throw error instanceof OperationError ? new UserChanged(error.message, { cause: error }) : error;
  }
}

/**
 * Records a refusal; faults of ours are none. A tenant the client may not act for is only named in the event: a
 * client must not write into the trail of whom it does not serve.
 * @throws OperationError subject_token_replayed, where the assertion was used before
 */
export async function recordRefusal(
  deps: MintDeps,
  client: Client,
  named: NamedSubject,
  error: unknown,
): Promise<void> {
  if (!(error instanceof OperationError) || error.status >= 500) return;
  const { accountId, tenantId, by } = named;
  const notServed = error.code === "tenant_not_allowed" && error.field === "tenant";
  const event = {
    type: "token.refused",
    actor: actorOf(client, named),
    ...(tenantId === undefined || notServed ? {} : { tenantId }),
    accountId,
    clientId: client.clientId,
    details: { by, reason: error.code, ...(notServed ? { named: tenantId } : {}) },
  } as const;
  await record(deps, named, event);
  recorded.add(error);
}

const actorOf = ({ clientId }: Client, { trial }: NamedSubject): string =>
  trial?.actor ?? `client:${clientId}`;

const recorded = new WeakSet<object>();

/** Tells whether a refusal stands in the audit trail already. */
export function wasRecorded(error: unknown): boolean {
  return typeof error === "object" && error !== null && recorded.has(error);
}

async function record(deps: MintDeps, { use }: NamedSubject, event: NewAuditEvent): Promise<void> {
  if (use === undefined) return createAuditEvent(deps.db, event, deps.clock());
  if (!(await deps.recordUse({ use, event, now: deps.clock() }))) throw replayed(use);
}
