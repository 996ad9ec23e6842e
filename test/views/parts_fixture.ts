// Owns a page on which every part of views/parts.ts is drawn once, in the frame of console or portal, for the tests of
// views and of the browser: parts are judged before, and whether or not, a page uses them.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ejs from "ejs";
import type { ServiceFrame } from "../../src/views/frame.ts";
import { linkable } from "../../src/views/page_links.ts";
import type * as parts from "../../src/views/parts.ts";
import { stylesheet } from "../../src/views/stylesheets.ts";
import type { Words } from "../../src/views/words/language.ts";
import { wordsIn } from "../../src/views/words/languages.ts";

const filename = fileURLToPath(new URL("./parts.ejs", import.meta.url));
const options = {
  filename,
  views: [fileURLToPath(new URL("../../src/views/", import.meta.url))],
  strict: true,
  localsName: "view",
  rmWhitespace: true,
};
const template = ejs.compile(readFileSync(filename, "utf8"), options);

const field: parts.Field = {
  id: "name",
  label: "Name",
  hint: "As it stands in the contract.",
  required: true,
};

export const everyPart = {
  head: {
    title: "Tomasz Wiśniewski-Kowalczyk",
    crumbs: [{ label: "People", url: "/console/people" }],
    badge: { text: "Active", tone: "ok" },
    lead: "Everyone who can sign in.",
    actions: [
      { label: "Edit", url: "/edit" },
      { label: "Add a person", url: "/add", kind: "primary" },
      { label: "Sign out everywhere", url: "/end" },
      { label: "Delete", url: "/delete", kind: "danger" },
    ],
  } satisfies parts.Head,
  tabs: {
    label: "Tomasz Wiśniewski-Kowalczyk",
    tabs: [
      { label: "Overview", url: "/1", current: true },
      { label: "Organizations (2)", url: "/2" },
      { label: "Applications (3)", url: "/3" },
      { label: "Activity", url: "/4" },
    ],
  } satisfies parts.Tabs,
  banners: [
    { tone: "ok", text: "The domain is proven." },
    { tone: "info", text: "A new version is there." },
    {
      tone: "warn",
      strong: "Seven wrong passwords in the last hour.",
      text: "Sign-in from 203.0.113.9 is slowed down.",
      action: { label: "Show attempts", url: "/attempts" },
    },
    { tone: "bad", text: "Nothing was changed." },
    { tone: "none", text: "Nothing waits." },
  ] satisfies parts.Banner[],
  errors: {
    title: "The person was not added",
    errors: [{ message: "The address is taken.", fieldId: "email" }, { message: "Try again." }],
    code: "conflict",
  } satisfies parts.FormErrors,
  filters: {
    action: "/console/people",
    label: "People",
    fields: [
      { id: "q", label: "Name or e-mail", type: "search", value: "ada" },
      { id: "state", label: "State", type: "select", value: "", options: [{ value: "", label: "Any" }] },
      { id: "of", label: "Organization", type: "select", options: [{ value: "acme", label: "Acme Corp" }] },
    ],
    hidden: { sort: "name" },
    result: "312 people",
    clearUrl: "/console/people",
  } satisfies parts.Filters,
  table: {
    caption: "People, sorted by name",
    columns: [
      { label: "Name", url: "?sort=-name", sorted: "ascending" },
      { label: "Organization", url: "?sort=organization" },
      { label: "State", kind: "state" },
      { label: "Last sign-in", kind: "number" },
      { label: "Id" },
      { label: "Actions" },
    ],
    rows: ["active", "disabled"].map((state) => [
      {
        text: "Tomasz Wiśniewski-Kowalczyk",
        url: `/people/${state}`,
        note: "tomasz.wisniewski-kowalczyk@subsidiary.globex.example",
      },
      { text: "Acme Corporation and 1 more" },
      state === "active" ? { text: "Active" } : { text: "Disabled", tone: "bad" },
      { text: "22 Nov 2026" },
      { text: "usr_8f2c41d07be94a51", code: true },
      { text: "", actions: [{ label: "End", url: `/end/${state}`, unseen: `session ${state}` }] },
    ]),
  } satisfies parts.Table,
  pager: { label: "Pages of people", summary: "1–25 of 312", nextUrl: "?after=x" } satisfies parts.Pager,
  fields: [
    field,
    {
      id: "email",
      label: "E-mail",
      type: "email",
      error: "This address is taken. Give another.",
      value: "a@b",
    },
    { id: "hours", label: "Hours", type: "number", hint: "1 to 72.", error: "Give a whole number." },
    {
      id: "role",
      label: "Role",
      type: "select",
      value: "b",
      options: [
        { value: "a", label: "Member" },
        { value: "b", label: "Administrator" },
      ],
    },
    { id: "addresses", label: "Addresses", type: "textarea", value: "one\ntwo", hint: "One a line." },
    { id: "agree", label: "Ask for consent", type: "checkbox", hint: "For other people's applications." },
  ] satisfies parts.Field[],
  secret: {
    label: "Client secret",
    text: "s3cr3t-that-is-long-enough-to-wrap-on-a-small-screen-for-sure",
    warning: "Who loses it rotates it.",
    onUrl: "/next",
    onLabel: "Go on",
  } satisfies parts.Secret,
  confirm: {
    form: { action: "/confirm", csrfToken: "csrf-token-value" },
    hidden: { id: "acme" },
    what: "Acme Corp is deleted, with all that is theirs.",
    consequences: ["12 people lose their membership.", "3 applications lose their right."],
    undo: "This cannot be undone.",
    submitLabel: "Delete Acme Corp",
    cancelUrl: "/console/tenants/acme",
    fields: [
      { id: "allowNoAdmin", label: "Leave it without an administrator", type: "checkbox" },
      { id: "typed", label: "Type acme", required: true },
    ],
  } satisfies parts.Confirm,
  kv: {
    entries: [
      { label: "E-mail", cell: { text: "ada@acme.example" } },
      { label: "Person id", cell: { text: "usr_8f2c41d07be94a51", code: true, note: "never used again" } },
      { label: "State", cell: { text: "Address not proven", tone: "warn" } },
    ],
  } satisfies parts.KeyValues,
  timeline: {
    entries: [
      { strong: "Signed in", text: "to Sample ISV app", note: "today 14:02:11 · passkey", tone: "ok" },
      { strong: "Sign-in refused", text: "wrong password", note: "13:31 · 203.0.113.9", tone: "bad" },
      { strong: "ID token minted", note: "02:00:03", url: "/events/3" },
    ],
  } satisfies parts.Timeline,
  empty: {
    strong: "No domain yet",
    text: "A domain that is proven lets its people sign in.",
    action: { label: "Add a domain", url: "/domains/new" },
  } satisfies parts.Empty,
  steps: {
    steps: [
      {
        id: "s1",
        title: "Prove your domain",
        state: "ok",
        note: "acme.example",
        badge: { text: "Passed", tone: "ok" },
      },
      {
        id: "s2",
        title: "Create the data accessor",
        state: "bad",
        badge: { text: "1 of 3 fails", tone: "bad" },
        tests: [
          { state: "ok", text: "The application exists", note: "88 ms" },
          {
            state: "bad",
            text: "Identity Center accepts our token",
            note: "63 ms",
            said: "InvalidGrantException",
            why: "The application lists another audience.",
            fix: "Replace the audience.",
          },
          { state: "wait", text: "A search answers", note: "after the one above" },
        ],
        code: {
          label: "With the AWS CLI",
          text: "aws sso-admin put-application-grant --grant file://grant.json",
        },
        actions: [{ label: "Test again", url: "/again", kind: "primary" }],
      },
      { id: "s3", title: "Search once", state: "wait", badge: { text: "Not started", tone: "none" } },
    ],
  } satisfies parts.Steps,
};

const frame: ServiceFrame = {
  name: "Orchard",
  host: "login.orchard.example",
  supportUrl: "https://orchard.example/help",
  person: "lea@orchard.example",
  signOut: { url: "/sign-out", csrfToken: "csrf-token-value" },
  nav: [
    { label: "People", url: "/console/people", count: "312", current: true },
    { label: "Signing keys", url: "/console/keys" },
  ],
};

/** Every part there is, in one document. */
export function drawParts(kind: "console" | "portal", page: typeof everyPart = everyPart): string {
  const spoken = { language: "en", words: wordsIn("en"), languages: [] };
  return template({ ...spoken, page, kind, frame, linkable, stylesheetPath: stylesheet(kind).path });
}

/** Draws one part by itself, in some language. @param name without its `_` */
export function drawPart(name: string, model: unknown, words: Words): string {
  const part = ejs.compile(`<%- include('_${name}', { ${name}: view.model }) %>`, options);
  return part({ model, words, linkable });
}
