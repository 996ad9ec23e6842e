// Owns what the commands `tti audit …` share: filters as options, and what reading the trail works with.
import type { AuditChainContext } from "../admin/operations/audit_chain.ts";
import { createBlockSeals } from "../audit/chain/hashes.ts";
import { createLoginNames } from "../audit/login_names.ts";
import { findSecrets } from "../provider/assembly/installation_secrets.ts";
import { type LocalContext, withAdministration } from "./administration.ts";
import { UsageError } from "./command.ts";
import type { Terminal } from "./terminal.ts";

export const filterOptions = {
  tenant: { type: "string" },
  actor: { type: "string" },
  account: { type: "string" },
  client: { type: "string" },
  address: { type: "string" },
  type: { type: "string" },
  outcome: { type: "string" },
  from: { type: "string" },
  until: { type: "string" },
} as const;

export const filterHelp = `  --tenant ID      only what concerns this tenant
  --actor ACTOR    only what this actor did, as the trail names it (client:app, cli:root)
  --account NAME   only what concerns this account: its id, its address, or a name typed at
                   a sign-in, also one that nobody has (needs the provider's TTI_SECRETS)
  --client ID      only what concerns this client
  --address IP     only what came from this address
  --type TYPE      only events of this type (docs/audit-events.md)
  --outcome WHICH  only what was done, or only what was refused: done or refused
  --from TIME      not before this moment (2026-11-25 or 2026-11-25T08:00:00Z)
  --until TIME     only before this moment`;

type Given = { [Option in keyof typeof filterOptions]?: string | undefined };

/** The filters that were typed, as operations take them. @throws UsageError */
export function filtersOf(values: Given): Record<string, unknown> {
  return whatIsGiven({
    tenantId: values.tenant,
    actor: values.actor,
    account: values.account,
    clientId: values.client,
    address: values.address,
    type: values.type,
    outcome: values.outcome,
    fromMs: values.from === undefined ? undefined : parseMoment(values.from, "from"),
    beforeMs: values.until === undefined ? undefined : parseMoment(values.until, "until"),
  });
}

/** Leaves out what was not typed. */
export function whatIsGiven(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

function parseMoment(text: string, option: "from" | "until"): number {
  const atMs = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z)?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (!Number.isNaN(atMs) && atMs >= 0) return atMs;
  throw new UsageError(
    `--${option} is no moment`,
    `Write it like --${option} 2026-11-25 or --${option} 2026-11-25T08:00:00Z`,
  );
}

/**
 * Opens the store for work on the trail.
 * @param asks.account a name to be found, if one was typed: without secrets only accounts are, which is told
 * @param asks.seals whether seals are judged, which takes the secrets too
 */
export function withTrail(
  { account, seals = false }: { account?: string | undefined; seals?: boolean },
  terminal: Terminal,
  work: (context: LocalContext & AuditChainContext) => Promise<number>,
): Promise<number> {
  return withAdministration((context, config) => {
    const secrets = account === undefined && !seals ? [] : findSecrets(config);
    if (account !== undefined && secrets.length === 0) {
      terminal.say("TTI_SECRETS is not set here, so names that nobody has are not found.");
    }
    return work({
      ...context,
      loginNames: createLoginNames(secrets),
      blockSeals: createBlockSeals(secrets),
      auditRetentionDays: config.auditRetentionDays,
    });
  });
}
