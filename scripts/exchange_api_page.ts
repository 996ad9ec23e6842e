// Owns packages/exchange/docs/api.md: everything the exchange client exports, in the words of its own docstrings, and the
// members of its options. An export without a docstring stops `npm run docs`.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const source = join(dirname(dirname(fileURLToPath(import.meta.url))), "packages/exchange/src");
const read = (path: string): string => readFileSync(join(source, path), "utf8");

interface Exported {
  name: string;
  kind: string;
  /** The first sentence of its docstring. */
  says: string;
  text: string;
}

/** Options people pass, whose members the page lists, and the tests that prove what is said of them. */
const options = {
  ExchangeClientOptions: ["library_citizen", "exchange_client", "slow_neighbours"],
  TrustedTokenIssuer: ["exchange_client", "issuer_keys"],
  IdTokenExpectations: ["id_token"],
  LimiterOptions: ["instance_limiter"],
  SearchRequest: ["data_accessor"],
  TokenEndpointOptions: ["token_sources"],
  FromTtiProviderOptions: ["token_sources"],
  FromRefreshTokenOptions: ["token_sources"],
} as const;

const proof = (tests: readonly string[]): string =>
  `*Proof: ${tests.map((name) => `[${name.replaceAll("_", " ")}](../test/${name}.test.ts)`).join(", ")}*`;

/** Text of a docstring, without its stars and tags. */
function proseOf(comment: string): string {
  const [prose = ""] = comment.replace(/^\s*\/?\*+\/?[ ]?/gm, "").split(/\n\s*(?:@|```)/);
  return prose
    .replace(/\*\/\s*$/, "")
    .replace(/\{@link (\w+)\}/g, "`$1`")
    .replace(/\s+/g, " ")
    .trim();
}

function firstSentence(prose: string): string {
  const [sentence = ""] = /^.*?[.:](?= [A-Z`]|$)/.exec(prose) ?? [prose];
  return sentence.replace(/:$/, ".").replaceAll("|", "\\|");
}

function findExport(name: string, path: string): Exported {
  const text = read(path);
  const declared = new RegExp(
    `(/\\*\\*(?:(?!\\*/)[\\s\\S])*\\*/\\n)?export (?:declare |abstract |async )*(class|function|const|interface|type) ${name}\\b`,
  ).exec(text);
  const says = firstSentence(proseOf(declared?.[1] ?? ""));
  if (declared === null || says === "") throw new Error(`${path}: export ${name} has no docstring`);
  return { name, kind: declared[2] ?? "", says, text: text.slice(declared.index) };
}

/** What index.ts exports, in alphabetical order. */
function findExports(): Exported[] {
  const blocks = read("index.ts").matchAll(/^export (?:type )?\{([^}]*)\} from "\.\/([^"]+)";/gm);
  return [...blocks]
    .flatMap(([, names = "", path = ""]) =>
      names
        .split(",")
        .map((name) => name.trim().replace(/^type /, ""))
        .filter((name) => name !== "")
        .map((name) => findExport(name, path)),
    )
    .sort((left, right) => left.name.localeCompare(right.name, "en"));
}

/** The members of an interface, each with its docstring. */
function membersOf({ name: of, text }: Exported): string[] {
  const [body = ""] = /\{\n[\s\S]*?\n\}/.exec(text) ?? [];
  const members = body.matchAll(/^ {2}(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n {2})?readonly (\w+)(\??):/gm);
  return [...members].map(([, comment = "", name, optional]) => {
    const prose = proseOf(comment).replaceAll("|", "\\|");
    if (prose === "") throw new Error(`${of}.${name} has no docstring`);
    return `| \`${name}\`${optional === "" ? " (required)" : ""} | ${prose} |`;
  });
}

const table = (rows: readonly Exported[]): string =>
  rows.map(({ name, kind, says }) => `| \`${name}\` | ${kind} | ${says} |`).join("\n");

/** Writes the page. */
export function exchangeApiPage(): string {
  const found = findExports();
  const isType = ({ kind }: Exported): boolean => kind === "interface" || kind === "type";
  const sections = Object.entries(options).map(([name, tests]) => {
    const one = found.find((exported) => exported.name === name);
    if (one === undefined) throw new Error(`${name} is no export`);
    return `### \`${name}\`\n\n${one.says}\n\n| member | what it decides |\n|---|---|\n${membersOf(one).join("\n")}\n\n${proof(tests)}`;
  });
  return `# What tti-exchange exports

<!-- Written from the docstrings of packages/exchange/src by \`npm run docs\`. Do not edit. -->

[How to use it](exchange.md) tells the rest. Types come with the package; they compile with \`moduleResolution\` \`node16\`,
\`nodenext\` and \`bundler\`, strict, without \`skipLibCheck\`. The package is ESM; Node.js from 22.12 lets CommonJS
\`require\` it.

## To call

| name | kind | what it does |
|---|---|---|
${table(found.filter((one) => !isType(one)))}

${proof(["library_citizen", "token_sources", "refresh_token_store"])}

## Types

| name | kind | what it is |
|---|---|---|
${table(found.filter(isType))}

${proof(["token_sources", "id_token", "presented_tokens"])}

## Options

${sections.join("\n\n")}
`;
}
