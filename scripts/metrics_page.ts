// Owns docs/metrics.md: the page is written from the table of metrics by `npm run docs`.
import { storeFaultKinds } from "../src/db/store_fault_kinds.ts";
import { entryOf, type MetricName, metrics } from "../src/observability/metric_table.ts";
import { refusalCodes } from "../src/observability/metrics_of_acts.ts";
import { sourceLimitMs } from "../src/observability/sources.ts";
import { attacks, attackToldForMs, throttles } from "../src/observability/throttle_kinds.ts";
import { cutReasons } from "../src/overload/cut_reasons.ts";
import { queues } from "../src/overload/queues.ts";

const ofWhom = { instance: "the instance", store: "the store" } as const;

function labelText(label: string, values: readonly string[]): string {
  if (values === refusalCodes)
    return `\`${label}\`: a code of [errors.md](errors.md), one of OAuth's, \`other\``;
  if (values.length > 8) return `\`${label}\`: see below`;
  return `\`${label}\`: ${values.map((value) => `\`${value}\``).join(", ")}`;
}

/** The page, as Markdown. */
export function metricsPage(): string {
  const rows = (Object.keys(metrics) as MetricName[]).map((name) => {
    const { type, help, labels, of } = entryOf(name);
    const told = Object.entries(labels ?? {}).map(([label, values]) => labelText(label, values));
    return `| \`${name}\` | ${type} | ${ofWhom[of]} | ${help} | ${told.join("<br>") || "–"} |`;
  });
  const kinds = (table: Readonly<Record<string, string>>) =>
    Object.entries(table)
      .map(([kind, meaning]) => `| \`${kind}\` | ${meaning} |`)
      .join("\n");
  return `# Metrics

<!-- Written from src/observability by \`npm run docs\` (scripts/metrics_page.ts). Do not edit. -->

What an instance measures, for Prometheus and whatever reads its text: \`GET /metrics\` on the admin port. It is off until
\`TTI_METRICS\` has a key; then nothing is read without it.

## Turn it on

1. Make a key, \`openssl rand -base64 32\`, and give it to each instance as \`TTI_METRICS\`, or as a file that
   \`TTI_METRICS_FILE\` names.
2. Let Prometheus reach the admin port of **each** instance, past every load balancer ([how it is reached
   safely](admin-api.md#reach-the-admin-port-safely)), and give it the key:

\`\`\`yaml
scrape_configs:
  - job_name: tti-provider
    scrape_interval: 15s
    authorization:
      credentials_file: /etc/prometheus/tti-metrics.key
    static_configs:
      - targets: ["10.0.0.11:3001", "10.0.0.12:3001"]
\`\`\`

Rules that alert, and a dashboard, are shipped with it: [alerts](operations.md#alerts).

To replace the key, write both, the new one and a comma before the old one, restart, give Prometheus the new one, and take
the old one away.

## Who may read it

Whoever sends a key of \`TTI_METRICS\` as \`Authorization: Bearer …\`. No access token and no API credential opens it, and the key
opens nothing else: a monitor needs no right to administer. The key stands in the settings, not in the store, so that metrics can
be read while the store is silent. A wrong key is 401 and stands in the trail as \`admin.refused\`. Without the setting nothing is
measured, OpenTelemetry's packages are not loaded, and the address does not exist.

*Proof: [who may, and that nobody is named](../test/observability/metrics.test.ts)*

## What it holds, and what it never holds

Labels have values of closed lists: no tenant, person, address, client or path is ever one, so nobody who signs in, asks or guesses
makes a series, and no metric tells who did what. For that there is the [audit trail](audit-events.md).

Counters begin at 0 when an instance starts and count what happened on it; add them up over all instances. What is told of *the
store* is read at the scrape, and every instance tells the same: take the greatest (\`max\`), not the sum. A look at the store
is given up after ${sourceLimitMs / 1000} seconds: then \`tti_scrape_source_up\` is 0, its metrics are missing, and the rest is there. What is
counted of an act is counted once its audit event stands; a transaction that is taken back counts nothing, and an event in the
trails of several tenants counts once. What a command line did is counted by no instance.

*Proof: [closed lists, and what counts](../test/observability/metrics.test.ts), [each act](../test/audit/every_event.test.ts), [a silent store](../test/server_outage.test.ts)*

## Workers

An instance with [workers](operations.md#workers) is one target: whichever worker is asked gathers the metrics of all. What is told of the
instance has a label \`worker\` then, the worker's number, or \`primary\` for the memory and the processor of the process that leads
them; each worker's counters begin at 0 when it starts, so take \`rate\` first and \`sum\` afterwards. What is told of the store stands
once, without the label, and so do \`tti_workers\` and \`tti_worker_exits_total\`. A worker that does not answer within four seconds is
missing from that scrape.

*Proof: [what stands once](../test/observability/merged_text.test.ts), [two workers](../test/cli/workers/serve_workers.test.ts)*

## All of them

| metric | type | tells of | meaning | labels |
|---|---|---|---|---|
${rows.join("\n")}

## Faults of the store

\`tti_store_faults_total\` has a series for each \`kind\`; what each does to callers: [faults.md](faults.md).

| kind | means that |
|---|---|
${kinds(storeFaultKinds)}

*Proof: [every kind has its row and its alert](../test/docs/faults.test.ts), [each](../test/db/store_failover.test.ts)*

## Throttles

\`tti_throttled_total\` has a series for each \`kind\`; the rates themselves: [limits.md](limits.md#signing-in).

| kind | counts |
|---|---|
${kinds(throttles)}

*Proof: [each kind](../test/observability/metrics.test.ts), [nobody is kept out](../test/provider/accounts/turned_against.property.test.ts)*

## Queues

\`queue\` is where work waits of which only so much is done at once; numbers and times stand in [limits.md](limits.md#queues).

| queue | what waits |
|---|---|
${kinds(queues)}

\`reason\` of \`tti_connections_cut_total\` is why a connection was ended from this side:

| reason | means that |
|---|---|
${kinds(cutReasons)}

*Proof: [queues](../test/overload/fair_queue.test.ts), [connections](../test/provider/connection_guard.test.ts)*

## Attacks

An attack is told when a rate is used up, once in ${attackToldForMs / 60_000} minutes while it goes on, in the trail and here. What to do:
[of passwords](operations.md#somebody-guesses-passwords), [of all else](operations.md#somebody-guesses-something-else-or-floods-mailboxes).

| kind | is told when there are |
|---|---|
${kinds(attacks)}

*Proof: [told while it goes on](../test/audit/attack_events.test.ts), [all else](../test/observability/metrics.test.ts)*
`;
}
