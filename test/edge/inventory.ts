// Owns finding, in the running code, every address that answers and every name that may carry a value, so that what
// is added tomorrow is covered tomorrow. Import it before a server starts: it listens to how routers are filled.
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import Koa from "koa";
import { z } from "zod";
import { operations } from "../../src/admin/operations/table.ts";
import { commandLoaders } from "../../src/cli/commands/index.ts";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** An address. */
export interface Endpoint {
  port: "public" | "admin";
  method: string;
  /** With parameters as `:name`. */
  path: string;
}

interface RouterMiddleware {
  router?: { stack: { methods: string[]; path: unknown }[] };
}

const apps = new Set<Koa>();
const callback = Koa.prototype.callback;
Koa.prototype.callback = function listenToRouters(this: Koa) {
  apps.add(this);
  return callback.call(this);
};

// The library's own router; its path is not part of what the package promises.
const libraryRoutes = new Set<string>();
const libraryRouter = (await import("oidc-provider/lib/helpers/router.js" as string)) as {
  default: { prototype: Record<string, (name: string, path: string, ...rest: unknown[]) => unknown> };
};
for (const method of ["get", "post", "put", "delete"]) {
  const add = libraryRouter.default.prototype[method];
  if (add === undefined) throw new Error(`oidc-provider's router has no ${method} any more`);
  libraryRouter.default.prototype[method] = function listen(name, path, ...rest) {
    libraryRoutes.add(`${method.toUpperCase()} ${path}`);
    return add.call(this, name, path, ...rest);
  };
}

/** Every address of the servers started so far. */
export function findEndpoints(): Endpoint[] {
  const found = new Map<string, Endpoint>();
  for (const app of apps) {
    const stacks = (app.middleware as unknown as RouterMiddleware[]).flatMap(
      ({ router }) => router?.stack ?? [],
    );
    const port = stacks.some(({ path }) => path === "/health/ready") ? "public" : "admin";
    for (const { methods, path } of stacks) {
      for (const method of methods.filter((one) => one !== "HEAD" && one !== "OPTIONS")) {
        found.set(`${port} ${method} ${String(path)}`, { port, method, path: String(path) });
      }
    }
  }
  for (const route of libraryRoutes) {
    const [method = "", path = ""] = route.split(" ");
    found.set(`public ${route}`, { port: "public", method, path });
  }
  return [...found.values()];
}

const sources = (pattern: string): string[] =>
  globSync(pattern, { cwd: root }).map((path) => readFileSync(join(root, path), "utf8"));

const namesIn = (texts: readonly string[], pattern: RegExp): string[] =>
  texts.flatMap((text) => [...text.matchAll(pattern)].map((match) => match[1] ?? ""));

/** Names that a query or form may carry: those the library knows, and those our code asks for. */
export function findParameterNames(): string[] {
  const ours = sources("src/{app,provider/**/*,admin/**/*}.ts");
  const library = sources("node_modules/oidc-provider/lib/{consts/param_list,actions/**/*,shared/**/*}.js");
  return [
    ...new Set([
      ...namesIn(ours, /(?:\b(?:form|params|searchParams|query)|\))\.(?:get|getAll|has)\("([\w-]+)"\)/g),
      ...namesIn(ours, /\b(?:params|query)\??\.?\["([\w-]+)"\]/g),
      ...namesIn(library, /'([a-z]+(?:_[a-z]+)+|state|scope|nonce|prompt|code|token|logout|xsrf|display)'/g),
    ]),
  ].sort();
}

/** Names that a JSON body may carry: every member of every operation of the table or of some, nested ones too. */
export function findMemberNames(
  some: readonly Pick<(typeof operations)[number], "entry">[] = operations,
): string[] {
  const names = (schema: unknown): string[] => {
    if (typeof schema !== "object" || schema === null) return [];
    const { properties = {} } = schema as { properties?: object };
    return [...Object.keys(properties), ...Object.values(schema).flatMap(names)];
  };
  const known = some.flatMap(({ entry }) => names(z.toJSONSchema(entry.input, { io: "input" }).properties));
  const top = some.flatMap(({ entry }) => Object.keys(entry.input.shape));
  return [...new Set([...known, ...top])].sort();
}

/** A command with what may be typed after it. */
export interface CommandWords {
  name: string;
  options: string[];
  arguments: string[];
}

/** Every command. */
export async function findCommands(): Promise<CommandWords[]> {
  const all = (await Promise.all(Object.values(commandLoaders).map((load) => load()))).flat();
  return [...new Map(all.map((command) => [command.name, command])).values()].map((command) => ({
    name: command.name,
    options: [...command.options],
    arguments: [...command.arguments],
  }));
}
