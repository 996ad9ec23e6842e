// Owns the pages of mailed links, and the page on which a new password is asked for. Opening a page changes nothing, for links
// are also opened by what scans and previews mail; its form does. Links are served also where no mail is sent any more; asked for
// is a password only where one is.
import type Router from "@koa/router";
import type { RouterContext } from "@koa/router";
import type { LoginNames } from "../../audit/login_names.ts";
import { OperationError } from "../../errors.ts";
import { logFailure, retryHeaders } from "../../http_errors.ts";
import { onceEach, parseFormText } from "../../input/form_text.ts";
import type { InstallationPart } from "../../installation.ts";
import { seeOther } from "../../see_other.ts";
import { refusalWords } from "../../views/fault_words.ts";
import { currentApplication, currentWords } from "../../views/frame.ts";
import type { WayOn } from "../../views/page_frame.ts";
import type { PageName, Pages } from "../../views/pages.ts";
import { pageHeaders, renderPage } from "../../views/render.ts";
import { noticeGuess } from "../accounts/attack_watch.ts";
import type { Passwords } from "../accounts/passwords.ts";
import { assertOwnForm, readForm } from "../edge/form.ts";
import { readOutcome } from "../edge/form_outcome.ts";
import { pinnedAddressOf } from "../edge/pinned_request.ts";
import { browserKeyOf } from "../interactions/browser_binding.ts";
import { sessionOf } from "../library/internals.ts";
import type { ProviderHost } from "../library/provider_host.ts";
import { leavesNone, reachOfAddress } from "../tenants/address_reach.ts";
import { askForReset } from "./ask_for_reset.ts";
import { AddressOpensNone, changeAddressByLink } from "./change_address.ts";
import {
  forgotPath,
  forgotSentPath,
  newAddressPath,
  newPasswordPath,
  proveAddressPath,
} from "./link_addresses.ts";
import { passwordPurposes, proveAddressByLink, readLink, setPasswordByLink } from "./use_link.ts";

/** What these pages need. */
export interface LinkRouteDeps
  extends InstallationPart<"db" | "clock" | "log" | "issuer" | "requireVerifiedDomain"> {
  passwords: Passwords;
  loginNames: LoginNames;
  host: ProviderHost;
  sendsMail: boolean;
  /** Has the outbox look, because something was put in. */
  mailPut(): void;
}

