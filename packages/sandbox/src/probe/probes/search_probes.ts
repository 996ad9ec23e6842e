// Probes of SearchRelevantContent, in the account of the index: limits, pages, time, access lists.
import { randomUUID } from "node:crypto";
import type { Answer } from "../bench/aws_calls.ts";
import { Undecided } from "../bench/endings.ts";
import type { IdentityCenterLab } from "../bench/identity_center_lab.ts";
import { highestAccepted, wasAccepted } from "../bench/lab.ts";
import type { Need, Probe } from "../bench/probe.ts";
import { inQRegion, search, searchingRole, searchSession } from "../bench/q_business.ts";

const ROLE = "a role";
const NEEDED: readonly Need[] = ["application", "retriever"];
const QUERY_LENGTHS = [100, 500, 1000, 2000, 4000, 8000, 16_000, 32_000];
const PAGE_SECONDS = [60, 300, 900, 1800, 3600, 7200, 86_400];
const BURST = 30;
/** Indexing takes minutes at AWS. */
const INDEXING_TRIES = 60;

/** Goes up a ladder of searches that a limit ends. */
function limit(
  answers: Probe["answers"],
  asks: string,
  rungs: readonly number[],
  inputOf: (rung: number) => object,
): Probe {
  return {
    answers,
    asks: `${asks}; the value is the most that is taken`,
    makes: ROLE,
    needs: NEEDED,
    async run(lab) {
      const keys = await searchSession(lab, await searchingRole(lab));
      if (!wasAccepted(await search(lab, keys, "a plain search")))
        throw new Undecided("a plain search was refused");
      const value = await highestAccepted(rungs, async (rung) =>
        wasAccepted(await search(lab, keys, `${answers}: ${rung}`, inputOf(rung))),
      );
      if (value === undefined) throw new Undecided(`not even ${rungs[0]} was taken`);
      return { value: String(value) };
    },
  };
}

const equals = (value: string) => ({ equalsTo: { name: "_source_uri", value: { stringValue: value } } });
const nested = (depth: number): object =>
  depth === 0 ? equals("https://example.com") : { notFilter: nested(depth - 1) };

/** Probes of searches. */
export const SEARCH_PROBES: readonly Probe[] = [
  limit(
    "search.maxQueryTextLength",
    "searches with texts of 100 to 32,000 characters",
    QUERY_LENGTHS,
    (rung) => ({
      queryText: "a ".repeat(rung / 2),
    }),
  ),
  limit("search.filterDepth", "searches with filters one in another", [1, 2, 3, 4, 5, 10, 20], (rung) => ({
    attributeFilter: nested(rung),
  })),
  limit(
    "search.filterLength",
    "searches with longer and longer lists of filters",
    [1, 5, 10, 20, 50, 100],
    (rung) => ({
      attributeFilter: {
        orAllFilters: Array.from({ length: rung }, (_, at) => equals(`https://example.com/${at}`)),
      },
    }),
  ),
  {
    answers: "search.defaultMaxResults",
    asks: "searches without maxResults and counts what comes",
    makes: ROLE,
    needs: NEEDED,
    async run(lab) {
      const keys = await searchSession(lab, await searchingRole(lab));
      const { output } = taken(await search(lab, keys, "a search without maxResults"));
      if (output["nextToken"] === undefined)
        throw new Undecided("everything came on one page: the index is too small");
      return { value: String((output["relevantContent"] as unknown[] | undefined)?.length ?? 0) };
    },
  },
  {
    answers: "search.callsPerSecond",
    asks: `sends ${BURST} searches at once and counts those that are taken; 0 for all`,
    makes: ROLE,
    needs: NEEDED,
    async run(lab) {
      const keys = await searchSession(lab, await searchingRole(lab));
      await lab.wait(1500);
      const sent = Array.from({ length: BURST }, (_, at) => search(lab, keys, `search ${at + 1} at once`));
      const answers = await Promise.all(sent);
      await lab.wait(1500);
      const count = answers.filter(({ ok }) => ok).length;
      const other = answers.find(({ ok, code }) => !ok && code !== "ThrottlingException");
      if (other !== undefined) throw new Undecided(`AWS answered ${other.status} ${other.code}`);
      return { value: String(count === BURST ? 0 : count) };
    },
  },
  {
    answers: "search.pageTokenSeconds",
    asks: "asks for the second page after a minute, five, … (waits up to a day)",
    makes: ROLE,
    needs: NEEDED,
    async run(lab) {
      const role = await searchingRole(lab);
      const first = await search(lab, await searchSession(lab, role), "the first page", { maxResults: 1 });
      const { nextToken } = taken(first).output;
      if (nextToken === undefined) throw new Undecided("there is no second page: the index is too small");
      const passed = lab.stopwatch();
      for (const seconds of PAGE_SECONDS) {
        if (seconds > lab.existing.maxWaitSeconds) break;
        await passed(seconds);
        const keys = await searchSession(lab, role);
        const answer = await search(lab, keys, `the second page after ${seconds} s`, {
          maxResults: 1,
          nextToken,
        });
        if (!wasAccepted(answer)) return { value: String(seconds) };
      }
      throw new Undecided("the second page came in all the time allowed; ask again with a longer --wait");
    },
  },
  {
    answers: "search.expiredContext",
    asks: "searches with a session of two hours after its identity context of one hour is over",
    makes: ROLE,
    needs: NEEDED,
    async run(lab) {
      const life = 3700;
      if (lab.existing.maxWaitSeconds < life)
        throw new Undecided(`it waits ${life} s: ask again with --wait ${life}`);
      const keys = await searchSession(lab, await searchingRole(lab, 7200), 7200);
      taken(await search(lab, keys, "a search at once"));
      await lab.wait(life * 1000);
      return {
        value: wasAccepted(await search(lab, keys, `a search after ${life} s`)) ? "accept" : "reject",
      };
    },
  },
  {
    answers: "search.accessListCase",
    asks: "puts two documents, allowed to the user in the right and in the wrong letter case, and searches them",
    makes: "a role and two documents in the index",
    needs: ["application", "retriever", "index"],
    async run(lab) {
      const address = lab.existing.user ?? (await lab.email());
      const found = await findsOf(lab, [allow(address)], [allow(address.toUpperCase())]);
      return { value: found ? "ignore" : "exact" };
    },
  },
  {
    answers: "search.accessListRelation",
    asks: "puts a document with two access controls, of which one allows the user, and searches it",
    makes: "a role and two documents in the index",
    needs: ["application", "retriever", "index"],
    async run(lab) {
      const address = lab.existing.user ?? (await lab.email());
      const found = await findsOf(lab, [allow(address)], [allow(address), allow("nobody@example.com")]);
      return { value: found ? "OR" : "AND" };
    },
  },
];

