// Owns the defences of the pages and of the routes that stand on the public port.
import type { Defence } from "./defence.ts";

export const defences: readonly Defence[] = [
  {
    id: "administration-not-public",
    promise: "No route that administers answers on the public port, whatever the access token.",
    faults: ["I7"],
    file: "src/admin/back_end_routes.ts",
    find: "apiRoutes.filter(({ permission }) => permission !== adminScope)",
    replace: "apiRoutes",
    test: "test/admin/back_ends_on_the_public_port.test.ts",
  },
  {
    id: "back-ends-need-their-scope",
    promise: "Login challenges and searches on the public port want an access token of their own scope.",
    faults: ["I7"],
    file: "src/admin/json_routes.ts",
    find: "let standing = await ask(route.right, deps.db);",
    replace: 'let standing = await ask("tti:search", deps.db);',
    test: "test/admin/back_ends_on_the_public_port.test.ts",
  },
  {
    id: "stayed-is-not-signed-out",
    promise: "Who answers that they stay signed in is never told that they are signed out.",
    faults: ["P1"],
    file: "src/provider/interactions/stay_signed_in.ts",
    find: "if (ctx.status !== 303) return;",
    replace: "return;",
    test: "test/provider/logout.test.ts",
    name: "stays signed in",
  },
  {
    id: "only-registered-way-back",
    promise:
      "The way back on an error page leads to an address the application registered, whatever a cookie says.",
    faults: ["O5"],
    file: "src/provider/clients/application_way.ts",
    find: "const client = await provider.Client.find(decodeURIComponent(cookieValue));\n    return client === undefined ? undefined : applicationWay(client);",
    replace:
      "const named = decodeURIComponent(cookieValue);\n    const client = await provider.Client.find(named);\n    return client === undefined ? { name: named, url: named } : applicationWay(client);",
    test: "test/provider/clients/application_way.test.ts",
  },
];
