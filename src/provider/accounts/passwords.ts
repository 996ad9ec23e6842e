// Owns password hashing: Argon2id, through a queue that is bounded by number and age and fair between networks and accounts,
// equally slow for users who do not exist; and the one
// judgement of new passwords, which whoever sets one goes through. Hashes that came with people from elsewhere, and our own
// of another cost, are verified here too, under the same bound (imported_hash.ts reads them). What is computed is computed in
// threads of its own (hash_threads.ts).
import { availableParallelism } from "node:os";
import { OperationError } from "../../errors.ts";
import { parseClientAddress } from "../../input/client_address.ts";
import { isStorable } from "../../input/text.ts";
import { FairQueue, type QueueTime } from "../../overload/fair_queue.ts";
import { currentRequest } from "../../request_context.ts";
import { inSpan } from "../../tracing/active_span.ts";
import { type HashThreads, hashThreads } from "./hash_threads.ts";
import { kindOfCost, leastCost, type PasswordCost } from "./password_cost.ts";
import { findWeakness } from "./password_strength.ts";
import { faultOfLength, faultOfText, faultOfWeakness, type PasswordFault } from "./password_words.ts";

/** Shortest password a new account may have, in characters. */
const shortestPassword = 10;
/** Longest password, in characters: enough for any pass phrase, too little to keep a core busy. */
const longestPassword = 256;

/** How many wait for a hash at most, and for how long: a person who waits longer has tried again, or gone. */
export const hashQueueLimits = { mostWaiting: 200, longestWaitMs: 5_000 } as const;

/** Of which kinds the hashes are that are not of our own making and least cost (imported_hash.ts, password_cost.ts). */
export interface ImportedKinds {
  /** The kind of the hash that is verified; null: it is of our own making and of the least cost. */
  own: string | null;
  /** Every kind that is in the store now. */
  present: readonly string[];
}

/** For whom something is hashed, beside the network the request comes from. */
export interface Asker {
  /** Whether the browser has signed in to the account before, as its mark in the store says: what strangers send is then in
   *  nobody's way who has. */
  known?: boolean;
  /** What the account is named by, whether or not there is one. */
  account?: string;
}

/** Hashes and verifies passwords; one instance per process, because it bounds the work. */
export interface Passwords {
  /**
   * Asserts that a stranger who came now would have their turn in time, before anything else is done for them.
   * @throws Overloaded
   */
  assertRoom(account: string): void;
  /** The kind of the hashes it makes; null: of the least cost. A login replaces a hash of another kind. */
  readonly kind: string | null;
  /** Hashes a password that is known already, or that nobody chose, into a PHC string with its parameters. */
  hashPassword(password: string): Promise<string>;
  /**
   * Judges a password that somebody chose, and hashes it.
   * @param about what a guesser knows of the person (known_of_person_store.ts)
   * @throws OperationError invalid_input, naming `password`, what is weak about it, and what to do; overloaded
   */
  hashNewPassword(password: string, about: readonly (string | null | undefined)[]): Promise<string>;
  /**
   * Tells whether a password belongs to a hash. Takes as long without a hash as with one, so that the
   * answer's time does not tell which users exist: of every kind of hash that is in the store one is computed,
   * whatever kind the user's own is of, and for nobody.
   * @param kinds absent: no hash in the store is imported
   * @throws OperationError overloaded, if it could not be done in time, or whoever asks has gone: then nothing was computed
   */
  verifyPassword(
    passwordHash: string | null | undefined,
    password: string,
    kinds?: ImportedKinds,
    asker?: Asker,
  ): Promise<boolean>;
}

/** As they are made: where hashes wait can be looked at. */
export interface QueuedPasswords extends Passwords {
  readonly queue: FairQueue;
}

/**
 * Checks a new password: its length, and that it is not easily guessed. No rules about its characters: they make
 * passwords worse.
 * @param about what a guesser knows of the person: address, name, tenants, the service
 * @throws OperationError invalid_input
 * @see NIST SP 800-63B section 3.1.1.2
 */
