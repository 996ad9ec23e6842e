// Owns how the story of the demo's new customer is done: by the operations of administration on our side, and by the customer's own
// script at the local AWS. What stands where is read anew each time: a terminal may have done it.
import { ListDataAccessorsCommand, QBusinessClient } from "@aws-sdk/client-qbusiness";
import { ListTrustedTokenIssuersCommand, SSOAdminClient } from "@aws-sdk/client-sso-admin";
import type { Sandbox } from "tti-sandbox";
import { listAccessors } from "../../accessors/accessor_store.ts";
import { offboardTenant } from "../../admin/operations/offboarding.ts";
import { makePack, type OnboardingContext } from "../../admin/operations/onboarding.ts";
import { makeLink, showOnboarding } from "../../admin/operations/onboarding_links.ts";
import { enableTenant } from "../../admin/operations/tenant_access.ts";
import { updateTenant } from "../../admin/operations/tenants.ts";
import type { Tale, TaleOutcome, TaleState } from "../../demo/tale.ts";
import { OperationError } from "../../errors.ts";
import type { PaperFile } from "../../onboarding/papers/paper_file.ts";
import { findTenant } from "../../provider/tenants/tenant_store.ts";
import { runInCloudShell } from "./cloud_shell.ts";
import { newcomer, newcomerPeople } from "./newcomer.ts";
import { administratorOf, applicationNameOf, type BaseCredentials } from "./sandbox_seed.ts";

/** What the story plays with. */
export interface TaleStage {
  context: OnboardingContext;
  sandbox: Sandbox;
  /** The password of its people. */
  password: string;
  /** What a command in another terminal begins with. */
  tti?: string | undefined;
}

const { id, name, idcRegion, qRegion } = newcomer;

/** Makes the story. */
export function createTale({ context, sandbox, password, tti = "npx --no tti" }: TaleStage): Tale {
  const account = accountIn(sandbox);
  const at = { url: account.url, credentials: account.credentials, region: idcRegion };
  let cleanUpScript: string | undefined;
  const run = async (script: string): Promise<TaleOutcome> => {
    const { exitCode, output } = await runInCloudShell(script, at);
    return { ok: exitCode === 0, output };
  };
  const customerNow = async (): Promise<TaleState["customer"]> => {
    const tenant = await findTenant(context.db, id);
    return tenant === undefined ? "gone" : tenant.disabledAtMs === null ? "open" : "ended";
  };
  const offboard = async () => {
    const { files } = await offboardTenant(context, { tenantId: id });
    cleanUpScript = contentOf(files, "clean-up.sh");
  };
  return {
    customer: { id, name },
    people: newcomerPeople.map(({ memberships: _with, ...person }) => ({
      ...person,
      password,
      tenant: name,
    })),
    commands: commandsFor(account, tti),
    async state() {
      const customer = await customerNow();
      const stands = await lookAt(account);
      const accessors = await listAccessors(context.db, { tenantId: id });
      const told = customer === "gone" ? undefined : await showOnboarding(context, { tenantId: id });
      // What was entered before the local AWS began anew, or before it was taken away there, leads nowhere.
      const entered = accessors.some((one) => stands.applications.includes(one.idcApplicationArn));
      const steps = told?.steps ?? [];
      return {
        customer,
        link: told?.link?.id,
        letIn: stands.applications.length > 0,
        somethingLeft: stands.applications.length > 0 || stands.issuers > 0,
        entered,
        tested: entered && steps.length > 0 && steps.every(({ state }) => state === "ok"),
      };
    },
    async makeLink() {
      const made = await makeLink(context, { tenantId: id });
      return { id: made.id, url: made.url };
    },
    async runScript() {
      const { files } = await makePack(context, { tenantId: id });
      return run(contentOf(files, "setup.sh"));
    },
    offboard,
    async cleanUp() {
      if ((await customerNow()) !== "ended") {
        throw new OperationError("invalid_input", `${name} has not ended here.`, {
          fix: "End it first: the script is part of what it gets then.",
        });
      }
      // Whoever ended it in a terminal, or before a restart, has the filled script there; this one looks up what is where.
      if (cleanUpScript === undefined) await offboard();
      return run(cleanUpScript ?? "");
    },
    async beginAgain() {
      cleanUpScript = undefined;
      await enableTenant(context, { id });
      await updateTenant(context, { id, presence: "session" });
    },
  };
}

const contentOf = (files: readonly PaperFile[], path: string): string =>
  files.find((file) => file.path === path)?.content ?? "";

/** The customer's AWS account, and its administrator's keys. */
interface Account {
  url: string;
  credentials: BaseCredentials;
  applicationId: string;
  instanceArn: string;
}

function accountIn({ url, seedResult }: Sandbox): Account {
  const credentials = seedResult.credentials[administratorOf(newcomer)];
  const application = seedResult.qApplications[applicationNameOf(newcomer)];
  const instance = seedResult.identityCenters[id];
  if (credentials === undefined || application === undefined || instance === undefined) {
    throw new Error("the local AWS knows nothing of the new customer");
  }
  const { applicationId } = application;
  return { url, credentials, applicationId, instanceArn: instance.instanceArn };
}

/** What stands in the account: data accessors by their Identity Center application, and issuers. At its seed there is none. */
async function lookAt({ url: endpoint, credentials, applicationId, instanceArn }: Account) {
  const q = new QBusinessClient({ endpoint, credentials, region: qRegion });
  const idc = new SSOAdminClient({ endpoint, credentials, region: idcRegion });
  try {
    const [{ dataAccessors = [] }, { TrustedTokenIssuers = [] }] = await Promise.all([
      q.send(new ListDataAccessorsCommand({ applicationId })),
      idc.send(new ListTrustedTokenIssuersCommand({ InstanceArn: instanceArn })),
    ]);
    return {
      applications: dataAccessors.map(({ idcApplicationArn = "" }) => idcApplicationArn),
      issuers: TrustedTokenIssuers.length,
    };
  } finally {
    q.destroy();
    idc.destroy();
  }
}

function commandsFor(
  { url, credentials: { accessKeyId, secretAccessKey } }: Account,
  tti: string,
): Tale["commands"] {
  const environment = [
    `AWS_ENDPOINT_URL=${url}`,
    `AWS_ACCESS_KEY_ID=${accessKeyId}`,
    `AWS_SECRET_ACCESS_KEY=${secretAccessKey}`,
    `AWS_REGION=${idcRegion}`,
  ].join(" ");
  return {
    script: `${environment} bash setup.sh`,
    link: `${tti} onboard link ${id}`,
    status: `${tti} onboard status ${id}`,
    offboard: `${tti} offboard ${id} --out ${id}-clean-up --yes`,
    cleanUp: `${environment} bash ${id}-clean-up/clean-up.sh`,
  };
}
