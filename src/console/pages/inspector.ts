// Owns the token inspector: an ID token that somebody pastes, held to every rule that makes one fit for AWS. The token is kept
// nowhere, and the answer does not repeat it.
import { many } from "../../admin/operations/ended_text.ts";
import { keyStatus } from "../../admin/operations/keys.ts";
import { OperationError } from "../../errors.ts";
import type { Finding } from "../../onboarding/doctor/finding.ts";
import { checkToken } from "../../onboarding/doctor/token_checks.ts";
import type { Check, ConsoleCard, ConsolePage } from "../../views/console_pages.ts";
import type { Place, Refused, Visit } from "../place.ts";
import { shownForm } from "../refusals.ts";

const path = "/console/inspector";

/** The inspector. */
export const inspectorPlace: Place = {
  path,
  section: "inspector",
  // Reading is all it takes: what is pasted is measured against what everybody may know.
  operation: keyStatus,
  show: async (_visit, refused) => inspectorPage(refused),
  async act(visit, form) {
    const token = form.get("token")?.replaceAll(/\s/g, "") ?? "";
    if (token === "")
      throw new OperationError("invalid_input", "token is missing.", {
        field: "token",
        fix: "Paste an ID token.",
      });
    return { page: { ...inspectorPage(undefined, await verdictCard(token, visit)) } };
  },
};

async function verdictCard(token: string, { installation, now }: Visit): Promise<ConsoleCard> {
  const { issuer, awsClientId: audience, tenantClaim } = installation;
  const findings = await checkToken(token, {
    issuer,
    audience,
    tenantClaim,
    jwks: await installation.jwks(),
    now,
  });
  const checks = findings.map(checkOf);
  const failed = checks.filter(({ state }) => state === "bad").length;
  const title =
    failed === 0
      ? "AWS would take this token, as far as it can be seen"
      : `AWS would refuse this token: ${many(failed, "rule is", "rules are")} broken`;
  return { title, danger: failed > 0, parts: [{ checks }] };
}

function checkOf({ check, outcome, message, cause, fix }: Finding): Check {
  const name = check.replace(/^token\./, "").replaceAll("_", " ");
  if (outcome === "passed" || outcome === "information") return { state: "ok", text: `${name}: ${message}` };
  return {
    state: outcome === "failed" ? "bad" : "warn",
    text: name,
    why: [message, cause].filter(Boolean).join(" "),
    fix,
  };
}

// What was pasted is not given back: a token in a page is one more place where it lies.
function inspectorPage(refused: Refused | undefined, verdict?: ConsoleCard): ConsolePage {
  const asked = refused && { ...refused, form: new Map<string, string>() };
  const { fields, errors } = shownForm(
    [
      {
        id: "token",
        label: "ID token",
        type: "textarea",
        required: true,
        autocomplete: "off",
        hint: "Three parts, joined by dots. It is looked at and forgotten: nothing of it is logged or stored.",
      },
    ],
    asked,
  );
  return {
    head: { title: "Token inspector", lead: "Would AWS take this ID token? Every rule, passed or failed." },
    errors,
    cards: [
      ...(verdict === undefined ? [] : [verdict]),
      { parts: [{ form: { action: path, fields, submitLabel: "Look at it" } }] },
    ],
  };
}
