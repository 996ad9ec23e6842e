// Owns what an ISV's back end does, done from the command line: minting at the token endpoint, exchanging at AWS.
import { ExchangeClient, ExchangeError, fromTtiProvider, type IdTokenSource } from "tti-exchange";
import { type ErrorCode, errorCatalogue, OperationError } from "../errors.ts";
import type { ClientKey } from "./client_key.ts";

/** Where a back end mints and exchanges. */
export interface BackEndPlaces {
  issuer: string;
  /** The audience registered with AWS. */
  audience: string;
  tenantClaim: string;
  client: ClientKey;
  /** The ISV's keys at the local AWS; absent: the AWS SDK's default chain. */
  baseCredentials?: { accessKeyId: string; secretAccessKey: string };
  /** The one address of every AWS call; absent: as the AWS SDK finds it, AWS_ENDPOINT_URL included. */
  awsEndpoint?: string;
}

/** Seconds the token endpoint may take. */
const mintSeconds = 15;

/** The library's own token source, as any back end in Node.js has it: the client signs who the user is (RFC 8693). */
function sourceAt({ issuer, client }: BackEndPlaces): IdTokenSource {
  const key = { ...client.privateJwk };
  return fromTtiProvider({
    issuer,
    clientId: client.clientId,
    clientAuthentication: { method: "private_key_jwt", key },
    assertionKey: key,
  });
}

/**
 * Mints one ID token.
 * @param user the account's id, or the ISV's own id of the user
 * @throws ExchangeError, which {@link issuersOwn} reads
 */
export function mintIdToken(
  places: BackEndPlaces,
  user: { tenantId: string; subject: string },
): Promise<string> {
  const signal = AbortSignal.timeout(mintSeconds * 1000);
  return sourceAt(places)({ tenantId: user.tenantId, user: user.subject, attempt: 1, signal });
}

/**
 * What the issuer said when it minted no token, with its own code and fix, of the exchange's failure over it; other
 * failures as they are.
 */
export function issuersOwn(error: unknown): unknown {
  if (error instanceof DOMException && error.name === "TimeoutError") return unreachable(error);
  if (!ExchangeError.isInstance(error)) return error;
  if (error.code === "id_token_source_unreachable") return unreachable(error);
  // The source is asked for the account first, and its own words are the ones to read.
  if (error.code === "id_token_source_failed" && error.cause instanceof OperationError) return error.cause;
  return error.code === "id_token_source_refused" ? refusalOf(error) : error;
}

function unreachable(cause: Error): OperationError {
  return new OperationError("unavailable", `The provider does not answer: ${cause.message}`, {
    fix: "Start it (tti dev, tti serve), or name its address: TTI_ISSUER=https://… tti token …",
    cause,
  });
}

// The provider puts its own code before the words: "not_a_member: The account is …".
function refusalOf(refused: ExchangeError): OperationError {
  const { oauthError, oauthErrorDescription = "", httpStatusCode = 200 } = refused;
  if (oauthError === undefined && httpStatusCode < 400)
    return new OperationError("unavailable", refused.message);
  const error = oauthError ?? `HTTP ${httpStatusCode}`;
  const [, code = "", words = ""] = /^([a-z_]+): (.+)$/.exec(oauthErrorDescription) ?? [];
  if (Object.hasOwn(errorCatalogue, code)) {
    return new OperationError(code as ErrorCode, `The provider mints no token (${error}): ${words}`);
  }
  return new OperationError(
    httpStatusCode >= 500 ? "unavailable" : "forbidden",
    `The provider mints no token (${error})${oauthErrorDescription === "" ? "." : `: ${oauthErrorDescription}`}`,
    { fix: "The words after the colon are the provider's own: they name what is at fault." },
  );
}

/**
 * Opens an exchange client whose ID tokens are minted at the token endpoint.
 * @param subjectOf the account id of a user, by the name the exchange is asked for
 */
export function openExchange(
  places: BackEndPlaces,
  subjectOf: (user: string) => Promise<string>,
): ExchangeClient {
  const source = sourceAt(places);
  const idTokenSource: IdTokenSource = async (request) =>
    source({ ...request, user: await subjectOf(request.user) });
  const { awsEndpoint, baseCredentials } = places;
  return new ExchangeClient({
    idTokenSource,
    // Every renewal asks the tenant's presence policy; a refresh token of AWS would go past it.
    refreshTokens: false,
    trustedTokenIssuer: {
      issuer: places.issuer,
      audience: places.audience,
      tenantClaim: places.tenantClaim,
    },
    ...(baseCredentials === undefined ? {} : { baseCredentials }),
    ...(awsEndpoint === undefined ? {} : { awsClientOptions: endpointsAt(awsEndpoint) }),
  });
}

/** Settings of the AWS clients that lead every call to one address. */
export function endpointsAt(endpoint: string) {
  return { sts: { endpoint }, ssoOidc: { endpoint }, qbusiness: { endpoint } };
}
