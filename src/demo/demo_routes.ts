// Owns the demo's HTTP face: which path does what, its cookies, and the answer to every failure.
import { randomBytes, timingSafeEqual } from "node:crypto";
import Router from "@koa/router";
import Koa, { type Context } from "koa";
import { AuthorizationResponseError } from "openid-client";
import { addAssetRoutes } from "../asset_routes.ts";
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import { seeOther } from "../see_other.ts";
import type { DemoUser } from "../views/demo_pages.ts";
import { pageHeaders, renderPage } from "../views/render.ts";
import { FormError, readForm } from "./form_body.ts";
import { explainToken, shortenToken } from "./id_token_view.ts";
import type { Mailbox } from "./mailbox.ts";
import { addMailboxRoutes } from "./mailbox_routes.ts";
import { type PendingSignIn, type RelyingParty, SignInAgainError } from "./relying_party.ts";
import { createPendingStore, createSessionStore } from "./session_store.ts";
import type { Tale } from "./tale.ts";
import { addTaleRoutes } from "./tale_routes.ts";
import { taleUrls } from "./tale_steps.ts";
import { type SearchSettings, Visitor } from "./visitor.ts";

/** What the pages need besides the visitor. */
export interface DemoContent {
  users: readonly DemoUser[];
  /** Tenant id → name. */
  tenantNames: Readonly<Record<string, string>>;
  suggestions: readonly string[];
  links: readonly { label: string; url: string }[];
}

export interface DemoAppParts {
  publicUrl: string;
  party: RelyingParty;
  settings: SearchSettings;
  content: DemoContent;
  /** The story of a new customer; absent: none is told. */
  tale?: Tale | undefined;
  /** The mail of the provider; absent: none is shown. */
  mailbox?: Mailbox | undefined;
  log: Log;
  clock: Clock;
}

/** The application, and what ends all its visitors' sessions. */
export interface DemoApp {
  koa: Koa;
  end(): void;
}

const sessionCookie = "demo_session";
const signInCookie = "demo_sign_in";

interface Away {
  pending: PendingSignIn;
}

/** Builds the demo application. */
export function createDemoApp(parts: DemoAppParts): DemoApp {
  const { publicUrl, party, settings, content, tale, mailbox, log, clock } = parts;
  const visitors = createSessionStore<Visitor>(clock, (visitor) => visitor.end());
  const away = createPendingStore<Away>(clock);
  const koa = new Koa();
  // Sessions live in memory, so a key that dies with the process loses nothing.
  koa.keys = [randomBytes(32).toString("base64url")];
  const router = new Router();
  const cookie = {
    signed: true,
    httpOnly: true,
    sameSite: "lax",
    secure: publicUrl.startsWith("https:"),
    path: "/",
  } as const;

  const visitorOf = (ctx: Context): Visitor | undefined => visitors.find(ctx.cookies.get(sessionCookie));

  const home = (ctx: Context, notice?: string, status = 200, refused = false): void => {
    const newcomer = tale && { name: tale.customer.name, url: taleUrls.page };
    const { users, links } = content;
    const page = { issuer: settings.issuer, newcomer, users, links, notice, refused };
    sendPage(ctx, status, renderPage("demo_home", page));
  };

  const goSignIn = async (ctx: Context, hints: Parameters<RelyingParty["begin"]>[0]): Promise<void> => {
    const { url, pending } = await party.begin(hints);
    ctx.cookies.set(signInCookie, away.create({ pending }), { ...cookie, maxAge: 600_000 });
    ctx.redirect(url.href);
  };

  /** The visitor, if signed in and the form came from our own page; else undefined, and the answer is given. */
  const postingVisitor = async (
    ctx: Context,
  ): Promise<[Visitor, ReadonlyMap<string, string>] | undefined> => {
    const visitor = visitorOf(ctx);
    const form = await readForm(ctx.req);
    if (visitor === undefined) {
      home(ctx, "Your session here has ended. Please sign in again.", 401);
      return undefined;
    }
    if (!sameText(form.get("csrf") ?? "", visitor.csrfToken)) {
      throw new FormError(403, "the form is not from your current session");
    }
    return [visitor, form];
  };

  router.get("/", (ctx) => {
    const visitor = visitorOf(ctx);
    if (visitor === undefined) home(ctx);
    else sendPage(ctx, 200, renderVisitor(visitor, parts));
  });

  router.get("/signed-out", (ctx) => home(ctx, "You are signed out."));

  router.get("/login", async (ctx) => {
    const loginHint = typeof ctx.query["as"] === "string" ? ctx.query["as"] : undefined;
    await goSignIn(ctx, { loginHint, freshLogin: loginHint !== undefined });
  });

  router.get("/callback", async (ctx) => {
    const waiting = away.take(ctx.cookies.get(signInCookie));
    ctx.cookies.set(signInCookie, null, cookie);
    if (waiting === undefined) {
      home(ctx, "This sign-in has expired or was finished already. Please start again.", 400, true);
      return;
    }
    const tokens = await party.complete(ctx.querystring, waiting.pending);
    visitors.delete(ctx.cookies.get(sessionCookie));
    ctx.cookies.set(sessionCookie, visitors.create(new Visitor({ settings, party, clock, tokens })), cookie);
    seeOther(ctx, "/");
  });

  router.post("/search", async (ctx) => {
    const posted = await postingVisitor(ctx);
    if (posted === undefined) return;
    const [visitor, form] = posted;
    const query = (form.get("suggestion") ?? form.get("query") ?? "").trim().slice(0, 1000);
    if (query !== "") await visitor.search(query);
    seeOther(ctx, query === "" ? "/" : "/#results");
  });

  router.post("/replay", async (ctx) => {
    const posted = await postingVisitor(ctx);
    if (posted === undefined) return;
    const [visitor] = posted;
    await visitor.replay(visitor.lastSearch?.query ?? content.suggestions[0] ?? "report");
    seeOther(ctx, "/#steps");
  });

  router.post("/logout", async (ctx) => {
    const posted = await postingVisitor(ctx);
    if (posted === undefined) return;
    const [{ idToken }] = posted;
    visitors.delete(ctx.cookies.get(sessionCookie));
    ctx.cookies.set(sessionCookie, null, cookie);
    seeOther(ctx, (await party.signOutUrl(idToken)).href);
  });

  addAssetRoutes(router);
  if (tale !== undefined) addTaleRoutes(router, tale, content.links);
  if (mailbox !== undefined) addMailboxRoutes(router, mailbox, content.links);

  koa.on("error", (error: unknown) => log.error({ err: error }, "demo: an answer could not be sent"));
  koa.use(async (ctx, next) => {
    try {
      if (ctx.host === new URL(publicUrl).host) await next();
      else if (ctx.method === "GET") ctx.redirect(publicUrl);
      else throw new FormError(421, `this application answers at ${publicUrl} only`);
      if (ctx.status === 404 && ctx.body === undefined) throw new FormError(404, "there is no such page");
    } catch (error) {
      await answerError(ctx, error);
    }
  });
  koa.use(router.routes());

  const answerError = async (ctx: Context, error: unknown): Promise<void> => {
    if (error instanceof SignInAgainError) {
      // Usually the provider still knows the user, and the browser is back before anyone notices.
      await goSignIn(ctx, {})
        .then(() => (ctx.status = 303))
        .catch((cause: unknown) => sendError(ctx, cause, log));
    } else if (error instanceof AuthorizationResponseError && error.error === "access_denied") {
      home(ctx, "The sign-in was cancelled.", 400);
    } else sendError(ctx, error, log);
  };

  return { koa, end: () => visitors.clear() };
}

