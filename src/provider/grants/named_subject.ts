// Owns what minting is about: whom a client named and how, what is decided on, and what the decision is.
import type { Database } from "../../db/connect.ts";
import type { Installation } from "../../installation.ts";
import type { MayAct, TenantRight } from "../clients/tenant_rights.ts";
import type { Vouched } from "../sessions/voucher.ts";
import type { DecidedSubject } from "../subjects/subject.ts";
import type { SubjectFacts, SubjectQuery } from "../subjects/subject_store.ts";
import type { AssertionUse, UseOutcome } from "./assertion_use_store.ts";

/** What minting needs. Mints at the same time share statements, so one of these serves many. */
export interface MintDeps extends Installation {
  /** Reads what the store says of a subject now. */
  readSubject(query: SubjectQuery): Promise<SubjectFacts>;
  /** Records the use of an assertion and what came of it. Returns whether it was the first. */
  recordUse(outcome: Omit<UseOutcome, "origin">): Promise<boolean>;
}

/** An administrator's trial of what a client may do. */
export interface TrialOfRight {
  right: Exclude<TenantRight, "handoff">;
  /** As the audit trail names who asked. */
  actor: string;
}

/** Whom a client named, once the naming itself has been verified. */
export interface NamedSubject {
  accountId: string;
  tenantId: string | undefined;
  /** When the person logged in, epoch seconds, where the naming itself proves it. */
  authTime: number | undefined;
  amr: readonly string[] | undefined;
  /** How the client named the person, for the audit trail. */
  by: "assertion" | "access_token" | "refresh_token" | "search" | "trial";
  /** Of a trial: by which of the client's rights it is made, and who asked for it: they acted, not the client. */
  trial?: TrialOfRight;
  /** The login that one of our own tokens came from; undefined: none is known. An assertion has none. */
  login?: Vouched | undefined;
  /** The browser session that one of our own tokens ends with; undefined: it ends with none. */
  sessionUid?: string | undefined;
  /** The one use of the assertion that named the person, if it is yet to be recorded. */
  use?: AssertionUse;
  /**
   * Finds out what is decided on, where that is more than what the store says: of an assertion, the person as it would
   * make them. Asked once the client may act for the tenant.
   */
  plan?: (tenantId: string) => Promise<PlannedSubject>;
}

/** What is decided on. */
export interface PlannedSubject {
  facts: SubjectFacts;
  /**
   * Writes what makes the person so, in the transaction that records the token; undefined: nothing is to be written.
   * Returns what the store says then.
   */
  write?: ((trx: Database) => Promise<SubjectFacts>) | undefined;
}

/** A subject who may have a token now, by a client that may act for them. */
export interface MintDecision extends DecidedSubject, Pick<PlannedSubject, "write"> {
  actor: MayAct;
}
