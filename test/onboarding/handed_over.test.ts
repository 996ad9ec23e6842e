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
});
