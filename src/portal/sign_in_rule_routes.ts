// Owns the portal's page of how the organization's people sign in: the second factor that they must prove, and for how long a
// sign-in lasts. Where they sign in, and what the installation demands besides, is the service's own.
import { updateTenant } from "../admin/operations/tenants.ts";
import type { Database } from "../db/connect.ts";
import { OperationError } from "../errors.ts";
import { levelRequired, type RequiredFactor, reaches } from "../login_levels.ts";
import { listSecondFactors } from "../provider/factors/second_factor_store.ts";
import { levelWithin } from "../provider/factors/second_factors.ts";
import type { Field } from "../views/parts.ts";
import type { createPortalEdge, PostVisit, Visit } from "./edge_routes.ts";
import { type FormFault, formFault } from "./words.ts";

/** Adds its addresses. */
export function addSignInRuleRoutes({ get, post }: ReturnType<typeof createPortalEdge>): void {
  get("/sign-in", async (visit) => showRules(visit));
  post("/sign-in", saveRules);
}

const factorWords: Readonly<Record<RequiredFactor, string>> = {
  none: "None: a password is enough",
  any: "Any: an authenticator app or a passkey",
  passkey: "A passkey",
};

type Typed = Readonly<Record<"requiredFactor" | "sessionIdleMinutes" | "sessionLifeHours", string>>;

const fieldsOf = (typed: Typed): Field[] => [
  {
    id: "requiredFactor",
    label: "Second factor",
    type: "select",
    value: typed.requiredFactor,
    options: Object.entries(factorWords).map(([value, label]) => ({ value, label })),
    hint: "It counts at once, for you, too: who has proven less is asked for it at their next step.",
  },
  {
    id: "sessionIdleMinutes",
    label: "Sign in again after this many minutes without use",
    type: "number",
    value: typed.sessionIdleMinutes,
    hint: "15 or more; 0: as the service has it. The shorter holds.",
  },
  {
    id: "sessionLifeHours",
    label: "Sign in again after this many hours at the latest",
    type: "number",
    value: typed.sessionLifeHours,
    hint: "0: as the service has it. The shorter holds.",
  },
];

function showRules({ tenant, base, show }: Visit, fault?: FormFault): void {
  const fields = fieldsOf({
    requiredFactor: tenant.requiredFactor,
    sessionIdleMinutes: String((tenant.sessionIdleMs ?? 0) / 60_000),
    sessionLifeHours: String((tenant.sessionLifeMs ?? 0) / 3_600_000),
  });
  show({
    tab: "sign-in",
    head: { title: "Sign-in", lead: "What your people prove when they sign in, and for how long it holds." },
    errors: fault?.errors,
    sections: [
      {
        id: "rules",
        title: "Rules",
        form: { action: `${base}/sign-in`, fields: fault?.fields ?? fields, submitLabel: "Save" },
      },
    ],
  });
}

async function saveRules(visit: PostVisit): Promise<void> {
  const read = (name: keyof Typed): string => visit.form.get(name)?.trim() ?? "";
  const typed: Typed = {
    requiredFactor: read("requiredFactor"),
    sessionIdleMinutes: read("sessionIdleMinutes"),
    sessionLifeHours: read("sessionLifeHours"),
  };
  const wanted = typed.requiredFactor;
  const isOther = wanted !== visit.tenant.requiredFactor;
  const guard =
    isOther && (wanted === "any" || wanted === "passkey")
      ? (db: Database) => assertMeets(db, visit, wanted)
      : undefined;
  const number = (text: string): unknown => (/^\d{1,9}$/.test(text) ? Number(text) : text);
  try {
    const rules = {
      requiredFactor: typed.requiredFactor,
      sessionIdleMinutes: number(typed.sessionIdleMinutes),
      sessionLifeHours: number(typed.sessionLifeHours),
    };
    await visit.call(updateTenant, rules, guard);
  } catch (error) {
    return showRules(visit, formFault(error, "Nothing was changed", fieldsOf(typed), {}, shutOut));
  }
  visit.goOn("/sign-in", "sign_in_saved");
}

const shutOut = {
  factor_required:
    "You have no second factor yourself, and would shut yourself out. Set one up in your account first, then require one.",
  passkey_required:
    "You have no passkey yourself, and would shut yourself out. Add one to your account first, then require one.",
};

/**
 * Asserts that whoever asks more of the organization's people can prove it: by what they have, or, whom an application's own
 * login page vouches for, by what that said.
 * @throws OperationError factor_required, passkey_required
 */
async function assertMeets(
  db: Database,
  { accountId, voucher }: Pick<Visit, "accountId" | "voucher">,
  wanted: "any" | "passkey",
): Promise<void> {
  const level =
    voucher?.method === "handoff" ? voucher.level : levelWithin(await listSecondFactors(db, accountId));
  if (reaches(level, levelRequired[wanted])) return;
  const code = wanted === "passkey" ? "passkey_required" : "factor_required";
  throw new OperationError(code, "Whoever asks for it has none.", { field: "requiredFactor" });
}
