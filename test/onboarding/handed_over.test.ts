// The five details a customer hands over: typed, as the console's text, as the script's line; and what is refused of them.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  type HandedOver,
  type ReadHandedOver,
  readPasted,
  readTyped,
} from "../../src/onboarding/handed_over.ts";
import "../support/property_seed.ts";

const details: HandedOver = {
  applicationId: "11111111-2222-4333-8444-555555555555",
  qRegion: "eu-west-1",
  retrieverId: "66666666-7777-4888-8999-000000000000",
  idcApplicationArn: "arn:aws:sso::111122223333:application/ssoins-1234567890abcdef/apl-1234567890abcdef",
  idcRegion: "eu-central-1",
};
const line = (tenant = "acme", change: Partial<HandedOver> = {}) => {
  const said = { ...details, ...change };
  return `tti-details tenant=${tenant} application=${said.applicationId} q-region=${said.qRegion} retriever=${said.retrieverId} idc-application=${said.idcApplicationArn} idc-region=${said.idcRegion}`;
};
const faultsOf = (read: ReadHandedOver) =>
  "faults" in read ? read.faults.map(({ member }) => member) : assert.fail(JSON.stringify(read));

describe("the five details", () => {
  it("are taken as typed, with space around them", () => {
    const typed = Object.fromEntries(Object.entries(details).map(([name, value]) => [name, ` ${value}\n`]));
    assert.deepEqual(readTyped(typed), { details, notes: [] });
  });

  it("are refused one by one, each by its name and with what to give", () => {
    const wrong = {
      applicationId: "short",
      qRegion: "Ireland",
      retrieverId: `${details.retrieverId}\n`.repeat(2),
      // What a sample of AWS's own shows in its place.
      idcApplicationArn: "arn:aws:sso:::instance/ssoins-1234567890abcdef",
      idcRegion: "",
    };
    const read = readTyped(wrong);
    assert.deepEqual(faultsOf(read).sort(), Object.keys(wrong).sort());
    assert.ok("faults" in read);
    for (const { fault, fix } of read.faults) {
      assert.match(fix, /^Give .+\.$/);
      assert.doesNotMatch(fault, /[\n\r]/);
    }
  });

  for (const value of [
    `${details.idcApplicationArn}\nx`,
    `${details.idcApplicationArn}"`,
    `'${details.idcApplicationArn}'`,
    details.idcApplicationArn.replace("111122223333", "1111"),
  ]) {
    it(`refuses the ARN ${JSON.stringify(value.slice(-24))}`, () => {
      assert.deepEqual(faultsOf(readTyped({ ...details, idcApplicationArn: value })), ["idcApplicationArn"]);
    });
  }

  it("are taken from the script's line, alone or in all that it printed", () => {
    assert.deepEqual(readPasted(line(), "acme"), { details, notes: [] });
    assert.deepEqual(readPasted(`Changed: 4.\r\n\r\n  ${line()}  \r\n`, "acme"), { details, notes: [] });
  });

  it("are refused from another customer's line, and from one that is not whole", () => {
    assert.deepEqual(faultsOf(readPasted(line("globex"), "acme")), ["text"]);
    assert.match(JSON.stringify(readPasted(line("globex"), "acme")), /another customer/);
    assert.ok(!JSON.stringify(readPasted(line("globex"), "acme")).includes("globex"));
    assert.deepEqual(faultsOf(readPasted(line().replace(/ tenant=acme/, ""), "acme")), ["text"]);
    assert.deepEqual(faultsOf(readPasted(`${line()} idc-region=us-east-1`, "acme")), ["text"]);
    assert.deepEqual(faultsOf(readPasted(`${line()} __proto__=x`, "acme")), ["text"]);
    assert.deepEqual(faultsOf(readPasted(line().slice(0, -2), "acme")), ["idcRegion"]);
  });

  const console = [
    `Application ID\n${details.applicationId}`,
    `Application region\n${details.qRegion}`,
    `Retriever ID\n${details.retrieverId}`,
    `Data accessor application ARN\n${details.idcApplicationArn}`,
    `IAM Identity Center region\n${details.idcRegion}`,
  ];
  it("are taken from the console's text, label above value or beside it, in any order", () => {
    for (const text of [
      console.join("\n"),
      console.join("\n\n").replaceAll("\n", "\r\n"),
      console.map((one) => one.replace("\n", ": ")).join("\n"),
      [...console].reverse().join("\n"),
      console
        .map((one) => one.replace("\n", "\t"))
        .join("\n")
        .replace("IAM Identity Center", "IdC"),
    ]) {
      assert.deepEqual(readPasted(text, "acme"), { details, notes: [] }, text);
    }
  });

  it("are refused where the text lacks one, has one twice, or has none", () => {
    assert.deepEqual(faultsOf(readPasted(console.slice(1).join("\n"), "acme")), ["applicationId"]);
    const twice = [...console, "Retriever ID\n99999999-7777-4888-8999-000000000000"].join("\n");
    assert.deepEqual(faultsOf(readPasted(twice, "acme")), ["text"]);
    assert.deepEqual(faultsOf(readPasted("Hello", "acme")), ["text"]);
    assert.deepEqual(faultsOf(readPasted("", "acme")), ["text"]);
    assert.deepEqual(faultsOf(readPasted("x".repeat(9_000), "acme")), ["text"]);
  });

  it("are taken with a note where they look like another's place", () => {
    const read = readTyped({ ...details, qRegion: "eu-central-1", retrieverId: details.applicationId });
    assert.ok("notes" in read);
    assert.equal(read.notes.length, 2);
  });

  it("are refused or taken, never thrown over, whatever is pasted", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60, unit: "binary" }), fc.boolean(), (noise, withLine) => {
        const read = readPasted(withLine ? `${noise}\n${line()}` : `${noise} ${console.join(noise)}`, "acme");
        if ("details" in read) assert.deepEqual(readTyped(read.details), read);
        else assert.ok(read.faults.length > 0);
      }),
    );
  });

  const whole = (tenant = "acme") =>
    [
      "Everything was there: nothing was changed.",
      "",
      "Send these five details to Example ISV, or paste the last line into its portal:",
      `  External Id                       ${tenant}`,
      `  Application ID                    ${details.applicationId}`,
      `  Application region                ${details.qRegion}`,
      `  Retriever ID                      ${details.retrieverId}`,
      `  Data accessor application ARN     ${details.idcApplicationArn}`,
      `  IAM Identity Center region        ${details.idcRegion}`,
      "",
      line(tenant),
      "",
    ].join("\n");
  const labelled = (tenant: string) => whole(tenant).split("\n").slice(3, -3).join("\n");

  it("are another customer's where only the External Id above them says so", () => {
    assert.deepEqual(readPasted(labelled("acme"), "acme"), { details, notes: [] });
    for (const another of ["globex", "acme-eu", "acm", "Acme"]) {
      const read = readPasted(labelled(another), "acme");
      assert.ok("faults" in read && /another customer/.test(read.faults[0]?.fault ?? ""), another);
    }
    const broken = labelled("a-customer-of-ours").replace("a-customer-of-ours", "a-customer\n-of-ours");
    assert.deepEqual(readPasted(broken, "a-customer-of-ours"), { details, notes: [] });
    const prose = `The External Id that we entered is yours.\nExternal Id: see above, please\n${labelled("acme")}`;
    assert.deepEqual(readPasted(prose, "acme"), { details, notes: [] });
  });

  const prefixed = (text: string, prefix: string) => text.replace(/^/gm, prefix);
  /** As `fold -w`, and with `atSpaces` as `fold -s -w`. */
  const foldedAt = (text: string, width: number, atSpaces: boolean, end = "\n") =>
    text
      .split("\n")
      .map((one) => {
        const parts: string[] = [];
        let rest = one;
        while (rest.length > width) {
          const space = atSpaces ? rest.lastIndexOf(" ", width - 1) : -1;
          const at = space > 0 ? space + 1 : width;
          parts.push(rest.slice(0, at));
          rest = rest.slice(at);
        }
        return [...parts, rest].join(end);
      })
      .join("\n");
  const encoded = (text: string) => foldedAt(text.replaceAll("=", "=3D"), 75, false, "=\n");
  const mails: Readonly<Record<string, (text: string) => string>> = {
    quoted: (text) => prefixed(text, "> "),
    "quoted twice": (text) => prefixed(text, "> > "),
    "behind a word": (text) => text.replace("tti-details", "Details: tti-details"),
    "folded at spaces": (text) => foldedAt(text, 78, true),
    "folded anywhere": (text) => foldedAt(text, 72, false),
    "folded, then quoted": (text) => prefixed(foldedAt(text, 76, true), "> "),
    "quoted, then folded": (text) => foldedAt(prefixed(text, "> "), 76, true),
    "with soft breaks": (text) => foldedAt(text, 75, false, "=\n"),
    "as quoted-printable": encoded,
    "as quoted-printable, quoted": (text) => prefixed(encoded(text), "> "),
    "with CRLF": (text) => foldedAt(text, 78, true).replaceAll("\n", "\r\n"),
    "above a signature": (text) => `${text}\n-- \n2 Example Street`,
  };
  for (const [how, sent] of Object.entries(mails)) {
    it(`are taken from a mail ${how}, and for nobody else`, () => {
      for (const text of [whole(), line()]) {
        assert.deepEqual(readPasted(sent(text), "acme"), { details, notes: [] }, sent(text));
        const read = readPasted(sent(text), "other");
        assert.match(JSON.stringify(read), /another customer/, sent(text));
      }
    });
  }

  it("are refused from a line that mail broke, which is what the refusal says", () => {
    for (const text of [
      prefixed(foldedAt(whole(), 78, true), "Details: "),
      whole().replace("tti-details tenant", "tti-details ten<b>ant"),
      whole().replace(line(), line().slice(0, 90)),
      whole().replace(line(), ""),
    ]) {
      const said = JSON.stringify(readPasted(text, "acme"));
      assert.match(said, /broken, quoted or cut/, text);
      assert.doesNotMatch(said, /missing/);
    }
    const labelled = console
      .join("\n")
      .replace(details.retrieverId, "66666666-7777-4888\n-8999-000000000000");
    const read = readPasted(labelled, "acme");
    assert.deepEqual(faultsOf(read), ["retrieverId"]);
    assert.match(JSON.stringify(read), /no value that can be read/);
  });

  it("are refused where one text has two sets of them, or names a second customer", () => {
    const second = { retrieverId: "99999999-7777-4888-8999-000000000000" };
    for (const text of [
      `${line()}\n${line("acme", second)}`,
      whole().replace(details.retrieverId, second.retrieverId),
      `${line()}\n> Retriever ID: ${second.retrieverId}`,
    ]) {
      assert.match(JSON.stringify(readPasted(text, "acme")), /two different sets/, text);
    }
    for (const text of [
      `${line()}\n${line("globex")}`,
      `${line("globex")}\n${line()}`,
      `${line()}\ntenant=globex`,
      `${line()}\n${encoded(line("globex"))}`,
    ]) {
      assert.match(JSON.stringify(readPasted(text, "acme")), /another customer/, text);
    }
    assert.deepEqual(readPasted(`${whole()}\n${prefixed(whole(), "> ")}`, "acme"), { details, notes: [] });
  });

  it("keep a tenant whose id looks encoded or folded apart from the one it would then be", () => {
    assert.ok("details" in readPasted(line("3Dacme"), "3Dacme"));
    assert.ok("faults" in readPasted(line("3Dacme"), "acme"));
    assert.ok("faults" in readPasted(foldedAt(line("acme-globex"), 24, false), "acme"));
    assert.ok("details" in readPasted(foldedAt(line("acme-globex"), 24, false), "acme-globex"));
  });

  it("never go in for another tenant, whatever prefixes and folds a mail adds", () => {
    const prefix = fc.oneof(
      fc.constantFrom("", "> ", "| ", ">> ", "Details: ", "* ", "AB> ", "\t", "<p>"),
      fc.string({ maxLength: 24 }).map((some) => some.replaceAll("\n", "")),
    );
    const width = fc.integer({ min: 4, max: 400 });
    const tenant = fc.constantFrom("globex", "3Dother", "other-eu", "oth", "othero");
    const end = fc.constantFrom("\n", "=\n", "\r\n");
    const step = fc.record({ prefix, width, end, atSpaces: fc.boolean() });
    fc.assert(
      fc.property(
        tenant,
        fc.array(step, { minLength: 1, maxLength: 2 }),
        fc.boolean(),
        (whose, steps, qp) => {
          const text = steps.reduce(
            (sent, one) => prefixed(foldedAt(sent, one.width, one.atSpaces, one.end), one.prefix),
            qp ? encoded(whole(whose)) : whole(whose),
          );
          assert.ok("faults" in readPasted(text, "other"), text);
        },
      ),
      { numRuns: 400 },
    );
  });

  it("are looked for in time that does not run away with the text", () => {
    for (const part of ["tti-details tenant=", "=\n", "a", " ", "tti-details tenant=a application=", "> "]) {
      const text = `tti-details tenant=${part.repeat(Math.floor(7_900 / part.length))}`;
      readInTime(text, part);
    }
    // Names that a fold may have cut, so that each might be part of the value before it: shorter, as it may take hours else.
    const names = ["application", "q-region", "retriever", "idc-application"];
    const repeated = names.map((name) => `${name}=\n`.repeat(45)).join("");
    readInTime(`tti-details\ntenant=\na\n${repeated}`, "names");
    readInTime("tti-details\ntenant=a\n".repeat(380), "beginnings");

    function readInTime(text: string, what: string): void {
      const before = performance.now();
      readPasted(text, "acme");
      assert.ok(performance.now() - before < 5_000, what);
    }
  });
});
