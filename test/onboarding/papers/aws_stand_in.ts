// Owns an `aws` command for tests, which does with the AWS SDK what the AWS CLI does with Python: the script of a pack runs
// with it as it stands, against the sandbox, wherever bash is. Each call is a line of `calls`. It understands the queries the
// script asks, and refuses any other.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as qbusiness from "@aws-sdk/client-qbusiness";
import * as ssoAdmin from "@aws-sdk/client-sso-admin";
import * as sts from "@aws-sdk/client-sts";

/** The stand-in, ready to be found by a shell. */
export interface AwsStandIn {
  /** To be the first folder of PATH. */
  folder: string;
  environment: Record<string, string>;
  /** Every call so far: service, operation and options as the shell gave them. */
  calls: string[][];
  close(): Promise<void>;
}

/** Whether this machine has a bash that opens connections. */
export function hasBash(): boolean {
  try {
    execFileSync("bash", ["-c", "true"]);
    return true;
  } catch {
    return false;
  }
}

// Arguments go out as they are, each ended by U+0000; the answer is the exit code on a line, and what is printed.
const command = `#!/usr/bin/env bash
exec 3<>"/dev/tcp/127.0.0.1/$AWS_STAND_IN_PORT"
printf '%s\\0' "$#" "$@" >&3
IFS= read -r code <&3
if [ "$code" = 0 ]; then cat <&3; else cat <&3 >&2; fi
exit "$code"
`;

type Client = { send(command: never): Promise<unknown>; destroy(): void };
type Commands = Record<string, new (input: object) => object>;

/** Starts it. */
export async function startAwsStandIn(at: {
  url: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
}): Promise<AwsStandIn> {
  const folder = mkdtempSync(join(tmpdir(), "tti-aws-"));
  writeFileSync(join(folder, "aws"), command);
  chmodSync(join(folder, "aws"), 0o755);
  const calls: string[][] = [];
  const clients = new Map<string, Client>();
  const clientOf = (service: string, region: string): Client => {
    const key = `${service} ${region}`;
    const config = {
      region,
      endpoint: at.url,
      credentials: at.credentials,
      maxAttempts: 1,
    };
    const made =
      clients.get(key) ??
      ((service === "sts"
        ? new sts.STSClient(config)
        : service === "sso-admin"
          ? new ssoAdmin.SSOAdminClient(config)
          : new qbusiness.QBusinessClient(config)) as unknown as Client);
    clients.set(key, made);
    return made;
  };
  const answer = async (words: string[]): Promise<string> => {
    calls.push(words);
    const { service, operation, input, region, query, output } = readWords(words);
    const commands = { sts, "sso-admin": ssoAdmin, qbusiness }[service] as unknown as Commands | undefined;
    const Command = commands?.[`${operation}Command`];
    if (Command === undefined) throw new Error(`aws ${service} has no ${operation}`);
    const told = await wholeAnswer(clientOf(service, region), Command, input);
    const found = query === undefined ? told : ask(told, query);
    return output === "json" ? `${JSON.stringify(found)}\n` : textOf(found);
  };
  const server = createServer((socket) => void serve(socket, answer));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    folder,
    environment: { AWS_STAND_IN_PORT: String(port) },
    calls,
    async close() {
      for (const client of clients.values()) client.destroy();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function serve(socket: Socket, answer: (words: string[]) => Promise<string>): Promise<void> {
  let received = "";
  socket.on("error", () => undefined);
  for await (const chunk of socket) {
    received += String(chunk);
    const parts = received.split("\0");
    const count = Number(parts[0]);
    if (parts.length - 2 < count) continue;
    try {
      socket.end(`0\n${await answer(parts.slice(1, count + 1))}`);
    } catch (error) {
      const { name, message } = error as Error;
      socket.end(`254\nAn error occurred (${name}) when calling: ${message}\n`);
    }
    return;
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
