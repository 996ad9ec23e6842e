// Owns what the papers say of us, the supplier (AWS: the ISV): read from settings and from what was given, refused where AWS
// would refuse it. Every fault is told at once, by the member that is at fault. Pure.
import { readText } from "../../input/text.ts";
import { readWebUrl } from "../../input/web_address.ts";
import { cognitoIssuer, type Fault, type IssuerFacts, readIssuer } from "./issuers.ts";
import { plainLine } from "./paper.ts";

/** How customers let us in. */
export type Method = "tti" | "auth-code";

/** What settings and callers say; a value given by the caller stands before the setting's. */
export interface SupplierInput {
  /** TTI_PUBLIC_NAME, or given. */
  displayName?: string | undefined;
  logo?: string | undefined;
  /** Ours, of TTI_ISSUER. */
  ownIssuer: string;
  /** One that is not ours. */
  issuer?: string | undefined;
  /** Or the id of a Cognito user pool. */
  cognitoPool?: string | undefined;
  /** TTI_CLIENT_ID, or given. */
  clientId?: string | undefined;
  /** TTI_ROLE_ARN, or given. */
  roleArn?: string | undefined;
  /** The role our application runs as, which assumes the registered one. */
  applicationRoleArn?: string | undefined;
  redirectUris?: readonly string[] | undefined;
  methods: readonly Method[];
  /** Whether an issuer on this machine is taken: for the local AWS. */
  local?: boolean | undefined;
}

/** What AWS and customers are told of us. */
export interface Supplier {
  displayName: string;
  logo: string | undefined;
  issuer: IssuerFacts;
  /** Whether the issuer is this installation. */
  isOwnIssuer: boolean;
  clientId: string;
  roleArn: string;
  applicationRoleArn: string | undefined;
  redirectUris: readonly string[];
  methods: readonly Method[];
}

/** A member that AWS would refuse. */
export interface SupplierFault extends Fault {
  member: string;
}

/** Which of the papers the values are for: a customer's pack needs fewer. */
export type Purpose = "registration" | "pack";

// Patterns and lengths are AWS's own: principal of CreateDataAccessor, audiences of a JWT bearer grant.
const roleArnPattern = /^arn:aws[a-z-]*:iam::\d{12}:role\/[a-zA-Z0-9_/+=,.@-]+$/;
const mostRoleArn = 1284;
const mostAudience = 512;
const mostRedirectUris = 10;
const demoClientId = "tti-demo";

/**
 * Reads what the papers say of us.
 * @returns the supplier, or every fault of what was given
 */
export function readSupplier(input: SupplierInput, purpose: Purpose): Supplier | readonly SupplierFault[] {
  const faults: SupplierFault[] = [];
  const refuse = (member: string, fault: string, fix: string) => {
    faults.push({ member, fault, fix });
  };
  const issuer = readAnyIssuer(input, refuse);
  const clientId = input.clientId ?? "";
  const forAws = purpose === "registration";
  if (forAws && input.methods.includes("tti")) judgeClientId(clientId, refuse);
  const roleArn = readRole("roleArn", input.roleArn, roleFix, refuse);
  const applicationRoleArn =
    forAws || input.applicationRoleArn !== undefined
      ? readRole("applicationRoleArn", input.applicationRoleArn, applicationRoleFix, refuse)
      : undefined;
  if (applicationRoleArn !== undefined && applicationRoleArn === roleArn) {
    refuse(
      "applicationRoleArn",
      "is the registered role itself",
      "Name the role your application runs as: the registered one does not assume itself.",
    );
  }
  const displayName = readName(input, issuer, refuse);
  const logo = readLogo(input.logo, refuse);
  const redirectUris = input.redirectUris ?? [];
  if (forAws && input.methods.includes("auth-code")) judgeRedirectUris(redirectUris, refuse);
  if (faults.length > 0 || issuer === undefined || roleArn === undefined) return faults;
  const isOwnIssuer = input.issuer === undefined && input.cognitoPool === undefined;
  const { methods } = input;
  return {
    displayName,
    logo,
    issuer,
    isOwnIssuer,
    clientId,
    roleArn,
    applicationRoleArn,
    redirectUris,
    methods,
  };
}

