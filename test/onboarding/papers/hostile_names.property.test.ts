// A name is a name, whatever stands in it: in the script no shell obeys it, in Markdown and HTML it is no markup, in JSON and HCL
// it is one value. Names of ours and of customers, and values that no member of an operation would let in.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { parseDocument } from "htmlparser2";
import { marked } from "marked";
import { startAwsCommand } from "../../../src/cli/dev/aws_command.ts";
import type { Customer } from "../../../src/onboarding/papers/customer.ts";
import { packFiles } from "../../../src/onboarding/papers/pack.ts";
import { plainLine } from "../../../src/onboarding/papers/paper.ts";
import { setupScript } from "../../../src/onboarding/papers/setup_script.ts";
import { hasBash } from "../../support/bash.ts";
import { shareOfToday } from "../../support/share_of_day.ts";
import {
  administratorOf,
  exampleCustomer,
  idcRegion,
  qRegion,
  run,
  startCustomerAws,
} from "./papers_world.ts";
import "../../support/property_seed.ts";

const pieces = [
  ..."'\"`$\\;|&<>(){}[]!#*~%\n\r\t\0\u001b\u2028",
  "$(touch pwned)",
  "`touch pwned`",
  "';touch pwned;'",
  "\n touch pwned\n",
  "'\\''",
  "EOF\ntouch pwned\n",
  "END",
  "@roleArn@",
  "<script>alert(1)</script>",
  "](javascript:alert(1))",
  "$" + "{x}",
  "%{if true}",
  "\u202e",
  "Acme",
  " ",
];
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...pieces), fc.string()), { maxLength: 8 })
  .map((all) => all.join(""));

/** A customer in whose papers every value that people write is this one, whatever AWS would say to it. */
function customerNamed(name: string): Customer {
  const { supplier, ...customer } = exampleCustomer();
  return { ...customer, tenantName: name, supplier: { ...supplier, displayName: name } };
}

const skip = hasBash() ? false : "no bash here";

test("bash reads every value of the script back as it was given, and runs none of it", { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), "tti-names-"));
  try {
    fc.assert(
      fc.property(hostile, (name) => {
        const everywhere = {
          ...customerNamed(name),
          tenantId: name,
          issuerName: name,
          accessorName: name,
          claim: name,
        };
        const script = setupScript(everywhere);
        const values = script.slice(0, script.indexOf("\nINSTANCE_ARN="));
        const shown = `printf '%s\\0' "$SUPPLIER" "$TENANT" "$ISSUER_NAME" "$ACCESSOR_NAME" "$CLAIM"`;
        const told = execFileSync("bash", ["-c", `${values}\n${shown}`], { cwd: folder, encoding: "utf8" });
        const wanted = plainLine(name).replaceAll("\0", "");
        assert.deepEqual(told.split("\0").slice(0, 5), Array<string>(5).fill(Buffer.from(wanted).toString()));
        assert.deepEqual(readdirSync(folder), []);
      }),
      {
        numRuns: 60,
        examples: [["$(touch pwned)"], ["'; touch pwned; '"], ["a'\ntouch pwned\n'"], ["-n"], ["\\"]],
      },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("the whole script runs under a hostile name, and the name does nothing", { skip }, async (t) => {
  const sandbox = await startCustomerAws(t);
  const aws = await startAwsCommand({ url: sandbox.url, credentials: administratorOf(sandbox) });
  const folder = mkdtempSync(join(tmpdir(), "tti-names-"));
  t.after(async () => {
    await aws.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const env = { PATH: `${aws.folder}:${process.env["PATH"]}`, ...aws.environment };
  // A run of the script starts some hundred processes: by day it is one of them.
  const names = ["'; touch pwned; '", "$(touch pwned)`touch pwned`", 'a"\n\u001b[31mtouch pwned\n'];
  for (const name of shareOfToday(names, names.length)) {
    writeFileSync(join(folder, "setup.sh"), setupScript(customerNamed(name)));
    chmodSync(join(folder, "setup.sh"), 0o755);
    const ran = await run("bash", ["setup.sh", "--idc-region", idcRegion, "--q-region", qRegion], {
      env,
      cwd: folder,
    });
    assert.equal(ran.code, 0, ran.stderr);
    assert.ok(ran.stdout.includes(`Send these five details to ${plainLine(name)}, or`), ran.stdout);
    assert.ok(!ran.stdout.includes("\u001b"));
    assert.ok(!existsSync(join(folder, "pwned")));
  }
});

test("in no paper is a name markup, a second value, or a template", () => {
  const shape = shapeOf(packFiles(customerNamed("Acme")));
  fc.assert(
    fc.property(hostile, (name) => {
      assert.deepEqual(shapeOf(packFiles(customerNamed(`A${name}A`))), shape);
    }),
    { numRuns: 150 },
  );
});

interface Node {
  name?: string;
  attribs?: Record<string, string>;
  children?: Node[];
}

// The elements of each page, with the addresses they lead to; the names of each JSON document.
function shapeOf(files: ReturnType<typeof packFiles>): Record<string, unknown> {
  const elements = (html: string): string[] => {
    const found: string[] = [];
    const walk = (nodes: readonly Node[]) => {
      for (const { name, attribs = {}, children = [] } of nodes) {
        if (name !== undefined) found.push(`${name} ${attribs["href"] ?? ""}`);
        walk(children);
      }
    };
    walk(parseDocument(html).children as Node[]);
    return found;
  };
  return Object.fromEntries(
    files.map(({ path, content }) => {
      if (path.endsWith(".html")) return [path, elements(content)];
      if (path.endsWith(".md")) return [path, elements(marked.parse(content, { async: false }))];
      if (path.endsWith(".json")) return [path, Object.keys(JSON.parse(content)["Resources"])];
      return [path, content.split("\n").length];
    }),
  );
}