/** Adds their addresses. */
export function addLinkRoutes(router: Router, deps: LinkRouteDeps): void {
  const origin = new URL(deps.issuer).origin;
  if (deps.sendsMail) addForgotPage();
  router.use([newPasswordPath, proveAddressPath, newAddressPath], async function noticeGuesses(_ctx, next) {
    try {
      await next();
    } catch (error) {
      if (error instanceof OperationError && error.code === "link_over") await noticeGuess(deps, "link");
      throw error;
    }
  });

  function addForgotPage(): void {
    router.get(forgotPath, (ctx) => {
      const from = queryOf(ctx).get("from");
      // What was typed on the page before waits in this browser.
      const place = { cookies: ctx.cookies, issuer: deps.issuer };
      const email =
        wayBack(from) === undefined ? undefined : readOutcome(place, `address_${from}`)?.["email"];
      show(ctx, 200, "forgot", { form: { action: forgotPath }, email, ...cameFrom(from) });
    });

    router.get(forgotSentPath, async (ctx) => {
      show(ctx, 200, "done", {
        title: "Look into your mailbox",
        lines: [
          "If somebody signs in here with that address, a mail with a link is on its way to it. The link counts for one hour.",
          "Nothing there after a few minutes? Look into the folder for unwanted mail, and whether it is the address you sign in with. Who signs in at their organization has no password here.",
        ],
        ways: await waysOn(wayBack(queryOf(ctx).get("from"))),
      });
    });

    router.post(forgotPath, async (ctx) => {
      assertOwnForm(ctx.req, origin);
      const form = await readForm(ctx.req);
      const [email, from] = [form.get("email")?.trim() ?? "", form.get("from") ?? ""];
      try {
        await askForReset(deps, {
          email,
          clientAddress: pinnedAddressOf(ctx.req),
          browser: browserKeyOf(ctx.cookies, deps.issuer),
        });
      } catch (error) {
        const refused = refusal(ctx, error);
        return show(ctx, refused.status, "forgot", {
          form: { action: forgotPath },
          email,
          error: refusalWords(refused),
          ...cameFrom(from),
        });
      }
      deps.mailPut();
      seeOther(ctx, wayBack(from) === undefined ? forgotSentPath : `${forgotSentPath}?from=${from}`);
    });
  }

  router.get(newPasswordPath, async (ctx) => {
    const secret = secretOf(ctx);
    await showNewPassword(ctx, 200, secret);
  });

  router.post(newPasswordPath, async (ctx) => {
    withoutReferrer(ctx);
    assertOwnForm(ctx.req, origin);
    const form = await readForm(ctx.req);
    const secret = form.get("token") ?? "";
    let purpose: string;
    try {
      ({ purpose } = await readLink(deps, secret, passwordPurposes));
      await setPasswordByLink(deps, secret, form.get("password") ?? "");
    } catch (error) {
      const beside =
        error instanceof OperationError && (error.field === "password" || error.code === "too_many_attempts");
      if (!beside) throw error;
      const refused = refusal(ctx, error);
      return showNewPassword(ctx, refused.status, secret, refusalWords(refused));
    }
    deps.mailPut();
    const words = currentWords().newPassword;
    show(ctx, 200, "done", {
      title: words.doneTitle,
      lines: [purpose === "invitation" ? words.doneInvited : words.done],
      ways: await waysOn(),
    });
  });

  router.get(proveAddressPath, async (ctx) => {
    const secret = secretOf(ctx);
    const { account } = await readLink(deps, secret, ["address_proof"]);
    show(ctx, 200, "prove_address", {
      form: { action: proveAddressPath },
      token: secret,
      email: account.email ?? "",
    });
  });

  router.post(proveAddressPath, async (ctx) => {
    withoutReferrer(ctx);
    assertOwnForm(ctx.req, origin);
    const form = await readForm(ctx.req);
    await proveAddressByLink(deps, form.get("token") ?? "");
    show(ctx, 200, "done", {
      title: currentWords().proveAddress.doneTitle,
      lines: [currentWords().proveAddress.done],
      ways: await waysOn(),
    });
  });

  router.get(newAddressPath, async (ctx) => {
    const secret = secretOf(ctx);
    const { account, newEmail } = await readLink(deps, secret, ["address_change"]);
    const reach = await reachOfAddress(deps.db, account, newEmail ?? "", deps.requireVerifiedDomain);
    show(ctx, 200, "new_address", {
      form: leavesNone(reach) ? undefined : { action: newAddressPath },
      token: secret,
      email: account.email ?? "",
      newEmail: newEmail ?? "",
      lost: reach.lost,
    });
  });

  router.post(newAddressPath, async (ctx) => {
    withoutReferrer(ctx);
    assertOwnForm(ctx.req, origin);
    const form = await readForm(ctx.req);
    const words = currentWords().address;
    try {
      const here = {
        userAgent: ctx.get("User-Agent"),
        session: await sessionOf(deps.host.current(), ctx.req, ctx.res),
      };
      const { email } = await changeAddressByLink(deps, form.get("token") ?? "", here);
      deps.mailPut();
      show(ctx, 200, "done", {
        title: words.changed,
        lines: [words.changedTo(email), words.signedOut],
        ways: await waysOn(),
      });
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      if (error.code === "unauthenticated") {
        logFailure(deps.log, ctx.req, error);
        const [title, lines] = [words.signInFirst, [words.signInFirstWhy, words.signInFirstTodo]];
        return show(ctx, error.status, "done", { title, lines, ways: await waysOn() });
      }
      if (error instanceof AddressOpensNone) {
        logFailure(deps.log, ctx.req, error);
        const lines = [words.opensNoneWhy(error.organizations.join(", ")), words.opensNoneTodo];
        return show(ctx, error.status, "done", { title: words.opensNoneTitle, lines, ways: await waysOn() });
      }
      if (error.code !== "account_exists") throw error;
      logFailure(deps.log, ctx.req, error);
      show(ctx, error.status, "done", {
        title: words.taken,
        lines: [words.takenWhy, words.takenTodo],
        ways: await waysOn(),
      });
    }
  });

  async function showNewPassword(
    ctx: RouterContext,
    status: number,
    secret: string,
    error?: string,
  ): Promise<void> {
    const { account, purpose } = await readLink(deps, secret, passwordPurposes);
    show(ctx, status, "new_password", {
      form: { action: newPasswordPath },
      token: secret,
      email: account.email ?? "",
      invited: purpose === "invitation",
      error,
    });
  }

  // A fault of the form, which is shown beside it; everything else is for the edge.
  function refusal(ctx: RouterContext, error: unknown): OperationError {
    if (!(error instanceof OperationError) || error.status >= 500) throw error;
    logFailure(deps.log, ctx.req, error);
    ctx.set(retryHeaders(error));
    return error;
  }
}

function show<Name extends PageName>(
  ctx: RouterContext,
  status: number,
  name: Name,
  page: Pages[Name],
): void {
  ctx.status = status;
  ctx.set({ ...pageHeaders({ script: name === "new_password" }) });
  withoutReferrer(ctx);
  ctx.body = renderPage(name, page);
}

// The address holds a secret, and no page that is led to is told it.
function withoutReferrer(ctx: RouterContext): void {
  ctx.set("Referrer-Policy", "no-referrer");
}

function secretOf(ctx: RouterContext): string {
  withoutReferrer(ctx);
  return queryOf(ctx).get("token") ?? "";
}

const queryOf = (ctx: RouterContext): ReadonlyMap<string, string> => onceEach(parseFormText(ctx.querystring));

/** The sign-in somebody came from: its id, and nothing that could lead elsewhere. */
function wayBack(from: string | undefined): string | undefined {
  return from !== undefined && /^[A-Za-z0-9_-]{10,64}$/.test(from) ? `/interaction/${from}/login` : undefined;
}

const cameFrom = (from: string | undefined) => {
  const signInUrl = wayBack(from);
  return signInUrl === undefined ? {} : { signInUrl, from };
};

// Where to sign in: where one came from, else the application this browser came from last, else here.
async function waysOn(signInUrl?: string): Promise<WayOn[]> {
  const { ways } = currentWords();
  if (signInUrl !== undefined) return [{ label: ways.backToSignIn, url: signInUrl }];
  const application = await currentApplication();
  const account = { label: ways.signInToAccount, url: "/account" };
  return application === undefined
    ? [account]
    : [{ label: ways.goTo(application.name), url: application.url }, account];
}
