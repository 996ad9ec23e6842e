// Owns what a soak remembers: what clients asked and were told, what was promised to them, and how the store looked in the
// end. Nothing here judges.

/** What one answer was: its status, 0 where none came, and the id an operator finds it by. */
export interface Answered {
  status: number;
  requestId: string | undefined;
}

interface Told {
  /** Epoch milliseconds. */
  atMs: number;
  requestId?: string | undefined;
  /** What ran and what was done to it meanwhile, in words. */
  during?: string;
}

/** A token was verified as a relying party does that keeps its copy of the keys. */
export interface Verified extends Told {
  kind: "token";
  kid: string;
  /** Why it was refused; undefined when it was taken. */
  refusal: string | undefined;
}

/** Something that serves once was sent more than once. */
export interface Redeemed extends Told {
  kind: "redemption";
  what: "authorization code" | "refresh token" | "assertion";
  /** Each answer; `gave` tells what came of it apart from what else came (undefined: nothing). */
  answers: readonly (Answered & { gave: string | undefined })[];
}

/** A write was acknowledged: from now on a thing is so, until a later one says otherwise. */
export interface Written extends Told {
  kind: "write";
  thing: string;
  /** Undefined where one was asked for and not acknowledged: it may be done or not. */
  state: string | undefined;
}

/** A client that tries again as it should was told that its sign-in is over. */
export interface SessionLost extends Told {
  kind: "session lost";
  who: string;
  doing: string;
  answer: string;
}

/** Something was done and acknowledged that leaves an event. */
export interface Acted extends Told {
  kind: "act";
  event: string;
  accountId: string;
  /** Whether the event carries the request's id: not where the answer is a repetition of another's. */
  byRequest: boolean;
}

/** A mail was promised. */
export interface Promised extends Told {
  kind: "mail";
  address: string;
}

/** An answer that is neither what was asked for nor a clear "not now". */
export interface Unclear extends Told {
  kind: "unclear answer";
  doing: string;
  status: number;
  answer: string;
}

/** What an instance held. */
export interface Measured extends Told {
  kind: "memory";
  instance: string;
  bytes: number;
}

export type Happening = Verified | Redeemed | Written | SessionLost | Acted | Promised | Unclear | Measured;

/** How it was in the end. */
export interface Ending {
  /** Thing → state, as the store has it. */
  things: ReadonlyMap<string, string>;
  events: readonly { type: string; accountId: string | null; requestId: string | null }[];
  /** What `tti audit verify` said of the trail. */
  trail: { intact: boolean; said: string };
  /** Addresses that mail came to. */
  mailed: ReadonlySet<string>;
}

/** A promise of the product that was not kept. */
export interface Violation {
  promise:
    | "no unverifiable token"
    | "no double redemption"
    | "no acknowledged write lost"
    | "no session lost to an honest retry"
    | "no audit event missing"
    | "no mail lost"
    | "every answer is clear"
    | "flat memory";
  what: string;
  atMs: number;
  requestId?: string | undefined;
  during?: string | undefined;
  /** What the instances logged of the request. */
  log?: readonly string[];
}
