// Owns device authorization (RFC 8628) as tests go through it: a device asks, a browser that is signed in lets it in, the
// device polls.
import { grantTypes } from "../../../src/grants_and_scopes.ts";
import { basic, type JsonAnswer, type Params, postForm } from "./authorization.ts";
import type { UserAgent, Visit } from "./user_agent.ts";

/** Asks for a device code, as a confidential client. */
export function askForDevice(
  { issuer }: { issuer: string },
  clientId: string,
  params: Params = {},
): Promise<JsonAnswer> {
  const asked = { scope: "openid email", ...params };
  return postForm(new URL("/device-authorization", issuer), asked, basic(clientId));
}

/** Types a user code and goes on with it. @returns the page that follows */
export async function goOnWithCode(
  agent: UserAgent,
  { issuer }: { issuer: string },
  userCode: unknown,
): Promise<Visit> {
  const page = await agent.follow(new URL("/device", issuer));
  const asked = await agent.submit(page, { user_code: String(userCode) }, "/device");
  return /name="confirm"/.test(asked.text) ? agent.submit(asked, { confirm: "yes" }, "/device") : asked;
}

/** Polls, as a confidential client. */
export function pollForDevice(
  { issuer }: { issuer: string },
  clientId: string,
  deviceCode: unknown,
): Promise<JsonAnswer> {
  const poll = { grant_type: grantTypes.deviceCode, device_code: String(deviceCode) };
  return postForm(new URL("/token", issuer), poll, basic(clientId));
}

/** A device that a browser which is signed in has let in. @returns its device code */
export async function deviceLetIn(
  agent: UserAgent,
  fixture: { issuer: string },
  clientId: string,
  params: Params = {},
): Promise<string> {
  const { body } = await askForDevice(fixture, clientId, params);
  await goOnWithCode(agent, fixture, body["user_code"]);
  return String(body["device_code"]);
}
