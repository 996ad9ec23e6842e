// Owns the trial of one customer's data accessor: a real exchange and search as one of its people, step by step. Nothing of
// what is found leaves it but how much it was. The command line makes one with its own client; the server makes one here, for
// the pages, as the application that serves the customer would.
import { DataAccessor, ExchangeClient, ExchangeError, type SearchConnection } from "tti-exchange";
import { type Accessor, getAccessor } from "../../accessors/accessor_store.ts";
import { connectionOf } from "../../accessors/connection.ts";
import { watchExchanges } from "../../accessors/exchange_watch.ts";
import type { SearchServiceDeps } from "../../accessors/search_service.ts";
import { OperationError } from "../../errors.ts";
import { findServingClient, type ServingClient } from "../../provider/clients/serving_client.ts";
import type { SearchSubject } from "../../provider/grants/mint_for_search.ts";
import { type AccessorTrial, checkAccessor, findNoAccessor, findNoClient, findNoRole } from "./aws_checks.ts";
import { type Finding, information, passed } from "./finding.ts";

/** What a search for nothing in particular asks. */
const anyQuery = "welcome";

/** A trial as a whole, and one attempt at AWS, in seconds. */
const deadlineSeconds = 25;
const attemptTimeoutSeconds = 8;
/** Trials of an instance at one time, of all customers. */
const mostAtOnce = 4;

/** What trying works with: what searching does, and a minter that is told that it is a trial. */
export interface TrialDeps extends Omit<SearchServiceDeps, "mint" | "requireVerifiedDomain"> {
  mint(named: SearchSubject): Promise<string>;
}

/** Whose data accessor to try, as whom. */
export interface TrialWanted {
  tenantId: string;
  /** Which of the customer's data accessors. */
  accessor: string;
  /** The account's id; a member of the customer. */
  accountId: string;
  /** Who asked for the trial, as the audit trail names them. */
  actor: string;
  /** Asserts, before a token is made for it, that they still may; absent: it is asked of nobody. */
  still?: () => Promise<void>;
}

/** How a trial ended. */
export interface TrialOutcome {
  /** One for each step that was reached, in order; the last tells where it ended. */
  findings: Finding[];
  /** As which application it was made; absent: none may act for the customer. */
  clientId?: string;
  /** What was refused, where AWS was reached or the token was not made. */
  refusal?: { code: string; step?: string; awsRequestId?: string };
}

/** The trials of an instance: one at a time for a customer, few at a time in all. */
export class AccessorTrials {
  readonly #deps: TrialDeps;
  readonly #running = new Set<string>();

  constructor(deps: TrialDeps) {
    this.#deps = deps;
  }

  /**
   * Makes one real exchange and search. It takes half a minute at most, keeps no credentials and no token, and what it
   * found is counted, not told. The tenant's rules hold as for every token: who must be present, is.
   * @throws OperationError trial_under_way
   */
  async make(wanted: TrialWanted): Promise<TrialOutcome> {
    const { tenantId } = wanted;
    if (this.#running.has(tenantId) || this.#running.size >= mostAtOnce) {
      throw new OperationError("trial_under_way", "Another trial is under way.");
    }
    this.#running.add(tenantId);
    try {
      return await this.#make(wanted);
    } finally {
      this.#running.delete(tenantId);
    }
  }

  async #make(wanted: TrialWanted): Promise<TrialOutcome> {
    const { db, awsAccess } = this.#deps;
    const { tenantId, accessor: name } = wanted;
    const { roleArn, ...reach } = awsAccess();
    if (roleArn === undefined) return { findings: [findNoRole()] };
    const accessor = await getAccessor(db, tenantId, name).catch(notEntered);
    if (accessor instanceof OperationError) return { findings: [findNoAccessor(accessor)] };
    const entered = findEntered(accessor);
    if (accessor.method === "auth-code") return { findings: [entered, signsInAtAws] };
    const serving = await findServingClient(db, tenantId);
    if (serving === undefined) return { findings: [entered, findNoClient(tenantId)] };
    const { clientId } = serving;
    const served = passed(
      "tenant.client",
      `it is made as the application ${clientId}, which may act for them`,
    );
    const client = this.#openExchange(reach, serving, wanted);
    const trial = await trySearch(client, connectionOf(accessor, roleArn), wanted.accountId);
    const refusal = refusalOf(trial.error);
    return {
      findings: [entered, served, ...checkAccessor(trial)],
      clientId,
      ...(refusal === undefined ? {} : { refusal }),
    };
  }

  #openExchange(
    reach: Omit<ReturnType<TrialDeps["awsAccess"]>, "roleArn">,
    { clientId, right }: ServingClient,
    { tenantId, accountId, actor, still }: TrialWanted,
  ): ExchangeClient {
    const { issuer, jwksUri, awsClientId, tenantClaim, mint } = this.#deps;
    return new ExchangeClient({
      ...reach,
      trustedTokenIssuer: { issuer, audience: awsClientId, tenantClaim, jwksUri },
      async idTokenSource() {
        await still?.();
        return mint({ clientId, tenantId, accountId, trial: { right, actor } });
      },
      refreshTokens: false,
      onEvent: watchExchanges(this.#deps.db),
      deadlineSeconds,
      attemptTimeoutSeconds,
    });
  }
}

/**
 * Exchanges and searches once, and closes the client: no credentials of the person outlive it.
 * @param user as the client's token source knows the person
 * @param read what of an error is told, where its cause says more
 */
export async function trySearch(
  client: ExchangeClient,
  connection: SearchConnection,
  user: string,
  read: (error: unknown) => unknown = ownRefusal,
): Promise<AccessorTrial> {
  const accessor = new DataAccessor({ connection, client });
  let passages = 0;
  try {
    for await (const _passage of accessor.search({ user, queryText: anyQuery, maxResults: 10 }))
      passages += 1;
    return { passages };
  } catch (error) {
    return { passages, error: read(error) };
  } finally {
    client.destroy();
  }
}

/** That the details are there. */
export const findEntered = ({
  name,
  applicationId,
  qRegion,
}: Pick<Accessor, "name" | "applicationId" | "qRegion">): Finding =>
  passed("tenant.accessor", `${name} is entered: application ${applicationId} in ${qRegion}`);

const signsInAtAws = information(
  "tenant.exchange",
  "its method is auth-code: each person signs in at AWS in a browser, so nothing can be tried for them here",
);

function notEntered(error: unknown): OperationError {
  if (error instanceof OperationError && error.code === "accessor_not_found") return error;
  throw error;
}

// The provider's own refusal of a token is what the exchange met first.
function ownRefusal(error: unknown): unknown {
  return ExchangeError.isInstance(error) && error.cause instanceof OperationError ? error.cause : error;
}

function refusalOf(error: unknown): TrialOutcome["refusal"] {
  if (error instanceof OperationError) return { code: error.code };
  if (!ExchangeError.isInstance(error)) return undefined;
  const { code, step, awsRequestId } = error;
  return { code, step, ...(awsRequestId === undefined ? {} : { awsRequestId }) };
}
