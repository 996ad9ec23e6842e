// Owns searching a customer's index as one of its users, for back ends in any language: who may ask, whose
// token is minted, which data accessor is searched, what is recorded.

import {
  DataAccessor,
  ExchangeClient,
  type ExchangeClientOptions,
  ExchangeError,
  type SearchPage,
  type SearchRequest,
} from "tti-exchange";
import { createAuditEvent } from "../audit/audit_store.ts";
import { OperationError } from "../errors.ts";
import { idIn } from "../input/account_name.ts";
import type { InstallationPart } from "../installation.ts";
import { ambiguous } from "../provider/accounts/account_name_store.ts";
import { findAccountByLogin } from "../provider/accounts/account_store.ts";
import { decideSubject } from "../provider/subjects/subject.ts";
import { findMembership } from "../provider/tenants/membership_store.ts";
import { getTenant } from "../provider/tenants/tenant_store.ts";
import { getAccessor } from "./accessor_store.ts";
import { connectionOf } from "./connection.ts";
import { watchExchanges } from "./exchange_watch.ts";

/** How AWS is reached. Absent members: as the AWS SDK finds it. */
export interface AwsAccess {
  /** The ISV role registered with AWS. */
  roleArn: string | undefined;
  baseCredentials?: NonNullable<ExchangeClientOptions["baseCredentials"]>;
  awsClientOptions?: NonNullable<ExchangeClientOptions["awsClientOptions"]>;
}

/** What searching needs. */
export interface SearchServiceDeps
  extends InstallationPart<
    "db" | "clock" | "issuer" | "awsClientId" | "tenantClaim" | "requireVerifiedDomain"
  > {
  issuer: string;
  /** Where this very instance serves its keys. */
  jwksUri: string;
  /** The client id registered with AWS: the audience. */
  awsClientId: string;
  tenantClaim: string;
  /** Mints an ID token for a person whom a client names; decides as the token endpoint does. */
  mint(named: { clientId: string; accountId: string; tenantId: string }): Promise<string>;
  /** Asked at each search: in development the local AWS starts after the provider. */
  awsAccess(): AwsAccess;
}

/** One search. */
export interface SearchQuery extends Omit<SearchRequest, "user"> {
  /** The client that asks; it may act for the tenant. */
  clientId: string;
  /**
   * Asserts that the client still may, as the store says now. AWS answers with credentials that are kept, so nothing
   * else would ask.
   * @throws OperationError unauthenticated, forbidden
   */
  still(): Promise<void>;
  tenantId: string;
  /** Account id or e-mail address. */
  user: string;
  /** Which of the tenant's data accessors; `default` if it has one. */
  accessor: string;
}

/** Searches. Holds credentials of users in memory; one instance per process. */
export class SearchService {
  readonly #deps: SearchServiceDeps;
  // One exchange client per calling client: credentials that one back end may use are not another's.
  readonly #exchanges = new Map<string, ExchangeClient>();

  constructor(deps: SearchServiceDeps) {
    this.#deps = deps;
  }

