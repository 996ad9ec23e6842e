// Owns what an operation is: one entry that says its name, what it takes and answers, which permission it needs, which
// events it leaves, and how HTTP and the command line reach it. And how each is run: permission, input, transaction,
// audit event, in this order, for whichever face asks. Faces hold no rule; entries hold no transaction.
import { z } from "zod";
import { countAuditEvent, createAuditEvent, createAuditEventInTenants } from "../../audit/audit_store.ts";
import type { AuditEventType, NewAuditEvent, NewAuditEventOf } from "../../audit/event_types.ts";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { inSpan } from "../../tracing/active_span.ts";
import { permissionFor } from "../administrators/permission_for.ts";
import type { Permission } from "../administrators/roles.ts";
import { failedWithin, withinTenant } from "../administrators/tenant_bound.ts";
import type { CommandFace } from "./command_face.ts";
import { runEnding } from "./ending.ts";
import { type OperationContext, parseArguments } from "./operation.ts";
import { assertRevision, etagOf, parseIfMatch, type Revises } from "./revision.ts";
import { namingMember, toldWithin } from "./within.ts";

/** One way to reach an operation over HTTP. */
export interface OperationRoute {
  method: "get" | "post" | "patch" | "delete";
  /** With parameters as `:name`. */
  path: string;
  /** The input's member each parameter of the path fills, where it has another name. */
  params?: Readonly<Record<string, string>>;
  /** Status of the answer when all is well; absent: 200. */
  status?: 201;
  /** What this route is for, where the operation has several. */
  summary?: string;
  /** Its answer is streamed, as lines of this type, to who takes them: `*_routes.ts` serves it by hand. */
  streamed?: "application/x-ndjson" | "application/jsonl";
}

/** An event as an operation records it: who did it is the runner's to say. */
export type Recorded<Type extends AuditEventType> = Type extends AuditEventType
  ? Omit<NewAuditEventOf<Type>, "actor">
  : never;

/** What an operation acts with: its context, the moment, and the trail. */
export type Act<Context, Event extends AuditEventType, Prepared> = Omit<Context, "db"> & {
  /** The transaction. */
  db: Database;
  now: Date;
  /** What `prepare` answered. */
  prepared: Prepared;
  /**
   * Asks the caller's right again. The runner has, as the first thing in its transaction; who opens transactions
   * themselves, or lets time go by, asks in each, before anything comes of it.
   * @throws OperationError unauthenticated, forbidden
   */
  still(db: Database): Promise<void>;
  /** Records an event the entry declares, in the transaction. */
  record(event: Recorded<Event>): Promise<void>;
  /**
   * Records it in the trail of each of these tenants; without any: in none. Of who acts for one tenant, it stands in that
   * tenant's trail alone.
   */
  recordInTenants(
    event: Extract<Recorded<Event>, { accountId: string }>,
    tenantIds: readonly string[],
  ): Promise<void>;
  /** Records it so that equal ones of a minute are one. */
  count(event: Recorded<Event>): Promise<void>;
};

/** An operation as its file writes it. */
export interface OperationSpec<
  Context extends OperationContext,
  Input extends z.ZodObject,
  Output extends z.ZodType,
  Event extends AuditEventType,
  Prepared,
> {
  /** As the command line spells it, e.g. `tenant create`. */
  name: string;
  /** One line, for the lists of routes and commands. */
  summary: string;
  /** What it takes; each member has a description. `dryRun: true` takes everything back and only tells. */
  input: Input;
  /** What it answers, over HTTP and with --json. */
  output: Output;
  /** What the caller must be allowed (administrators/roles.ts): to read, to change, to own, or a back end's scope. */
  permission: Permission;
  /** What it may leave in the trail. None: it changes nothing, and runs outside a transaction. */
  events: readonly Event[];
  /** How HTTP reaches it; none: it does not. */
  http: readonly OperationRoute[];
  /** How the command line reaches it; absent: by a command written by hand, or not at all. */
  cli?: CommandFace<z.output<Output>>;
  /** Why it opens its transactions itself, where it must. */
  ownTransaction?: string;
  /** It answers one thing, whose ETag a change of it may name: an entry says so with `revises`. */
  shows?: true;
  /** It changes one thing, and may be told by If-Match which state of it. */
  revises?: Revises<z.output<Input>, z.output<Output>>;
  /** What takes time and needs no transaction: hashing, asking the DNS. */
  prepare?(input: z.output<Input>, context: Context): Promise<Prepared>;
  /** What this instance does at once when it is done and stands, rather than when it next looks; must not throw. */
  afterwards?(context: Context): Promise<void>;
  /** Does it. */
  run(trx: Database, input: z.output<Input>, act: Act<Context, Event, Prepared>): Promise<z.output<Output>>;
}

/** What is known of an operation without running it. */
export interface OperationEntry
  extends Pick<
    OperationSpec<OperationContext, z.ZodObject, z.ZodType, AuditEventType, unknown>,
    "name" | "summary" | "input" | "output" | "permission" | "events" | "http" | "ownTransaction" | "shows"
  > {
  revises?: Revises<never, never>;
  cli?: CommandFace<never>;
}

