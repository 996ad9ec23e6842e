// Owns the page of a person's second step: whether an authenticator app is set up and how many recovery codes are left; another
// app, its end, new codes. All of it takes a fresh sign-in; codes are shown by the answer that made them, and nowhere else.
import { OperationError } from "../../errors.ts";
import { browserFamily } from "../../input/browser_family.ts";
import type { InstallationPart } from "../../installation.ts";
import { refusalWords, signInFault } from "../../views/fault_words.ts";
import { currentFrame, currentWords } from "../../views/frame.ts";
import type { TotpSetUp } from "../../views/login_pages.ts";
import { renderPage } from "../../views/render.ts";
import { enrolTotp, offerTotp, readTotpOffer } from "../factors/enrol_totp.ts";
import { countFactorTry, rememberFactorBrowser } from "../factors/factor_attempts.ts";
import { createFactorSeals } from "../factors/factor_seals.ts";
import { type FactorAct, removeTotp, renewRecoveryCodes } from "../factors/keep_factors.ts";
import { listSecondFactors } from "../factors/second_factor_store.ts";
import { hasSecondFactor } from "../factors/second_factors.ts";
import { totpSetUp } from "../factors/totp_page.ts";
import { findTotp } from "../factors/totp_store.ts";
import type {
  AccountFormHandler,
  AccountPageDeps,
  AccountPageHandler,
  AccountVisit,
  FormDone,
  ShownVisit,
} from "./account_page_routes.ts";
import { type AccountPerson, holdAccountPerson, whyNotOwn } from "./account_person.ts";
import { codesPage } from "./codes_page.ts";

/** What the page needs. */
export interface FactorsPageDeps extends AccountPageDeps, InstallationPart<"secrets"> {
  /** Has the outbox look, because something was put in. */
  mailPut(): void;
}

/** What the form of an app that is set up says it is: the first one, or one in the place of another. */
const setUpUses = ["set_up", "replace"];

/** The page. */
export function factorsPage(deps: FactorsPageDeps): AccountPageHandler {
  return {
    page: "factors",
    async show(visit) {
      const { person, shell, form } = visit;
      const words = currentWords().factors.own;
      const why = whyNotOwn(person);
      // A session by an application's word learns nothing of what its person signs in with.
      if (why === "vouched") {
        const title = { title: words.title };
        return renderPage("account_factors", { shell: shell(title), form: form(), vouched: words.vouched });
      }
      const [totp, factors] = await Promise.all([
        findTotp(deps.db, person.accountId),
        listSecondFactors(deps.db, person.accountId),
      ]);
      const whyNot = why === undefined ? undefined : words.ofOrganization;
      const setUp = whyNot === undefined ? setUpOf(deps, visit, totp !== undefined) : undefined;
      return renderPage("account_factors", {
        shell: shell({ title: words.title, ...saidOf(visit, setUp) }),
        form: form(),
        since: totp && words.since(new Date(totp.createdAtMs).toISOString().slice(0, 10)),
        setUp,
        left: hasSecondFactor(factors) ? words.left(factors.recoveryCodes) : undefined,
        whyNot,
      });
    },
  };
}

/** Its form. */
export function factorsForm(deps: FactorsPageDeps): AccountFormHandler {
  return {
    recent: true,
    keeps: ["use", "offer"],
    async act({ person, userAgent, origin, fields }) {
      assertOwn(person);
      const hold = { person, browser: browserFamily(userAgent), browserKey: origin.browser };
      const done = await actOf(deps, hold, fields);
      deps.mailPut();
      return done;
    },
  };
}

interface Holding {
  person: AccountPerson;
  browser: string | undefined;
  browserKey: string | undefined;
}

