// Owns the operations on the trail's chain: reading it in its order (export, follow), verifying it, and retention.
import { z } from "zod";
import { listSealedEvents, type SealedAuditEvent } from "../../audit/audit_store.ts";
import { parseAnchor } from "../../audit/chain/anchor.ts";
import { findHeadBlock } from "../../audit/chain/chain_store.ts";
import type { BlockSeals, SealedBlock } from "../../audit/chain/hashes.ts";
import { faultKinds } from "../../audit/chain/judge.ts";
import { planPruning, pruneTrail } from "../../audit/chain/prune.ts";
import { verifyChain } from "../../audit/chain/verify.ts";
import { chainStart, formatPlace, parsePlace, type SealedPlace } from "../../audit/sealed_place.ts";
import { OperationError } from "../../errors.ts";
import { adminOwn, adminRead } from "../administrators/roles.ts";
import { type AuditContext, filterInput, readFilters } from "./audit.ts";
import { operationsIn } from "./entry.ts";
import { parseArguments } from "./operation.ts";
import { pageInput } from "./page.ts";
import { auditEventShape } from "./shapes.ts";

/** What operations on the chain work with. */
export interface AuditChainContext extends AuditContext {
  /** Judge the last block; without secrets only hashes are judged. */
  blockSeals: BlockSeals;
  /** TTI_AUDIT_RETENTION. */
  auditRetentionDays: number | undefined;
}

const chainOperation = operationsIn<AuditChainContext>();

const placeText = z.string().max(40);
const sealedEventShape = auditEventShape
  .extend({ place: z.string().describe("Where it stands in the chain: block, and place in the block.") })
  .meta({ id: "SealedAuditEvent" });
const exportInput = z.strictObject({
  ...filterInput,
  cursor: placeText
    .optional()
    .describe(
      "Goes on after this place: `place` of the last event, or the cursor of the page before. `end`: after all there is.",
    ),
});

const pagedInput = exportInput.extend({ limit: pageInput.limit });
const exportPage = z.strictObject({
  events: z.array(sealedEventShape),
  cursor: z.string().describe("Where to go on, now or later."),
  more: z
    .boolean()
    .describe(
      "Whether there may be more now, also where fewer came than the limit: filters are sought so far at once.",
    ),
});

/** Events in the chain's order, as export and follow write them. */
export type ExportPage = z.output<typeof exportPage>;

/**
 * Exports a page of the chain, in its order. Whoever goes on from the cursor loses nothing and gets nothing twice.
 * @throws OperationError invalid_input, tenant_not_found
 */
export const exportEvents = chainOperation({
  name: "audit export",
  summary: "Export sealed audit events in the chain's order, as JSON Lines or page by page",
  permission: adminRead,
  events: [],
  input: pagedInput,
  output: exportPage,
  http: [{ method: "get", path: "/v1/audit-events/export", streamed: "application/jsonl" }],
  async run(db, { cursor, limit = 100, ...filters }, act) {
    const query = await readFilters(db, filters, act);
    // Read before the events: what is sealed meanwhile stands after it.
    const end = placeOfEnd(await findHeadBlock(db));
    const after = cursor === undefined ? chainStart : cursor === "end" ? end : parsePlace(cursor, "cursor");
    if (isLater(after, end)) throw beyondTheEnd(end);
    const { events, end: looked } = await listSealedEvents(db, query, after, limit);
    const last = events.at(-1)?.sealed ?? after;
    // Nothing up to the end is meant besides: the next reading need not look there again.
    const next = looked ?? (isLater(end, last) ? end : last);
    return { events: events.map(exported), cursor: formatPlace(next), more: looked !== undefined };
  },
});

function placeOfEnd(head: SealedBlock | undefined): SealedPlace {
  return head === undefined ? chainStart : { block: head.number, place: head.events - 1 };
}

// A store that was restored ends sooner than whoever followed it had come: waiting there would lose what is new.
function beyondTheEnd(end: SealedPlace): OperationError {
  return new OperationError("invalid_input", "cursor is no place of this trail, which ends before it.", {
    field: "cursor",
    fix: `The trail ends at ${formatPlace(end)}. If the store was restored, begin where its backup was made.`,
  });
}

const isLater = (one: SealedPlace, other: SealedPlace): boolean =>
  one.block > other.block || (one.block === other.block && one.place > other.place);

