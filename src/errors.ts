// Owns the product's error type and the catalogue of its stable codes: what each means and what to do.
// docs/errors.md is generated from this catalogue; a test keeps the two equal.
import { overloadErrorCodes } from "./overload_error_codes.ts";
import { peopleErrorCodes } from "./people_error_codes.ts";
import { storeErrorCodes } from "./store_error_codes.ts";

/** What a code means to the person who meets it, and the HTTP status its HTTP face answers with. */
interface CatalogueEntry {
  status: number;
  meaning: string;
  fix: string;
}

/** Every code an OperationError may carry. Codes are a contract: add, do not rename. */
export const errorCatalogue = {
  invalid_input: {
    status: 400,
    meaning: "A field of the request or command is missing, malformed or out of range.",
    fix: "Correct the field the message names.",
  },
  invalid_config: {
    status: 500,
    meaning: "A setting in the environment is missing, misspelt or has a value that cannot work.",
    fix: "Correct every setting the message lists; docs/configuration.md describes each.",
  },
  unauthenticated: {
    status: 401,
    meaning: "The caller did not prove who it is.",
    fix: "Send an access token of this issuer that is valid and not expired.",
  },
  forbidden: {
    status: 403,
    meaning: "The caller is known but may not do this.",
    fix: "Use an access token with the scope the message names, of a client that is registered for the tenant.",
  },
  resource_not_found: {
    status: 404,
    meaning: "No resource has this identifier, or the client was given nothing of it.",
    fix: "See `tti resource list` and `tti resource show`; identifiers are compared byte by byte.",
  },
  resource_exists: {
    status: 409,
    meaning: "A resource with this identifier exists already.",
    fix: "Change it with `tti resource update`.",
  },
  account_not_found: {
    status: 404,
    meaning: "No account has this id or sign-in name.",
    fix: "List the accounts with `tti user list`, or create one with `tti user create`.",
  },
  account_exists: {
    status: 409,
    meaning: "Another account already signs in with this e-mail address, or has it as its id.",
    fix: "Use that account, adding it to the tenant (`tti user add`), or choose another address.",
  },
  import_conflict: {
    status: 409,
    meaning: "A row of people from elsewhere contradicts what is there, so nothing of it was taken.",
    fix: "Leave the member out of the row, or change what is there: an import replaces nothing.",
  },
  account_disabled: {
    status: 403,
    meaning: "The account is disabled and cannot sign in or be named in a token.",
    fix: "Enable it with `tti user enable`.",
  },
  invalid_credentials: {
    status: 401,
    meaning: "The e-mail address and password do not belong together.",
    fix: "Check both; `tti user password` sets a new one.",
  },
  too_many_attempts: {
    status: 429,
    meaning: "Sign-in was tried too often for this account or from this address.",
    fix: "Wait as many seconds as the answer says, then try again.",
  },
  email_not_verified: {
    status: 403,
    meaning: "The account's e-mail address is not proven, so no ID token may carry it.",
    fix: "Vouch for it with `tti user update --verified on`, or, for users of your own login page, name the address when you accept a login.",
  },
  tenant_not_found: {
    status: 404,
    meaning: "No tenant has this id.",
    fix: "List the tenants with `tti tenant list`, or create it with `tti tenant create`.",
  },
  tenant_exists: {
    status: 409,
    meaning: "A tenant with this id exists already.",
    fix: "Use it, or choose another id.",
  },
  tenant_disabled: {
    status: 403,
    meaning: "The tenant is disabled, so nobody can sign in to it.",
    fix: "Enable the tenant; until then nobody can sign in to it, whatever their account.",
  },
  not_a_member: {
    status: 403,
    meaning: "The account is no member of this tenant, so no token may name the tenant for it.",
    fix: "Add the membership with `tti user add --tenant`, or sign in to a tenant the user belongs to.",
  },
  tenant_not_vouched: {
    status: 403,
    meaning: "The sign-in behind this does not open the tenant: nobody vouched for it, or no longer.",
    fix: "Have the person sign in again, to this tenant.",
  },
  administrator_not_found: { status: 404, meaning: "It administers nothing.", fix: "See `tti admin list`." },
  administrator_exists: {
    status: 409,
    meaning: "The account is an administrator already.",
    fix: "Give it another role with `tti admin update`.",
  },
  last_owner: {
    status: 409,
    meaning: "Nobody else who can sign in is an owner, so this one stays, and can sign in.",
    fix: "Make somebody else an owner first: `tti admin create --role owner`, or `tti admin update`.",
  },
  first_link_over: { status: 403, meaning: "The first start is over.", fix: "See `tti admin create`." },
  repeat_differs: { status: 422, meaning: "The key names another call.", fix: "Choose a new key." },
  repeat_in_progress: { status: 409, meaning: "The same call is under way.", fix: "Send it again." },
  repeat_forgotten: { status: 410, meaning: "Done; its answer is gone.", fix: "Read what there is now." },
  oneself: { status: 409, meaning: "It would end your own rights.", fix: "Have another owner do it." },
  credential_not_found: { status: 404, meaning: "No such credential.", fix: "See `tti credential list`." },
  ...peopleErrorCodes,
  ...storeErrorCodes,
  precondition_failed: {
    status: 412,
    meaning: "What was to be changed is not what `If-Match` says any more; nothing was done.",
    fix: "Read it again, look at what changed, and send the change with the new ETag.",
  },
  accessor_not_found: {
    status: 404,
    meaning: "The tenant has handed over no data accessor of this name.",
    fix: "List them with `tti accessor list`, or enter what the customer sent with `tti accessor create`.",
  },
  accessor_exists: {
    status: 409,
    meaning: "The tenant has a data accessor of this name already.",
    fix: "Delete it first, or give the new one another name.",
  },
  exchange_failed: {
    status: 502,
    meaning: "AWS, or the token it was given, refused; the message names the step.",
    fix: "Do what the message says; packages/exchange/docs/exchange-failures.md lists the causes of each step.",
  },
  signing_key_unreadable: {
    status: 500,
    meaning:
      "A stored signing key cannot be opened: TTI_SECRETS lacks the secret that sealed it, or its row is damaged.",
    fix: "Put the former secret back into TTI_SECRETS and run `tti key reseal`, or restore the row from a backup.",
  },
  signing_unavailable: {
    status: 503,
    meaning: "No token can be signed now, because a token signed now might not be verifiable.",
    fix: "Run `tti key status`; where it shows no cause, the log of the instance names it (a KMS key that cannot be used, a database that does not answer).",
  },
  key_not_found: {
    status: 404,
    meaning: "No signing key has this kid.",
    fix: "List the keys: `tti key list --all`, or GET /v1/keys.",
  },
  key_in_use: {
    status: 409,
    meaning: "The key is in a state in which this cannot be done to it.",
    fix: "Run `tti key status` to see what the key is doing and what may be done next.",
  },
  sign_in_expired: {
    status: 400,
    meaning: "This sign-in has ended, took too long, or was begun in another browser.",
    fix: "Go back to the application and start again.",
  },
  not_found: {
    status: 404,
    meaning: "There is nothing at this address, or not for this method.",
    fix: "Check address and method: docs/admin-api.md lists the API, the discovery document what applications call.",
  },
  method_not_allowed: {
    status: 405,
    meaning: "The address is right, the HTTP method is not.",
    fix: "Use one of the methods the header Allow names.",
  },
  internal_error: {
    status: 500,
    meaning: "The provider failed in a way it did not foresee. The answer says nothing more on purpose.",
    fix: "Look at the log line with the same request id.",
  },
  domain_not_claimed: {
    status: 404,
    meaning: "The tenant has not claimed this domain.",
    fix: "Claim it with `tti domain add` and set the DNS record it prints.",
  },
  domain_not_proven: {
    status: 409,
    meaning: "The DNS record that proves the domain is not there.",
    fix: "Set the TXT record that `tti domain add` printed, wait until the DNS shows it, and verify again.",
  },
  domain_taken: {
    status: 409,
    meaning: "The domain belongs to another tenant.",
    fix: "If both tenants are one customer, an operator may share it: `tti domain verify --shared`.",
  },
  email_domain_not_verified: {
    status: 403,
    meaning:
      "The address lies in a domain the tenant has not proven, so no token for the tenant may carry it.",
    fix: "Prove the domain for the tenant with `tti domain add` and `tti domain verify`.",
  },
  presence_required: {
    status: 403,
    meaning: "The tenant's presence policy does not let a back end act for this user now.",
    fix: "Have the user log in or agree, as the message says.",
  },
  login_method_not_allowed: {
    status: 403,
    meaning: "The tenant's users log in another way.",
    fix: "Use the tenant's login method, or change it with `tti tenant update --login`.",
  },
  subject_token_refused: {
    status: 400,
    meaning:
      "The token that names the user is malformed, forged, expired, or not of the kind it claims to be.",
    fix: "Sign a new one as docs/minting.md describes; the message names the member at fault.",
  },
  subject_token_replayed: {
    status: 400,
    meaning: "A token that names a user was presented before; each serves once.",
    fix: "Sign a new one, with a new jti, for every request.",
  },
  tenant_not_allowed: {
    status: 403,
    meaning: "The client may not mint tokens for this tenant.",
    fix: "Name a tenant the client may act for, or give the client this one beside those it has: `tti client update ID --mint-for`.",
  },
  login_challenge_not_found: {
    status: 404,
    meaning: "The login challenge is unknown, was answered before, or is older than ten minutes.",
    fix: "Send the browser back to the application to start again; answer each challenge once.",
  },
  ...overloadErrorCodes,
  unavailable: {
    status: 503,
    meaning: "Something this operation needs (the database, a key, another service) does not answer.",
    fix: "Look at the log line with the same request id, repair what it names, and try again.",
  },
} as const satisfies Record<string, CatalogueEntry>;

