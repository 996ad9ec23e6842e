// Owns what the page of an onboarding says to a customer's administrator: its steps, what was tested, what failed and what to
// do, in the words of the portal's checks; what is ours to mend is said to be ours. Pure.
import type { showOnboarding } from "../admin/operations/onboarding_links.ts";
import type { TestStepName } from "../onboarding/link/test_steps.ts";
import type { Steps } from "../views/parts.ts";
import { failureWords, isTheirs } from "./check_words.ts";

/** How far an onboarding is, as the operation tells it. */
export type Onboarding = Awaited<ReturnType<typeof showOnboarding>>;
type ToldStep = Onboarding["steps"][number];
type ShownTest = NonNullable<Steps["steps"][number]["tests"]>[number];

const stepWords: Readonly<Record<TestStepName, string>> = {
  "id-token": "We make a token for the person you named",
  "assume-role-with-tag": "We take our own role at AWS, for your organization alone",
  "create-token-with-iam": "Your Identity Center accepts our token, and knows the person",
  "assume-role-with-context": "We act as this person, as your Identity Center knows them",
  "search-relevant-content": "A search of your index is answered",
};

const askThem = "This is ours to mend: tell the people who sent you here, with the code beside it.";

// What a customer reads of a code of ours; a command of ours is nobody's over there.
const ownWords: Readonly<Record<string, { title: string; fix: string }>> = {
  presence_required: {
    title: "Your organization's rule lets nobody act for this person now",
    fix: "Have the person sign in to the application, then test again; or name somebody who is signed in.",
  },
  not_a_member: {
    title: "Nobody of your organization has this address",
    fix: "Look how it is written, like ada@acme.com. Have the person sign in to the application once, or name somebody who did.",
  },
  account_ambiguous: { title: "This address names two people", fix: "Name somebody else." },
  account_disabled: { title: "This person's account is switched off", fix: "Name somebody else." },
  email_not_verified: {
    title: "This person's e-mail address is not confirmed",
    fix: "Name somebody else, or ask the people who sent you here to confirm it.",
  },
  email_domain_not_verified: {
    title: "The domain of this person's e-mail address is not proven",
    fix: "Prove the domain first: an administrator of your organization does, in the portal under Domains.",
  },
};

/** One line of a test. */
function shownTest({ step, state, code, found }: ToldStep): ShownTest {
  const text = stepWords[step];
  if (state === "wait") return { state, text, note: "after the one above" };
  if (state === "ok") {
    return found === false
      ? { state, text, note: "nothing that this person may see matched" }
      : { state, text };
  }
  const own = ownWords[code ?? ""];
  if (own !== undefined) return { state, text, note: code, said: own.title, fix: own.fix };
  if (!isTheirs(code)) return { state, text, note: code, said: "This part is ours", fix: askThem };
  const { what, fix } = failureWords(code);
  return { state, text, note: code, said: what.replace(/\.$/, ""), fix };
}

/** What the page needs beside how far it is. */
export interface SetupPlace {
  /** Its address, with which those of its parts begin. */
  at: string;
  now: Date;
  /** Why the pack cannot be made; undefined as a rule. */
  noPack?: string | undefined;
}

/** The steps, of which the first that is not done has the page's primary button. */
export function setupSteps(told: Onboarding, { at, noPack }: SetupPlace): { steps: Steps; done: number } {
  const entered = told.accessors.includes("default");
  const passed = told.steps.length > 0 && told.steps.every(({ state }) => state === "ok");
  const failed = told.steps.filter(({ state }) => state === "bad").length;
  const states = [told.downloadedAtMs !== null, entered, entered, passed];
  const next = states.indexOf(false);
  const kind = (place: number) => (place === next || (place === 1 && next === 2) ? "primary" : undefined);
  const state = (place: number) => (states[place] ? ("ok" as const) : ("wait" as const));
  const badge = (place: number) =>
    states[place]
      ? ({ text: "Done", tone: "ok" } as const)
      : ({ text: "Not done yet", tone: "none" } as const);
  const steps: Steps["steps"] = [
    {
      ...{ id: "s1", title: "Get the pack", state: state(0), badge: badge(0) },
      note: noPack ?? "Steps, script, CloudFormation, Terraform, and a page for your security team.",
      actions:
        noPack === undefined
          ? [
              { label: "Everything as one file", url: `${at}/pack.zip`, kind: kind(0) },
              { label: "Single files", url: `${at}/pack` },
            ]
          : [],
    },
    {
      ...{ id: "s2", title: "Set it up in your AWS account", state: state(1), badge: badge(1) },
      note: "Run setup.sh in AWS CloudShell, or follow README. At its end you have five details. We change nothing there.",
    },
    {
      ...{ id: "s3", title: "Hand over the five details", state: state(2), badge: badge(2) },
      note: entered ? enteredNote(told) : "Paste the script's last line or the console's tab, or type them.",
      actions: [
        {
          label: entered ? "Change what was entered" : "Enter the details",
          url: `${at}/details`,
          kind: next === 1 || next === 2 ? "primary" : undefined,
        },
      ],
    },
    {
      ...{ id: "s4", title: "Test it", state: passed ? "ok" : failed > 0 ? "bad" : "wait" },
      badge: passed
        ? { text: "Passed", tone: "ok" }
        : failed > 0
          ? { text: "Failed", tone: "bad" }
          : told.testing
            ? { text: "Under way", tone: "info" }
            : badge(3),
      note: testNote(told, entered),
      ...(told.steps.length === 0 ? {} : { tests: told.steps.map(shownTest) }),
      ...(entered
        ? {
            actions: [
              told.testing
                ? { label: "Look again", url: at, kind: kind(3) }
                : {
                    label: told.steps.length === 0 ? "Test it" : "Test again",
                    url: `${at}/test`,
                    kind: kind(3),
                  },
            ],
          }
        : {}),
    },
  ];
  return { steps: { steps }, done: states.filter(Boolean).length };
}

function enteredNote({ enteredAtMs }: Onboarding): string {
  return enteredAtMs === null ? "They were entered before." : `Entered ${momentWords(enteredAtMs)}.`;
}

function testNote({ testing, testedAtMs }: Onboarding, entered: boolean): string {
  if (testing) return "A test is under way. It ends within half a minute.";
  if (testedAtMs !== null) return `Tested ${momentWords(testedAtMs)}.`;
  return entered
    ? "One real exchange and search, as a person of your organization."
    : "Opens when the five details are entered.";
}

/** A moment as people read it. */
const momentWords = (ms: number): string =>
  `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
