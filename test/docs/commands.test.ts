// The documentation is commands: every shell block of every page runs, in order and letter by letter, but for the reader's
// own addresses, and prints what the page shows. Two readers: one typed `npm start`, the other runs it in production.
import assert from "node:assert/strict";
import { existsSync, globSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it, test } from "node:test";
import { notToday } from "../support/share_of_day.ts";
import { root } from "./checkout.ts";
import { type DemoWorld, openDemoWorld } from "./demo_world.ts";
import { blocksOf, commandsOfTables, missingLine, type PageBlock, parseBlocks } from "./page_blocks.ts";
import { openProductionWorld } from "./production_world.ts";

/** Followed in this order by whoever typed `npm start`. */
const besideTheDemo = [
  "docs/guides/getting-started.md",
  "docs/guides/connect-an-application.md",
  "examples/curl/README.md",
  "examples/express-isv/README.md",
];

/** Followed in this order by whoever runs it in production; the last pages take away what the first ones made. */
const inProduction = [
  "docs/guides/production.md",
  "docs/guides/first-customer.md",
  "docs/guides/people.md",
  "docs/guides/troubleshooting.md",
  "docs/guides/keep-your-login-page.md",
  "docs/operations.md",
  "docs/tenant-isolation.md",
  "docs/minting.md",
  "docs/connecting-an-application.md",
  "docs/console.md",
  "docs/handoff.md",
  "docs/onboarding.md",
  "packages/sandbox/docs/sandbox.md",
];

/** Their blocks run in tests of their own. */
const elsewhere: Readonly<Record<string, string>> = {
  "README.md": "test/package/package.test.ts",
  "CONTRIBUTING.md": "test/docs/contributing.test.ts",
  "docs/guides/moving.md": "test/docs/moving.test.ts",
  "docs/guides/upgrading.md": "test/docs/upkeep.test.ts",
  "docs/guides/backup.md": "test/docs/upkeep.test.ts",
  "docs/guides/moving-store.md": "test/docs/upkeep.test.ts",
  "docs/guides/without-aws-keys.md": "test/docs/without_aws_keys.test.ts",
  "examples/sdk-go/README.md": "test/examples/sdks.test.ts",
  "examples/sdk-java/README.md": "test/examples/sdks.test.ts",
  "examples/sdk-js/README.md": "test/examples/sdks.test.ts",
  "examples/sdk-python/README.md": "test/examples/sdks.test.ts",
  "packages/sandbox/docs/containers-and-ci.md": "test/deploy/sandbox_image.test.ts",
  "packages/sandbox/docs/testing-in-your-language.md": "test/docs/testing_in_your_language.test.ts",
  "packages/sandbox/docs/adding-an-operation.md": "packages/sandbox/test/docs/adding_an_operation.test.ts",
};

/** Every block that no test tries, by its page and how it begins. A new one is a decision. */
const leftOut: readonly (readonly [page: string, begins: string])[] = [
  ["docs/guides/backup.md", "pg_dump"],
  ["docs/guides/backup.md", "pg_restore"],
  ["docs/guides/moving.md", "aws cognito-idp list-users"],
  ["docs/guides/production.md", "createuser --pwprompt tti"],
  ["docs/guides/production.md", "caddy reverse-proxy"],
  ["docs/keys.md", "npx --no tti key publish --out site"],
  ["docs/performance.md", "npm run bench"],
  ["packages/sandbox/docs/probes.md", "caddy reverse-proxy"],
  ["packages/sandbox/docs/probes.md", "npx --no -- tti-sandbox --rules observed.json"],
  ["packages/sandbox/docs/probes.md", "REMOTE=1"],
  ["packages/sandbox/docs/sandbox.md", "aws iam put-role-policy"],
  ["packages/sandbox/docs/sandbox.md", "export AWS_REGION=us-east-1 ACCOUNT"],
];

const pages = globSync(
  ["*.md", "docs/**/*.md", "packages/*/*.md", "packages/*/docs/**/*.md", "examples/*/*.md"],
  {
    cwd: root,
  },
)
  .map((path) => path.split("\\").join("/"))
  .sort();

describe("what a page shows", () => {
  it("is run, compared, done by hand or left out with its reason, wherever a reader would copy it", () => {
    const followed = [...besideTheDemo, ...inProduction];
    for (const page of followed) assert.ok(blocksOf(page).some(isRun), `${page} has no commands`);
    const strays = pages
      .filter((page) => !followed.includes(page) && elsewhere[page] === undefined)
      .flatMap((page) => blocksOf(page).filter((block) => isRun(block) || block.kind === "by hand"));
    assert.deepEqual(
      strays.map(({ page, line }) => `${page}:${line}`),
      [],
    );
    for (const file of Object.values(elsewhere)) assert.ok(existsSync(join(root, file)), file);
  });

  it("is left out as the list of this file has it, and no other", () => {
    const found = pages.flatMap(blocksOf).filter(({ kind }) => kind === "left out");
    const known = ({ page, text }: PageBlock) =>
      leftOut.some(([where, begins]) => where === page && text.includes(`: ${begins}`));
    assert.deepEqual(
      found.filter((block) => !known(block)),
      [],
    );
    assert.equal(found.length, leftOut.length);
  });

  it("is in a guide no language that nobody runs or compares", () => {
    const others = pages
      .filter((page) => page.startsWith("docs/guides/"))
      .flatMap(blocksOf)
      .filter(({ kind }) => kind === "other");
    assert.deepEqual(
      others.map(({ page, line, language }) => `${page}:${line} ${language}`),
      [],
    );
  });
});