/** An operation: called, it runs as the table says. */
export interface Operation<Context extends OperationContext = OperationContext, Result = unknown> {
  /**
   * Runs it: checks the permission, reads the input, opens the transaction, checks the permission there, and the state
   * it is to find, does it.
   * @throws OperationError unauthenticated, forbidden, invalid_input, precondition_failed, and what the operation throws
   */
  (context: Context, input?: unknown): Promise<Result>;
  readonly entry: OperationEntry;
}

/** Makes operations that work with a context of their own. */
export function operationsIn<Context extends OperationContext>() {
  return function operation<
    Input extends z.ZodObject,
    Output extends z.ZodType,
    const Event extends AuditEventType = never,
    Prepared = undefined,
  >(spec: OperationSpec<Context, Input, Output, Event, Prepared>): Operation<Context, z.output<Output>> {
    const call = async (context: Context, input: unknown = {}): Promise<z.output<Output>> => {
      let needed = spec.permission;
      const still = (db: Database) => assertPermitted(needed, context, db);
      await still(context.db);
      const said = parseArguments(spec.input, withinTenant(spec, context.tenantId, input));
      const asked = spec.revises && context.condition?.ifMatch;
      const ifMatch = asked === undefined ? undefined : parseIfMatch(asked);
      const prepared = (await spec.prepare?.(said, context)) as Prepared;
      const now = context.clock();
      const run = async (db: Database) => {
        const wanted = await namingMember(db, context.tenantId, said);
        // What came before may have taken long: it is asked again where the act is.
        needed = await permissionFor(db, spec.permission, wanted);
        if (db !== context.db || spec.prepare !== undefined || needed !== spec.permission) await still(db);
        if (spec.revises !== undefined && ifMatch !== undefined) {
          assertRevision(ifMatch, await spec.revises.hold(db, wanted));
        }
        const answer = await spec.run(db, wanted, actIn(db, context, prepared, now, still));
        const left = spec.shows ? answer : spec.revises?.after?.(answer);
        if (left !== undefined) context.condition?.told(etagOf(left));
        const told = await toldWithin(db, context.tenantId, answer);
        await context.settled?.(db, told);
        return told;
      };
      const dryRun = "dryRun" in said && said["dryRun"] === true;
      const runsBare = spec.events.length === 0 || spec.ownTransaction !== undefined;
      const work = runsBare ? run(context.db) : runEnding(context.db, dryRun, run);
      const answer = await work.catch((error: unknown) => {
        throw failedWithin(context.tenantId, error);
      });
      await spec.afterwards?.(context);
      return dryRun ? { ...Object(answer), dryRun } : answer;
    };
    const entry = { ...spec, output: outputOf(spec) };
    const traced = (context: Context, input?: unknown) =>
      inSpan("operation", `operation ${spec.name}`, { "tti.operation": spec.name }, () =>
        call(context, input),
      );
    return Object.assign(traced, { entry: entry as unknown as OperationEntry });
  };
}

// A trial answers as the act does. Whoever has nothing but the answer must see which it was.
const trialMark = z.literal(true).optional().describe("Nothing was done: this is what would be.");

function outputOf({ input, output }: { input: z.ZodObject; output: z.ZodType }): z.ZodType {
  if (!("dryRun" in input.shape)) return output;
  if (!(output instanceof z.ZodObject)) throw new Error("an act that can be tried answers an object");
  return output.extend({ dryRun: trialMark });
}

/** Makes an operation that needs nothing but the store. */
export const operation = operationsIn<OperationContext>();

function actIn<Context extends OperationContext, Event extends AuditEventType, Prepared>(
  db: Database,
  context: Context,
  prepared: Prepared,
  now: Date,
  still: (db: Database) => Promise<void>,
): Act<Context, Event, Prepared> {
  const { actor } = context;
  const own = context.tenantId ?? context.inNameOf;
  const whole = (event: object) => ({ ...event, actor }) as NewAuditEvent & { accountId: string };
  return {
    ...context,
    db,
    now,
    prepared,
    still,
    record: (event) => createAuditEvent(db, whole(event), now),
    // Where else a person belongs learns nothing of what one organization does, nor by whose hand.
    recordInTenants: (event, tenantIds) =>
      createAuditEventInTenants(db, whole(event) as never, own === undefined ? tenantIds : [own], now),
    count: (event) => countAuditEvent(db, whole(event), now),
  };
}

/**
 * Asserts that who asks may still be told what an act of theirs was answered.
 * @throws OperationError unauthenticated, forbidden
 */
export async function assertMayBeTold(
  { entry }: Operation<never>,
  context: OperationContext,
  input: Readonly<Record<string, unknown>>,
): Promise<void> {
  withinTenant(entry, context.tenantId, input);
  await assertPermitted(await permissionFor(context.db, entry.permission, input), context, context.db);
}

/**
 * Asserts that who asks may do what needs a permission, as the store says now.
 * @throws OperationError unauthenticated, forbidden
 */
export async function assertPermitted(
  permission: Permission,
  { may }: Pick<OperationContext, "may">,
  db: Database,
): Promise<void> {
  if (await may(permission, db)) return;
  throw new OperationError("forbidden", `The caller may not do this: it takes ${permission}.`, {
    fix: "Ask an administrator whose role carries it, or use an access token that does.",
  });
}