function renderVisitor(visitor: Visitor, { content, settings, clock }: DemoAppParts): string {
  const { claims } = visitor;
  const text = (name: string): string | undefined => {
    const value = claims[name];
    return typeof value === "string" ? value : undefined;
  };
  const email = text("email") ?? "";
  const tenantId = visitor.tenantId;
  return renderPage("demo_session", {
    user: {
      name: text("name") ?? (email || (text("sub") ?? "someone")),
      email,
      tenant: Object.hasOwn(content.tenantNames, tenantId)
        ? (content.tenantNames[tenantId] ?? tenantId)
        : tenantId,
    },
    csrfToken: visitor.csrfToken,
    query: visitor.lastSearch?.query ?? "",
    suggestions: content.suggestions,
    token: {
      ...explainToken(visitor.idToken, { ...settings, now: clock() }),
      raw: shortenToken(visitor.idToken),
      obtainedBy:
        visitor.origin === "sign-in"
          ? "It came with the authorization code when you signed in."
          : "It came by the refresh grant, because the one before was used up or had expired.",
      redeemed: visitor.presented,
      secondsLeft: visitor.secondsLeft,
    },
    search: visitor.lastSearch,
    users: othersThan(email, content.users),
    links: content.links,
  });
}

/** Everybody else, colleagues first: their answers differ although the company is the same. */
function othersThan(email: string, users: readonly DemoUser[]): readonly DemoUser[] {
  const tenant = users.find((user) => user.email === email)?.tenant;
  const others = users.filter((user) => user.email !== email);
  return [
    ...others.filter((user) => user.tenant === tenant),
    ...others.filter((user) => user.tenant !== tenant),
  ];
}

function sendPage(ctx: Context, status: number, html: string): void {
  ctx.status = status;
  ctx.set({ ...pageHeaders() });
  ctx.body = html;
}

// What openid-client refuses of an answer is no outage: parameters are missing, or are another sign-in's.
const isForeignAnswer = (ctx: Context, error: unknown): boolean =>
  ctx.path === "/callback" &&
  error instanceof Error &&
  Reflect.get(error, "code") === "OAUTH_INVALID_RESPONSE";

function sendError(ctx: Context, thrown: unknown, log: Log): void {
  const error = isForeignAnswer(ctx, thrown)
    ? new FormError(
        400,
        "what came back does not belong to the sign-in that was begun here, so nobody is signed in",
      )
    : thrown;
  const expected = error instanceof FormError;
  const requestId = randomBytes(6).toString("hex");
  if (!expected) log.error({ requestId, err: error, path: ctx.path }, "demo: a request failed");
  const status = expected ? error.status : 502;
  const page = expected
    ? {
        title: "This cannot be answered",
        why: `${error.message.charAt(0).toUpperCase()}${error.message.slice(1)}.`,
        todo: "Go back to the start and try again.",
      }
    : {
        title: "The sign-in or search could not be completed",
        why: "Usually the provider is not running, or this application is not registered with it.",
        todo: "Try again. If you run this demo, look at the log line with the request id below.",
      };
  sendPage(
    ctx,
    status,
    renderPage("error", {
      ...page,
      brandName: "Sample ISV app",
      code: expected ? "invalid_request" : (errorCode(error) ?? "unavailable"),
      requestId,
      ways: [{ label: "Back to the start", url: "/" }],
    }),
  );
}

/** The OAuth error code, where the failure is one. */
function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "error" in error && typeof error.error === "string"
    ? error.error
    : undefined;
}

function sameText(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
