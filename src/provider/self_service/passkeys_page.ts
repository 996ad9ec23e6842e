// Owns the page of a person's passkeys: which there are, adding one after a fresh sign-in, another name, the end of one.
import { OperationError } from "../../errors.ts";
import { browserFamily } from "../../input/browser_family.ts";
import type { InstallationPart } from "../../installation.ts";
import { signInFault } from "../../views/fault_words.ts";
import { currentFrame, currentWords } from "../../views/frame.ts";
import type { PasskeyForm } from "../../views/parts.ts";
import { renderPage } from "../../views/render.ts";
import { hasPassword } from "../accounts/account_store.ts";
import { settleRemoval } from "../factors/keep_factors.ts";
import { listSecondFactors } from "../factors/second_factor_store.ts";
import { addPasskey, offerEnrolment, readPasskeyName } from "../passkeys/enrol_passkey.ts";
import { namePasskey, removePasskey } from "../passkeys/keep_passkeys.ts";
import { passkeysOf } from "../passkeys/passkey_deps.ts";
import { passkeyRefusal } from "../passkeys/passkey_refusal.ts";
import { challengeLifeMs } from "../passkeys/passkey_seals.ts";
import { listPasskeys, mostPasskeys, type Passkey } from "../passkeys/passkey_store.ts";
import { recentSignInSeconds } from "../sessions/login_life.ts";
import type {
  AccountFormHandler,
  AccountPageDeps,
  AccountPageHandler,
  ShownVisit,
} from "./account_page_routes.ts";
import { type AccountPerson, holdAccountPerson, whyNotOwn } from "./account_person.ts";
import { codesPage } from "./codes_page.ts";

/** What the page needs. */
export type PasskeysPageDeps = AccountPageDeps &
  InstallationPart<"secrets"> & {
    /** Has the outbox look, because something was put in. */
    mailPut(): void;
  };

const addPath = "/account/passkeys/add";
const beginPath = "/account/passkeys/begin";

/** The page. */
export function passkeysPage(deps: PasskeysPageDeps): AccountPageHandler {
  return {
    page: "passkeys",
    script: true,
    async show(visit) {
      const { person, shell, form } = visit;
      // A session by an application's word learns nothing of what its person signs in with.
      const vouched = whyNotOwn(person) === "vouched";
      const own = vouched ? [] : await listPasskeys(deps.db, person.accountId);
      const whyNot = vouched ? undefined : whyNone(deps, person, own);
      const mayAdd = whyNot === undefined && !vouched && isFresh(deps, person);
      const renaming = visit.refusal?.field === "name" ? visit.typed["passkey"] : undefined;
      return renderPage("account_passkeys", {
        shell: shell({ title: currentWords().passkeys.title, ...wordsFor(visit) }),
        form: form(),
        passkeys: own.map((passkey) =>
          toView(passkey, passkey.id === renaming ? visit.typed["name"] : undefined),
        ),
        whyNot,
        vouched: vouched ? currentWords().passkeys.vouched : undefined,
        add: mayAdd ? await newPasskey(deps, visit) : undefined,
        begin: whyNot === undefined && !vouched && !mayAdd ? form(beginPath) : undefined,
      });
    },
  };
}

/** Its forms. */
export function passkeysForms(deps: PasskeysPageDeps): AccountFormHandler[] {
  return [
    { path: beginPath, recent: true, act: async () => ({}) },
    {
      path: addPath,
      recent: true,
      keeps: ["name"],
      async act({ person, userAgent, fields }) {
        const browser = browserFamily(userAgent);
        const passkeys = passkeysOf(deps);
        if (passkeys === undefined)
          throw new OperationError("not_found", "There are no passkeys at this address.");
        const enrolling = { account: person.account, sessionUid: person.session.sessionUid, browser };
        const told = { answer: fields.get("answer") ?? "", name: fields.get("name") ?? "" };
        const {
          passkey: { name },
          codes,
        } = await addPasskey(passkeys, enrolling, told, (trx) =>
          holdAccountPerson(deps, trx, person, { recent: true }),
        );
        deps.mailPut();
        if (codes === undefined) return { outcome: { did: "added", name } };
        const notice = currentWords().passkeys.wasFirst(name);
        return { once: (visit) => codesPage(visit, codes, { notice, next: "passkeys" }) };
      },
    },
    {
      keeps: ["name", "passkey"],
      async act({ person, userAgent, fields }) {
        const browser = browserFamily(userAgent);
        assertOwn(person);
        const act = {
          id: fields.get("passkey") ?? "",
          accountId: person.accountId,
          actor: `account:${person.accountId}`,
        };
        switch (fields.get("act")) {
          case "rename": {
            const name = readPasskeyName(fields.get("name") ?? "");
            if (name === undefined)
              throw new OperationError("invalid_input", "The name is missing.", { field: "name" });
            await deps.db.transaction(async (trx) => {
              assertOwn(await holdAccountPerson(deps, trx, person));
              await namePasskey(trx, { ...act, name }, deps.clock());
            });
            return { outcome: { did: "renamed", name } };
          }
          case "remove": {
            const name = await deps.db.transaction(async (trx) => {
              await holdAccountPerson(deps, trx, person, { recent: true });
              const before = await listSecondFactors(trx, person.accountId);
              const { passkey } = await removePasskey(
                trx,
                { ...act, notice: { by: "person", browser } },
                deps.clock(),
              );
              const left = (await listPasskeys(trx, person.accountId)).filter(isUsable);
              if (left.length === 0 && !(await hasPassword(trx, person.accountId)))
                throw passkeyRefusal("passkey_needed");
              await settleRemoval(trx, person.accountId, before, passkeyRefusal("passkey_needed"));
              return passkey.name;
            });
            deps.mailPut();
            return { outcome: { did: "removed", name } };
          }
          default:
            throw new OperationError("invalid_input", "act must be rename or remove.", { field: "act" });
        }
      },
    },
  ];
}

