// Owns reading an interaction: what the browser is in the middle of, from its cookie and the store, in plain
// values; and finishing it. The rest of the folder decides and draws.
import type { IncomingMessage, ServerResponse } from "node:http";
import type Provider from "oidc-provider";
import { type Client, errors, type InteractionResults } from "oidc-provider";
import { OperationError } from "../../errors.ts";
import { personScopes } from "../../grants_and_scopes.ts";
import { accountClientId } from "../clients/account_client.ts";
import { browserKeyOf, isOfBrowser } from "./browser_binding.ts";
import type { PromptDetails } from "./prompts.ts";

/** What the browser is in the middle of. */
export interface InteractionState {
  /** The record, as it was read: {@link finishInteraction} writes the answer to it. */
  record: InstanceType<Provider["Interaction"]>;
  uid: string;
  /** The random key of the browser it was begun in: known to the browser, not to whoever is handed a challenge. */
  browserKey: string;
  /** Name of the prompt, and why it is shown. */
  prompt: string;
  reasons: readonly string[];
  client: Client;
  /** The account of the browser's session, if one is signed in. */
  accountId: string | undefined;
  /** The uid of that session. */
  sessionUid: string | undefined;
  grantId: string | undefined;
  /** Authorization parameters that are strings. */
  params: ReadonlyMap<string, string>;
  /** On the tenant page, the tenants to choose from; on the consent page, the one that was chosen. */
  tenantIds: readonly string[];
  /** The scopes the client asked for that a person can grant. */
  scopes: readonly string[];
  /** On the consent page, the scopes it asked for at resources, by their identifiers. */
  resourceScopes: Readonly<Record<string, readonly string[]>>;
}

/** How pages name an application, and what they link to of it. Its logo stays away: they load nothing from elsewhere. */
export function shownApplication({ clientId, clientName, policyUri, tosUri }: Client) {
  return { clientName: clientName ?? clientId, policyUri, termsUri: tosUri };
}

/** The same on the pages of a login: the account is no application, so these call it nothing, and speak of it as they speak. */
export function shownAtLogin(client: Client) {
  const shown = shownApplication(client);
  return client.clientId === accountClientId ? { ...shown, clientName: undefined } : shown;
}

/** The request and response an interaction is read from and finished on. */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
}

/**
 * Reads the interaction of this browser.
 * @param uid from the path; must be the one the cookie names, of an interaction begun in this very browser
 * @throws OperationError sign_in_expired if there is none, or its session is another by now
 */
export async function getInteraction(
  provider: Provider,
  { request, response }: Exchange,
  uid: string,
): Promise<InteractionState> {
  const details = await provider.interactionDetails(request, response).catch(throwExpired);
  const { cookies } = provider.createContext(request, response);
  const browserKey = browserKeyOf(cookies, provider.issuer);
  if (details.uid !== uid || browserKey === undefined || !isOfBrowser(details, browserKey)) throw expired();
  const params = new Map(
    Object.entries(details.params).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
  const client = await provider.Client.find(params.get("client_id") ?? "");
  if (!client) throw expired();
  const told = details.prompt.details as Partial<PromptDetails>;
  return {
    record: details,
    uid,
    browserKey,
    prompt: details.prompt.name,
    reasons: details.prompt.reasons,
    client,
    accountId: details.session?.accountId,
    sessionUid: details.session?.uid,
    grantId: details.grantId,
    params,
    tenantIds: told.tenantIds ?? [],
    resourceScopes: told.resourceScopes ?? {},
    scopes: (params.get("scope") ?? "").split(" ").filter((scope) => personScopes.includes(scope)),
  };
}

/**
 * Ends an interaction with an answer. It is written to the record that was read, where that still is (library/found_records.ts), and
 * the browser's session is asked for anew where the request continues: nothing is read a second time.
 * @param keepEarlierAnswers false forgets what earlier pages of the same request answered
 * @returns the URL on which the authorization request continues
 * @throws OperationError sign_in_expired where it was ended since it was read
 */
export async function finishInteraction(
  { record }: InteractionState,
  answer: InteractionResults,
  keepEarlierAnswers = true,
): Promise<string> {
  const keeps = keepEarlierAnswers && !("error" in answer);
  record.result = keeps ? { ...record.lastSubmission, ...answer } : answer;
  await record.persist().catch(throwExpired);
  return record.returnTo;
}

function throwExpired(error: unknown): never {
  if (error instanceof errors.SessionNotFound) throw expired(error);
  throw error;
}

function expired(cause?: unknown): OperationError {
  return new OperationError("sign_in_expired", "There is no sign-in to continue in this browser.", { cause });
}
