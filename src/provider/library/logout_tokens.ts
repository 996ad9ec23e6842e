// Owns how the library tells applications of logouts: not by itself, where it loses what an application does not take at once,
// but when the outbox says so (assembly/logout_outbox.ts). The token is the library's own, made anew each time.
import type Provider from "oidc-provider";
import type { Client } from "oidc-provider";
import ProviderClass from "oidc-provider";

/** A logout of one application, while the person stays signed in. */
export interface LeftApplication {
  clientId: string;
  accountId: string;
  sessionUid: string;
  sid: string;
}

interface TellingClient {
  backchannelLogout(this: Client, accountId: string, sid: string | undefined): Promise<void>;
}

const tellOf = new WeakMap<Provider, TellingClient["backchannelLogout"]>();

/**
 * Keeps a Provider from telling applications while it ends a session: whoever deletes the session puts in whom to tell.
 * @param leave puts in that one application was left
 */
export function tellLogoutsLater(
  provider: Provider,
  leave: (application: LeftApplication) => Promise<void>,
): void {
  const client = provider.Client.prototype as unknown as TellingClient;
  tellOf.set(provider, client.backchannelLogout);
  client.backchannelLogout = async function putIn(accountId, sid) {
    const { oidc } = ProviderClass.ctx ?? {};
    const sessionUid = oidc?.session?.uid;
    // Where all ends, the session's own end says so.
    if (oidc?.params?.["logout"] !== undefined || sid === undefined || sessionUid === undefined) return;
    await leave({ clientId: this.clientId, accountId, sessionUid, sid });
  };
}

/** Why an application was not told, in words for the operator. What it answered is not among them. */
export class LogoutNotTaken extends Error {
  override readonly name = "LogoutNotTaken";
}

/**
 * Tells an application that a session of it ended, with a token made now (OpenID Connect Back-Channel Logout 1.0, section 2.5).
 * @param metadata the application's registration
 * @throws LogoutNotTaken
 */
export async function tellLogout(
  provider: Provider,
  metadata: object,
  { accountId, sid }: { accountId: string; sid: string },
): Promise<void> {
  const tell = tellOf.get(provider);
  if (tell === undefined) throw new Error("this Provider tells of logouts by itself");
  const client = new (provider.Client as unknown as new (metadata: object) => Client)(metadata);
  try {
    await tell.call(client, accountId, sid);
  } catch (error) {
    throw await notTaken(error);
  }
}

interface TellingError extends Error {
  response?: Response;
}

async function notTaken(error: unknown): Promise<unknown> {
  if (!(error instanceof Error)) return error;
  const { response, name, message } = error as TellingError;
  // Nobody reads it.
  await response?.body?.cancel().catch(() => undefined);
  if (response !== undefined) return new LogoutNotTaken(`it answered ${response.status}`);
  if (name === "TimeoutError") return new LogoutNotTaken("it did not answer in time");
  if (name === "OutgoingRefused") return new LogoutNotTaken(message);
  if (error instanceof TypeError && message === "fetch failed")
    return new LogoutNotTaken("it cannot be reached, or redirects");
  return error;
}
