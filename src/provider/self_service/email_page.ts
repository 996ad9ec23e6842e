// Owns the page of a person's address: having it proven, and asking for another one. What either does is the links' to say.
import { OperationError } from "../../errors.ts";
import { isEmailAddress } from "../../input/email_address.ts";
import { currentWords } from "../../views/frame.ts";
import { renderPage } from "../../views/render.ts";
import type { Account } from "../accounts/account_store.ts";
import { findMailReturned } from "../accounts/mail_returned_store.ts";
import { askForProof } from "../links/ask_for_proof.ts";
import { AddressOpensNone, askForAddress, whyAddressNotOwn } from "../links/change_address.ts";
import { reachOfAddress } from "../tenants/address_reach.ts";
import type {
  AccountFormHandler,
  AccountPageDeps,
  AccountPageHandler,
  ShownVisit,
} from "./account_page_routes.ts";
import { type AccountPerson, holdAccountPerson, whyNotOwn } from "./account_person.ts";
import { accountPages } from "./account_tabs.ts";

/** What the page takes besides. */
export interface EmailPageDeps extends AccountPageDeps {
  /** Whether mail is sent. */
  sendsMail: boolean;
  /** Has the outbox look, because something was put in. */
  mailPut(): void;
}

/** Where the link that proves the address is asked for. */
const proofPath = `${accountPages.email.path}/proof`;

/** The page. */
export function emailPage(deps: EmailPageDeps): AccountPageHandler {
  return {
    page: "email",
    show: async ({ person, outcome, refusal, typed, shell, form }) => {
      const words = currentWords().address;
      const { email, emailVerifiedAtMs } = person.account;
      const lines = await whyNot(deps, person);
      const own = lines.length === 0;
      const wrong = refusal === undefined ? undefined : inWords(refusal, person, typed["email"]);
      const beside = refusal?.field === "email";
      const returned = (await findMailReturned(deps.db, person.accountId)) !== undefined;
      return renderPage("account_email", {
        shell: shell({
          title: wrong === undefined ? words.title : currentWords().frame.errorTitle(words.title),
          notice: await noticeOf(deps, outcome, person.account),
          fault: beside ? undefined : wrong,
        }),
        email: email ?? undefined,
        proven: emailVerifiedAtMs !== null,
        lines,
        returned,
        proofForm: own && (emailVerifiedAtMs === null || returned) ? form(proofPath) : undefined,
        changeForm: own ? form() : undefined,
        wanted: typed["email"],
        wrong: beside ? wrong : undefined,
      });
    },
  };
}

/** Its forms: another address takes a fresh sign-in, the proof of the one there is takes none. */
export function emailForms(deps: EmailPageDeps): readonly AccountFormHandler[] {
  return [
    {
      recent: true,
      keeps: ["email"],
      act: async ({ person, fields, userAgent }) => {
        const email = (fields.get("email") ?? "").trim();
        await deps.db.transaction(async (trx) => {
          const held = await holdAccountPerson(deps, trx, person, { recent: true });
          await askForAddress(
            trx,
            held.account,
            { email, userAgent, requireVerifiedDomain: deps.requireVerifiedDomain },
            deps.clock(),
          );
        });
        deps.mailPut();
        return { outcome: { did: "asked", to: email } };
      },
    },
    {
      path: proofPath,
      act: async ({ person }) => {
        const sent = await deps.db.transaction(async (trx) => {
          const held = await holdAccountPerson(deps, trx, person);
          if (whyNotOwn(held) === "vouched")
            throw new OperationError("forbidden", "An application signed this person in here.", {
              fix: "Sign out, and sign in here yourself.",
            });
          return askForProof(trx, held.account, deps.clock());
        });
        deps.mailPut();
        return { outcome: { did: sent === undefined ? "proven" : "proof_sent" } };
      },
    },
  ];
}

// Why there is nothing to be done here; none: there is.
async function whyNot(deps: EmailPageDeps, person: AccountPerson): Promise<readonly string[]> {
  const words = currentWords().address;
  if (!deps.sendsMail) return [words.noMail];
  switch (await whyAddressNotOwn(deps.db, person.account)) {
    case "external":
      return [words.external, words.externalTodo];
    case "administrator":
      return [words.administrator];
    default:
      return person.provenAtMs === undefined ? [words.handoff, words.handoffTodo] : [];
  }
}

async function noticeOf(
  { db, requireVerifiedDomain }: EmailPageDeps,
  outcome: ShownVisit["outcome"],
  account: Account,
): Promise<string | undefined> {
  const words = currentWords().address;
  const [email, to = ""] = [account.email, outcome?.["to"]];
  switch (outcome?.["did"]) {
    case "asked": {
      if (!isEmailAddress(to)) return undefined;
      const { lost } = await reachOfAddress(db, account, to, requireVerifiedDomain);
      return [
        words.sent(to),
        ...(lost.length === 0 ? [] : [words.loses({ to, organizations: lost.join(", ") })]),
      ].join(" ");
    }
    case "proof_sent":
      return words.proveSent(email ?? words.title);
    case "proven":
      return words.proveDone;
    default:
      return undefined;
  }
}

function inWords(refusal: OperationError, { account }: AccountPerson, typed: string | undefined): string {
  const words = currentWords().address;
  if (refusal instanceof AddressOpensNone)
    return words.opensNone({ to: typed ?? "", organizations: refusal.organizations.join(", ") });
  if (refusal.code === "too_many_attempts") {
    return words.tooOften(Math.ceil((refusal.retryAfterSeconds ?? 60) / 60));
  }
  if (refusal.field !== "email") return `${refusal.message} ${refusal.fix}`;
  return typed?.trim() === account.email ? words.wantedSame : words.wantedWrong;
}
