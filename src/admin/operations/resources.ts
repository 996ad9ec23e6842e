// Owns the operations on resources: the ISV's own APIs, for which this provider makes access tokens.
import { z } from "zod";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { findClient } from "../../provider/clients/client_store.ts";
import { resourceTokenSeconds } from "../../provider/resources/resource.ts";
import * as store from "../../provider/resources/resource_store.ts";
import { adminChange, adminRead } from "../administrators/roles.ts";
import { operation } from "./entry.ts";
import { cutPage, pageInput, pageOutput, readCursor, rowsToRead } from "./page.ts";
import {
  identifier,
  newIdentifier,
  resourceFields,
  resourceMembers,
  resourceShape,
  rightShape,
  rightText,
} from "./resource_input.ts";

const permission = adminChange;
const params = { resource: "identifier" };
const options = { scopes: "scope", tokenFormat: "tokens", tokenTtlSeconds: "token-ttl" };
const words = { IDENTIFIER: "identifier" };
const api = "https://api.example.com";
const shownShape = z.strictObject({ resource: resourceShape, clients: z.array(rightShape) });

/**
 * Registers an API.
 * @throws OperationError invalid_input, resource_exists
 */
export const createResource = operation({
  name: "resource create",
  summary: "Register an API of yours as a resource",
  permission,
  events: ["resource.created"],
  input: z.strictObject({
    identifier: newIdentifier,
    ...resourceMembers,
    tokenFormat: resourceMembers.tokenFormat.optional(),
    tokenTtlSeconds: resourceMembers.tokenTtlSeconds.optional(),
  }),
  output: resourceShape,
  http: [{ method: "post", path: "/v1/resources", status: 201 }],
  cli: {
    arguments: words,
    options,
    needs: { name: '"Reports"' },
    summary: "register an API of yours",
    about: `Registers an API, for which clients can get access tokens of its own. Nobody may ask for
one yet: give it to clients with tti resource allow.`,
    example: `${api} --name Reports --scope "reports.read=Read your reports"`,
    show: (resource) => ({ fields: resourceFields(resource) }),
  },
  async run(trx, wanted, act) {
    if ((await findClient(trx, wanted.identifier)) !== undefined) {
      throw new OperationError("invalid_input", "identifier is the id of a client.", {
        field: "identifier",
        fix: "Choose another: a token for the one must be none for the other.",
      });
    }
    const { tokenFormat = "jwt", tokenTtlSeconds = resourceTokenSeconds.usual } = wanted;
    const created = await store.createResource(trx, { ...wanted, tokenFormat, tokenTtlSeconds }, act.now);
    const details = { resource: created.identifier, name: created.name, scopes: scopesText(created.scopes) };
    await act.record({ type: "resource.created", details });
    return created;
  },
});

/** Lists resources in the order of their identifiers. */
export const listResources = operation({
  name: "resource list",
  summary: "List the resources",
  permission: adminRead,
  events: [],
  input: z.strictObject(pageInput),
  output: z.strictObject({ resources: z.array(resourceShape), ...pageOutput }),
  http: [{ method: "get", path: "/v1/resources" }],
  cli: {
    summary: "list the APIs",
    example: "--json",
    show: ({ resources }) => ({
      rows: resources.map((resource) => ({
        IDENTIFIER: resource.identifier,
        NAME: resource.name,
        SCOPES: Object.keys(resource.scopes).join(" "),
        TOKENS: `${resource.tokenFormat}, ${resource.tokenTtlSeconds} s`,
      })),
      say: resources.length === 0 ? ["There are no resources. Add one: tti resource create --help"] : [],
    }),
  },
  async run(db, { cursor, ...page }) {
    const after = readCursor("resource list", { cursor });
    const read = await store.listResources(db, { limit: rowsToRead(page), after });
    const { rows, next } = cutPage("resource list", read, page, (resource) => resource.identifier);
    return { resources: rows, ...next };
  },
});

/** Shows a resource, and which client may ask for what of it. @throws OperationError resource_not_found */
export const showResource = operation({
  name: "resource show",
  summary: "Show a resource, and which client may ask for what of it",
  permission: adminRead,
  events: [],
  input: z.strictObject({ identifier }),
  output: shownShape,
  http: [{ method: "get", path: "/v1/resources/:resource", params }],
  shows: true,
  cli: {
    arguments: words,
    summary: "show one API, and which application may ask for what of it",
    example: api,
    show: ({ resource, clients }) => ({
      fields: [
        ...resourceFields(resource),
        ...clients.map((right): [string, string] => ["client", `${right.clientId} (${rightText(right)})`]),
      ],
      say: clients.length === 0 ? ["No client may ask for it: tti resource allow --help"] : [],
    }),
  },
  run: (db, wanted) => showAll(db, wanted.identifier),
});