type Refuse = (member: string, fault: string, fix: string) => void;

function readAnyIssuer(input: SupplierInput, refuse: Refuse): IssuerFacts | undefined {
  const member = input.cognitoPool === undefined ? "issuer" : "cognitoPool";
  if (input.cognitoPool !== undefined && input.issuer !== undefined) {
    refuse("cognitoPool", "is given beside an issuer", "Give one of the two.");
    return undefined;
  }
  const named = input.cognitoPool === undefined ? undefined : cognitoIssuer(input.cognitoPool);
  const own = input.issuer === undefined && named === undefined;
  const read =
    named !== undefined && "fault" in named
      ? named
      : readIssuer(named?.issuer ?? input.issuer ?? input.ownIssuer, input.local);
  if (!("fault" in read)) return own ? { ...read, product: "tti-provider", cautions: [] } : read;
  refuse(member, read.fault, own ? `Set TTI_ISSUER to the public https address. ${read.fix}` : read.fix);
  return undefined;
}

function judgeClientId(clientId: string, refuse: Refuse): void {
  const fix =
    "Set TTI_CLIENT_ID to the one client id of all customers, or give it here; it becomes aud of every token.";
  if (clientId === "") refuse("clientId", "is missing", fix);
  else if (clientId === demoClientId)
    refuse("clientId", "is the demo's, which every demo's tokens name", fix);
  else if (clientId.length > mostAudience || !/^[\x21-\x7e]+$/.test(clientId)) {
    refuse("clientId", `is not 1 to ${mostAudience} visible ASCII characters`, fix);
  }
}

const roleFix =
  "Set TTI_ROLE_ARN to the role you register, or give it here, like arn:aws:iam::111122223333:role/NAME.";
const applicationRoleFix =
  "Give the role your application runs as, like arn:aws:iam::111122223333:role/NAME: the trust policy names it.";

function readRole(member: string, arn: string | undefined, fix: string, refuse: Refuse): string | undefined {
  if (arn === undefined || arn === "") refuse(member, "is missing", fix);
  else if (arn.length > mostRoleArn || !roleArnPattern.test(arn)) {
    refuse(member, "is not the ARN of an IAM role", fix);
  } else return arn;
  return undefined;
}

function readName(input: SupplierInput, issuer: IssuerFacts | undefined, refuse: Refuse): string {
  const fix = "Set TTI_PUBLIC_NAME to the name customers know, or give it here.";
  // Our own pages bear the host's name where no other is set; the host of somebody else's issuer is not our name.
  const host = issuer?.product === "tti-provider" ? new URL(issuer.issuer).hostname : undefined;
  const name = input.displayName ?? host;
  const read = name === undefined ? { fault: "is missing" } : readText(name, { most: 60 });
  if ("text" in read) return plainLine(read.text);
  if (name !== undefined || issuer !== undefined) refuse("displayName", read.fault, fix);
  return "";
}

function readLogo(logo: string | undefined, refuse: Refuse): string | undefined {
  if (logo === undefined) return undefined;
  const read = readWebUrl(logo, { http: "never" });
  if ("url" in read) return read.url;
  refuse("logo", read.fault, `${read.fix}. Or leave it out, and attach the file.`);
  return undefined;
}

function judgeRedirectUris(uris: readonly string[], refuse: Refuse): void {
  const fix =
    "Give each address of yours to which AWS returns, https, like https://app.example.com/aws/callback.";
  if (uris.length === 0) refuse("redirectUris", "is missing", fix);
  if (uris.length > mostRedirectUris) {
    refuse("redirectUris", `names more than ${mostRedirectUris}`, "AWS keeps 1 to 10 for an application.");
  }
  const broken = uris.map((uri) => readWebUrl(uri, { http: "never" })).find((read) => "fault" in read);
  if (broken !== undefined && "fault" in broken) refuse("redirectUris", broken.fault, fix);
}
