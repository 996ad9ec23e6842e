// Owns the pages of an onboarding: how far it is, the pack, the five details, the test. Models only; whoever reaches them, by
// a link or as an administrator of the organization, sees the same. Pure.
import type { HandedOver } from "../onboarding/handed_over.ts";
import { withoutSecrets } from "../onboarding/link/without_secrets.ts";
import { detailLabels } from "../onboarding/papers/detail_labels.ts";
import type { PaperFile } from "../onboarding/papers/paper_file.ts";
import type { Field } from "../views/parts.ts";
import type { ShownPage } from "./edge_routes.ts";
import { type Onboarding, type SetupPlace, setupSteps } from "./setup_words.ts";
import type { FormFault } from "./words.ts";

const title = "Connect your Amazon Q index";

/** The one page that says how far it is. */
export function setupPage(told: Onboarding, place: SetupPlace): ShownPage {
  const { steps, done } = setupSteps(told, place);
  return {
    head: {
      title,
      lead: "Four steps, most of them in your AWS account. You can leave at any time and go on here later, in this browser.",
      badge: {
        text: `${done} of ${steps.steps.length} done`,
        tone: done === steps.steps.length ? "ok" : "info",
      },
    },
    steps,
    sections: [],
  };
}

const crumbs = (at: string) => [{ label: title, url: at }];

/** The files of the pack, one by one. */
export function packPage(files: readonly PaperFile[], at: string): ShownPage {
  return {
    head: {
      title: "The pack",
      crumbs: crumbs(at),
      lead: "Nothing in it is secret. Begin with README.",
      actions: [{ label: "Everything as one file", url: `${at}/pack.zip`, kind: "primary" }],
    },
    sections: [
      {
        id: "files",
        title: "Files",
        table: {
          caption: "Files of the pack",
          columns: [{ label: "File" }, { label: "For" }],
          rows: files.map(({ path }) => [
            { text: path, url: `${at}/pack/${path}`, code: true },
            { text: purposes[path] ?? "" },
          ]),
        },
      },
    ],
  };
}

const purposes: Readonly<Record<string, string>> = {
  "README.md": "Read first",
  "README.html": "The same, for a browser",
  "security.md": "For your security team",
  "security.html": "The same, for a browser",
  "setup.sh": "For AWS CloudShell: sets everything up, or takes it away with --undo",
  "cloudformation.json": "The same as a stack",
  "terraform/setup.tf": "The same with Terraform",
  "terraform/setup.sh": "Used by it",
};

/** The five details, in the order in which the console shows them. */
export const detailMembers: readonly (keyof HandedOver)[] = [
  "applicationId",
  "qRegion",
  "retrieverId",
  "idcApplicationArn",
  "idcRegion",
];

// What was typed stays, but for secrets.
const kept = (typed: string | undefined): string | undefined => {
  if (typed === undefined) return undefined;
  const { text, dropped } = withoutSecrets(typed);
  return dropped.length === 0 ? typed : text.includes("\n") ? text : "";
};

/** The field in which a text is pasted. */
export const pastedFields = (form: ReadonlyMap<string, string>): Field[] => [
  {
    id: "text",
    label: "Pasted text",
    type: "textarea",
    value: kept(form.get("text")),
    hint: "What the script printed last, the line that begins with tti-details; or what the console shows, all of the tab “Information for data accessor”.",
  },
];

/** The fields in which the details are typed. */
export const typedFields = (form: ReadonlyMap<string, string>): Field[] =>
  detailMembers.map((id) => ({
    id,
    label: detailLabels[id],
    value: kept(form.get(id)?.trim()),
    required: true,
    maxLength: 300,
    autocomplete: "off",
  }));

/** Pasting or typing the details. */
export function detailsPage(
  at: string,
  { pasted, typed, fault }: { pasted: Field[]; typed: Field[]; fault?: FormFault | undefined },
): ShownPage {
  return {
    head: {
      title: "The five details",
      crumbs: crumbs(at),
      lead: "In the Amazon Q Business console they stand under Data accessors, in the tab “Information for data accessor”. None of them is secret.",
    },
    errors: fault?.errors,
    sections: [
      {
        id: "paste",
        title: "Paste them",
        form: {
          action: `${at}/details`,
          hidden: { how: "pasted" },
          fields: pasted,
          submitLabel: "Hand over",
        },
      },
      {
        id: "type",
        title: "Or type them",
        form: {
          action: `${at}/details`,
          hidden: { how: "typed" },
          fields: typed,
          submitLabel: "Hand over",
          plain: true,
        },
      },
    ],
  };
}

/** What was taken and yet is worth a look: said in the answer itself, as it is kept nowhere. */
export function notedPage(at: string, notes: readonly string[]): ShownPage {
  return {
    head: { title: "The details are entered", crumbs: crumbs(at) },
    banner: { tone: "warn", strong: "Have a look at this.", text: notes.join(" ") },
    sections: [
      {
        id: "on",
        title: "Go on",
        lead: "If all of it is as you mean it, test it now.",
        actions: [
          { label: "Test it", url: `${at}/test`, kind: "primary" },
          { label: "Change what was entered", url: `${at}/details` },
        ],
      },
    ],
  };
}

/** The field that names the person of a test. */
export const personFields = (value: string | undefined): Field[] => [
  {
    id: "person",
    label: "E-mail address of a person of your organization",
    type: "email",
    value,
    required: true,
    maxLength: 254,
    hint: "One that your Identity Center knows, and who is signed in to the application. You see whether each step passes, and nothing of what this person may read.",
  },
];

/** Asking as whom it is tested. */
export function testPage(at: string, fields: Field[], fault?: FormFault): ShownPage {
  return {
    head: {
      title: "Test it",
      crumbs: crumbs(at),
      lead: "We exchange one token at your Identity Center and search your index once. It takes some seconds, half a minute at most.",
    },
    errors: fault?.errors,
    sections: [
      {
        id: "test",
        title: "As whom",
        form: {
          action: `${at}/test`,
          fields: fault?.fields ?? fields,
          submitLabel: "Test it",
          cancelUrl: at,
        },
      },
    ],
  };
}

/** The question that a link's address shows. Sending it uses the link. */
export function confirmPage(action: string, key: string, organization: string): ShownPage {
  return {
    head: {
      title,
      lead: `You set up access to the Amazon Q index of ${organization}.`,
    },
    sections: [
      {
        id: "begin",
        title: "Begin in this browser",
        lead: "This link counts once: the browser in which you begin is the one in which you go on, today or on another day. If this is not the right one, open the link in the other.",
        form: { action, hidden: { key }, fields: [], submitLabel: "Begin here" },
      },
    ],
  };
}
