// Owns the page of where a person is signed in: their browsers, and ending what they do not know.
import { OperationError } from "../../errors.ts";
import { currentWords } from "../../views/frame.ts";
import { renderPage } from "../../views/render.ts";
import type { FormOutcome } from "../edge/form_outcome.ts";
import type { AccountFormHandler, AccountPageDeps, AccountPageHandler } from "./account_page_routes.ts";
import { endOtherSessions, listOwnSessions, seesEverySession, signOutEverywhere } from "./own_sessions.ts";

/** The page. */
export function sessionsPage(deps: AccountPageDeps): AccountPageHandler {
  return {
    page: "sessions",
    show: async ({ person, outcome, shell, form }) => {
      const words = currentWords().sessions;
      const sessions = await listOwnSessions(deps, person);
      return renderPage("account_sessions", {
        shell: shell({ title: words.title, ...noticeOf(outcome) }),
        form: form(),
        sessions: sessions.map(({ signedInAtMs, seenAtMs, tenantNames, ...session }) => ({
          ...session,
          organizations: tenantNames,
          signedIn: minuteOf(signedInAtMs),
          seen: minuteOf(seenAtMs),
        })),
        signsOutEverywhere: seesEverySession(person),
      });
    },
  };
}

/** Its form: ends one other session, every other, or all. */
export function sessionsForm(deps: AccountPageDeps): AccountFormHandler {
  return {
    act: async ({ person, fields }) => {
      const decision = fields.get("decision");
      switch (decision) {
        case "end": {
          const ended = await endOtherSessions(deps, person, fields.get("session") ?? "");
          return { outcome: { did: ended > 0 ? "ended" : "nothing" } };
        }
        case "end_others": {
          const ended = await endOtherSessions(deps, person);
          return { outcome: { did: ended > 0 ? "ended_others" : "nothing" } };
        }
        case "everywhere":
          if (!seesEverySession(person)) return { outcome: { did: "nothing" } };
          await signOutEverywhere(deps, person);
          return { signedOut: true };
        default:
          throw new OperationError("invalid_input", "decision must be end, end_others or everywhere.", {
            field: "decision",
          });
      }
    },
  };
}

function noticeOf(outcome: FormOutcome | undefined): { notice?: string; fault?: string } {
  const words = currentWords().sessions;
  switch (outcome?.["did"]) {
    case "ended":
      return { notice: words.ended };
    case "ended_others":
      return { notice: words.endedOthers };
    case "nothing":
      return { fault: words.nothing };
    default:
      return {};
  }
}

const minuteOf = (ms: number): string => currentWords().done.moment(ms);
