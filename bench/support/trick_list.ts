// What makes the product faster than its plainest form, and how to take each away: as text replaced in its source.

/** What a trick makes cheaper. Documents and the second kind of refresh are asked of a server on SQLite; a start is of a clone. */
export type TrickOf =
  | "mint"
  | "refresh"
  | "refresh on SQLite"
  | "JWKS document"
  | "start from source"
  | "idle memory";

/** One thing that must earn its place, or several that only together can be told from noise. */
export interface Trick {
  name: string;
  /** What it does, for the table. */
  what: string;
  /** Of what it makes one cheaper; absent: of a mint. */
  of?: TrickOf;
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
const app = "src/app.ts";
const library = "src/provider/library/internals.ts";

// Each asks for its one item at once.
const unbatched = (file: string): Cut => ({
  file,
  find: "import { createBatcher } from",
  replace:
    "const createBatcher = ({ run }: any) => async (item: any) => (await run([item]))[0];\nimport { createBatcher as notUsed } from",
});

const noShortWay: readonly Cut[] = [
  {
    file: app,
    find: "if (isOfProgram(ctx)) return next();\n    assertMethodIsKnown",
    replace: "assertMethodIsKnown",
  },
  {
    file: app,
    find: "if (!isOfProgram(ctx)) return toPages",
    replace: "if (true as boolean) return toPages",
  },
  {
    file: app,
    find: "if (!isBackEndPath(ctx.path)) return next();\n    // Nothing else below",
    replace: "if (!isBackEndPath(ctx.path)) return toBackEnds(ctx as never, next);\n    //",
  },
];

const parsedAnew: readonly Cut[] = [
  { file: clients, find: "if (known !== undefined) return known;", replace: "" },
];

const importedAnew: readonly Cut[] = [
  {
    file: "src/provider/library/client_keys.ts",
    find: "const { find } = same ? known :",
    replace: "const { find } = same && (false as boolean) ? known :",
  },
];

const unremembered: readonly Cut[] = [{ file: library, find: "  rememberClients(provider);\n", replace: "" }];

const twoBatches = (file: string, before: string): Cut => {
  const find = `${before}mostBatches: 1`;
  return { file, find, replace: `${before}mostBatches: 2` };
};
const twoAtOnce = [
  twoBatches(clients, ""),
  twoBatches(records, "asked),\n      mostItems: 50,\n      "),
  twoBatches(records, "hashes),\n    mostItems: 50,\n    "),
];

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
    cuts: parsedAnew,
  },
  {
    name: "remembered-clients",
    what: "the library's client of metadata read before is taken, not made again",
    cuts: unremembered,
  },
  {
    name: "imported-keys",
    what: "a client's public keys are imported once",
    cuts: importedAnew,
  },
  { name: "short-way", what: "a program's request is not looked for among the routes", cuts: noShortWay },
  {
    name: "one-at-a-time",
    what: "reads of clients and records: one batch at a time, not two",
    cuts: twoAtOnce,
  },
  {
    name: "edge",
    what: "the five before it together",
    cuts: [...parsedAnew, ...unremembered, ...importedAnew, ...noShortWay, ...twoAtOnce],
  },
  {
    name: "one-exchange",
    what: "a rotation is one statement, shared, instead of a transaction",
    of: "refresh",
    cuts: [
      unbatched(exchanges),
      {
        file: exchanges,
        find: "(isPostgres(db) ? exchangeTogether(db, all) : exchangeOneByOne(db, all))",
        replace: "exchangeOneByOne(db, all)",
      },
    ],
  },
  {
    name: "kept-statements",
    what: "SQLite keeps statements prepared",
    of: "refresh on SQLite",
    cuts: [
      {
        file: "src/db/kept_statements.ts",
        find: "connection.prepare = (sql) => kept.memo(sql);",
        replace: "",
      },
    ],
  },
  {
    name: "raw-documents",
    what: "keys and discovery are answered on the raw response",
    of: "JWKS document",
    cuts: [
      {
        file: app,
        find: "return answerDocuments({ ...deps, proxies, access }, app.callback());",
        replace: "return app.callback();",
      },
    ],
  },
  {
    name: "kept-compiled",
    what: "what one process of a clone compiled is kept for the next",
    of: "start from source",
    cuts: [
      {
        file: "bin/tti.mjs",
        find: 'module.enableCompileCache?.(join(root, "node_modules", ".cache", "compiled"));',
        replace: "",
      },
    ],
  },
  {
    name: "collected-once",
    what: "what nothing but the start needed is given back",
    of: "idle memory",
    cuts: [{ file: "src/cli/commands/serve.ts", find: "  giveBackStartMemory(log);", replace: "" }],
  },
];

/** @throws Error if there is none of this name */
export function findTrick(name: string): Trick {
  const trick = tricks.find((one) => one.name === name);
  if (trick === undefined) throw new Error(`there is no trick ${name}`);
  return trick;
}
