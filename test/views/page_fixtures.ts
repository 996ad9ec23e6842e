// Owns one realistic model for every page, for the tests of views.
import { type AccountPageName, accountTabs } from "../../src/provider/self_service/account_tabs.ts";
import type { AccountShell } from "../../src/views/account_pages.ts";
import type { DemoSearch, DemoSessionPage, DemoStep } from "../../src/views/demo_pages.ts";
import type { PageName, Pages } from "../../src/views/pages.ts";
import { everyCard } from "./console_fixtures.ts";
import { everyPart } from "./parts_fixture.ts";

const form = { action: "/interaction/abc/login", csrfToken: "csrf-token-value" };

const people = [
  {
    name: "Alice Ames",
    email: "alice@acme.example",
    password: "demo-password",
    tenant: "Acme Corp",
    sees: "finance",
  },
  {
    name: "Bob Brown",
    email: "bob@acme.example",
    password: "demo-password",
    tenant: "Acme Corp",
    sees: "engineering",
  },
  {
    name: "Carol Chen",
    email: "carol@globex.example",
    password: "demo-password",
    tenant: "Globex",
    sees: "all",
  },
];

const links = [
  { label: "Discovery document", url: "http://localhost:3000/.well-known/openid-configuration" },
];

const steps: DemoStep[] = [
  {
    operation: "AssumeRole",
    purpose: "Become the vendor's role, tagged with the customer's tenant id.",
    state: "done",
    durationMs: 12,
    requestUrl: "http://127.0.0.1:4566/requests/id/2b753993-b12c-476c-9e8d-51c0e6e0ff2e",
    input: [
      { name: "RoleArn", value: "arn:aws:iam::111122223333:role/isv-data-accessor" },
      { name: "qbusiness-dataaccessor:ExternalId", value: "acme" },
    ],
    output: [
      { name: "AccessKeyId", value: "ASIAQX…7F2K" },
      { name: "SessionToken", value: "IQoJb3…9aZQ" },
    ],
  },
  {
    operation: "CreateTokenWithIAM",
    purpose: "Trade the ID token for an identity context.",
    state: "done",
    durationMs: 31,
    input: [{ name: "assertion", value: "eyJhbG…x2Rk", note: "the ID token below, used up by this call" }],
    output: [{ name: "identityContext", value: "AQoJb3…PjQ=" }],
  },
  {
    operation: "AssumeRole",
    purpose: "Become the role again, now carrying the user.",
    state: "done",
    durationMs: 9,
    input: [{ name: "ContextAssertion", value: "AQoJb3…PjQ=" }],
    output: [{ name: "AccessKeyId", value: "ASIAQX…M4TT" }],
  },
  {
    operation: "SearchRelevantContent",
    purpose: "Search as the user.",
    state: "done",
    durationMs: 17,
    input: [{ name: "queryText", value: "travel budget" }],
    output: [{ name: "relevantContent", value: "2 passages" }],
  },
];

const search: DemoSearch = {
  query: "travel budget",
  documents: [
    {
      title: "Travel policy 2026",
      passage: [
        { text: "Employees book economy class for flights under six hours. The ", hit: false },
        { text: "travel", hit: true },
        { text: " budget is reviewed each quarter.", hit: false },
      ],
      confidence: "VERY_HIGH",
      source: "https://docs.acme.example/travel-policy",
      documentId: "travel-policy",
    },
    {
      title: "Budget, third quarter",
      passage: [{ text: "Travel spending stayed eleven percent under budget.", hit: false }],
      confidence: "MEDIUM",
      documentId: "budget-q3",
    },
  ],
  steps,
  replay: false,
  totalMs: 74,
};

