// Owns the operations that make papers: what AWS asks of us, and what a customer's administrator is given. They read, and
// change nothing. What stands in the papers is in onboarding/papers.
import { z } from "zod";
import { listAccessors } from "../../accessors/accessor_store.ts";
import { OperationError } from "../../errors.ts";
import { claimPattern, customerOf } from "../../onboarding/papers/customer.ts";
import { packFiles } from "../../onboarding/papers/pack.ts";
import { registrationFiles } from "../../onboarding/papers/registration.ts";
import {
  type Purpose,
  readSupplier,
  type Supplier,
  type SupplierFault,
  type SupplierInput,
} from "../../onboarding/papers/supplier.ts";
import { getAnyTenant } from "../../provider/tenants/tenant_store.ts";
import { adminRead } from "../administrators/roles.ts";
import { operationsIn } from "./entry.ts";
import { InputRefused, says } from "./input_faults.ts";
import type { OperationContext } from "./operation.ts";

/** What the settings say of us: the registration as it is, or is to be. */
export type OwnRegistration = Pick<
  SupplierInput,
  "displayName" | "ownIssuer" | "clientId" | "roleArn" | "local"
>;

/** What making papers works with. */
export interface OnboardingContext extends OperationContext {
  /** Asked at each call: in development the local AWS starts after the provider. */
  ownRegistration(): OwnRegistration;
}

const paperOperation = operationsIn<OnboardingContext>();
const text = z.string().max(2048);

/** What stands in place of a setting, or beside it. */
export const supplierMembers = {
  displayName: text.optional().describe("The name customers know (default: TTI_PUBLIC_NAME)."),
  issuer: text.optional().describe("An issuer that is not this installation, of any OpenID Provider."),
  cognitoPool: text.optional().describe("Or the id of an Amazon Cognito user pool."),
  roleArn: text.optional().describe("The role registered with AWS (default: TTI_ROLE_ARN)."),
};

export const paperShape = z
  .strictObject({
    path: z.string().describe("Relative, with /."),
    content: z.string(),
    executable: z.literal(true).optional().describe("It is run."),
  })
  .meta({ id: "Paper" });

/** Papers, in an answer. */
export const paperFiles = z.array(paperShape).describe("The one to read first, then the others.");
const issuerShape = z.strictObject({
  issuer: z.string(),
  discoveryUrl: z.string(),
  product: z.string().describe("Whose it is."),
  cautions: z.array(z.string()).describe("What to look at before it is registered."),
});

/** Makes the papers that AWS asks of an ISV. @throws OperationError invalid_input naming everything AWS would refuse */
export const makeRegistration = paperOperation({
  name: "onboard registration",
  summary: "Make the papers for the registration with the Amazon Q Business team",
  permission: adminRead,
  events: [],
  input: z.strictObject({
    methods: z
      .array(z.enum(["tti", "auth-code"]))
      .min(1)
      .max(2)
      .optional()
      .describe("How customers let you in: tti (default), auth-code, or both."),
    ...supplierMembers,
    clientId: text.optional().describe("The one client id of all customers (default: TTI_CLIENT_ID)."),
    applicationRoleArn: text
      .optional()
      .describe("The role your application runs as, which the trust policy names."),
    redirectUris: z
      .array(text)
      .max(100)
      .optional()
      .describe("Where AWS returns to, for auth-code; 1 to 10, https."),
    logo: text.optional().describe("Where your logo is, https; left out: you attach it."),
  }),
  output: z.strictObject({ issuer: issuerShape, files: paperFiles }),
  http: [{ method: "post", path: "/v1/registration" }],
  async run(_db, { methods = ["tti" as const], ...given }, act) {
    const supplier = supplierOf({ ...given, methods: [...new Set(methods)] }, act, "registration");
    return { issuer: shownIssuer(supplier), files: [...registrationFiles(supplier)] };
  },
});

/** Makes what a customer's administrator is given. @throws OperationError invalid_input, tenant_not_found, accessor_not_found */
export const makePack = paperOperation({
  name: "onboard pack",
  summary: "Make what a customer's administrator is given: steps, script, CloudFormation, Terraform",
  permission: adminRead,
  events: [],
  input: z.strictObject({
    tenantId: z.string().describe("The customer."),
    ...supplierMembers,
    claim: z
      .string()
      .refine((value) => value.length <= 255 && claimPattern.test(value), {
        error: says(
          "is no claim AWS can map",
          "Use letters, joined by at most two . or _, 255 characters at most.",
        ),
      })
      .optional()
      .describe("The claim AWS compares with its users' e-mail addresses (default: email)."),
    accessor: z
      .string()
      .max(64)
      .optional()
      .describe("Which of the customer's data accessors is filled in (default: default, if it is there)."),
  }),
  output: z.strictObject({ issuer: issuerShape, files: paperFiles }),
  http: [{ method: "get", path: "/v1/tenants/:tenant/onboarding-pack", params: { tenant: "tenantId" } }],
  async run(db, { tenantId, claim, accessor, ...given }, act) {
    const tenant = await getAnyTenant(db, tenantId);
    const known = (await listAccessors(db, { tenantId })).find(
      ({ name }) => name === (accessor ?? "default"),
    );
    if (accessor !== undefined && known === undefined) {
      throw new OperationError("accessor_not_found", "The tenant has no such data accessor.", {
        field: "accessor",
      });
    }
    const supplier = supplierOf({ ...given, methods: ["tti"] }, act, "pack");
    const customer = customerOf(supplier, tenant, {
      claim,
      known: known?.method === "tti" ? known : undefined,
    });
    return { issuer: shownIssuer(supplier), files: [...packFiles(customer)] };
  },
});

/**
 * What the papers say of us.
 * @throws InputRefused naming each member that AWS would refuse
 */
export function supplierOf(
  given: Partial<SupplierInput> & Pick<SupplierInput, "methods">,
  { ownRegistration }: Pick<OnboardingContext, "ownRegistration">,
  purpose: Purpose,
): Supplier {
  const own = ownRegistration();
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  // AWS does not reach this machine: what is sent there never names it.
  const local = purpose === "pack" && own.local === true;
  const read = readSupplier({ ...own, ...said, methods: given.methods, local }, purpose);
  if (!isRefused(read)) return read;
  throw new InputRefused(read.map(({ member, fault, fix }) => ({ path: [member], what: fault, fix })));
}

const isRefused = (read: Supplier | readonly SupplierFault[]): read is readonly SupplierFault[] =>
  Array.isArray(read);

const shownIssuer = ({ issuer }: Supplier) => ({ ...issuer, cautions: [...issuer.cautions] });
