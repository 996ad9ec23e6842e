// Owns the pages of device authorization (RFC 8628): where a code is typed, the question whether one started it oneself, and the
// end. The library's own need a script and load from elsewhere.
import type { IncomingMessage } from "node:http";
import type Provider from "oidc-provider";
import type { Configuration, KoaContextWithOIDC } from "oidc-provider";
import { retryHeaders } from "../../http_errors.ts";
import { currentWords } from "../../views/frame.ts";
import { pageHeaders, renderPage } from "../../views/render.ts";
import { TooManyCodes } from "./device_code_guards.ts";
import { shownApplication } from "./interaction.ts";

type DeviceFlow = NonNullable<NonNullable<Configuration["features"]>["deviceFlow"]>;

/** The page sources that the settings name. */
export interface DevicePages {
  userCodeInputSource: NonNullable<DeviceFlow["userCodeInputSource"]>;
  userCodeConfirmSource: NonNullable<DeviceFlow["userCodeConfirmSource"]>;
  successSource: NonNullable<DeviceFlow["successSource"]>;
}

const pagePath = "/device";
const prefilled = new WeakMap<IncomingMessage, string>();

// As a device shows it, or as it is typed; anything else fills nothing in.
const looksLikeACode = /^[A-Za-z -]{1,20}$/;

/**
 * Has an address with a code (`verification_uri_complete`) open the page with it filled in. The library would send it on by a
 * script; a person is to compare it in any case (section 5.4).
 */
export function fillInUserCode(provider: Provider): void {
  provider.use(function fillIn(ctx, next) {
    const code = ctx.query["user_code"];
    if (ctx.path === pagePath && (ctx.method === "GET" || ctx.method === "HEAD") && code !== undefined) {
      if (typeof code === "string" && looksLikeACode.test(code)) prefilled.set(ctx.req, code.toUpperCase());
      const { user_code: _filledIn, ...query } = ctx.query;
      ctx.query = query as Record<string, string>;
    }
    return next();
  });
}

/** Makes them. @param dress has the page look as the application it is about */
export function createDevicePages(dress: (ctx: KoaContextWithOIDC) => Promise<void>): DevicePages {
  return {
    userCodeInputSource(ctx, _form, _out, error) {
      if (error?.name === "AbortedError") return show(ctx, 200, renderPage("device_end", { denied: true }));
      if (error instanceof TooManyCodes) ctx.set(retryHeaders(error));
      const typed = ctx.oidc.params?.["user_code"];
      const status = error === undefined || ctx.status < 400 ? (error === undefined ? 200 : 400) : ctx.status;
      show(
        ctx,
        status,
        renderPage("device_code", {
          ...formOf(ctx, error !== undefined),
          userCode: prefilled.get(ctx.req) ?? (typeof typed === "string" ? typed.slice(0, 20) : undefined),
          error: error && wordsOf(error),
        }),
      );
    },
    async userCodeConfirmSource(ctx, _form, client, _info, userCode) {
      await dress(ctx);
      show(ctx, 200, renderPage("device_confirm", { ...formOf(ctx), ...shownApplication(client), userCode }));
    },
    async successSource(ctx) {
      await dress(ctx);
      const { client } = ctx.oidc;
      show(ctx, 200, renderPage("device_end", client ? shownApplication(client) : {}));
    },
  };
}

function formOf(ctx: KoaContextWithOIDC, failed = false): { action: string; xsrf: string } {
  const { session } = ctx.oidc;
  // Of a request that failed, in a browser without a session, the library gives the secret to one that it does not save.
  const isKept = !failed || typeof session?.exp === "number";
  if (!isKept && session !== undefined) Object.assign(session, { touched: false });
  const secret = isKept ? session?.state?.["secret"] : undefined;
  return { action: ctx.oidc.urlFor("code_verification"), xsrf: typeof secret === "string" ? secret : "" };
}

// The library's errors, by their names.
const faultNames: Readonly<Record<string, "none" | "unknown" | "expired" | "used">> = {
  NoCodeError: "none",
  NotFoundError: "unknown",
  ExpiredError: "expired",
  AlreadyUsedError: "used",
};

function wordsOf(error: Error & { retryAfterSeconds?: number; status?: number }): string {
  const words = currentWords().deviceFaults;
  if (error instanceof TooManyCodes) return words.tooMany(error.retryAfterSeconds);
  const known = faultNames[error.name];
  if (known !== undefined) return words[known];
  return (error.status ?? 500) >= 500 ? words.unavailable : words.other;
}

function show(ctx: KoaContextWithOIDC, status: number, html: string): void {
  ctx.status = status;
  ctx.set({ ...pageHeaders() });
  ctx.body = html;
}
