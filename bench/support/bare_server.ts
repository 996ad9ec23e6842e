// The baseline: oidc-provider as its manual starts it, with one RSA-2048 key, and no more than the product cannot do without:
// authenticate the client, look tokens up, sign; its login checks the password by the product's own hash, because that is most of
// a login. In memory, as it comes; or, with BENCH_DATABASE_URL, on PostgreSQL by a plain adapter, with refresh tokens rotated.
import { generateKeyPairSync } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import Provider, { type ClientMetadata, type Configuration, type Grant } from "oidc-provider";
import pg from "pg";
import { createPasswords } from "../../src/provider/accounts/passwords.ts";
import { answerParent } from "./child.ts";
import { countCosts } from "./cost_counter.ts";
import { createPlainTable, plainAdapter } from "./plain_adapter.ts";

const clientId = "bench";
const programId = "bench-program";
const clientSecret = "a-secret-of-the-bench-client-0123456789";
const redirectUri = "https://rp.example/callback";
const apiIndicator = "https://api.example";

const costs = countCosts();
const server = createServer();
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const passwords = createPasswords();
const password = "correct horse battery staple";
const passwordHash = passwords.hashPassword(password);
const databaseUrl = process.env["BENCH_DATABASE_URL"];
const pool = databaseUrl === undefined ? undefined : new pg.Pool({ connectionString: databaseUrl, max: 10 });
if (pool !== undefined) await createPlainTable(pool);

let provider: Provider;

/** @param programJwk the public key of the program that asks with `private_key_jwt` */
async function start({ programJwk }: { programJwk?: object }): Promise<object> {
  const clients: ClientMetadata[] = [
    {
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uris: [redirectUri],
      grant_types: ["authorization_code", "refresh_token", "client_credentials"],
      response_types: ["code"],
      token_endpoint_auth_method: "client_secret_basic",
    },
  ];
  if (programJwk !== undefined) {
    clients.push({
      client_id: programId,
      redirect_uris: [],
      grant_types: ["client_credentials"],
      response_types: [],
      token_endpoint_auth_method: "private_key_jwt",
      token_endpoint_auth_signing_alg: "ES256",
      jwks: { keys: [programJwk as never] },
    });
  }
  provider = new Provider(issuer, configuration(clients));
  const answer = provider.callback();
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    if (request.url?.startsWith("/interaction/") !== true) return void answer(request, response);
    return void interact(request, response);
  });
  return { issuer, localUrl: issuer, clientId, programId, clientSecret, redirectUri, password };
}

function configuration(clients: ClientMetadata[]): Configuration {
  return {
    jwks: {
      keys: [{ ...privateKey.export({ format: "jwk" }), kid: "bench", use: "sig", alg: "RS256" } as never],
    },
    cookies: { keys: ["a key of the benchmark"] },
    clients,
    ...(pool === undefined ? {} : { adapter: plainAdapter(pool), rotateRefreshToken: true }),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      // Its access tokens are signed as ID tokens are: the one thing a program can ask for without a person.
      resourceIndicators: {
        enabled: true,
        defaultResource: (ctx) =>
          ctx.oidc.params?.["grant_type"] === "client_credentials" ? apiIndicator : (undefined as never),
        getResourceServerInfo: () => ({
          scope: "api",
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: "RS256" } },
        }),
      },
    },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    findAccount: async (_ctx, accountId) => ({ accountId, claims: async () => ({ sub: accountId }) }),
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed("refresh_token"),
    // Without a consent page: the relying party is the operator's own.
    async loadExistingGrant(ctx) {
      const { client, session } = ctx.oidc;
      if (client === undefined || session?.accountId === undefined) return undefined;
      const known = session.grantIdFor(client.clientId);
      if (known !== undefined) return provider.Grant.find(known);
      const grant: Grant = new provider.Grant({ accountId: session.accountId, clientId: client.clientId });
      grant.addOIDCScope("openid");
      await grant.save();
      return grant;
    },
  };
}

async function interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === "GET") {
    const page = `<form method="post" action="${request.url}"><input name="email"><input name="password" type="password"></form>`;
    response.setHeader("content-length", Buffer.byteLength(page)).end(page);
    return;
  }
  const form = new URLSearchParams(await text(request));
  const accountId = form.get("email") ?? "";
  if (!(await passwords.verifyPassword(await passwordHash, form.get("password") ?? ""))) {
    response.writeHead(401, { "content-length": 0 }).end();
    return;
  }
  await provider.interactionFinished(request, response, { login: { accountId } });
}

/** Refresh tokens of as many sign-ins, each by another person. */
async function refreshTokens({ count }: { count: number }): Promise<string[]> {
  const client = await provider.Client.find(clientId);
  if (client === undefined) throw new Error("the client is missing");
  return await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const accountId = `user-${index}`;
      const grant = new provider.Grant({ accountId, clientId });
      grant.addOIDCScope("openid");
      const token = new provider.RefreshToken({
        accountId,
        client,
        grantId: await grant.save(),
        gty: "authorization_code",
        scope: "openid",
        authTime: Math.floor(Date.now() / 1000),
      } as never);
      return token.save();
    }),
  );
}

answerParent(
  {
    start,
    refreshTokens,
    costs: async () => costs(),
    residentBytes: async () => process.memoryUsage.rss(),
  },
  async () => {
    server.closeAllConnections();
    server.close();
    await pool?.end();
  },
);
