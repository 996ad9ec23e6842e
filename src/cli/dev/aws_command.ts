// Owns an `aws` command that does with the AWS SDK what the AWS CLI does with Python, as far as the papers' scripts go: they run
// with it as they stand, against the local AWS, wherever bash is. It understands the queries those ask, and refuses any other.
import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as qbusiness from "@aws-sdk/client-qbusiness";
import * as ssoAdmin from "@aws-sdk/client-sso-admin";
import * as sts from "@aws-sdk/client-sts";
import type { BaseCredentials } from "./sandbox_seed.ts";

/** The command, ready to be found by a shell. */
export interface AwsCommand {
  /** To be the first folder of PATH. */
  folder: string;
  /** What the shell must know besides. */
  environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Where it asks, and as whom. */
export interface AwsCommandAt {
  /** The local AWS. */
  url: string;
  credentials: BaseCredentials;
  /** Hears of each call: service, operation and options as the shell gave them. */
  onCall?(words: readonly string[]): void;
}

// Arguments go out as they are, each ended by U+0000; the answer is the exit code on a line, and what is printed. The first
// word says that it is our own shell who asks: others on this machine reach the port, too.
const command = `#!/usr/bin/env bash
exec 3<>"/dev/tcp/127.0.0.1/$TTI_AWS_PORT"
printf '%s\\0' "$TTI_AWS_KEY" "$#" "$@" >&3
IFS= read -r code <&3
if [ "$code" = 0 ]; then cat <&3; else cat <&3 >&2; fi
exit "$code"
`;

type Client = { send(command: never): Promise<unknown>; destroy(): void };
type Commands = Record<string, new (input: object) => object>;

/** Makes the command. It asks until it is closed. */
export async function startAwsCommand({ url, credentials, onCall }: AwsCommandAt): Promise<AwsCommand> {
  const clients = new Map<string, Client>();
  const clientOf = (service: string, region: string): Client => {
    const place = `${service} ${region}`;
    const config = { region, endpoint: url, credentials, maxAttempts: 1 };
    const made = clients.get(place) ?? newClient(service, config);
    clients.set(place, made);
    return made;
  };
  const answer = async (words: string[]): Promise<string> => {
    onCall?.(words);
    const { service, operation, input, region, query, output } = readWords(words);
    const commands = { sts, "sso-admin": ssoAdmin, qbusiness }[service] as unknown as Commands | undefined;
    const Command = commands?.[`${operation}Command`];
    if (Command === undefined) throw new Error(`aws ${service} has no ${operation}`);
    const told = await wholeAnswer(clientOf(service, region), Command, input);
    const found = query === undefined ? told : ask(told, query);
    return output === "json" ? `${JSON.stringify(found)}\n` : textOf(found);
  };
  const key = randomBytes(16).toString("hex");
  const server = createServer((socket) => void serve(socket, key, answer));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as { port: number };
  const folder = mkdtempSync(join(tmpdir(), "tti-aws-"));
  writeFileSync(join(folder, "aws"), command);
  chmodSync(join(folder, "aws"), 0o755);
  return {
    folder,
    environment: { TTI_AWS_PORT: String(port), TTI_AWS_KEY: key },
    async close() {
      for (const client of clients.values()) client.destroy();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function newClient(service: string, config: object): Client {
  const client =
    service === "sts"
      ? new sts.STSClient(config)
      : service === "sso-admin"
        ? new ssoAdmin.SSOAdminClient(config)
        : new qbusiness.QBusinessClient(config);
  return client as unknown as Client;
}

async function serve(
  socket: Socket,
  key: string,
  answer: (words: string[]) => Promise<string>,
): Promise<void> {
  let received = "";
  socket.on("error", () => undefined);
  try {
    for await (const chunk of socket) {
      received += String(chunk);
      const [said = "", count = "", ...words] = received.split("\0");
      if (words.length === 0 || words.length - 1 < Number(count)) continue;
      if (said !== key) return void socket.destroy();
      socket.end(await answered(words.slice(0, Number(count)), answer));
      return;
    }
  } catch {
    // The shell was stopped while it asked.
    socket.destroy();
  }
}

async function answered(words: string[], answer: (words: string[]) => Promise<string>): Promise<string> {
  try {
    return `0\n${await answer(words)}`;
  } catch (error) {
    const { name, message } = error as Error;
    return `254\nAn error occurred (${name}) when calling: ${message}\n`;
  }
}

interface Call {
  service: string;
  operation: string;
  input: Record<string, unknown>;
  region: string;
  query: string | undefined;
  output: string | undefined;
}

const jsonMembers =
  /^(?:trusted-token-issuer-configuration|action-configurations|authentication-detail|conditions)$/;

// As the CLI reads its words: options by the members' names, JSON where the member is a structure.
function readWords([service = "", operation = "", ...words]: string[]): Call {
  const pascal = (name: string) =>
    name.replace(/(?:^|-)([a-z])/g, (_all, letter: string) => letter.toUpperCase());
  const memberOf = (name: string) => {
    const member = pascal(name);
    return service === "qbusiness" ? member.charAt(0).toLowerCase() + member.slice(1) : member;
  };
  const call: Call = {
    service,
    operation: pascal(operation),
    input: {},
    region: "",
    query: undefined,
    output: undefined,
  };
  while (words.length > 0) {
    const option = words.shift() ?? "";
    const name = option.replace(/^--/, "");
    if (!option.startsWith("--")) throw new Error(`aws: Unknown options: ${option}`);
    if (/^(?:no-)?assignment-required$/.test(name)) {
      call.input["AssignmentRequired"] = !name.startsWith("no-");
      continue;
    }
    const value = words.shift() ?? "";
    if (name === "region" || name === "query" || name === "output") call[name] = value;
    else if (name === "actions") call.input[memberOf(name)] = [value];
    else call.input[memberOf(name)] = jsonMembers.test(name) ? JSON.parse(value) : value;
  }
  return call;
}

// The CLI goes through all pages by itself.
async function wholeAnswer(
  client: Client,
  Command: Commands[string],
  input: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const whole: Record<string, unknown> = {};
  let token: Record<string, unknown> = {};
  do {
    const page = (await client.send(new Command({ ...input, ...token }) as never)) as Record<string, unknown>;
    for (const [name, value] of Object.entries(page)) {
      const before = whole[name];
      whole[name] = Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value;
    }
    const name = "NextToken" in page ? "NextToken" : "nextToken";
    token = page[name] === undefined ? {} : { [name]: page[name] };
  } while (Object.keys(token).length > 0);
  return whole;
}

// JMESPath, as far as the script goes: a.b, a[0], [a,b], a[].b and a[].[b,c].
function ask(value: unknown, query: string): unknown {
  if (query.startsWith("[") && query.endsWith("]")) {
    const parts = query.slice(1, -1).split(",");
    return parts.map((part) => ask(value, part) ?? null);
  }
  const each = /^(.*?)\[\]\.(.+)$/.exec(query);
  if (each) {
    const list = ask(value, each[1] ?? "");
    return Array.isArray(list) ? list.map((one) => ask(one, each[2] ?? "")) : null;
  }
  const inner = /^(.+?)\.(\[.*\])$/.exec(query);
  if (inner) return ask(ask(value, inner[1] ?? ""), inner[2] ?? "");
  if (!/^\w+(?:\[\d\])?(?:\.\w+(?:\[\d\])?)*$/.test(query))
    throw new Error(`aws: Bad value for --query ${query}`);
  return query
    .split(/[.[\]]/)
    .filter((part) => part !== "")
    .reduce<unknown>(
      (at, part) => (at === null || at === undefined ? null : (Reflect.get(Object(at), part) ?? null)),
      value,
    );
}

// As --output text writes it: a row a line, tabs between cells, None for what is not there, True and False.
function textOf(value: unknown): string {
  const cell = (one: unknown): string =>
    one === null || one === undefined
      ? "None"
      : one === true
        ? "True"
        : one === false
          ? "False"
          : String(one);
  if (!Array.isArray(value)) return `${cell(value)}\n`;
  if (value.length === 0) return "\n";
  if (Array.isArray(value[0])) return value.map((row: unknown[]) => `${row.map(cell).join("\t")}\n`).join("");
  return `${value.map(cell).join("\t")}\n`;
}
