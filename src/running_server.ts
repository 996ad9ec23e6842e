// Owns what a running provider is to whoever starts it, and what they may replace of it. server.ts starts it.
import type { AwsAccess } from "./accessors/search_service.ts";
import type { Clock } from "./clock.ts";
import type { Database } from "./db/connect.ts";
import type { StoreLimits } from "./db/dialects.ts";
import type { Log } from "./log.ts";
import type { MailPolicy } from "./mail/attempts.ts";
import type { MailTransport } from "./mail/transport.ts";
import type { AdmissionLimits } from "./overload/admission.ts";
import type { LoopWatch } from "./overload/loop_watch.ts";
import type { QueuedPasswords } from "./provider/accounts/passwords.ts";
import type { KeyRing } from "./provider/keys/key_ring.ts";
import type { KeyPolicy } from "./provider/keys/policy.ts";
import type { TxtResolver } from "./provider/tenants/domain_proof.ts";

/** A running provider. */
export interface RunningServer {
  /** The address of all instances, whichever answers there. */
  issuer: string;
  /** Where this very instance listens, past every proxy. */
  localUrl: string;
  adminUrl: string;
  /** Where browsers open the console; undefined: nobody said, so there is none. */
  consoleUrl: string | undefined;
  db: Database;
  keyRing: KeyRing;
  /** Its metrics, of nobody else; undefined where nothing is measured. */
  measure(): Promise<string | undefined>;
  /**
   * Stops taking requests, lets those under way end, and closes everything.
   * @param how `alone`: others go on at its address, so that nobody need be told and none of its readiness is asked
   * @returns how many requests had not ended in time and were cut off
   */
  close(how?: { alone: boolean }): Promise<number>;
}

/** What a test or the development command may replace. */
export interface ServerOptions {
  clock?: Clock;
  /** Whether steps of that clock are noticed, as those of the machine's are. */
  clockSteps?: boolean;
  /** How domains are proven; the machine's DNS unless a test answers. */
  resolveTxt?: TxtResolver;
  log?: Log;
  /** The product's version, for the log. */
  version?: string;
  /** How signing keys follow one another; a test compresses its times. */
  keyPolicy?: KeyPolicy;
  /** How AWS is reached for searches; absent: by the settings, as the AWS SDK reads them. */
  awsAccess?: () => AwsAccess;
  admissionLimits?: AdmissionLimits;
  /** What tells whether this process is late; its own event loop unless a test, whose machine may be busy, says otherwise. */
  loop?: LoopWatch;
  /** What hashes passwords in place of what the settings say. */
  passwords?: QueuedPasswords;
  /** What takes mail in place of the server of SMTP_URL. */
  mail?: MailTransport;
  /** How the outbox is worked off; a test compresses its times. */
  mailPolicy?: MailPolicy;
  /** Aborted, the start is given up, and what has started is closed. */
  signal?: AbortSignal;
  /** How long the store may take before it counts as unavailable. */
  storeLimits?: StoreLimits;
  /** How long requests under way may take to end once close() was called. */
  drainMs?: number;
  /** What else serves at its address; absent: nothing does. */
  crew?: ServerCrew;
}

/** What a server must know that shares its address, its machine and its work with others. */
export interface ServerCrew {
  /** How many they are: each hashes as many passwords at once as its share of the processors. */
  size: number;
  /** Whether the work that one of them does for all is its own now: sweeping, keeping the trail, looking into outboxes. */
  onDuty(): boolean;
  /** The metrics of all of them. */
  scrapeAll(): Promise<string>;
}