// One of which there may be a copy signs nobody in.
const isUsable = ({ clonedAtMs }: Passkey): boolean => clonedAtMs === null;

function assertOwn(person: AccountPerson): void {
  if (whyNotOwn(person) === "vouched")
    throw new OperationError("login_method_not_allowed", "An application signed this person in here.");
}

// Whoever makes one needs some minutes, in which the sign-in stays fresh enough for its form.
const isFresh = ({ clock }: PasskeysPageDeps, { provenAtMs }: AccountPerson): boolean =>
  provenAtMs !== undefined && clock().getTime() - provenAtMs <= recentSignInSeconds * 1000 - challengeLifeMs;

function whyNone(
  deps: PasskeysPageDeps,
  { account }: AccountPerson,
  own: readonly Passkey[],
): string | undefined {
  const words = currentWords().passkeys;
  if (account.externalAtMs !== null) return words.ofOrganization;
  if (passkeysOf(deps) === undefined) return words.notHere;
  if (own.length >= mostPasskeys) return words.asManyAsFit(mostPasskeys);
  return undefined;
}

async function newPasskey(
  deps: PasskeysPageDeps,
  { person, form, typed, refusal, outcome }: ShownVisit,
): Promise<PasskeyForm | undefined> {
  const passkeys = passkeysOf(deps);
  if (passkeys === undefined) return undefined;
  const session = { account: person.account, sessionUid: person.session.sessionUid };
  const words = currentWords().passkeys;
  const service = currentFrame()?.name ?? passkeys.party.id;
  const isOpen = outcome === undefined || outcome["did"] === "again";
  return {
    form: form(addPath),
    kind: "create",
    question: JSON.stringify(await offerEnrolment(passkeys, session, service)),
    label: words.add,
    primary: true,
    name: {
      id: "name",
      label: words.optionalName,
      hint: words.nameHint,
      autocomplete: "off",
      maxLength: 60,
      // What was added, or given another name, is done.
      value: isOpen && typed["passkey"] === undefined ? typed["name"] : undefined,
      error: refusal?.field === "name" && typed["passkey"] === undefined ? words.nameNotTaken : undefined,
    },
    without: words.cannotMake,
    failed: words.noneMade,
    exists: words.hasOne,
  };
}

function wordsFor({ outcome, refusal }: Pick<ShownVisit, "outcome" | "refusal">) {
  const words = currentWords().passkeys;
  if (refusal !== undefined)
    return { fault: refusal.field === "name" ? words.nameNotTaken : signInFault(refusal.code) };
  const { did, name = "" } = outcome ?? {};
  if (did === "added") return { notice: words.wasAdded(name) };
  if (did === "renamed") return { notice: words.wasRenamed(name) };
  if (did === "removed") return { notice: words.wasRemoved(name) };
  return {};
}

// Another name that was refused stands in its own field.
function toView(passkey: Passkey, refused: string | undefined) {
  const { id, name, createdAtMs, lastUsedAtMs, synced, clonedAtMs } = passkey;
  const words = currentWords().passkeys;
  const used = lastUsedAtMs === null ? words.neverUsed : words.lastUsed(dayOf(lastUsedAtMs));
  const where = synced ? words.synced : words.onOneDevice;
  return {
    ...{ id, name },
    ...(refused === undefined ? {} : { renamed: refused, wrong: words.nameNotTaken }),
    told: `${words.added(dayOf(createdAtMs))}, ${used}; ${where}`,
    stopped: clonedAtMs === null ? undefined : words.stoppedSince(dayOf(clonedAtMs)),
  };
}

const dayOf = (ms: number): string => currentWords().day(ms);
