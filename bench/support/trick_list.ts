// What makes the product faster than its plainest form, and how to take each away: as text replaced in its source.

/** One thing that must earn its place. */
export interface Trick {
  name: string;
  /** What it does, for the table. */
  what: string;
  /** Of what it makes one cheaper; absent: of a mint. */
  of?: "refresh";
  /** What of the source is replaced to be without it. */
  cuts: readonly Cut[];
}

interface Cut {
  file: string;
  find: string;
  replace: string;
}

const reads = "src/provider/subjects/subject_store.ts";
const writes = "src/provider/grants/assertion_use_store.ts";
const clients = "src/provider/clients/client_reader.ts";
const records = "src/provider/storage/record_reader_store.ts";
const exchanges = "src/provider/storage/exchange_store.ts";
const statement = "src/db/statement.ts";

// Each asks for its one item at once.
const unbatched = (file: string): Cut => ({
  file,
  find: "import { createBatcher } from",
  replace:
    "const createBatcher = ({ run }: any) => async (item: any) => (await run([item]))[0];\nimport { createBatcher as notUsed } from",
});

/** All of them. */
export const tricks: readonly Trick[] = [
  { name: "batched-looks", what: "looks at the same time share a statement", cuts: [unbatched(reads)] },
  { name: "batched-writes", what: "writes at the same time share a commit", cuts: [unbatched(writes)] },
  {
    name: "batched-clients",
    what: "reads of clients at the same time share a statement",
    cuts: [unbatched(clients)],
  },
  { name: "batching", what: "all three", cuts: [reads, writes, clients].map(unbatched) },
  {
    name: "batched-records",
    what: "looking records up at the same time shares a statement",
    of: "refresh",
    cuts: [unbatched(records)],
  },
  {
    name: "tokens-with-their-own",
    what: "a refresh token brings its session and its grant along, in one statement",
    of: "refresh",
    cuts: [{ file: records, find: 'model === "RefreshToken" ? rowOfToken(asked.hash) : ', replace: "" }],
  },
  {
    name: "batched-exchanges",
    what: "refreshes at the same time share the statement and the commit of their rotation",
    of: "refresh",
    cuts: [unbatched(exchanges)],
  },
  {
    name: "one-write",
    what: "use and event in one statement, shared, instead of a transaction each",
    cuts: [
      unbatched(writes),
      {
        file: writes,
        find: "if (!isPostgres(db)) return createOneByOne(db, outcomes);",
        replace: "return db.transaction((trx) => createOneByOne(trx, outcomes));",
      },
    ],
  },
  {
    name: "driver",
    what: "statements outside of transactions go to the driver itself",
    cuts: [{ file: statement, find: "if (!db.isTransaction)", replace: "if (false as boolean)" }],
  },
  {
    name: "prepared",
    what: "statements are prepared once a connection",
    cuts: [
      {
        file: statement,
        find: 'db.userParams?.["preparedStatements"] !== false',
        replace: "(false as boolean)",
      },
    ],
  },
  {
    name: "parsed-clients",
    what: "a client's metadata is parsed once for each text",
    cuts: [{ file: clients, find: "if (known !== undefined) return known;", replace: "" }],
  },
];

/** @throws Error if there is none of this name */
export function findTrick(name: string): Trick {
  const trick = tricks.find((one) => one.name === name);
  if (trick === undefined) throw new Error(`there is no trick ${name}`);
  return trick;
}