const token: DemoSessionPage["token"] = {
  header: [
    { name: "alg", value: "RS256", meaning: "Signed with RSA and SHA-256.", rule: "RS256 only" },
    {
      name: "kid",
      value: "2026-11-a7",
      meaning: "Which key of the issuer's JWKS signed it.",
      rule: "Found in JWKS",
    },
  ],
  payload: [
    { name: "iss", value: "http://localhost:3000", meaning: "Who issued it.", rule: "Equals the issuer URL" },
    { name: "aud", value: "demo-app", meaning: "Whom it is for.", rule: "One string" },
    { name: "email", value: "alice@acme.example", meaning: "The user.", rule: "Matches one user" },
    { name: "tenant_id", value: "acme", meaning: "The customer." },
  ],
  raw: ["eyJhbGciO…IifQ", "eyJpc3MiO…ZSJ9", "kX7b2Qd1…w4Zg"],
  obtainedBy: "Obtained with the authorization code when you signed in.",
  redeemed: true,
  secondsLeft: 243,
};

const user = { name: "Alice Ames", email: "alice@acme.example", tenant: "Acme Corp" };

/** The demo's page after sign-in, without a search. */
export const freshSession: DemoSessionPage = {
  user,
  csrfToken: "csrf-token-value",
  query: "",
  suggestions: ["travel budget", "release plan"],
  token: { ...token, redeemed: false },
  users: people,
  links,
};

/** The demo's page after AWS refused the second exchange of a token. */
export const refusedSession: DemoSessionPage = {
  ...freshSession,
  token,
  query: "travel budget",
  search: {
    query: "travel budget",
    documents: [],
    replay: true,
    totalMs: 28,
    error: {
      code: "InvalidGrantException",
      message: "JWT is already redeemed",
      cause: "The same ID token was exchanged before.",
      fix: "Ask the provider for a new ID token for every exchange.",
    },
    steps: steps.map((step, index) =>
      index === 0
        ? { ...step, state: "cached" }
        : index === 1
          ? {
              ...step,
              state: "failed",
              output: [],
              error: { code: "InvalidGrantException", message: "JWT is already redeemed" },
            }
          : { ...step, state: "skipped", output: [], input: [], durationMs: undefined },
    ),
  },
};

/** A page of the portal after a refused form. */
export const refusedPortalForm: Pages["portal/page"] = {
  of: "Acme Corp",
  home: "/portal/acme",
  signOutUrl: "/session/end",
  head: { title: "Add a person", crumbs: [{ label: "People", url: "/portal/acme/people" }] },
  errors: { title: "The person was not added", errors: [{ message: "It is taken.", fieldId: "email" }] },
  sections: [
    {
      id: "person",
      title: "Who",
      form: {
        action: "/portal/acme/people/new",
        fields: [{ id: "email", label: "E-mail address", type: "email", error: "It is taken." }],
        submitLabel: "Add",
        cancelUrl: "/portal/acme/people",
      },
    },
  ],
};

/** The portal's question before something ends. */
export const portalQuestion: Pages["portal/page"] = {
  ...refusedPortalForm,
  errors: undefined,
  head: { title: "Remove Ada?" },
  confirm: { ...everyPart.confirm, fields: undefined },
  sections: [],
};

const accountShell = (
  page: AccountPageName,
  content: Pick<AccountShell, "title" | "notice" | "fault">,
): AccountShell => ({ ...content, tabs: accountTabs(page), signOutUrl: "/session/end" });