function taken(answer: Answer): Answer {
  if (wasAccepted(answer)) return answer;
  throw new Undecided(`a plain search was refused: ${answer.code}: ${answer.message}`);
}

function allow(id: string) {
  return { principals: [{ user: { id, access: "ALLOW", membershipType: "INDEX" } }] };
}

/** Puts a document that is surely seen beside one that is asked about. @returns whether the second is seen, too */
async function findsOf(lab: IdentityCenterLab, sure: object[], asked: object[]): Promise<boolean> {
  const { applicationId, indexId } = lab.existing;
  const role = await searchingRole(lab);
  const word = `probe${randomUUID().replaceAll("-", "")}`;
  const ids = [`tti-probe-${lab.run}-${word}-sure`, `tti-probe-${lab.run}-${word}-asked`];
  const documents = [sure, asked].map((accessControls, at) => ({
    id: ids[at],
    title: `tti-sandbox probe ${at}`,
    contentType: "PLAIN_TEXT",
    content: { blob: Buffer.from(`${word} is a word of a probe.`) },
    accessConfiguration: { accessControls },
  }));
  await lab.make({
    what: "documents",
    service: "qbusiness",
    how: inQRegion(lab),
    create: ["BatchPutDocument", { applicationId, indexId, documents }],
    remove: () => ({
      id: ids.join(", "),
      calls: [
        [
          "BatchDeleteDocument",
          { applicationId, indexId, documents: ids.map((documentId) => ({ documentId })) },
        ],
      ],
    }),
  });
  const keys = await searchSession(lab, role);
  const seen = async () => {
    const answer = taken(
      await search(lab, keys, "a search for both documents", { queryText: word, maxResults: 10 }),
    );
    const content = (answer.output["relevantContent"] ?? []) as { documentId?: string }[];
    return ids.map((id) => content.some(({ documentId }) => documentId === id));
  };
  for (let tried = 1; !(await seen())[0]; tried += 1) {
    if (tried === INDEXING_TRIES) throw new Undecided("the documents were not indexed in ten minutes");
    await lab.wait(10_000);
  }
  // Both were put in one call; the second may be indexed a little later.
  await lab.wait(30_000);
  return (await seen())[1] === true;
}
