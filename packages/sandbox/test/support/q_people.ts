// People of a Q Business application for tests that draw inputs: a user with an alias, a group, a subscription, a web experience.
import type { World } from "../../src/state/index.ts";

/** Runs an operation of qbusiness. */
type Run = (operation: string, input: Record<string, unknown>) => Promise<Record<string, unknown>>;

/**
 * Makes them through their operations, in the first application that has a data source.
 *
 * @param userId a user of the application's Identity Center instance
 */
export async function furnishPeople(run: Run, world: World, userId: string): Promise<void> {
  const [{ applicationId, indexId, dataSourceId } = {}] = world.dataSources.values();
  const place = { applicationId, indexId };
  const alias = { indexId, dataSourceId, userId: "local-ada" };
  await run("CreateUser", { applicationId, userId: "ada@acme.example", userAliases: [alias] });
  const groupMembers = { memberUsers: [{ userId: "ada@acme.example" }] };
  await run("PutGroup", { ...place, groupName: "readers", type: "INDEX", groupMembers });
  await run("PutGroup", { ...place, groupName: "writers", dataSourceId, type: "DATASOURCE", groupMembers });
  await run("CreateSubscription", { applicationId, principal: { user: userId }, type: "Q_LITE" });
  await run("CreateWebExperience", { applicationId, title: "Ask" });
}