/** One model for each page. */
export const fixtures: { [N in PageName]: Pages[N] } = {
  "console/page": everyCard,
  login: {
    form,
    clientName: "Sample ISV app",
    email: "alice@acme.example",
    error: "The e-mail address and password do not belong together.",
    cancelAction: "/interaction/abc/abort",
    policyUri: "https://app.example/privacy",
    termsUri: "https://app.example/terms",
    forgotUrl: "/account/forgot?from=abcdefghij",
  },
  password: {
    form,
    clientName: "Sample ISV app",
    tenantName: "Acme Corp",
    email: "alice@acme.example",
    otherUrl: "/interaction/abc/login",
    error: "The e-mail address and password do not belong together.",
    wrongPassword: true,
    cancelAction: "/interaction/abc/abort",
    forgotUrl: "/account/forgot?from=abcdefghij",
  },
  factor: {
    form: { ...form, action: "/interaction/abc/factor" },
    clientName: "Sample ISV app",
    use: "totp",
    otherFactorUrl: "/interaction/abc/factor?use=recovery_code",
    accountEmail: "alice@acme.example",
    otherUrl: "/interaction/abc/login",
    error: "This code is not right. Type the one that is shown now.",
    cancelAction: "/interaction/abc/abort",
  },
  factor_set_up: {
    form: { ...form, action: "/interaction/abc/factor" },
    clientName: "Sample ISV app",
    setUp: {
      form: { ...form, action: "/interaction/abc/factor" },
      use: "set_up",
      offer: "c2VhbGVk",
      secret: "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP",
      picture: "data:image/gif;base64,R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=",
      appUrl: "otpauth://totp/Example:alice%40acme.example?issuer=Example&secret=JBSWY3DPEHPK3PXP",
      error: "This code is not right. Type the one that is shown now.",
    },
    cancelAction: "/interaction/abc/abort",
  },
  passkey_set_up: {
    form: { ...form, action: "/interaction/abc/factor" },
    clientName: "Sample ISV app",
    accountEmail: "alice@acme.example",
    otherUrl: "/interaction/abc/login",
    passkey: {
      form: { ...form, action: "/interaction/abc/factor/new-passkey" },
      kind: "create",
      question: "{}",
      label: "Add a passkey",
      primary: true,
      without: "This browser cannot make passkeys here.",
      failed: "No passkey was added.",
      exists: "This device has a passkey of your account already.",
    },
    error: "No passkey was added. Try again.",
    cancelAction: "/interaction/abc/abort",
  },
  recovery_codes: {
    form: { ...form, action: "/interaction/abc/factor" },
    codes: "2345-6789-abcd-efgh\n3456-789a-bcde-fghj",
  },
  forgot: {
    form,
    email: "alice@acme.example",
    error: "email is not an e-mail address. Give an address such as jane@example.com.",
    signInUrl: "/interaction/abcdefghij/login",
    from: "abcdefghij",
  },
  new_password: {
    form,
    token: "link-secret",
    email: "alice@acme.example",
    invited: true,
    error: "password has 3 characters; it needs 10 to 256. Choose a pass phrase of several words.",
  },
  prove_address: { form, token: "link-secret", email: "alice@acme.example" },
  new_address: {
    form,
    token: "link-secret",
    email: "alice@acme.example",
    newEmail: "alice.new@acme.example",
    lost: ["Globex"],
  },
  done: {
    title: "Your password is set",
    lines: ["Sign in with it.", "Wherever you were signed in before, you are no more."],
    ways: [
      { label: "Go to Sample ISV app", url: "https://app.example/" },
      { label: "Sign in to your account", url: "/account" },
    ],
  },
  tenant_choice: {
    form,
    accountEmail: "dana@consulting.example",
    clientName: "Sample ISV app",
    tenants: [
      { id: "acme", name: "Acme Corp", detail: "acme.example" },
      { id: "globex", name: "Globex", detail: "globex.example" },
    ],
    cancelAction: "/interaction/abc/abort",
  },
  consent: {
    form,
    clientName: "Report Builder",
    clientHost: "reports.example.net",
    accountEmail: "alice@acme.example",
    tenantName: "Acme Corp",
    scopes: ["openid", "email", "roles", "offline_access", "reports:read"],
    resources: [{ name: "Reports", scopes: ["Read your reports", "Change your reports"] }],
    policyUri: "https://reports.example.net/privacy",
    termsUri: "javascript:alert(1)",
  },
  device_code: {
    action: "/device",
    xsrf: "xsrf-value",
    userCode: "BCDF-GHJK",
    error: "There is no such code. Compare it with what your device shows.",
  },
  device_confirm: {
    action: "/device",
    xsrf: "xsrf-value",
    clientName: "Sample TV app",
    userCode: "BCDF-GHJK",
    policyUri: "https://app.example/privacy",
  },
  device_end: { clientName: "Sample TV app" },
  logout: {
    action: "/session/end/confirm",
    xsrf: "xsrf-value",
    clientName: "Sample ISV app",
    accountEmail: "alice@acme.example",
  },
  stayed: {
    accountEmail: "alice@acme.example",
    application: { name: "Sample ISV app", url: "http://localhost:3002/" },
    accountUrl: "/account",
    signOutUrl: "/session/end",
  },
  welcome: { accountUrl: "/account" },
  logged_out: { clientName: "Sample ISV app", returnUrl: "http://localhost:3002/" },
  account: {
    shell: accountShell("account", { title: "Your account", notice: "Your name was changed." }),
    name: "Alice Ames",
    email: "alice@acme.example",
    emailVerified: true,
    organizations: [
      { name: "Acme Corp", presence: "Applications may act for you up to 12 hours after your last sign-in." },
      {
        name: "Globex",
        presence: "Applications may act for you while you are away, if you allow it under Applications.",
      },
      {
        name: "Initech",
        shut: {
          why: "It asks for a second step, and this sign-in has none.",
          way: { label: "Sign in once more", url: "/auth?prompt=login" },
        },
      },
    ],
  },
  account_email: {
    shell: accountShell("email", {
      title: "Error: E-mail address",
      fault: "That was asked for often enough for now.",
    }),
    email: "alice@acme.example",
    proven: false,
    lines: ["A reason why nothing can be done here."],
    returned: true,
    proofForm: { action: "/account/email/proof", csrfToken: "csrf-token-value" },
    changeForm: { action: "/account/email", csrfToken: "csrf-token-value" },
    wanted: "alice@",
    wrong: "This is no e-mail address.",
  },
  account_passkeys: {
    shell: accountShell("passkeys", { title: "Passkeys" }),
    form: { action: "/account/passkeys", csrfToken: "csrf-token-value" },
    passkeys: [
      { id: "pk_1", name: "Work laptop", told: "Added 2026-11-02, last used 2026-11-26; on one device" },
      {
        id: "pk_2",
        name: "Phone",
        told: "Added 2026-10-01, last used 2026-11-20; kept by a password manager, on several devices",
        stopped:
          "Since 2026-11-21 it signs nobody in: there may be a copy of it. Remove it, and add a new one.",
      },
    ],
    add: {
      form: { action: "/account/passkeys/add", csrfToken: "csrf-token-value" },
      kind: "create",
      question: '{"challenge":"AAAA","rp":{"id":"localhost","name":"Orchard"}}',
      label: "Add a passkey",
      primary: true,
      name: { id: "name", label: "Name (optional)", hint: "By which you know it.", autocomplete: "off" },
      without: "This browser cannot make passkeys here.",
      failed: "No passkey was added.",
      exists: "This device has a passkey of your account already.",
    },
  },
  account_sessions: {
    shell: accountShell("sessions", { title: "Where you are signed in", notice: "The session was ended." }),
    form: { action: "/account/sessions", csrfToken: "csrf-token-value" },
    sessions: [
      {
        id: "s_6sSP0Tm2J3T0K5lTy5pLyq3wYz0e7fEoVZB0ZvR3m1s",
        isThis: true,
        browser: "Firefox, Windows",
        organizations: ["Acme Corp", "Globex"],
        signedIn: "2026-11-26 16:05 UTC",
        seen: "2026-11-26 17:05 UTC",
      },
      {
        id: "s_7sSP0Tm2J3T0K5lTy5pLyq3wYz0e7fEoVZB0ZvR3m1s",
        isThis: false,
        organizations: [],
        signedIn: "2026-11-20 08:00 UTC",
        seen: "2026-11-25 09:10 UTC",
      },
    ],
    signsOutEverywhere: true,
  },
  account_factors: {
    shell: accountShell("factors", { title: "Second step" }),
    form: { action: "/account/factors", csrfToken: "csrf-token-value" },
    since: "Set up on 2026-11-02.",
    left: "9 are left.",
  },
  account_codes: {
    shell: accountShell("factors", { title: "Your recovery codes", notice: "You have new recovery codes." }),
    codes: "abcd-efgh-jkmn-pqrs\n2345-6789-abcd-efgh",
    onUrl: "/account/factors",
  },
  account_applications: {
    shell: accountShell("applications", {
      title: "Applications",
      notice: "Report Builder may no longer act for you.",
    }),
    form: { action: "/account/applications", csrfToken: "csrf-token-value" },
    agreements: [
      {
        tenantId: "globex",
        tenantName: "Globex",
        clientId: "isv-app",
        clientName: "Sample ISV app",
        since: "2026-11-02",
      },
      { tenantId: "globex", tenantName: "Globex", clientId: "reports", clientName: "Report Builder" },
    ],
    applications: [
      {
        id: "g_6sSP0Tm2J3T0K5lTy5pLyq3wYz0e7fEoVZB0ZvR3m1s",
        clientName: "Report Builder",
        tenantName: "Acme Corp",
        scopes: ["email", "offline_access", "openid"],
        since: "2026-11-02",
      },
    ],
    ended: [
      {
        tenantId: "globex",
        tenantName: "Globex",
        clientId: "old-app",
        clientName: "Old app",
        ended: "2026-11-20",
      },
    ],
    withoutAgreements: "No application may, and none has asked.",
  },
  account_close: {
    shell: accountShell("close", { title: "Close your account" }),
    confirm: {
      form: { action: "/account/close", csrfToken: "csrf-token-value" },
      what: "The account alice@acme.example will be closed and erased.",
      consequences: ["You are signed out everywhere, and can sign in here no more."],
      undo: "This cannot be undone.",
      fields: [{ id: "typed", label: "Type alice@acme.example to confirm", required: true, maxLength: 320 }],
      submitLabel: "Close the account for good",
      cancelUrl: "/account/data",
    },
    against: [],
  },
  account_done: {
    shell: accountShell("done", { title: "Done for you" }),
    lead: "What applications did in your name since 2026-10-27.",
    sums: [
      {
        clientName: "Sample ISV app",
        tenantName: "Globex",
        lines: ["Searched as you 12 times, last on 2026-11-26 17:05 UTC."],
      },
    ],
    acts: {
      entries: [
        {
          strong: "Sample ISV app at Globex",
          text: "searched as you: 5 results.",
          note: "2026-11-26 17:05 UTC",
        },
        {
          strong: "Sample ISV app at Globex",
          text: "asked for proof of who you are and got none.",
          note: "2026-11-26 17:04 UTC, tried by an administrator",
          tone: "warn",
        },
      ],
    },
    pager: {
      label: "Pages of what was done",
      summary: "The newest",
      nextUrl: "/account/done-for-you?before=1.a",
    },
  },
  account_data: {
    shell: accountShell("data", { title: "Your data" }),
    form: { action: "/account/data", csrfToken: "csrf-token-value" },
    closeUrl: "/account/close",
    notHere: [],
  },
  account_form: {
    shell: accountShell("password", { title: "Error: Password" }),
    lines: ["With a new one you are signed out everywhere but here."],
    form: { action: "/account/change-password", csrfToken: "csrf-token-value" },
    username: "alice@acme.example",
    fields: [
      {
        id: "current",
        label: "Current password",
        type: "password",
        autocomplete: "current-password",
        error: "This is not your current password.",
      },
      {
        id: "password",
        label: "New password",
        type: "password",
        autocomplete: "new-password",
        hint: "At least 10 characters.",
      },
    ],
    submitLabel: "Change the password",
    cancelUrl: "/account",
    errors: {
      title: "Nothing was changed",
      errors: [{ message: "This is not your current password.", fieldId: "current" }],
      code: "invalid_credentials",
    },
  },
  error: {
    title: "The application gave a wrong way back",
    why: "It asked to send you to an address that it has not registered, so you stay here.",
    todo: "Tell the people who run the application; what they need to know stands below.",
    code: "invalid_redirect_uri",
    detail: "redirect_uri did not match any of the client's registered `redirect_uris`",
    requestId: "5f1c6e2a9b",
    ways: [{ label: "Go back to Sample ISV app", url: "http://localhost:3002/" }],
  },
  "portal/page": {
    of: "Acme Corp",
    home: "/portal/acme",
    signOutUrl: "/session/end",
    head: { ...everyPart.head, title: "People" },
    tabs: everyPart.tabs,
    banner: { tone: "ok", text: "The person has the other role now." },
    sections: [
      {
        id: "people",
        title: "Members",
        lead: "Who belongs to Acme Corp.",
        action: { label: "Add", url: "/portal/acme/people/new" },
        table: everyPart.table,
        pager: everyPart.pager,
      },
      {
        id: "record",
        title: "The record",
        codes: [{ label: "Name", text: "_tti.acme.example" }],
        kv: everyPart.kv,
        actions: [{ label: "I have stored it", url: "/portal/acme/people", kind: "primary" }],
      },
      {
        id: "activity",
        title: "Events",
        filters: everyPart.filters,
        timeline: everyPart.timeline,
        form: { action: "/portal/acme/x", fields: [], submitLabel: "Prove it now", plain: true },
      },
    ],
  },
  demo_home: {
    issuer: "http://localhost:3000",
    newcomer: { name: "Initech", url: "/onboarding" },
    users: people,
    links,
  },
  demo_tale: {
    customer: "Initech",
    csrfToken: "csrf-token-value",
    notice: "Initech has ended here.",
    steps: [
      {
        id: "link",
        title: "Make a link for Initech",
        who: "You, the vendor",
        text: "The link is for Ivy Nolan, who administers Initech.",
        state: "done",
        ways: [{ label: "Open the link", url: "http://localhost:3000/portal/onboarding" }],
        forms: [{ action: "/onboarding/link", label: "Make another link" }],
        codes: [{ label: "The same in a terminal", text: "npx --no tti onboard link initech" }],
      },
      {
        id: "script",
        title: "Let the vendor in at Initech’s AWS",
        who: "Initech’s administrator",
        text: "Behind the link is the script.",
        state: "open",
        ways: [],
        forms: [{ action: "/onboarding/script", label: "Run the script", primary: true }],
        codes: [],
        output: { label: "What the script printed", text: "Stopped: no region is known", failed: true },
      },
      {
        id: "search",
        title: "Sign in and search",
        who: "A person of Initech",
        text: "The same search gives each another answer.",
        state: "waiting",
        ways: [],
        forms: [],
        codes: [],
        people,
      },
    ],
    links,
  },
  demo_mailbox: {
    mails: [
      {
        to: "ada@acme.example",
        subject: "Choose a new password at localhost:3000",
        text: "Somebody asked for a new password.\n\nhttp://localhost:3000/account/password?token=abc",
        url: "http://localhost:3000/account/password?token=abc",
        cameAt: "2026-01-02T03:04:05.000Z",
      },
      {
        to: "ben@acme.example",
        subject: "Your password at localhost:3000 was changed",
        text: "It was changed.",
        cameAt: "2026-01-02T03:04:04.000Z",
      },
    ],
    links,
  },
  demo_session: { ...freshSession, token, query: "travel budget", search },
};

/** The pages that persons see; others are for who administers, or of the demo. */
export const personsPages = (Object.keys(fixtures) as PageName[]).filter(
  (name) => !/^(?:console\/|portal\/|demo_)/.test(name),
);

/**
 * A model without what was put in words before, or is anybody's: sentences and labels. What is left on a page is its template's
 * own.
 */
export function withoutSentences<Model>(model: Model, key = ""): Model {
  if (typeof model === "string")
    return (/\s/.test(model) || /^(?:label|title)$/.test(key) ? "Wert" : model) as Model;
  if (Array.isArray(model)) return model.map((one) => withoutSentences(one)) as Model;
  if (typeof model !== "object" || model === null) return model;
  const members = Object.entries(model).map(([name, one]) => [name, withoutSentences(one, name)]);
  return Object.fromEntries(members) as Model;
}
