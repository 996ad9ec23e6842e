// The page of what the sandbox holds: accounts, Identity Center instances with their users, Q Business applications.
// Names and ids only; no secret, token or document text is on it.
import type { SearchEngine } from "../search/search_engine.ts";
import type { World } from "../state/index.ts";
import { type Html, type HtmlValue, html } from "./html.ts";
import { countOf } from "./wording.ts";

/** @returns the body of the page */
export function renderContents(world: World, search: SearchEngine): Html {
  return html`<div class="title"><h1>Contents</h1></div>
<section><h2>Accounts</h2>${renderAccounts(world)}</section>
${[...world.instances.values()].map((instance) => renderInstance(world, instance.instanceArn))}
${[...world.qApplications.keys()].map((applicationId) => renderQApplication(world, search, applicationId))}`;
}

function renderAccounts(world: World): Html {
  const rows = [...world.accounts.values()].map(({ accountId, name }) => [
    html`<b>${name}</b>`,
    html`<code>${accountId}</code>`,
    codes(
      [...world.iamRoles.values()]
        .filter((role) => role.accountId === accountId)
        .map((role) => role.roleName),
    ),
    codes(
      [...world.accessKeys.values()]
        .filter((key) => key.accountId === accountId && key.accessKeyId.startsWith("AKIA"))
        .map((key) => key.accessKeyId),
    ),
    codes(
      [...world.oidcProviders.values()]
        .filter((provider) => provider.accountId === accountId)
        .map((provider) => provider.issuerUrl),
    ),
  ]);
  return table(
    "Accounts",
    ["Name", "Account", "Roles", "Access keys", "OpenID Connect providers"],
    rows,
    "No account. Start with a seed, or create roles.",
  );
}

function renderInstance(world: World, instanceArn: string): Html {
  const instance = world.instances.get(instanceArn);
  if (instance === undefined) return html``;
  const { identityStoreId } = instance;
  const groupsOf = (userId: string) =>
    [...world.memberships.values()]
      .filter((membership) => membership.identityStoreId === identityStoreId && membership.userId === userId)
      .map((membership) => world.groups.get(`${identityStoreId}|${membership.groupId}`)?.displayName)
      .filter((name) => name !== undefined);
  const users = [...world.users.values()]
    .filter((user) => user.identityStoreId === identityStoreId)
    .map((user) => [
      html`<b>${user.displayName ?? user.userName}</b>${user.status === "DISABLED" && html` <small>disabled</small>`}`,
      user.userName,
      user.emails.map(({ value }) => value).join(", "),
      groupsOf(user.userId).join(", "),
    ]);
  const issuers = [...world.trustedTokenIssuers.values()]
    .filter((issuer) => issuer.instanceArn === instanceArn)
    .map((issuer) => [
      html`<b>${issuer.name}</b>`,
      html`<code>${issuer.issuerUrl}</code>`,
      `${issuer.claimAttributePath} → ${issuer.identityStoreAttributePath}`,
    ]);
  const applications = [...world.applications.values()]
    .filter((application) => application.instanceArn === instanceArn)
    .map((application) => [
      html`<b>${application.name}</b>`,
      html`<code>${application.applicationArn}</code>`,
      Object.keys(application.grants).join(", ") || "no grant",
      application.assignmentRequired ? countOf(application.assignments.length, "assignment") : "all users",
    ]);
  const sets = [...world.permissionSets.values()]
    .filter((set) => set.instanceArn === instanceArn)
    .map((set) => [
      html`<b>${set.name}</b>`,
      html`<code>${set.permissionSetArn}</code>`,
      codes(
        [...world.provisionedPermissionSets.values()]
          .filter(({ permissionSetArn }) => permissionSetArn === set.permissionSetArn)
          .map(({ accountId }) => accountId),
      ),
      countOf(
        [...world.accountAssignments.values()].filter(
          ({ permissionSetArn }) => permissionSetArn === set.permissionSetArn,
        ).length,
        "assignment",
      ),
    ]);
  return html`<section>
<h2>Identity Center <small>${instance.region} · <code>${instanceArn}</code></small></h2>
<h3>Users</h3>${table(`Users of ${instanceArn}`, ["Name", "User name", "E-mail", "Groups"], users, "No users.")}
<h3>Trusted token issuers</h3>${table(`Trusted token issuers of ${instanceArn}`, ["Name", "Issuer", "Mapping"], issuers, "None: no token is accepted.")}
<h3>Applications</h3>${table(`Applications of ${instanceArn}`, ["Name", "ARN (client id)", "Grants", "Access"], applications, "None.")}
<h3>Permission sets</h3>${table(`Permission sets of ${instanceArn}`, ["Name", "ARN", "Accounts", "Access"], sets, "None.")}
</section>`;
}

function renderQApplication(world: World, search: SearchEngine, applicationId: string): Html {
  const application = world.qApplications.get(applicationId);
  if (application === undefined) return html``;
  const own = <T extends { applicationId: string }>(map: Map<string, T>) =>
    [...map.values()].filter((entity) => entity.applicationId === applicationId);
  const indices = own(world.indices).map((index) => [
    html`<b>${index.displayName}</b>`,
    html`<code>${index.indexId}</code>`,
    codes(
      own(world.retrievers)
        .filter((each) => each.indexId === index.indexId)
        .map((each) => each.retrieverId),
    ),
    countOf(search.list(applicationId, index.indexId).length, "document"),
  ]);
  const accessors = own(world.dataAccessors).map((accessor) => [
    html`<b>${accessor.displayName}</b>`,
    html`<code>${accessor.principal}</code>`,
    accessor.authenticationDetail?.externalIds.join(", ") ?? "none",
    accessor.authenticationDetail?.authenticationType ?? "not set",
  ]);
  return html`<section>
<h2>${application.displayName} <small>Q Business · ${application.region} · <code>${applicationId}</code></small></h2>
<h3>Indices</h3>${table(`Indices of ${applicationId}`, ["Name", "Index", "Retrievers", "Holds"], indices, "None.")}
<h3>Data accessors</h3>${table(`Data accessors of ${applicationId}`, ["Name", "Role", "External id", "Authentication"], accessors, "None.")}
</section>`;
}

function codes(values: readonly string[]): Html {
  return html`${values.map((value) => html`<code>${value}</code> `)}`;
}

function table(
  label: string,
  heads: readonly string[],
  rows: readonly (readonly HtmlValue[])[],
  empty: string,
): Html {
  if (rows.length === 0) return html`<p class="muted">${empty}</p>`;
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${label}"><table>
<thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows.map((cells) => html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody>
</table></div>`;
}
