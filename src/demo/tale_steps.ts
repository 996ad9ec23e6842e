// Owns the words of the demo's story: each step, who does it, whether it is done, and what can be done now. Pure.
import type { DemoTaleStep } from "../views/demo_pages.ts";
import type { Tale, TaleOutcome, TaleState } from "./tale.ts";

/** What the page remembers of this run, besides what is kept. */
export interface TaleMemory {
  script?: TaleOutcome | undefined;
  cleanUp?: TaleOutcome | undefined;
}

/** Where the forms of the page go. */
export const taleUrls = {
  page: "/onboarding",
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
  return [scriptStep(parts), detailsStep(parts), searchStep(parts), leaveStep(parts)];
}

interface Parts {
  tale: Tale;
  state: TaleState;
  memory: TaleMemory;
  isOpen: boolean;
}

function scriptStep({ tale, state, memory, isOpen }: Parts): DemoTaleStep {
  const { name } = tale.customer;
  const next = isOpen && !state.letIn;
  return {
    id: "script",
    title: `Let the vendor in at ${name}’s AWS`,
    who: `${name}’s administrator`,
    text: "The pack you send them has the script setup.sh. At AWS it runs in CloudShell; here the local AWS stands for it, and the button runs the same script, with or without an AWS CLI on this machine. Run again, it changes nothing.",
    state: state.letIn ? "done" : isOpen ? "open" : "waiting",
    ways: [],
    forms: isOpen ? [{ action: taleUrls.script, label: "Run the script", primary: next }] : [],
    codes: [
      { label: "The pack, in a terminal", text: tale.commands.pack },
      { label: "The script with an AWS CLI of yours", text: tale.commands.script },
    ],
    output: outputOf(memory.script),
  };
}

function detailsStep({ tale, state, memory, isOpen }: Parts): DemoTaleStep {
  const line = memory.script?.ok ? memory.script.output.trimEnd().split("\n").at(-1) : undefined;
  return {
    id: "details",
    title: "Enter what they send back",
    who: "You, the vendor",
    text: "The script’s last line is what they send you. It is checked before it is kept.",
    state: state.entered ? "done" : isOpen ? "open" : "waiting",
    ways: [],
    forms: [],
    codes: [
      ...(line === undefined ? [] : [{ label: "What they send", text: line }]),
      { label: "Enter it, in a terminal", text: tale.commands.details },
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
      : `End ${name} here: its people’s sign-ins and the next search end at once. Then it takes away at AWS what lets you in.`,
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
