// Owns what the pages of the demo application need in order to be drawn (see pages.ts).
// Tokens and secrets arrive here shortened: nothing on these pages can be used again.

/** A line of "what went in" or "what came out". */
export interface DemoField {
  name: string;
  value: string;
  /** One line on why it is there. */
  note?: string | undefined;
}

/** How a step of the chain ended. */
export type DemoStepState = "done" | "cached" | "failed" | "skipped";

/** One of the calls to AWS. */
export interface DemoStep {
  /** AWS's name of the operation, e.g. `CreateTokenWithIAM`. */
  operation: string;
  /** What it is for, in a sentence. */
  purpose: string;
  state: DemoStepState;
  durationMs?: number | undefined;
  /** Where the local AWS shows this call with each of its checks. */
  requestUrl?: string | undefined;
  input: readonly DemoField[];
  output: readonly DemoField[];
  error?: DemoError | undefined;
}

/** A failure, as the page explains it. */
export interface DemoError {
  code: string;
  message: string;
  cause?: string | undefined;
  fix?: string | undefined;
}

/** A claim or header member of the ID token. */
export interface DemoClaim {
  name: string;
  value: string;
  meaning: string;
  /** The rule of the trusted token issuer it satisfies, if any. */
  rule?: string | undefined;
}

/** A run of text, and whether it is a word that was searched for. */
export interface DemoTextRun {
  text: string;
  hit: boolean;
}

/** One search result. */
export interface DemoDocument {
  title: string;
  passage: readonly DemoTextRun[];
  /** `VERY_HIGH` … `LOW`, or `NOT_AVAILABLE`. */
  confidence: string;
  source?: string | undefined;
  documentId: string;
}

/** Someone the visitor may sign in as. */
export interface DemoUser {
  name: string;
  email: string;
  password?: string | undefined;
  tenant: string;
  /** What this user may see, in a few words. */
  sees?: string | undefined;
}

/** A step of the story of a customer that is let in and leaves. */
export interface DemoTaleStep {
  /** Its place on the page. */
  id: string;
  title: string;
  /** Who does it. */
  who: string;
  text: string;
  state: "done" | "open" | "waiting";
  ways: readonly { label: string; url: string; primary?: boolean | undefined }[];
  /** Each posts the page's anti-forgery token. */
  forms: readonly {
    action: string;
    label: string;
    primary?: boolean | undefined;
    danger?: boolean | undefined;
  }[];
  /** To be copied. */
  codes: readonly { label: string; text: string }[];
  output?: { label: string; text: string; failed: boolean } | undefined;
  /** Whom to sign in as. */
  people?: readonly DemoUser[] | undefined;
}

/** The story of a customer that is let in and leaves. */
export interface DemoTalePage {
  /** The customer's name. */
  customer: string;
  csrfToken: string;
  /** None: the story has ended for good. */
  steps: readonly DemoTaleStep[];
  /** What just happened; announced. */
  notice?: string | undefined;
  /** True where the notice is a refusal; news is none. */
  refused?: boolean | undefined;
  links: readonly { label: string; url: string }[];
}

/** The mail of the provider, as the demo's mailbox shows it. */
export interface DemoMailboxPage {
  /** Newest first. */
  mails: readonly {
    to: string;
    subject: string;
    text: string;
    /** What its button leads to; absent: it has none. */
    url?: string | undefined;
    /** ISO 8601. */
    cameAt: string;
  }[];
  links: readonly { label: string; url: string }[];
}

/** Before sign-in. */
export interface DemoHomePage {
  issuer: string;
  /** The customer that is to be let in, and where its story is told. */
  newcomer?: { name: string; url: string } | undefined;
  users: readonly DemoUser[];
  links: readonly { label: string; url: string }[];
  /** What just happened; announced. */
  notice?: string | undefined;
  /** True where the notice is a refusal; news is none. */
  refused?: boolean | undefined;
}

/** After sign-in. */
export interface DemoSessionPage {
  user: { name: string; email: string; tenant: string };
  csrfToken: string;
  query: string;
  /** Queries worth trying. */
  suggestions: readonly string[];
  token: {
    header: readonly DemoClaim[];
    payload: readonly DemoClaim[];
    /** The three parts of the token, each shortened. */
    raw: readonly [string, string, string];
    /** Where it came from: sign-in or refresh. */
    obtainedBy: string;
    /** Whether it was presented to AWS already. */
    redeemed: boolean;
    secondsLeft: number;
  };
  search?: DemoSearch | undefined;
  /** Everybody else the visitor may sign in as, colleagues first. */
  users: readonly DemoUser[];
  links: readonly { label: string; url: string }[];
}

/** What the last search did. */
export interface DemoSearch {
  query: string;
  documents: readonly DemoDocument[];
  steps: readonly DemoStep[];
  error?: DemoError | undefined;
  /** True when the visitor asked to present the same token twice. */
  replay: boolean;
  totalMs: number;
}

/** The demo's pages by the name of their templates. */
export interface DemoPages {
  demo_home: DemoHomePage;
  demo_session: DemoSessionPage;
  demo_tale: DemoTalePage;
  demo_mailbox: DemoMailboxPage;
}