test("blocks are told apart", () => {
  const page =
    "```sh\na\n```\n\n```text\nb\n```\n\n<!-- by hand: go -->\n\n*Not tried by a test: no*\n\n```sh\nc\n```\n\n```ts\nd\n```\n";
  assert.deepEqual(
    parseBlocks("p", page).map(({ kind, text, line }) => [kind, text, line]),
    [
      ["run", "a\n", 1],
      ["output", "b\n", 5],
      ["by hand", "go", 9],
      ["left out", "no: c", 11],
      ["other", "d\n", 17],
    ],
  );
});

test("what is printed is compared line by line, with gaps where the page has them", () => {
  const printed = "one\ntwo 2\nthree\nfour";
  assert.equal(missingLine("one\ntwo …\n…\nfour\n", printed), undefined);
  assert.equal(missingLine("…\nthree", printed), undefined);
  assert.equal(missingLine("one\nthree", printed), "three");
  assert.equal(missingLine("one\n…\ntwo", printed), "two");
  assert.equal(missingLine("…\nfour\n…\none", printed), "one");
  assert.equal(missingLine("t…e", printed), undefined);
});

// A world takes as long as its pages: by day one of the two readers.
describe("beside npm start", { skip: notToday(0, 2) }, () => {
  let world: DemoWorld;
  before(async () => {
    world = await openDemoWorld();
  });
  after(() => world.close());

  it("a block fails with its first command that fails, and says which", async () => {
    const { reader } = world;
    const block = (text: string) => ({ page: "a page", line: 7, text, kind: "run" as const, language: "sh" });
    await assert.rejects(
      reader.run(block("echo before\nfalse\necho after")),
      /a page, block at line 7: .*: false\n/,
    );
    await assert.rejects(reader.run(block("true && false && echo never")), /this command failed/);
    await assert.rejects(reader.run(block("npx --no tti tenant show")), /npx --no tti tenant show/);
    await assert.rejects(reader.run(block("npm start now")), /npm of the test does not know/);
    assert.match(await reader.run(block("export KEPT=1\nnpx --no tti tenant --help")), /tti/);
    assert.equal(await reader.run(block('cat; echo "$KEPT"')), "1");
  });

  it("every page does what it says", async () => {
    const { reader, isv } = world;
    const search = 'npx --no tti search --tenant acme --user chloe@acme.example "travel policy"';
    const [curl = "", express = ""] = besideTheDemo.slice(-2);
    for (const page of besideTheDemo.slice(0, -2)) await world.follow(page);
    // The last block of both puts the demo back; before it, a back end acts for nobody who is away.
    const beforeTheWayBack = async () => {
      const refused = await reader.say(`${search} || true`);
      // The issuer's own code, which the exchange's would hide.
      assert.match(refused, /code: presence_required/);
      assert.doesNotMatch(refused, /id_token_source_failed/);
    };
    const printed = await world.follow(curl, beforeTheWayBack);
    assert.equal(printed.match(/The company plan for 2027 in one page/g)?.length, 2, printed);
    assert.equal(printed.match(/"email":"ada@acme\.example"/g)?.length, 2, printed);
    assert.match(await reader.say(search), /Travel policy/i);
    await world.follow(express, async () => {
      await beforeTheWayBack();
      assert.match(await (await fetch(`${isv}/`)).text(), /Log in to Orchard/);
      assert.match(await world.handedOver(), new RegExp(`^${isv}/login`));
    });
    assert.match(await reader.say(search), /Travel policy/i);
  });
});

describe("in production", { skip: notToday(1, 2) }, () => {
  it("every page does what it says", async () => {
    const world = await openProductionWorld();
    const printed = new Map<string, string>();
    try {
      for (const page of inProduction) {
        // The clients of its table, which its blocks speak of.
        if (page.endsWith("/connecting-an-application.md")) await world.reader.say(commandsOfTables(page));
        printed.set(page, await world.follow(page));
        if (page.endsWith("/handoff.md")) {
          assert.ok(existsSync(join(world.reader.checkout.folder, "app-backend.json")));
          const to = await world.handedOver();
          assert.match(to, /^https:\/\/app\.example\.com\/login\?login_challenge=/);
        }
      }
      assert.match(printed.get("docs/tenant-isolation.md") ?? "", /acme\.com +verified/);
      assert.match(printed.get("docs/minting.md") ?? "", /ada@acme\.com[\s\S]*my-product/);
    } finally {
      await world.close();
    }
  });
});

const isRun = ({ kind }: PageBlock): boolean => kind === "run";