/**
 * Changes a resource. Rights to a scope that goes end with it; opaque tokens made by such a right end at once.
 * @throws OperationError invalid_input, resource_not_found
 */
export const updateResource = operation({
  name: "resource update",
  summary: "Change a resource",
  permission,
  events: ["resource.updated"],
  input: z.strictObject({
    identifier,
    name: resourceMembers.name.optional(),
    scopes: resourceMembers.scopes.optional(),
    tokenFormat: resourceMembers.tokenFormat.optional(),
    tokenTtlSeconds: resourceMembers.tokenTtlSeconds.optional(),
  }),
  output: shownShape,
  http: [{ method: "patch", path: "/v1/resources/:resource", params }],
  revises: { hold: (trx, wanted) => holdResource(trx, wanted.identifier), after: (shown) => shown },
  cli: {
    arguments: words,
    options,
    summary: "change an API",
    about: `What is left out stays. --scope names all the scopes there are from now on: what clients
were given of the others ends at once, and their opaque tokens with it; a token that is
signed (jwt) lives out its time.`,
    example: `${api} --token-ttl 300`,
    show: ({ resource }) => ({ fields: resourceFields(resource) }),
  },
  async run(trx, { identifier: which, ...changes }, act) {
    // What is not given is written again as it was read.
    await store.lockResource(trx, which);
    const before = await store.getResource(trx, which);
    const after = {
      ...before,
      ...Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)),
    };
    const details = changed(
      { ...before, scopes: scopesText(before.scopes) },
      { ...after, scopes: scopesText(after.scopes) },
    );
    if (JSON.stringify(before) === JSON.stringify(after)) return showAll(trx, which);
    await store.saveResource(trx, after, act.now);
    await act.record({ type: "resource.updated", details: { resource: which, ...details } });
    return showAll(trx, which);
  },
});

/**
 * Deletes a resource, and what clients might ask of it. Opaque tokens for it end at once.
 * @throws OperationError resource_not_found
 */
export const deleteResource = operation({
  name: "resource delete",
  summary: "Delete a resource, and what clients may ask of it; `?dryRun=true` only counts",
  permission,
  events: ["resource.deleted"],
  input: z.strictObject({
    identifier,
    dryRun: z.boolean().optional().describe("Only say what would end."),
  }),
  output: z.strictObject({
    resource: resourceShape,
    rights: z.int().describe("How many clients might ask for something of it."),
  }),
  http: [{ method: "delete", path: "/v1/resources/:resource", params }],
  revises: { hold: (trx, wanted) => holdResource(trx, wanted.identifier) },
  cli: {
    arguments: words,
    summary: "remove an API",
    about: `Nobody gets a token for it any more. Opaque ones end at once; a signed one (jwt) lives out
its time. Without --yes nothing happens: the command says what would end, and exits with 1.`,
    example: `${api} --yes`,
    show: ({ resource, rights }, { dryRun }) => ({
      fields: [
        ["identifier", resource.identifier],
        ["state", dryRun === true ? "would be deleted" : "deleted"],
        ["clients that might ask for it", String(rights)],
      ],
    }),
  },
  async run(trx, { identifier: which }, act) {
    const resource = await store.getResource(trx, which);
    const rights = await store.deleteResource(trx, which);
    await act.record({ type: "resource.deleted", details: { resource: which, rights } });
    return { resource, rights };
  },
});

async function showAll(db: Database, which: string) {
  const resource = await store.getResource(db, which);
  return { resource, clients: await store.listResourceRights(db, which) };
}

async function holdResource(trx: Database, which: string) {
  await store.lockResource(trx, which);
  return showAll(trx, which);
}

const scopesText = (scopes: Readonly<Record<string, string>>): string => Object.keys(scopes).join(" ");

interface Settings {
  name: string;
  scopes: string;
  tokenFormat: string;
  tokenTtlSeconds: number;
}

// Each setting that changed, with its old value beside it.
function changed(before: Settings, after: Settings) {
  return {
    ...(before.name === after.name ? {} : { name: after.name, nameWas: before.name }),
    ...(before.scopes === after.scopes ? {} : { scopes: after.scopes, scopesWere: before.scopes }),
    ...(before.tokenFormat === after.tokenFormat
      ? {}
      : { tokenFormat: after.tokenFormat, tokenFormatWas: before.tokenFormat }),
    ...(before.tokenTtlSeconds === after.tokenTtlSeconds
      ? {}
      : { tokenTtlSeconds: after.tokenTtlSeconds, tokenTtlSecondsWas: before.tokenTtlSeconds }),
  };
}
