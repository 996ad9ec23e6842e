// What a customer's administrator meets first is what setup.sh of the pack calls: the decoder knows each of its calls as one of
// setting up, and explains a call that it does not know with nothing that belongs to another.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { decodeError } from "tti-exchange";
import { knownOperations } from "../../packages/exchange/src/decoder/known_operations.ts";

const script = readFileSync(
  new URL("../../src/onboarding/papers/templates/setup.sh", import.meta.url),
  "utf8",
);
const called = [
  ...new Set(
    [
      ...script.matchAll(
        /\b(?:aws|ask|ask_if_any) (sts|sso-admin|qbusiness|[a-z-]+) ([a-z]+(?:-[a-z]+)+) --/g,
      ),
    ].map(([, , verb = ""]) => verb.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())),
  ),
];
const codes = (text: string): string[] => decodeError(text).explanations.map(({ code }) => code);
const refused = (name: string, operation: string, words: string) =>
  `An error occurred (${name}) when calling the ${operation} operation: ${words}`;

test("the decoder's calls of setting up are those of the script, and three that people make by hand", () => {
  const byHand = ["UpdateTrustedTokenIssuer", "PutApplicationGrant", "PutApplicationAuthenticationMethod"];
  const known = knownOperations.filter(({ steps }) => steps.includes("set-up")).map(({ name }) => name);
  assert.ok(called.length > 20, called.join());
  assert.deepEqual(known.toSorted(), [...called, ...byHand].toSorted());
});

for (const operation of called) {
  test(`${operation}: each refusal is told as one of setting up`, () => {
    const denied = "User: arn:aws:iam::111122223333:user/ann is not authorized to perform this action";
    assert.deepEqual(codes(refused("AccessDeniedException", operation, denied)), ["set_up_denied"]);
    for (const name of ["ExpiredTokenException", "UnrecognizedClientException"])
      assert.deepEqual(codes(refused(name, operation, "The security token included is invalid.")), [
        "set_up_credentials",
      ]);
    assert.deepEqual(codes(refused("ResourceNotFoundException", operation, "")), ["set_up_not_found"]);
    assert.deepEqual(codes(refused("ThrottlingException", operation, "Rate exceeded")), [
      "too_many_requests",
    ]);
  });
}

test("a call that is named and not known has no explanation of another's", () => {
  const of = (name: string, words = "you are not authorized") => codes(refused(name, "ListBuckets", words));
  for (const name of [
    "AccessDeniedException",
    "AccessDenied",
    "ValidationException",
    "ResourceNotFoundException",
  ])
    assert.deepEqual(of(name), [], name);
  assert.deepEqual(of("ThrottlingException"), ["too_many_requests"]);
  const otherOfSetUp = "User: ann is not authorized to perform: sso:ListAccountAssignments on resource: x";
  assert.deepEqual(codes(refused("AccessDeniedException", "ListAccountAssignments", otherOfSetUp)), [
    "set_up_denied",
  ]);
});

test("what the script makes is healed by running it again", () => {
  const texts = [
    refused(
      "AccessDeniedException",
      "SearchRelevantContent",
      "User is not authorized for this service call.",
    ),
    refused("ResourceNotFoundException", "SearchRelevantContent", "not found"),
    refused("InvalidClientException", "CreateTokenWithIAM", ""),
    refused("InvalidGrantException", "CreateTokenWithIAM", ""),
    refused("UnauthorizedClientException", "CreateTokenWithIAM", ""),
    refused("AccessDeniedException", "CreateTokenWithIAM", ""),
    refused("ResourceNotFoundException", "GetDataAccessor", ""),
  ];
  for (const text of texts)
    assert.match(decodeError(text).explanations[0]?.fix ?? "", /setup\.sh of .*pack/, text);
});