async function actOf(
  deps: FactorsPageDeps,
  holding: Holding,
  fields: ReadonlyMap<string, string>,
): Promise<FormDone> {
  const use = fields.get("use");
  if (use !== undefined && setUpUses.includes(use)) {
    return setUpApp(deps, holding, { use, offer: fields.get("offer") ?? "", code: fields.get("code") ?? "" });
  }
  switch (fields.get("act")) {
    case "begin":
      return { outcome: { did: "begun" } };
    case "remove": {
      const removed = await held(deps, holding, (trx, act, now) => removeTotp(trx, act, now));
      return removed ? { outcome: { did: "removed" } } : {};
    }
    case "codes": {
      const codes = await held(deps, holding, renewRecoveryCodes);
      return codes === undefined ? {} : { once: (visit) => shown(visit, codes, "wereMade") };
    }
    default:
      throw new OperationError("invalid_input", "act must be begin, remove or codes.", { field: "act" });
  }
}

async function setUpApp(
  deps: FactorsPageDeps,
  holding: Holding,
  sent: { use: string; offer: string; code: string },
): Promise<FormDone> {
  const { accountId } = holding.person;
  const seals = createFactorSeals(deps.secrets);
  const offer = readTotpOffer(seals, accountId, sent.offer, deps.clock());
  // Too old: the page has another.
  if (offer === undefined) return { outcome: { did: "begun" } };
  const trier = { accountId, browser: holding.browserKey };
  const refund = await countFactorTry(deps, "set_up", trier);
  const { sessionUid } = holding.person.session;
  const { codes, isFirst } = await held(deps, holding, async (trx, act, now) => {
    const replaces = sent.use === "replace" && (await removeTotp(trx, act, now, { another: true }));
    const enrolling = { account: act.account, place: { sessionUid } };
    return enrolTotp(trx, seals, enrolling, { offer, code: sent.code, replaces }, now);
  });
  await refund();
  await rememberFactorBrowser(deps.db, trier, deps.clock());
  return { once: (visit) => shown(visit, codes, isFirst ? "wasFirst" : "wasSetUp") };
}

type Trx = Parameters<typeof removeTotp>[0];

// In one transaction, for the person as they stand in it.
const held = <Result>(
  deps: FactorsPageDeps,
  { person, browser }: Holding,
  act: (trx: Trx, of: FactorAct, now: Date) => Promise<Result>,
): Promise<Result> =>
  deps.db.transaction(async (trx) => {
    const { account } = await holdAccountPerson(deps, trx, person, { recent: true });
    return act(trx, { account, browser }, deps.clock());
  });

function assertOwn(person: AccountPerson): void {
  if (whyNotOwn(person) !== undefined)
    throw new OperationError("login_method_not_allowed", "This person signs in at their organization.");
}

// What is set up right now: it was asked for, or a code of it was sent.
function setUpOf(
  { secrets, clock, issuer }: FactorsPageDeps,
  { person, outcome, refusal, typed, form }: ShownVisit,
  hasOne: boolean,
): TotpSetUp | undefined {
  const seals = createFactorSeals(secrets);
  const { account, accountId } = person;
  const sent = readTotpOffer(seals, accountId, typed["offer"] ?? "", clock());
  if (sent === undefined && outcome?.["did"] !== "begun") return undefined;
  if (refusal !== undefined && !isOfCode(refusal)) return undefined;
  const names = { issuer: currentFrame()?.name ?? new URL(issuer).host, label: account.email ?? accountId };
  const error = refusal && signInFault(refusal.code, refusal.retryAfterSeconds);
  const use = hasOne ? "replace" : "set_up";
  const offer = sent ?? offerTotp(seals, accountId, clock());
  return { ...totpSetUp(offer, names, { action: "", use, error }), form: form() };
}

const isOfCode = ({ code }: OperationError): boolean =>
  code === "factor_code_wrong" || code === "too_many_attempts";

function saidOf({ outcome, refusal }: ShownVisit, setUp: TotpSetUp | undefined) {
  if (refusal !== undefined) return setUp === undefined ? { fault: refusalWords(refusal) } : {};
  return outcome?.["did"] === "removed" ? { notice: currentWords().factors.own.wasRemoved } : {};
}

const shown = (
  visit: AccountVisit,
  codes: readonly string[],
  did: "wasFirst" | "wasSetUp" | "wereMade",
): string => codesPage(visit, codes, { notice: currentWords().factors.own[did], next: "factors" });
