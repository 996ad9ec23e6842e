// Owns the words of the demo's story: each step, who does it, whether it is done, and what can be done now. Pure.
import type { DemoTaleStep } from "../views/demo_pages.ts";
import type { Tale, TaleLink, TaleOutcome, TaleState } from "./tale.ts";

/** What the page remembers of this run, besides what is kept. */
export interface TaleMemory {
  /** The link that was made here last. A terminal may have made another since. */
  link?: TaleLink | undefined;
  script?: TaleOutcome | undefined;
  cleanUp?: TaleOutcome | undefined;
}

/** Where the forms of the page go. */
export const taleUrls = {
  page: "/onboarding",
  link: "/onboarding/link",
  script: "/onboarding/script",
  offboard: "/onboarding/offboard",
  cleanUp: "/onboarding/clean-up",
  again: "/onboarding/again",
} as const;

/** The steps, in their order. */
export function taleSteps(tale: Tale, state: TaleState, memory: TaleMemory): DemoTaleStep[] {
  if (state.customer === "gone") return [];
  const isOpen = state.customer === "open";
  const parts: Parts = { tale, state, memory, isOpen };
  return [linkStep(parts), scriptStep(parts), detailsStep(parts), searchStep(parts), leaveStep(parts)];
}

interface Parts {
  tale: Tale;
  state: TaleState;
  memory: TaleMemory;
  isOpen: boolean;
}

function linkStep({ tale, state, memory, isOpen }: Parts): DemoTaleStep {
  const { name } = tale.customer;
  const [administrator] = tale.people;
  const stands = state.link !== undefined;
  const label = stands ? "Make another link" : "Make the link";
  const made = memory.link?.id === state.link ? memory.link?.url : undefined;
  return {
    id: "link",
    title: `Make a link for ${name}`,
    who: "You, the vendor",
    text: `You send it to ${administrator?.name ?? "whoever"}, who administers ${name}. It opens ${name}’s onboarding and nothing else, for the first browser that uses it, and ends by itself. Another one ends the one before.`,
    state: !isOpen ? "waiting" : stands || state.tested ? "done" : "open",
    ways: made === undefined ? [] : [{ label: "Open the link", url: made, primary: !state.letIn }],
    forms: isOpen ? [{ action: taleUrls.link, label, primary: !stands && !state.tested }] : [],
    codes: [
      ...(made === undefined ? [] : [{ label: "The link", text: made }]),
      { label: "The same in a terminal", text: tale.commands.link },
    ],
  };
}

function scriptStep({ tale, state, memory, isOpen }: Parts): DemoTaleStep {
  const { name } = tale.customer;
  return {
    id: "script",
    title: `Let the vendor in at ${name}’s AWS`,
    who: `${name}’s administrator`,
    text: "Behind the link is the pack with the script setup.sh. At AWS it runs in CloudShell. Here the local AWS stands for it: the button runs the same script, whether or not this machine has an AWS CLI. Run again, it changes nothing.",
    state: state.letIn ? "done" : isOpen ? "open" : "waiting",
    ways: [],
    forms: isOpen
      ? [
          {
            action: taleUrls.script,
            label: "Run the script",
            primary: state.link !== undefined && !state.letIn,
          },
        ]
      : [],
    codes: [{ label: "With an AWS CLI of yours, beside the downloaded script", text: tale.commands.script }],
    output: outputOf(memory.script),
  };
}

function detailsStep({ tale, state, memory, isOpen }: Parts): DemoTaleStep {
  const { name } = tale.customer;
  const [person] = tale.people;
  const line = memory.script?.ok ? memory.script.output.trimEnd().split("\n").at(-1) : undefined;
  const signIn = person && {
    label: `Sign in as ${person.name}`,
    url: `/login?as=${encodeURIComponent(person.email)}`,
  };
  return {
    id: "details",
    title: "Paste the last line, and see green",
    who: `${name}’s administrator`,
    text: `The script’s last line goes into the page behind the link, which checks it and tries it by a real exchange and search, step by step. It is tried as a person who is signed in here: sign in as ${person?.name ?? "one"} first, with the password ${person?.password ?? "above"}.`,
    state: state.tested ? "done" : isOpen ? "open" : "waiting",
    ways: isOpen && !state.tested && signIn !== undefined ? [signIn] : [],
    forms: [],
    codes: [
      ...(line === undefined ? [] : [{ label: "The line to paste", text: line }]),
      { label: "How far they are, in a terminal", text: tale.commands.status },
    ],
  };
}

function searchStep({ tale, state, isOpen }: Parts): DemoTaleStep {
  const { name } = tale.customer;
  return {
    id: "search",
    title: "Sign in and search",
    who: `A person of ${name}`,
    text: state.entered
      ? `Sign in as one of them: the same search gives each another answer.`
      : `Until ${name} has let the vendor in, its people sign in and find nothing.`,
    state: state.entered && isOpen ? "open" : "waiting",
    ways: [],
    forms: [],
    codes: [],
    people: isOpen ? tale.people : [],
  };
}

function leaveStep({ tale, state, memory, isOpen }: Parts): DemoTaleStep {
  const { name } = tale.customer;
  const ended = state.customer === "ended";
  return {
    id: "leave",
    title: "Say good-bye",
    who: "Both sides",
    text: ended
      ? state.somethingLeft
        ? `${name} has ended here: nobody signs in for it, and the next search is refused. What lets you in at its AWS is its own to take away, with the script it gets.`
        : `${name} has ended on both sides: nobody signs in for it, and nothing of yours is left at its AWS.`
      : `End ${name} here: its link, its people’s sign-ins and their next search end at once. Then it takes away at AWS what lets you in.`,
    state: ended ? (state.somethingLeft ? "open" : "done") : state.entered ? "open" : "waiting",
    ways: [],
    forms: [
      ...(isOpen ? [{ action: taleUrls.offboard, label: `End ${name}`, danger: true }] : []),
      ...(ended && state.somethingLeft
        ? [{ action: taleUrls.cleanUp, label: "Run the clean-up script", primary: true }]
        : []),
      ...(ended ? [{ action: taleUrls.again, label: "Begin again" }] : []),
    ],
    codes: [
      ...(isOpen ? [{ label: "The same in a terminal", text: tale.commands.offboard }] : []),
      ...(ended && state.somethingLeft
        ? [{ label: "With an AWS CLI of yours", text: tale.commands.cleanUp }]
        : []),
    ],
    output: outputOf(memory.cleanUp),
  };
}

const outputOf = (outcome: TaleOutcome | undefined) =>
  outcome === undefined
    ? undefined
    : { label: "What the script printed", text: outcome.output.trimEnd(), failed: !outcome.ok };
