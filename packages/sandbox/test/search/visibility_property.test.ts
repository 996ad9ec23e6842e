// Whatever the access lists, filters and pages: a user gets exactly the matching documents he may see, each once.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decideAccess } from "../../src/search/access.ts";
import { createSearchEngine } from "../../src/search/search_engine.ts";
import "../../../../test/support/property_seed.ts";

const user = { userId: "u-1", userName: "ada", email: "ada@example.com" };
const names = fc.constantFrom("u-1", "ada", "ada@example.com", "ADA", "bob", "u-2");
const groupNames = fc.constantFrom("hr", "HR", "sales", "board");
const access = fc.constantFrom("ALLOW" as const, "DENY" as const);
const relation = fc.constantFrom("AND" as const, "OR" as const, undefined);

const principal = fc.oneof(
  fc.record({ user: fc.record({ id: names, access }) }),
  fc.record({ group: fc.record({ name: groupNames, access }) }),
);
const withRelation = <T extends object>(parts: T, memberRelation: "AND" | "OR" | undefined) =>
  memberRelation === undefined ? parts : { ...parts, memberRelation };
const accessControl = fc
  .record({
    accessControls: fc.array(
      fc
        .record({ principals: fc.array(principal, { maxLength: 3 }), memberRelation: relation })
        .map(({ principals, memberRelation }) => withRelation({ principals }, memberRelation)),
      { maxLength: 3 },
    ),
    memberRelation: relation,
  })
  .map(({ accessControls, memberRelation }) => withRelation({ accessControls }, memberRelation));

const documents = fc.array(
  fc.record({
    matching: fc.boolean(),
    team: fc.constantFrom("a", "b"),
    accessControl: fc.option(accessControl, { nil: undefined }),
  }),
  { maxLength: 12 },
);

test("the pages of a search hold exactly the matching documents that access lists and filters let through", () => {
  fc.assert(
    fc.property(
      documents,
      fc.uniqueArray(groupNames),
      fc.constantFrom(undefined, "a", "b"),
      fc.integer({ min: 1, max: 5 }),
      (given, groups, team, maxResults) => {
        const engine = createSearchEngine({ secret: "s", clock: () => new Date(0) });
        const expected: string[] = [];
        given.forEach((each, number) => {
          const documentId = `d-${number}`;
          engine.put("app", "index", {
            documentId,
            content: each.matching ? "the submarine dived" : "a quiet meadow",
            attributes: [{ name: "team", value: { stringValue: each.team } }],
            ...(each.accessControl === undefined ? {} : { accessControl: each.accessControl }),
          });
          const { allowed } = decideAccess(each.accessControl, user, groups);
          if (each.matching && allowed && (team === undefined || team === each.team))
            expected.push(documentId);
        });
        const attributeFilter =
          team === undefined ? undefined : { equalsTo: { name: "team", value: { stringValue: team } } };
        const found: string[] = [];
        let nextToken: string | undefined;
        do {
          const page = engine.search({
            applicationId: "app",
            indexId: "index",
            queryText: "submarines",
            user,
            groups,
            attributeFilter,
            maxResults,
            nextToken,
          });
          assert.ok(page.relevantContent.length <= maxResults);
          found.push(...page.relevantContent.map((content) => content.documentId));
          nextToken = page.nextToken;
        } while (nextToken !== undefined);
        assert.deepEqual(found, expected.toSorted());
      },
    ),
    { numRuns: 300 },
  );
});

test("adding a denial to an access list never opens it", () => {
  fc.assert(
    fc.property(accessControl, fc.uniqueArray(groupNames), names, (configuration, groups, id) => {
      const before = decideAccess(configuration, user, groups).allowed;
      const denial = { principals: [{ user: { id, access: "DENY" as const } }] };
      const denied = { ...configuration, accessControls: [...configuration.accessControls, denial] };
      const after = decideAccess(denied, user, groups).allowed;
      assert.ok(before || !after);
    }),
    { numRuns: 500 },
  );
});
