// The judge of a soak finds each promise that was not kept: fed with a history in which all was well, and with that
// history falsified in one place at a time.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ending, Happening, Measured, Violation } from "./history.ts";
import { growthOf, judge } from "./judge.ts";

const minuteMs = 60_000;
const mib = 2 ** 20;

/** An instance that lives six minutes and holds, at each second, what is told. */
const life = (instance: string, mibAt: (second: number) => number): Measured[] =>
  Array.from({ length: 361 }, (_, second) => ({
    kind: "memory",
    atMs: second * 1000,
    instance,
    bytes: mibAt(second) * mib,
  }));

const well: readonly Happening[] = [
  { kind: "token", atMs: 1, requestId: "r1", kid: "k1", refusal: undefined },
  {
    kind: "redemption",
    atMs: 2,
    what: "authorization code",
    answers: [
      { status: 200, requestId: "r2", gave: "a" },
      { status: 400, requestId: "r3", gave: undefined },
    ],
  },
  {
    kind: "redemption",
    atMs: 3,
    what: "refresh token",
    answers: [
      { status: 200, requestId: "r4", gave: "same" },
      { status: 200, requestId: "r5", gave: "same" },
      { status: 0, requestId: undefined, gave: undefined },
    ],
  },
  { kind: "write", atMs: 4, requestId: "r6", thing: "account u1", state: "enabled Ann" },
  { kind: "write", atMs: 5, requestId: "r7", thing: "account u1", state: "disabled Ann" },
  { kind: "write", atMs: 5, requestId: "r7", thing: "account u2", state: "gone" },
  { kind: "write", atMs: 5, requestId: "r7", thing: "account u3", state: "enabled Cy" },
  { kind: "write", atMs: 6, thing: "account u3", state: undefined },
  { kind: "act", atMs: 6, requestId: "r8", event: "token.issued", accountId: "u1", byRequest: true },
  { kind: "act", atMs: 7, requestId: "r9", event: "sign_in.succeeded", accountId: "u1", byRequest: false },
  { kind: "act", atMs: 8, requestId: "r9", event: "sign_in.succeeded", accountId: "u1", byRequest: false },
  { kind: "mail", atMs: 9, requestId: "r10", address: "ann@acme.example" },
  // It collects now and then, and takes what a start takes.
  ...life("a", (second) => 140 + (second < 60 ? second : 60) + (second % 40) / 2),
  ...life("b", () => 300).slice(0, 100),
];

const wellEnded: Ending = {
  things: new Map([["account u1", "disabled Ann"]]),
  events: [
    { type: "token.issued", accountId: "u1", requestId: "r8" },
    { type: "sign_in.succeeded", accountId: "u1", requestId: "r20" },
    { type: "sign_in.succeeded", accountId: "u1", requestId: "r21" },
    { type: "sign_in.succeeded", accountId: "u3", requestId: "r22" },
  ],
  trail: { intact: true, said: "" },
  mailed: new Set(["ann@acme.example", "bob@acme.example"]),
};

test("a history in which all was well has no violation, and its long life was looked at", () => {
  assert.deepEqual(judge(well, wellEnded), []);
  assert.deepEqual(
    growthOf(well).map(({ instance, flat }) => ({ instance, flat })),
    [{ instance: "a", flat: true }],
  );
});

const falsified: readonly [
  name: string,
  promise: Violation["promise"],
  more: readonly Happening[],
  ending: Partial<Ending>,
  requestId: string | undefined,
][] = [
  [
    "a token that no published key verifies",
    "no unverifiable token",
    [{ kind: "token", atMs: 99, requestId: "bad", kid: "k9", refusal: "ERR_JWKS_NO_MATCHING_KEY" }],
    {},
    "bad",
  ],
  [
    "a code that gave twice, though the same",
    "no double redemption",
    [
      {
        kind: "redemption",
        atMs: 99,
        requestId: "bad",
        what: "authorization code",
        answers: ["x", "x"].map((gave) => ({ status: 200, requestId: "bad", gave })),
      },
    ],
    {},
    "bad",
  ],
  [
    "an assertion that gave twice",
    "no double redemption",
    [
      {
        kind: "redemption",
        atMs: 99,
        requestId: "bad",
        what: "assertion",
        answers: ["x", "y"].map((gave) => ({ status: 200, requestId: "bad", gave })),
      },
    ],
    {},
    "bad",
  ],
  [
    "a refresh token with two successors",
    "no double redemption",
    [
      {
        kind: "redemption",
        atMs: 99,
        requestId: "bad",
        what: "refresh token",
        answers: ["x", "y"].map((gave) => ({ status: 200, requestId: "bad", gave })),
      },
    ],
    {},
    "bad",
  ],
  [
    "a write that is not there",
    "no acknowledged write lost",
    [{ kind: "write", atMs: 99, requestId: "bad", thing: "account u9", state: "enabled" }],
    {},
    "bad",
  ],
  [
    "a write whose last change is not there",
    "no acknowledged write lost",
    [],
    { things: new Map([["account u1", "enabled Ann"]]) },
    "r7",
  ],
  [
    "somebody erased who is there",
    "no acknowledged write lost",
    [],
    { things: new Map([...wellEnded.things, ["account u2", "enabled"]]) },
    "r7",
  ],
  [
    "an honest client that is signed out",
    "no session lost to an honest retry",
    [{ kind: "session lost", atMs: 99, requestId: "bad", who: "ann", doing: "a refresh", answer: "400" }],
    {},
    "bad",
  ],
  [
    "an act without the event of its request, though the account has others",
    "no audit event missing",
    [{ kind: "act", atMs: 99, requestId: "bad", event: "token.issued", accountId: "u1", byRequest: true }],
    { events: [...wellEnded.events, { type: "token.issued", accountId: "u1", requestId: "other" }] },
    "bad",
  ],
  [
    "more acts than events of an account, though others have more",
    "no audit event missing",
    [
      {
        kind: "act",
        atMs: 99,
        requestId: "bad",
        event: "sign_in.succeeded",
        accountId: "u1",
        byRequest: false,
      },
    ],
    {},
    "bad",
  ],
  [
    "a trail that is not whole",
    "no audit event missing",
    [],
    { trail: { intact: false, said: "block_removed" } },
    undefined,
  ],
  [
    "a mail that never came",
    "no mail lost",
    [{ kind: "mail", atMs: 99, requestId: "bad", address: "cy@acme.example" }],
    {},
    "bad",
  ],
  [
    "an answer that says nothing",
    "every answer is clear",
    [{ kind: "unclear answer", atMs: 99, requestId: "bad", doing: "a mint", status: 500, answer: "oops" }],
    {},
    "bad",
  ],
  ["memory that grows", "flat memory", life("c", (second) => 150 + second / 2), {}, undefined],
];

for (const [name, promise, more, ending, requestId] of falsified) {
  test(`${name} is found, and nothing else`, () => {
    const found = judge([...well, ...more], { ...wellEnded, ...ending });
    assert.deepEqual(
      found.map((violation) => ({ promise: violation.promise, requestId: violation.requestId })),
      [{ promise, requestId }],
    );
  });
}

test("of an instance that lived for a minute nothing is said", () => {
  const short = life("d", (second) => 100 + second * 10).filter(({ atMs }) => atMs < minuteMs);
  assert.deepEqual(judge([...well, ...short], wellEnded), []);
});
