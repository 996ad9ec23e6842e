// A sandbox port that serves only the authorize page, over a world with one application and two users.

import { listen } from "../../../src/gateway/http/listener.ts";
import { createRequestLog } from "../../../src/operation/request_log.ts";
import { handleAuthorize } from "../../../src/page/authorize/handle_authorize.ts";
import { createRules } from "../../../src/rules/rules.ts";
import {
  createIdSource,
  createWorld,
  type IdentityCenterApplication,
  type IdentityStoreUser,
  storeKey,
} from "../../../src/state/index.ts";

const instanceArn = "arn:aws:sso:::instance/ssoins-1234567890abcdef";
const identityStoreId = "d-1234567890";
export const applicationArn =
  "arn:aws:sso::111122223333:application/ssoins-1234567890abcdef/apl-1234567890abcdef";
export const redirectUri = "https://isv.example.com/callback?tenant=a";

function user(userId: string, displayName: string): IdentityStoreUser {
  const userName = displayName.toLowerCase();
  return {
    identityStoreId,
    userId,
    userName,
    displayName,
    emails: [{ value: `${userName}@example.com`, type: null, primary: true }],
    externalIds: [],
    status: "ENABLED",
    profile: {},
    createdAtMs: 0,
    updatedAtMs: 0,
  };
}

/** Starts the authorize page on a free port; close with `close`. */
export async function startAuthorize() {
  const world = createWorld();
  const log = createRequestLog();
  const rules = createRules();
  let nowMs = Date.UTC(2026, 10, 23, 12);
  const clock = () => new Date(nowMs);
  world.instances.set(instanceArn, {
    instanceArn,
    identityStoreId,
    ownerAccountId: "111122223333",
    region: "eu-west-1",
    name: null,
    status: "ACTIVE",
    createdAtMs: 0,
  });
  for (const each of [user("u-ada", "Ada"), user("u-bob", "Bob")]) {
    world.users.set(storeKey(identityStoreId, each.userId), each);
  }
  const application: IdentityCenterApplication = {
    applicationArn,
    instanceArn,
    accountId: "111122223333",
    applicationProviderArn: "arn:aws:sso::aws:applicationProvider/custom",
    name: "Example ISV",
    description: null,
    status: "ENABLED",
    portalOptions: null,
    grants: { authorizationCode: { redirectUris: [redirectUri, "myapp:/back"] } },
    actorPolicy: null,
    accessScopes: [
      { scope: "qbusiness:content:access", authorizedTargets: [] },
      { scope: "openid", authorizedTargets: [] },
    ],
    assignmentRequired: false,
    assignments: [],
    userBackgroundSessionStatus: "DISABLED",
    dataAccessorId: null,
    tags: [],
    createdAtMs: 0,
  };
  world.applications.set(applicationArn, application);

  const sources = {
    world,
    log,
    onRequest: () => {},
    clock,
    ids: createIdSource(),
    secret: "one sandbox",
    endpoint: "http://localhost:4566",
    rules,
  };
  const listener = await listen(0, "127.0.0.1", async (request) => {
    return handleAuthorize(request, sources) ?? { status: 404, headers: {}, body: "" };
  });
  const url = `http://127.0.0.1:${listener.port}/authorize`;

  /** Sends a browser there; redirects are not followed. */
  const open = (parameters: Record<string, string> | [string, string][]) =>
    fetch(`${url}?${new URLSearchParams(parameters)}`, { redirect: "manual" });

  /** The parameters a correct request has. */
  const request = (more: Record<string, string> = {}) => ({
    response_type: "code",
    client_id: applicationArn,
    redirect_uri: redirectUri,
    state: "s t&te",
    ...more,
  });

  /** Opens the sign-in page and reads its form and cookie, as a browser would. */
  async function openForm(more: Record<string, string> = {}) {
    const response = await open(request(more));
    const page = await response.text();
    const inputs = (page.split("</form>")[0] ?? "").matchAll(
      /<input type="hidden" name="([^"]*)" value="([^"]*)">/g,
    );
    const fields = Object.fromEntries(
      [...inputs].map(([, name = "", value = ""]) => [name, unescapeHtml(value)]),
    );
    return { response, page, fields, cookie: (response.headers.get("set-cookie") ?? "").split(";")[0] ?? "" };
  }

  const post = (fields: Record<string, string>, cookie: string) =>
    fetch(url, {
      method: "POST",
      body: new URLSearchParams(fields),
      headers: cookie === "" ? {} : { cookie },
      redirect: "manual",
    });

  /** Signs a user in and returns the code. */
  async function signIn(name: string, more: Record<string, string> = {}): Promise<string> {
    const { fields, cookie } = await openForm(more);
    const response = await post({ ...fields, user: name }, cookie);
    const location = new URL(response.headers.get("location") ?? "about:blank");
    return location.searchParams.get("code") ?? `no code: ${response.status} ${location}`;
  }

  return {
    url,
    world,
    log,
    rules,
    clock,
    application,
    request,
    open,
    openForm,
    post,
    signIn,
    advanceSeconds: (seconds: number) => {
      nowMs += seconds * 1000;
    },
    close: () => listener.close(),
  };
}

function unescapeHtml(text: string): string {
  return text
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&amp;/g, "&");
}
