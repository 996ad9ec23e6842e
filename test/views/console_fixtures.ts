// Owns models of the console's pages for the tests of views and of the browser: one with every part a card may hold, and the
// pages that ask and that show a secret.
import type { ConsolePage } from "../../src/views/console_pages.ts";

const empty = {
  strong: "Nothing waits",
  text: "Every domain is proven.",
  action: { label: "Show all", url: "/console" },
};

/** A page with every part. */
export const everyCard: ConsolePage = {
  head: {
    title: "Tomasz Wiśniewski-Kowalczyk",
    crumbs: [{ label: "People", url: "/console/people" }],
    badge: { text: "Active", tone: "ok" },
    lead: "Everyone who can sign in, in all organizations.",
    actions: [{ label: "Add a person", url: "/console/people/new", kind: "primary" }],
  },
  banners: [
    { tone: "ok", text: "Saved." },
    {
      tone: "warn",
      text: "No next key is published.",
      action: { label: "Signing keys", url: "/console/keys" },
    },
  ],
  errors: {
    title: "Nothing was changed",
    errors: [{ message: "The address is taken.", fieldId: "email" }],
    code: "account_exists",
  },
  tabs: {
    label: "Person",
    tabs: [
      { label: "Overview", url: "/console/people/1", current: true },
      { label: "Activity", url: "/console/activity" },
    ],
  },
  cards: [
    {
      parts: [
        {
          filters: {
            action: "/console/people",
            label: "People",
            fields: [
              { id: "q", label: "Name or address", type: "search", value: "tomasz" },
              {
                id: "state",
                label: "State",
                type: "select",
                value: "",
                options: [{ value: "", label: "Any" }],
              },
            ],
            result: "2 people on this page",
            clearUrl: "/console/people",
          },
        },
        {
          table: {
            caption: "People",
            columns: [
              { label: "Name", url: "/console/people?order=name", sorted: "ascending" },
              { label: "State", kind: "state" },
              { label: "Created", kind: "number" },
              { label: "Act" },
            ],
            rows: [
              [
                { text: "Ada Marsh", url: "/console/people/ada", note: "ada@acme.example" },
                { text: "Active" },
                { text: "2026-11-26 14:02 UTC" },
                {
                  text: "",
                  actions: [
                    {
                      label: "Remove…",
                      url: "/console/people/ada/delete",
                      kind: "danger",
                      unseen: "Ada Marsh",
                    },
                  ],
                },
              ],
              [
                {
                  text: "tomasz.wisniewski-kowalczyk@subsidiary.globex.example",
                  url: "/console/people/tomasz",
                },
                { text: "Address not proven", tone: "warn" },
                { text: "2026-11-25 09:11 UTC" },
                { text: "" },
              ],
            ],
          },
        },
        {
          pager: {
            label: "Pages of people",
            summary: "2 people on this page, and there are more",
            nextUrl: "/console/people?after=x",
          },
        },
      ],
    },
    {
      title: "Profile",
      action: { label: "Edit", url: "/console/people/ada/edit", unseen: "the profile" },
      parts: [
        { text: "Of the newest 200 refusals; there were more." },
        {
          kv: {
            entries: [
              { label: "Person id", cell: { text: "usr_8f2c41d07be94a51", code: true } },
              { label: "E-mail", cell: { text: "ada@acme.example", note: "proven" } },
            ],
          },
        },
      ],
    },
    {
      title: "Schedule",
      parts: [
        {
          schedule: {
            label: "Schedule of the signing keys from 2026-11-01 to 2027-02-01",
            now: 400,
            rows: [
              {
                name: "2026-11-a7",
                said: "is published since 2026-11-01 and signs until 2027-01-01.",
                published: { from: 0, length: 800 },
                signs: { from: 100, length: 500 },
              },
              { name: "2026-12-b8", said: "was revoked.", published: { from: 300, length: 700 } },
            ],
          },
        },
      ],
    },
    {
      title: "AWS would refuse this token",
      danger: true,
      parts: [
        {
          checks: [
            { state: "ok", text: "iss: is the issuer" },
            { state: "bad", text: "lifetime", why: "It has expired.", fix: "Get a new one." },
            { state: "warn", text: "jti", why: "It has none." },
          ],
        },
        { code: { label: "Value", text: "tti-domain-verification=0123456789abcdef" } },
      ],
    },
    {
      title: "Add a person",
      parts: [
        {
          form: {
            action: "/console/people/new",
            submitLabel: "Add the person",
            cancelUrl: "/console/people",
            fields: [
              {
                id: "email",
                label: "E-mail address",
                type: "email",
                value: "ada@acme.example",
                required: true,
                hint: "What the person signs in with.",
                error: "The address is taken.",
              },
              { id: "uris", label: "Addresses", type: "textarea", value: "https://app.example/callback" },
              {
                id: "role",
                label: "Role",
                type: "select",
                value: "member",
                options: [{ value: "member", label: "Member" }],
              },
              {
                id: "verified",
                label: "I know that this address is the person's",
                type: "checkbox",
                checked: true,
              },
            ],
          },
        },
      ],
    },
  ],
  side: [
    {
      title: "Sessions",
      parts: [
        {
          rows: [
            {
              text: "Firefox on Windows",
              note: "198.51.100.24 · since today 14:02",
              badge: { text: "Waits", tone: "warn" },
              actions: [
                { label: "End", url: "/console/people/ada/sessions/1/end", unseen: "session Firefox" },
              ],
            },
            { text: "acme", url: "/console/organizations/acme" },
          ],
        },
      ],
    },
    {
      title: "Latest events",
      parts: [
        {
          timeline: {
            entries: [
              {
                strong: "Sign in refused",
                text: "wrong password",
                note: "today 13:31 UTC · from 203.0.113.9",
                tone: "bad",
              },
              { strong: "Account created", note: "2026-11-24" },
            ],
          },
        },
      ],
    },
    { title: "What waits", parts: [{ empty }] },
  ],
};

/** A page that asks before something ends for good. */
export const question: ConsolePage = {
  head: { title: "Delete", crumbs: [{ label: "People", url: "/console/people" }] },
  confirm: {
    action: "/console/people/ada/delete",
    what: "Ada Marsh is erased.",
    consequences: ["2 memberships are deleted.", "1 browser session ends."],
    undo: "This cannot be undone.",
    submitLabel: "Delete for good",
    cancelUrl: "/console/people/ada",
    fields: [{ id: "typed", label: "Type the person's address to go on: ada@acme.example", required: true }],
  },
};

/** A page that shows a secret once. */
export const secret: ConsolePage = {
  head: { title: "The secret", crumbs: [{ label: "Applications", url: "/console/applications" }] },
  secret: {
    label: "Secret of app",
    text: "k3JmX0n2vQ8sYb7Lr1Wd5tZc9Ae4Uh6P",
    warning: "Only its hash is kept.",
    onUrl: "/console/applications/app",
    onLabel: "Go on to the application",
  },
};
