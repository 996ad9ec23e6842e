// Owns the examination: which checks are made of what, in the order people read them.
import type { Clock } from "../../clock.ts";
import type { Config } from "../../config.ts";
import type { Database } from "../../db/connect.ts";
import { readConnectionBounds } from "../../db/connections_store.ts";
import { readOutboxState } from "../../mail/outbox_overview_store.ts";
import { tryMailServer } from "../../mail/server_trial.ts";
import { readLogoutsState } from "../../provider/storage/told_logout_store.ts";
import { checkConnections } from "./connection_checks.ts";
import type { Finding } from "./finding.ts";
import { readInstallation } from "./installation.ts";
import { checkInstallation, checkReadiness } from "./installation_checks.ts";
import { checkIssuer } from "./issuer_checks.ts";
import { observeIssuer, observeReadiness } from "./issuer_observation.ts";
import { checkLogouts } from "./logout_checks.ts";
import { checkMail, type MailFacts } from "./mail_checks.ts";
import { checkToken } from "./token_checks.ts";

/** What to examine. */
export interface Examination {
  issuer: string;
  clock: Clock;
  /** This installation, if the issuer is its own. */
  own?: { db: Database; config: Config };
  /** An ID token to check. */
  token?: string;
  /** The claim that names the tenant in tokens. */
  tenantClaim: string;
}

/** Makes every check there is something to check for. */
export async function examine({ issuer, clock, own, token, tenantClaim }: Examination): Promise<Finding[]> {
  // Before anything is asked by several connections at once, which would be counted with the rest.
  const bounds = own && (await readConnectionBounds(own.db));
  const installation = own && (await readInstallation(own.db, own.config, clock()));
  const observation = await observeIssuer(issuer, clock);
  const signing = installation && { signingKid: installation.keys.signingKid };
  const expectations = {
    issuer,
    audience: own?.config.clientId,
    tenantClaim,
    jwks: observation.jwks?.json,
    now: clock(),
    issuerAheadSeconds: observation.clockAheadSeconds,
  };
  return [
    ...(installation === undefined ? [] : checkInstallation(installation)),
    ...(installation === undefined ? [] : checkReadiness(await observeReadiness(issuer))),
    ...(own === undefined ? [] : checkConnections(bounds, own.config)),
    ...(own === undefined ? [] : checkMail(await observeMail(own, issuer, clock()))),
    ...(own === undefined ? [] : [checkLogouts(await readLogoutsState(own.db, clock().getTime() - dayMs))]),
    ...checkIssuer(observation, clock(), signing),
    ...(token === undefined ? [] : await checkToken(token, expectations)),
  ];
}

const dayMs = 86_400_000;

async function observeMail(
  { db, config: { smtp, mailFrom } }: NonNullable<Examination["own"]>,
  issuer: string,
  now: Date,
): Promise<MailFacts> {
  return {
    tried: smtp && mailFrom && { server: smtp, trial: await tryMailServer(smtp, mailFrom, issuer) },
    outbox: await readOutboxState(db, now.getTime() - dayMs),
  };
}
