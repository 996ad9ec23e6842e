// Probes of CreateTokenWithIAM itself: which error it gives, how fast it may be called, how long its tokens live.
import type { Answer } from "../bench/aws_calls.ts";
import { Undecided } from "../bench/endings.ts";
import { type Client, type IdentityCenterLab, send, settle } from "../bench/identity_center_lab.ts";
import { wasAccepted } from "../bench/lab.ts";
import type { Probe } from "../bench/probe.ts";

const APPLICATION = "a trusted token issuer and an application";
/** Enough to pass ten a second (IDC-LIM) whichever moment a second begins. */
const BURST = 40;
const REFRESH_SECONDS = [60, 3600, 14_400, 28_800, 43_200, 86_400, 604_800, 2_592_000, 7_776_000];

/** Probes of the exchange. */
export const EXCHANGE_PROBES: readonly Probe[] = [
  {
    answers: "exchange.missingGrantError",
    asks: "exchanges a token at an application that has no JwtBearer grant",
    makes: APPLICATION,
    async run(lab) {
      await lab.main();
      const client = await lab.trust(lab.sites.spare, { grants: [] });
      return named(await lab.exchange(client, "a token at an application without the grant"), [
        "UnauthorizedClientException",
        "InvalidClientException",
      ]);
    },
  },
  {
    answers: "exchange.wrongRegionError",
    asks: "exchanges a token in a region where the instance is not",
    async run(lab) {
      const client = await lab.main();
      const region = lab.region === "us-west-2" ? "us-east-1" : "us-west-2";
      return named(await send(lab, client, await lab.mint(client), `a token sent to ${region}`, region), [
        "InvalidClientException",
        "InvalidRequestRegionException",
      ]);
    },
  },
  {
    answers: "exchange.disabledApplicationError",
    asks: "exchanges a token at an application that was disabled",
    makes: APPLICATION,
    async run(lab) {
      const client = await lab.trust(lab.sites.spare);
      await settle(lab, () => lab.exchange(client, "a token before it is disabled"));
      const ApplicationArn = client.applicationArn;
      await lab.must("sso-admin", "UpdateApplication", { ApplicationArn, Status: "DISABLED" });
      for (let tried = 1; ; tried += 1) {
        const answer = await lab.exchange(client, "a token at a disabled application");
        if (!answer.ok)
          return named(answer, [
            "InvalidClientException",
            "UnauthorizedClientException",
            "AccessDeniedException",
          ]);
        if (tried === 12) throw new Undecided("a disabled application exchanges tokens");
        await lab.wait(5000);
      }
    },
  },
  {
    answers: "exchange.rateLimitError",
    asks: `exchanges ${BURST} tokens at once, and looks how AWS refuses the rest`,
    async run(lab) {
      const refused = (await burst(lab)).find(({ ok }) => !ok);
      if (refused === undefined) throw new Undecided(`all of ${BURST} exchanges at once were taken`);
      return named(refused, ["SlowDownException", "ThrottlingException"]);
    },
  },
  {
    answers: "exchange.jwtBearerPerSecond",
    asks: `exchanges ${BURST} tokens at once, and counts those that are taken`,
    async run(lab) {
      const answers = await burst(lab);
      const taken = answers.filter(({ ok }) => ok).length;
      if (taken === answers.length) throw new Undecided(`all of ${BURST} exchanges at once were taken`);
      const other = answers.find(({ ok, code }) => !ok && !/SlowDown|Throttling/.test(code ?? ""));
      if (other !== undefined) throw new Undecided(`AWS answered ${other.status} ${other.code}`);
      return { value: String(taken) };
    },
  },
  {
    answers: "exchange.accessTokenSeconds",
    asks: "exchanges a token and reads expiresIn",
    async run(lab) {
      const { output } = await lab.exchange(await lab.main(), "a token; its expiresIn");
      if (typeof output["expiresIn"] !== "number") throw new Undecided("the answer has no expiresIn");
      return { value: String(output["expiresIn"]) };
    },
  },
  {
    answers: "exchange.refreshTokenRotation",
    asks: "uses one refresh token twice",
    makes: APPLICATION,
    async run(lab) {
      const client = await lab.trust(lab.sites.spare, { grants: ["jwtBearer", "refreshToken"] });
      const token = await refreshToken(lab, client);
      if (!wasAccepted(await refresh(lab, client, token, "a refresh token, first time"))) {
        throw new Undecided("a refresh token was refused at once");
      }
      const again = await refresh(lab, client, token, "the same refresh token again");
      return { value: wasAccepted(again) ? "keep" : "rotate" };
    },
  },
  {
    answers: "exchange.refreshTokenSeconds",
    asks: "keeps refresh tokens, and uses one after each time (waits: a minute to 90 days)",
    makes: APPLICATION,
    async run(lab) {
      const client = await lab.trust(lab.sites.spare, { grants: ["jwtBearer", "refreshToken"] });
      const rungs = REFRESH_SECONDS.filter((seconds) => seconds <= lab.existing.maxWaitSeconds);
      const tokens: string[] = [];
      for (const _ of rungs) tokens.push(await refreshToken(lab, client));
      const passed = lab.stopwatch();
      for (const [index, seconds] of rungs.entries()) {
        await passed(seconds);
        const answer = await refresh(lab, client, tokens[index] ?? "", `a refresh token after ${seconds} s`);
        if (!wasAccepted(answer)) return { value: String(seconds) };
      }
      throw new Undecided(
        "every refresh token was taken in the time allowed; ask again with a longer --wait",
      );
    },
  },
];

/** @throws Undecided when AWS's error is none of those the switch knows */
function named(answer: Answer, known: readonly string[]): { value: string } {
  if (answer.code !== null && known.includes(answer.code)) return { value: answer.code };
  throw new Undecided(
    `AWS answered ${answer.status} ${answer.code ?? "and took it"}, which is none of ${known.join(", ")}`,
  );
}

async function burst(lab: IdentityCenterLab): Promise<Answer[]> {
  const client = await lab.main();
  const tokens = await Promise.all(Array.from({ length: BURST }, () => lab.mint(client)));
  await lab.wait(1500);
  const answers = await Promise.all(
    tokens.map((token, index) => send(lab, client, token, `token ${index + 1} at once`)),
  );
  await lab.wait(1500);
  return answers;
}

async function refreshToken(lab: IdentityCenterLab, client: Client): Promise<string> {
  const { output } = await settle(lab, () => lab.exchange(client, "a token for a refresh token"));
  if (typeof output["refreshToken"] === "string") return output["refreshToken"];
  throw new Undecided("the exchange gave no refresh token");
}

function refresh(lab: IdentityCenterLab, client: Client, token: string, asked: string): Promise<Answer> {
  const input = { clientId: client.applicationArn, grantType: "refresh_token", refreshToken: token };
  return lab.ask(asked, "sso-oidc", "CreateTokenWithIAM", input);
}
