// The ten refusals of docs/refusals.md, made anew: each a mistake that vendors and customers make, against a running sandbox.
import { type Sandbox, startSandbox } from "../../src/index.ts";
import { renderTicket } from "../../src/page/ticket.ts";
import { exampleSeed, lastRequest, stepsOf, TAG_KEY } from "../support/world.ts";

const ISSUER = "https://issuer.tti-sandbox.test";
const ada = "ada@acme.example";

type Steps = ReturnType<typeof stepsOf>;
type Ask = (claims?: Record<string, unknown>, email?: string) => Promise<string>;

/** A mistake. */
export type RefusalCase = {
  name: string;
  /** What of the customer or the vendor is set up wrongly. */
  changeSeed?: (seed: ReturnType<typeof exampleSeed>) => void;
  /** Ends with the call that is refused. */
  make(steps: Steps, token: Ask): Promise<unknown>;
};

const enhancedWith = async (steps: Steps, token: string, input: Parameters<Steps["enhanced"]>[1] = {}) =>
  steps.enhanced((await steps.exchange(token)).awsAdditionalDetails?.identityContext ?? "", input);

/** In the order of the page. */
export const refusalCases: readonly RefusalCase[] = [
  {
    name: "wrong-audience",
    make: async ({ exchange }, token) => exchange(await token({ aud: "my-web-app" })),
  },
  {
    name: "used-token",
    async make({ exchange }, token) {
      const once = await token();
      await exchange(once);
      await exchange(once);
    },
  },
  {
    name: "expired-token",
    make: async ({ exchange }, token) => exchange(await token({ iat: 1_700_000_000, exp: 1_700_000_300 })),
  },
  { name: "issuer-slash", make: async ({ exchange }, token) => exchange(await token({ iss: `${ISSUER}/` })) },
  {
    name: "unknown-user",
    make: async ({ exchange }, token) => exchange(await token({}, "ada.lovelace@acme.example")),
  },
  {
    name: "missing-tag",
    make: async (steps, token) => steps.search(await enhancedWith(steps, await token(), { Tags: [] })),
  },
  {
    name: "trust-policy",
    changeSeed(seed) {
      const role = seed.accounts?.[0]?.roles?.[0];
      const statement = (role?.trustPolicy as { Statement?: { Action: string[] } } | undefined)?.Statement;
      if (statement === undefined) throw new Error("the seed's role has another trust policy");
      statement.Action = statement.Action.filter((action) => action !== "sts:SetContext");
    },
    make: async (steps, token) => enhancedWith(steps, await token()),
  },
  {
    name: "other-tenant",
    make: async (steps, token) =>
      steps.search(await enhancedWith(steps, await token(), { Tags: [{ Key: TAG_KEY, Value: "globex" }] })),
  },
  {
    name: "no-issuer-grant",
    changeSeed(seed) {
      const accessor = seed.qApplications?.[0]?.dataAccessors?.[0];
      if (accessor !== undefined) Reflect.deleteProperty(accessor, "trustedTokenIssuer");
      for (const isv of seed.isvs ?? []) isv.redirectUris = ["https://isv.example/callback"];
    },
    make: async ({ exchange }, token) => exchange(await token()),
  },
  {
    name: "wrong-region",
    make: async ({ exchange }, token) => exchange(await token(), { region: "us-east-1" }),
  },
];

/** What a refusal shows: to whoever called, and on the sandbox's page. Times are one and the same, ids follow from a seed. */
export type MadeRefusal = { printed: string; page: string };

/**
 * Makes one mistake.
 *
 * @param look called with the page of the refused request while the sandbox still runs
 * @throws Error when it is not refused
 */
export async function makeRefusal(
  { name, changeSeed, make }: RefusalCase,
  look?: (url: string) => Promise<void>,
): Promise<MadeRefusal> {
  const seed = exampleSeed(ISSUER);
  changeSeed?.(seed);
  const sandbox = await startSandbox({ port: 0, seed, randomSeed: name, allowLocalIssuers: true });
  try {
    const token: Ask = async (claims = {}, email = ada) =>
      (await sandbox.control.idToken({ email, claims })).idToken;
    const thrown = await make(stepsOf(sandbox), token).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (thrown === undefined) throw new Error(`${name} was not refused`);
    await look?.(`${sandbox.url}/requests/${lastRequest(sandbox).sequence}`);
    return { printed: steady(printed(thrown)), page: steady(ticketOf(sandbox)) };
  } finally {
    await sandbox.close();
  }
}

/** What of the page the reader is shown: not what every request has. */
const LINES = /^(Operation|Region|Caller|Person|Tenant|Answer|Check|Why|Switch|Fix|AWS page):/;

function ticketOf(sandbox: Sandbox): string {
  const lines = renderTicket(lastRequest(sandbox)).trim().split("\n");
  return lines.filter((line) => LINES.test(line)).join("\n");
}

/** What the AWS SDK for JavaScript throws, as a terminal shows it. */
function printed(thrown: unknown): string {
  const { name, message, error, error_description, $metadata } = thrown as Error & {
    error?: string;
    error_description?: string;
    $metadata?: { httpStatusCode?: number };
  };
  const members = { error, error_description, httpStatusCode: $metadata?.httpStatusCode };
  const lines = Object.entries(members).flatMap(([key, value]) =>
    value === undefined ? [] : [`  ${key}: ${value}`],
  );
  return [`${name}: ${message}`, ...lines].join("\n");
}

const MOMENT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g;

function steady(text: string): string {
  return text.replace(MOMENT, (moment) =>
    moment.startsWith("2023-11-14") ? moment : "2026-11-27T10:00:00.000Z",
  );
}
