// Sending a folder to a running sandbox with the AWS SDK, and finding it there as the right user.

import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { QBusinessClient } from "@aws-sdk/client-qbusiness";
import { listen } from "../../../src/gateway/http/listener.ts";
import type { Sandbox } from "../../../src/index.ts";
import { pushFolder } from "../../../src/search/load/load_folder.ts";
import { createSigningKey, startIssuer, type TestIssuer } from "../../support/issuer.ts";
import { Q_REGION, startExample, stepsOf } from "../../support/world.ts";
import { writePdf } from "../text/pdf_fixture.ts";

let folder = "";
let issuer: TestIssuer;
let sandbox: Sandbox;
let client: QBusinessClient;

before(async () => {
  issuer = await startIssuer(await createSigningKey("k1"));
  sandbox = await startExample(issuer.url);
  const credentials = sandbox.seedResult.credentials["customer"];
  assert.ok(credentials);
  client = new QBusinessClient({ region: Q_REGION, endpoint: sandbox.url, credentials });

  folder = await mkdtemp(join(tmpdir(), "tti-push-"));
  await mkdir(join(folder, "board"));
  const rules = [
    { path: "**", public: true, attributes: { team: "all", reviewed: { date: "2026-01-02" } } },
    { path: "board/**", users: ["ada@acme.example"], groups: ["engineering"], memberRelation: "AND" },
  ];
  await writeFile(
    join(folder, "access.json"),
    JSON.stringify({ baseUri: "https://docs.example.com/", rules }),
  );
  await writeFile(join(folder, "board", "plan.pdf"), writePdf(["The submarine acquisition plan."], "Plan"));
  for (let number = 0; number < 23; number += 1) {
    await writeFile(
      join(folder, `note-${number}.md`),
      `# Note ${number}\n\nThe submarine dived ${number} times.`,
    );
  }
});

after(async () => {
  client.destroy();
  await sandbox.close();
  await issuer.close();
  await rm(folder, { recursive: true });
});

async function searchAs(email: string, maxResults: number) {
  const { exchange, enhanced, search } = stepsOf(sandbox);
  const exchanged = await exchange(await issuer.token({ email }));
  const credentials = await enhanced(exchanged.awsAdditionalDetails?.identityContext ?? "");
  const { relevantContent } = await search(credentials, "submarine", { maxResults });
  return relevantContent ?? [];
}

test("a pushed folder is found with its access lists and attributes, by unmodified SDK clients", async () => {
  const application = sandbox.seedResult.qApplications["acme-wiki"];
  assert.ok(application);
  const target = { client, applicationId: application.applicationId, indexId: application.indexId };
  const seen: string[] = [];
  sandbox.control.clearRequests();
  const report = await pushFolder(folder, target, { onProgress: (entry) => seen.push(entry.path) });
  assert.equal(report.loaded.length, 24);
  assert.deepEqual(report.skipped, []);
  assert.deepEqual(seen, report.loaded);
  assert.equal(sandbox.control.requests().length, 3, "ten documents a batch");

  const forAda = await searchAs("ada@acme.example", 100);
  const forBob = await searchAs("bob@acme.example", 100);
  assert.equal(forAda.length, 24);
  assert.equal(forBob.length, 23);
  const plan = forAda.find(({ documentId }) => documentId === "board/plan.pdf");
  assert.equal(plan?.documentUri, "https://docs.example.com/board/plan.pdf");
  assert.equal(plan?.documentTitle, "Plan");
  assert.deepEqual(plan?.documentAttributes?.find(({ name }) => name === "reviewed")?.value, {
    dateValue: new Date("2026-01-02T00:00:00Z"),
  });
});

test("documents the service refuses are reported with its reason, the others are loaded", async () => {
  const failed = { id: "b.txt", error: { errorCode: "InvalidRequest", errorMessage: "too dull" } };
  const service = await listen(0, "127.0.0.1", async () => ({
    status: 200,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ failedDocuments: [failed] }),
  }));
  const other = await mkdtemp(join(tmpdir(), "tti-push-"));
  const refusing = new QBusinessClient({
    region: Q_REGION,
    endpoint: `http://127.0.0.1:${service.port}`,
    credentials: { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "secret" },
  });
  try {
    for (const name of ["a.txt", "b.txt", "c.docx"]) await writeFile(join(other, name), "text");
    const id = "00000000-0000-4000-8000-000000000000";
    const seen: string[] = [];
    const report = await pushFolder(
      other,
      { client: refusing, applicationId: id, indexId: id },
      { onProgress: (entry) => seen.push(`${entry.kind} ${entry.path}`) },
    );
    assert.deepEqual(report, {
      loaded: ["a.txt"],
      skipped: [
        { path: "c.docx", reason: "is not a .txt, .md, .html or .pdf file" },
        { path: "b.txt", reason: "was refused: too dull" },
      ],
    });
    assert.deepEqual(seen, ["skipped c.docx", "document a.txt", "skipped b.txt"]);
  } finally {
    refusing.destroy();
    await service.close();
    await rm(other, { recursive: true });
  }
});

test("an index that does not exist is the client's error, not a report", async () => {
  const application = sandbox.seedResult.qApplications["acme-wiki"];
  assert.ok(application);
  const indexId = "00000000-0000-4000-8000-000000000000";
  await assert.rejects(pushFolder(folder, { client, applicationId: application.applicationId, indexId }), {
    name: "ResourceNotFoundException",
  });
});