export async function assertNewPassword(
  password: string,
  about: readonly (string | null | undefined)[] = [],
): Promise<void> {
  const fault = await faultOf(password, about);
  if (fault === undefined) return;
  throw new OperationError("invalid_input", `password ${fault.what}.`, {
    field: "password",
    fix: fault.fix,
    reason: fault.reason,
  });
}

async function faultOf(
  password: string,
  about: readonly (string | null | undefined)[],
): Promise<PasswordFault | undefined> {
  const length = [...password].length;
  if (length < shortestPassword || length > longestPassword) {
    return faultOfLength(length, shortestPassword, longestPassword);
  }
  if (!isStorable(password)) return faultOfText;
  const known = about.filter((text) => typeof text === "string");
  const weakness = await findWeakness(password, known);
  return weakness && faultOfWeakness(weakness);
}

/** What the hasher is made with. */
export interface PasswordOptions {
  /** How many hashes may run at once: all cores but one, by default. */
  concurrency?: number;
  time?: QueueTime;
  /** What a new hash costs; the least by default. */
  cost?: PasswordCost;
  /** What the service is called: no new password is made of it. */
  serviceNames?: readonly string[];
  /** Where they are computed: in this process's threads, unless a test says otherwise. */
  threads?: HashThreads;
}

/**
 * How many passwords are hashed at once.
 * @param cores of the machine
 * @param processes that hash on the machine at the same time: together they leave a core to sign tokens
 */
export const hashesAtOnce = (cores: number, processes = 1): number =>
  Math.max(1, Math.floor((cores - 1) / processes));

/** Makes the password hasher. */
export function createPasswords({
  concurrency = hashesAtOnce(availableParallelism()),
  time,
  cost = leastCost,
  serviceNames = [],
  threads = hashThreads,
}: PasswordOptions = {}): QueuedPasswords {
  const queue = new FairQueue({
    ...hashQueueLimits,
    places: concurrency,
    told: "Too many people are signing in at this moment.",
    ...(time === undefined ? {} : { time }),
  });
  const inTurn = async <Result>(asker: Asker, work: () => Promise<Result>): Promise<Result> => {
    const request = currentRequest();
    const back = request?.stepAside?.();
    try {
      return await queue.run({ share: shareOf(asker), gone: request?.gone?.() }, work);
    } finally {
      back?.();
    }
  };
  const hashPassword = (password: string) =>
    inSpan("hash", "password hash", {}, () => inTurn({}, () => threads.makeHash({ password, cost })));
  return {
    queue,
    assertRoom: (account) => queue.assertRoom(shareOf({ account })),
    kind: kindOfCost(cost),
    hashPassword,
    async hashNewPassword(password, about) {
      await assertNewPassword(password, [...about, ...serviceNames]);
      return hashPassword(password);
    },
    async verifyPassword(passwordHash, password, { own, present } = noneImported, asker = {}) {
      const tooLong = [...password].length > longestPassword;
      const asked = {
        password: tooLong ? "" : password,
        passwordHash: passwordHash ?? null,
        counts: !tooLong && passwordHash != null,
        ...{ own, present },
      };
      const compare = () => threads.matchesHash(asked);
      return inSpan("hash", "password verify", {}, () => inTurn(asker, compare));
    },
  };
}

/**
 * Makes the hasher the settings say.
 * @param processes how many hash on this machine at the same time: each does its share
 */
export function passwordsOf(
  { passwordMemoryMib: memoryMib, passwordPasses: passes, publicName, issuer }: PasswordSettings,
  processes = 1,
): QueuedPasswords {
  const concurrency = hashesAtOnce(availableParallelism(), processes);
  const serviceNames = [publicName ?? "", new URL(issuer).hostname];
  return createPasswords({ concurrency, cost: { memoryMib, passes }, serviceNames });
}

/** What of the settings decides about passwords. */
export interface PasswordSettings {
  passwordMemoryMib: number;
  passwordPasses: number;
  publicName: string | undefined;
  issuer: string;
}

const noneImported: ImportedKinds = { own: null, present: [] };

// Strangers and those the browser is known of in turn; then networks, then the accounts they try.
function shareOf({ known = false, account = "" }: Asker): [string, string, string] {
  const address = currentRequest()?.address ?? "";
  return [known ? "known" : "new", parseClientAddress(address)?.network ?? address, account];
}