  /**
   * Searches, page after page. The tenant's rules are asked at every search, not only when a token is
   * minted: who takes consent back is not searched for with credentials that still live.
   * @throws OperationError unauthenticated, forbidden, tenant_not_found, not_a_member (also for users there are not), presence_required,
   *   accessor_not_found, account_ambiguous, exchange_failed (naming step and fix), invalid_input
   */
  async *pages(query: SearchQuery): AsyncGenerator<SearchPage, void, undefined> {
    const { tenantId, clientId, accessor: name, user, still, ...request } = query;
    const { db } = this.#deps;
    await still();
    await getTenant(db, tenantId);
    const accountId = await this.#resolveUser(tenantId, user);
    const named = { accountId, tenantId, clientId, present: false, login: "asserted" } as const;
    const { claims } = await decideSubject(this.#deps, named).catch((error) => {
      throw notTold(error, tenantId);
    });
    const access = this.#deps.awsAccess();
    const connection = connectionOf(await getAccessor(db, tenantId, name), access.roleArn);
    const accessor = new DataAccessor({ connection, client: this.#exchangeFor(clientId, access) });
    let page = 0;
    const record = async (results: number, refusal: RefusalDetails = {}): Promise<void> => {
      page += 1;
      const parties = { actor: `client:${clientId}`, tenantId, accountId, clientId };
      const details = { accessor: name, results, page, ...refusal };
      await createAuditEvent(db, { type: "search.made", ...parties, details }, this.#deps.clock());
    };
    try {
      for await (const found of accessor.pages({ ...request, user: claims.sub })) {
        // Who is read out to slowly decides how long that takes: each page is asked for anew.
        await still();
        // Before it leaves: nobody reads a page that no event tells of.
        await record(found.results.length);
        yield found;
      }
    } catch (error) {
      // An attempt that AWS refused is one, too.
      if (page === 0) await record(0, refusalOf(error));
      throw toOperationError(error);
    }
  }

  /** Forgets every credential and closes the sockets to AWS. */
  close(): void {
    for (const exchange of this.#exchanges.values()) exchange.destroy();
    this.#exchanges.clear();
  }

  // The ISV's own ids may look like addresses: who is a member of the tenant is meant. If both are, the name is of neither.
  // Who is a member elsewhere is not looked for, and so comes to the one answer for strangers.
  async #resolveUser(tenantId: string, user: string): Promise<string> {
    const { db } = this.#deps;
    const id = idIn(user);
    if (id !== undefined && (await findMembership(db, tenantId, user)) === undefined) return id;
    if (!user.includes("@")) return user;
    const byAddress = (await findAccountByLogin(db, user))?.id ?? user;
    // An address nobody has is, as an id, nobody's either.
    if (byAddress === user || (await findMembership(db, tenantId, user)) === undefined) return byAddress;
    if ((await findMembership(db, tenantId, byAddress)) !== undefined) throw ambiguous();
    return user;
  }

  #exchangeFor(clientId: string, access: AwsAccess): ExchangeClient {
    const known = this.#exchanges.get(clientId);
    if (known !== undefined) return known;
    const { issuer, jwksUri, awsClientId, tenantClaim, mint } = this.#deps;
    const { roleArn: _roleArn, ...reach } = access;
    const made = new ExchangeClient({
      ...reach,
      trustedTokenIssuer: { issuer, audience: awsClientId, tenantClaim, jwksUri },
      idTokenSource: ({ tenantId, user }) => mint({ clientId, tenantId, accountId: user }),
      // Every renewal asks the tenant's presence policy; a refresh token of AWS would go past it.
      refreshTokens: false,
      onEvent: watchExchanges(this.#deps.db),
    });
    this.#exchanges.set(clientId, made);
    return made;
  }
}

/** What the trail says of a refusal: enough to explain it later by the request's id. */
interface RefusalDetails {
  refused?: string;
  step?: string;
  awsRequestId?: string | undefined;
}

function refusalOf(error: unknown): RefusalDetails {
  if (!ExchangeError.isInstance(error)) return {};
  const { code, step, awsRequestId } = error;
  return { refused: code, step, ...(awsRequestId === undefined ? {} : { awsRequestId }) };
}

// Who belongs to other tenants is none of this tenant's back ends' business, nor whether they are disabled there.
const untold = ["account_not_found", "account_disabled", "not_a_member"];

function notTold(error: unknown, tenantId: string): unknown {
  if (!(error instanceof OperationError) || !untold.includes(error.code)) return error;
  return new OperationError(
    "not_a_member",
    `No user of the tenant ${tenantId} that may be named has this id.`,
    {
      field: "user",
      fix: "Name a user who belongs to the tenant: by id, or by the address they sign in with.",
    },
  );
}

// What the caller sent wrong is theirs; what AWS refused is told with its step and fix.
function toOperationError(error: unknown): unknown {
  if (!(error instanceof ExchangeError)) return error;
  if (error.code === "search_request_invalid" || error.code === "search_invalid") {
    return new OperationError("invalid_input", error.message, { fix: error.fix });
  }
  if (error.cause instanceof OperationError) return error.cause;
  return new OperationError("exchange_failed", `${error.step}: ${error.message}`, {
    fix: error.fix,
    cause: error,
  });
}