/** What does not answer now is worth asking again in this time. */
export const soonSeconds = 2;

/** A stable error code. */
export type ErrorCode = keyof typeof errorCatalogue;

/** Options of an {@link OperationError}. */
export interface OperationErrorOptions {
  /** The input field at fault, where one is. */
  field?: string;
  /** What to do, where it is more precise than the catalogue's advice. */
  fix?: string;
  /** What exactly was wrong, by a stable name with its numbers: a page tells it in its reader's language by that. */
  reason?: { name: string; values: Readonly<Record<string, number>> };
  /** The private cause. Logged, never sent to a caller. */
  cause?: unknown;
  /** When trying again makes sense, where it is known. */
  retryAfterSeconds?: number;
}

/**
 * An expected failure of an operation. Its message is public: it must never hold a secret or a token.
 */
export class OperationError extends Error {
  override readonly name: string = "OperationError";
  readonly code: ErrorCode;
  readonly fix: string;
  readonly field: string | undefined;
  /** What exactly was wrong, by a stable name. */
  readonly reason: OperationErrorOptions["reason"];
  /** When trying again makes sense: `Retry-After` of the HTTP answer. Undefined where it makes none. */
  readonly retryAfterSeconds: number | undefined;

  /**
   * @param code stable code from {@link errorCatalogue}
   * @param message public text: what was wrong with this very request
   * @param options field at fault, a more precise fix, the private cause
   */
  constructor(code: ErrorCode, message: string, options: OperationErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.fix = options.fix ?? errorCatalogue[code].fix;
    this.field = options.field;
    this.reason = options.reason;
    const passes = errorCatalogue[code].status === 503;
    this.retryAfterSeconds = options.retryAfterSeconds ?? (passes ? soonSeconds : undefined);
  }

  /** The HTTP status that belongs to the code. */
  get status(): number {
    return errorCatalogue[this.code].status;
  }
}
