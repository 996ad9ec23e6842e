// Owns the console's first page: what runs, which key signs until when, what waits, and what was refused in the last day.
import { listEvents } from "../../admin/operations/audit.ts";
import { listDomains } from "../../admin/operations/domains.ts";
import { many } from "../../admin/operations/ended_text.ts";
import { keyStatus } from "../../admin/operations/keys.ts";
import type { KeyStatus } from "../../provider/keys/key_status.ts";
import type { ConsoleCard, ConsoleRow } from "../../views/console_pages.ts";
import type { Banner } from "../../views/parts.ts";
import { may, type Place, type Visit, withQuery } from "../place.ts";
import { momentOr, momentText } from "../words.ts";
import { eventName } from "./event_words.ts";
import { mailBanners } from "./mail.ts";
import { organizationPath } from "./organizations.ts";

const dayMs = 86_400_000;
// Of more than these the overview says that there are more.
const mostLooked = 200;

/** The first page. */
export const overviewPlace: Place = {
  path: "/console",
  section: "overview",
  operation: keyStatus,
  async show(visit) {
    const status = await keyStatus(visit.context);
    const warnings = status.warnings.map(
      (text): Banner => ({ tone: "warn", text, action: { label: "Signing keys", url: "/console/keys" } }),
    );
    return {
      head: { title: "Overview", lead: `What ${new URL(visit.installation.issuer).host} does now.` },
      banners: [...warnings, ...(await mailBanners(visit))],
      cards: [runningCard(status, visit), await refusalsCard(visit)],
      side: [keyCard(status, visit), await waitingCard(status, visit)],
    };
  },
};

function runningCard(status: KeyStatus, { installation, now }: Visit): ConsoleCard {
  const live = status.instances.filter((one) => one.live);
  const since = live.map(({ startedAtMs }) => startedAtMs);
  return {
    title: "What runs",
    parts: [
      {
        kv: {
          entries: [
            { label: "Issuer", cell: { text: installation.issuer, code: true } },
            {
              label: "Version",
              cell: {
                text: installation.version ?? "unknown",
                note: installation.mode === "production" ? undefined : "development mode",
              },
            },
            {
              label: "Instances",
              cell: {
                text: many(live.length, "instance"),
                note:
                  since.length === 0 ? undefined : `the oldest since ${momentText(Math.min(...since), now)}`,
              },
            },
            {
              label: "Store",
              cell: {
                text: installation.store === "sqlite" ? "the embedded store, for one instance" : "PostgreSQL",
              },
            },
            { label: "Audience at AWS", cell: { text: installation.awsClientId, code: true } },
            { label: "Tenant claim", cell: { text: installation.tenantClaim, code: true } },
            {
              label: "Domains",
              cell: {
                text: installation.requireVerifiedDomain
                  ? "must be proven before an address is told"
                  : "need no proof: anybody's address is told",
              },
            },
          ],
        },
      },
    ],
  };
}

function keyCard({ keys, signingKid }: KeyStatus, { now }: Visit): ConsoleCard {
  const signing = keys.find(({ kid }) => kid === signingKid);
  const next = keys.find(({ phase }) => phase === "next");
  const entries =
    signing === undefined
      ? [{ label: "Signs now", cell: { text: "No key signs", tone: "bad" as const } }]
      : [
          { label: "Signs now", cell: { text: signing.kid, code: true } },
          { label: "Until", cell: { text: momentOr(signing.stopsSigningAtMs, "another takes over", now) } },
        ];
  const after =
    next === undefined
      ? { text: "none is published yet" }
      : { text: next.kid, code: true, note: `may sign from ${momentText(next.maySignAtMs, now)}` };
  return {
    title: "Signing key",
    action: { label: "Schedule", url: "/console/keys", unseen: "of the keys" },
    parts: [{ kv: { entries: [...entries, { label: "Next", cell: after }] } }],
  };
}

async function waitingCard(status: KeyStatus, visit: Visit): Promise<ConsoleCard> {
  const { domains, cursor } = await listDomains(visit.context, { limit: mostLooked });
  const unproven = domains.filter(({ verified }) => !verified);
  const rows: ConsoleRow[] = [
    ...status.waitingFor.map((instance) => ({
      text: `Instance ${instance}`,
      note: "lacks the key that would sign",
      badge: { text: "Waits", tone: "warn" } as const,
    })),
    ...unproven.slice(0, 10).map(({ domain, tenantId }) => ({
      text: domain,
      url: organizationPath(tenantId),
      note: `domain of ${tenantId}`,
      badge: { text: "Not proven", tone: "warn" } as const,
    })),
  ];
  const more =
    unproven.length > 10 || cursor !== undefined
      ? [{ text: "There may be more: each organization's page tells its own." } as const]
      : [];
  const empty = { strong: "Nothing waits", text: "Every domain is proven, and every instance has the keys." };
  return { title: "What waits", parts: [rows.length > 0 ? { rows } : { empty }, ...more] };
}

async function refusalsCard(visit: Visit): Promise<ConsoleCard> {
  const fromMs = visit.now.getTime() - dayMs;
  const { events, cursor } = await listEvents(visit.context, {
    outcome: "refused",
    fromMs,
    limit: mostLooked,
  });
  const counts = new Map<string, number>();
  for (const { type, details, times = 1 } of events) {
    const name = `${type}\n${String(details["reason"] ?? "")}`;
    counts.set(name, (counts.get(name) ?? 0) + times);
  }
  const rows = [...counts]
    .sort(([, one], [, other]) => other - one)
    .map(([name, count]) => {
      const [type = "", reason = ""] = name.split("\n");
      return {
        text: eventName(type),
        url: withQuery("/console/activity", { type, from: new Date(fromMs).toISOString().slice(0, 10) }),
        note: reason || undefined,
        badge: { text: many(count, "time"), tone: "none" } as const,
      };
    });
  const empty = { strong: "Nothing was refused", text: "Not in the last 24 hours." };
  const more =
    cursor === undefined ? [] : [{ text: `Of the newest ${mostLooked} refusals; there were more.` } as const];
  return {
    title: "Refused in the last day",
    action: may(visit, listEvents)
      ? { label: "All", url: withQuery("/console/activity", { outcome: "refused" }), unseen: "refusals" }
      : undefined,
    parts: [rows.length > 0 ? { rows } : { empty }, ...more],
  };
}
