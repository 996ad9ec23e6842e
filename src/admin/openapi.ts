// Owns the description of the JSON API for programs (OpenAPI 3.1), written from the table of operations: paths, input,
// answers, scopes. Pure.
import { z } from "zod";
import { errorCatalogue } from "../errors.ts";
import { type ApiRoute, apiRoutes, hasBody, mayRepeat } from "./api_routes.ts";
import { adminScope, handoffScope, searchScope } from "./operations/permissions.ts";

type Json = Readonly<Record<string, unknown>>;

/** What each scope opens, in words. */
export const scopeWords: Readonly<Record<string, string>> = {
  [adminScope]: "Everything below /v1, on the admin port.",
  [handoffScope]: "Answers to login challenges, on the public port too.",
  [searchScope]: "Searches, on the public port too.",
};

/**
 * Writes the description. The API answers wherever it was read.
 * @param issuer where access tokens come from
 * @param version the product's
 */
export function openApiDocument(issuer: string, version: string): Json {
  const schemas = new Map<string, Json>();
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of apiRoutes) {
    const path = route.path.replaceAll(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.method]: describeRoute(route, schemas) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "tti-provider",
      summary: "Administration, login challenges and searches.",
      version,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    tags: [...new Set(apiRoutes.map(tagOf))].map((name) => ({
      name,
      description: `Everything about ${name}.`,
    })),
    security: [{ accessToken: [] }],
    paths,
    components: {
      schemas: { ...Object.fromEntries(schemas), Problem: problemSchema },
      parameters: { IfMatch: ifMatchParameter, IdempotencyKey: repeatParameter },
      headers: {
        ETag: { description: "Of what GET answers of it now, for If-Match.", schema: { type: "string" } },
      },
      responses: {
        Problem: {
          description: "Refused or failed (RFC 9457).",
          content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
        },
      },
      securitySchemes: {
        credential: {
          type: "http",
          scheme: "bearer",
          description: "The key of an API credential (`tti credential create`), as far as its role goes.",
        },
        accessToken: {
          type: "oauth2",
          description: "An access token of this issuer, by grant_type=client_credentials.",
          flows: { clientCredentials: { tokenUrl: new URL("/token", issuer).href, scopes: scopeWords } },
        },
      },
    },
  };
}

function describeRoute(route: ApiRoute, schemas: Map<string, Json>): Json {
  const { input, output, shows, revises } = route.operation.entry;
  const { properties = {}, required = [] } = jsonSchema(input, "input", schemas) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  const inPath = Object.entries(route.params);
  const filled = new Set(inPath.map(([, member]) => member));
  const rest = Object.entries(properties).filter(([member]) => !filled.has(member));
  const parameters = [
    ...inPath.map(([name, member]) => parameter("path", name, properties[member] ?? {}, true)),
    ...(hasBody(route)
      ? []
      : rest.map(([name, schema]) => parameter("query", name, schema, required.includes(name)))),
    ...(mayRepeat(route) ? [{ $ref: "#/components/parameters/IdempotencyKey" }] : []),
    ...(revises === undefined ? [] : [{ $ref: "#/components/parameters/IfMatch" }]),
  ];
  const body = {
    type: "object",
    properties: Object.fromEntries(rest),
    required: required.filter((member) => !filled.has(member)),
    additionalProperties: false,
  };
  const answer = { schema: jsonSchema(output, "output", schemas) };
  return {
    operationId: operationIdOf(route),
    summary: route.summary,
    tags: [tagOf(route)],
    security: securityOf(route),
    parameters,
    ...(hasBody(route)
      ? { requestBody: { required: true, content: { "application/json": { schema: body } } } }
      : {}),
    responses: {
      [route.status]: {
        description: "Done.",
        ...(shows || revises?.after !== undefined
          ? { headers: { ETag: { $ref: "#/components/headers/ETag" } } }
          : {}),
        content: {
          "application/json": answer,
          ...(route.streamed === undefined ? {} : { [route.streamed]: { schema: { type: "string" } } }),
        },
      },
      "4XX": { $ref: "#/components/responses/Problem" },
      "5XX": { $ref: "#/components/responses/Problem" },
    },
  };
}

const repeatParameter: Json = {
  in: "header",
  name: "Idempotency-Key",
  description: "Names the call: sent again within a day, it is not done again and answers the same.",
  schema: { type: "string", minLength: 1, maxLength: 257 },
};

const ifMatchParameter: Json = {
  in: "header",
  name: "If-Match",
  required: false,
  description:
    "The ETag of what GET answered: if it is another by now, nothing is done (precondition_failed). Absent: done whatever it is.",
  schema: { type: "string" },
};

// What a back end does in its own name no credential of administration opens.
function securityOf({ permission }: ApiRoute): Json[] {
  const byToken = { accessToken: [permission] };
  return permission === adminScope ? [byToken, { credential: [] }] : [byToken];
}

const tagOf = ({ operation }: ApiRoute): string => operation.entry.name.split(" ")[0] ?? "";

// One operation may have several routes: those with more in their path say of what.
function operationIdOf({ operation, path }: ApiRoute): string {
  const name = operation.entry.name.replaceAll(/[ -](\w)/g, (_, letter: string) => letter.toUpperCase());
  const first = operation.entry.http.at(-1)?.path === path;
  return first
    ? name
    : `${name}Of${[...path.matchAll(/:(\w)(\w*)/g)].map(([, a = "", b = ""]) => a.toUpperCase() + b).join("")}`;
}

function parameter(place: "path" | "query", name: string, schema: Json, required: boolean): Json {
  const { description, ...rest } = schema;
  return { in: place, name, required, ...(description === undefined ? {} : { description }), schema: rest };
}

// A shape with a name stands once, and is named wherever it is answered.
function jsonSchema(schema: z.ZodType, io: "input" | "output", schemas: Map<string, Json>): Json {
  const whole = z.toJSONSchema(z.object({ schema }), { io });
  const named = JSON.parse(JSON.stringify(whole).replaceAll('"#/$defs/', '"#/components/schemas/')) as {
    $defs?: Record<string, Json>;
    properties: { schema: Json };
  };
  for (const [name, { id: _id, ...one }] of Object.entries(named.$defs ?? {})) schemas.set(name, one);
  return named.properties.schema;
}

const problemSchema: Json = {
  type: "object",
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
    error: { type: "string", enum: Object.keys(errorCatalogue) },
    error_description: { type: "string" },
    fix: { type: "string" },
    field: { type: "string", description: "The field at fault, where one is." },
    request_id: { type: "string" },
  },
  required: ["status", "error", "error_description", "request_id"],
};