const eventsAtOnce = 500;

/**
 * Exports the chain from a place to its end, a page at a time.
 * @param input as `exportEvents` takes it, without a limit; unknown members are refused
 * @throws OperationError forbidden, invalid_input, tenant_not_found, all before the first event
 */
export async function* exportAll(context: AuditChainContext, input: unknown): AsyncGenerator<ExportPage> {
  const { limit: most = Number.POSITIVE_INFINITY, ...given } = parseArguments(pagedInput, input);
  let { cursor } = given;
  for (let left = most; left > 0; ) {
    const limit = Math.min(left, eventsAtOnce);
    const page = await exportEvents(context, {
      ...given,
      limit,
      ...(cursor === undefined ? {} : { cursor }),
    });
    yield page;
    if (!page.more) return;
    left -= page.events.length;
    cursor = page.cursor;
  }
}

const exported = ({ sealed, ...event }: SealedAuditEvent): ExportPage["events"][number] => ({
  ...event,
  details: event.details as ExportPage["events"][number]["details"],
  place: formatPlace(sealed),
});

/**
 * Verifies the chain. What is wrong is its answer, no error.
 * @throws OperationError invalid_input
 */
export const verifyTrail = chainOperation({
  name: "audit verify",
  summary: "Verify the audit trail's chain: what was changed, removed, added or reordered",
  permission: adminRead,
  events: [],
  input: z.strictObject({
    anchor: z
      .string()
      .max(100)
      .optional()
      .describe("A block that was noted, `NUMBER:HASH`: it must be there as it was."),
  }),
  output: z.strictObject({
    intact: z.boolean().describe("Whether nothing is wrong."),
    blocks: z.int(),
    events: z.int().describe("Sealed events that stand."),
    erased: z.int().describe("Events of which an erasure took address and name."),
    prunedBlocks: z.int().describe("Blocks whose events retention removed."),
    head: z
      .strictObject({ number: z.int(), hash: z.string(), sealedAtMs: z.int() })
      .nullable()
      .describe("The last block. Note `NUMBER:HASH` elsewhere, and give it as the anchor later."),
    unsealed: z
      .strictObject({ events: z.int(), oldestAtMs: z.int().nullable() })
      .describe("What no block holds yet, and nothing proves."),
    sealJudged: z.boolean().describe("Whether the last block's seal was judged, which takes TTI_SECRETS."),
    faults: z.array(
      z.strictObject({
        kind: z.enum(faultKinds),
        block: z.int().optional(),
        eventId: z.string().optional(),
        says: z.string(),
      }),
    ),
  }),
  http: [{ method: "get", path: "/v1/audit-events/verification" }],
  run: (db, { anchor }, act) =>
    verifyChain(db, act.blockSeals, anchor === undefined ? undefined : parseAnchor(anchor)),
});

/**
 * Removes events that are older than they are to be kept.
 * @throws OperationError invalid_input if neither days nor TTI_AUDIT_RETENTION say how long that is
 */
export const pruneEvents = chainOperation({
  name: "audit prune",
  summary: "Remove old audit events, and keep the chain provable; `dryRun` only counts",
  permission: adminOwn,
  events: ["audit.pruned"],
  ownTransaction: "a great many events go in small steps, so that no login waits for them",
  input: z.strictObject({
    days: z
      .int()
      .min(1)
      .max(36_500)
      .optional()
      .describe("Keep the events of so many days; TTI_AUDIT_RETENTION unless it says otherwise."),
    dryRun: z.boolean().optional().describe("Only say what would be removed."),
  }),
  output: z.strictObject({
    beforeMs: z.int().describe("What is older goes, epoch milliseconds."),
    throughBlock: z.int().describe("The last block whose events go; 0: none."),
    blocks: z.int(),
    events: z.int(),
  }),
  http: [{ method: "post", path: "/v1/audit-events/prune" }],
  run(db, { days, dryRun }, act) {
    const kept = days ?? act.auditRetentionDays;
    if (kept === undefined) {
      throw new OperationError("invalid_input", "days is missing: nothing says how long events are kept.", {
        field: "days",
        fix: "Give the number of days, or set TTI_AUDIT_RETENTION.",
      });
    }
    if (dryRun === true) return planPruning(db, kept, act.now);
    return pruneTrail(db, { actor: act.actor, days: kept, now: act.now });
  },
});
