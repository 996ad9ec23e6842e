// One request as plain text, to be pasted into a ticket: whoever reads it has no sandbox. No token, no secret, no key. Pure.
import { oneLine } from "../ground/plain_text.ts";
import type { RequestRecord } from "../operation/request_log.ts";
import { describeSwitch } from "../rules/render_rules.ts";
import { asSentence } from "./wording.ts";

/** Where AWS describes the operations of a service, by the service's name here; `NAME` stands for the operation. */
const REFERENCES: Readonly<Record<string, string>> = {
  sts: "https://docs.aws.amazon.com/STS/latest/APIReference/API_NAME.html",
  iam: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_NAME.html",
  kms: "https://docs.aws.amazon.com/kms/latest/APIReference/API_NAME.html",
  "sso-oidc": "https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_NAME.html",
  "sso-admin": "https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_NAME.html",
  sso: "https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_NAME.html",
  identitystore: "https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_NAME.html",
  qbusiness: "https://docs.aws.amazon.com/amazonq/latest/api-reference/API_NAME.html",
  cloudtrail: "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_NAME.html",
  s3: "https://docs.aws.amazon.com/AmazonS3/latest/API/API_NAME.html",
  s3control: "https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_NAME.html",
};

/** @returns the page of AWS's API reference, where the operation is one */
export function awsPageOf({ service, operation }: RequestRecord): string | undefined {
  const reference = REFERENCES[service ?? ""];
  return operation !== null && /^[A-Za-z0-9]+$/.test(operation)
    ? reference?.replace("NAME", operation)
    : undefined;
}

/** @returns the text, a line a fact */
export function renderTicket(record: RequestRecord): string {
  const { links } = record;
  const isRefused = record.errorCode !== null;
  const failed = record.checks.filter(({ passed }) => !passed);
  const passed = record.checks.filter((check) => check.passed).map(({ name }) => name);
  const person = links?.person;
  const lines: (readonly [string, string | null | undefined])[] = [
    ["Request id", record.requestId],
    ["Time", record.at],
    [
      "Operation",
      [record.service, record.operation ?? `${record.method} ${record.path}`].filter(Boolean).join(" "),
    ],
    ["Region", record.region],
    ["Caller", record.caller],
    ["Person", person && `${person.name}${person.isVerified ? "" : " (as the token says)"}`],
    ["Tenant", links?.tenant],
    [
      "Answer",
      [record.status || "connection cut", record.errorCode ?? "OK", record.errorMessage]
        .filter(Boolean)
        .join(" "),
    ],
    ["Injected fault", record.injectedFault],
    ["Check", record.rule ?? failed[0]?.name],
    ["Why", record.reason === null ? null : asSentence(record.reason)],
    ["Switch", record.switch === null ? null : describeSwitch(record.switch)],
    ["Fix", record.fix],
    ...failed
      .filter(({ name }) => name !== record.rule)
      .map(({ name, why }) => ["Also failed", `${name}: ${why}`] as const),
    ["Passed before", passed.join(", ")],
    ["AWS page", awsPageOf(record)],
  ];
  const title = `${isRefused ? "AWS call refused" : "AWS call"} by a local AWS (tti-sandbox)`;
  const facts = lines.flatMap(([name, value]) =>
    value ? [`${`${name}:`.padEnd(15)}${oneLine(value).trim()}`] : [],
  );
  return `${[title, "", ...facts].join("\n")}\n`;
}
