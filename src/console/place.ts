// Owns what an address of the console is: the operation whose permission opens it, what it shows, and what its form does.
// Every page and every form is an entry of places.ts; the routes are made from those, and so is the test of who may what.
import { permissionFor } from "../admin/administrators/permission_for.ts";
import { type AdministratorRole, adminChange, mayDo } from "../admin/administrators/roles.ts";
import type { Operation } from "../admin/operations/entry.ts";
import type { TableContext } from "../admin/operations/table.ts";
import type { OperationError } from "../errors.ts";
import type { UploadLimits } from "../input/uploaded_form.ts";
import type { FormLimits } from "../provider/edge/form.ts";
import type { ConsolePage } from "../views/console_pages.ts";
import type { NewsKey } from "./news.ts";
import type { Section } from "./sections.ts";

/** What is known of the installation, for pages that tell of it. */
export interface InstallationFacts {
  version: string | undefined;
  issuer: string;
  /** The client registered with AWS. */
  awsClientId: string;
  tenantClaim: string;
  store: "sqlite" | "postgresql";
  mode: "production" | "development";
  requireVerifiedDomain: boolean;
  /** The key set as it is published now, for the inspector. */
  jwks(): Promise<unknown>;
}

/** A request to the console by somebody who is signed in. */
export interface Visit {
  /** With which operations are run: it asks the person's right anew in each. */
  context: TableContext;
  accountId: string;
  role: AdministratorRole;
  /** Parts of the path, by their names. */
  params: Readonly<Record<string, string>>;
  /** The query, each name once. */
  query: ReadonlyMap<string, string>;
  now: Date;
  installation: InstallationFacts;
}

/** A form that was refused: what was typed, and why. */
export interface Refused {
  form: ReadonlyMap<string, string>;
  error: OperationError;
}

/** Where a form leads: to a page, with news of what was done; or it answers one, because what it says is said once. */
export type Done = { to: string; news?: NewsKey } | { page: ConsolePage };

/** An address of the console. */
export interface Place {
  /** With parameters as `:name`. */
  path: string;
  section: Section;
  /** Whose permission opens it, to look at and to send. */
  operation: Pick<Operation<TableContext>, "entry">;
  /** What it shows; after a refused form, that form again with the fault beside its field. */
  show(visit: Visit, refused?: Refused): Promise<ConsolePage>;
  /** How large its form may be, where it is a large one. */
  limits?: FormLimits;
  /** How large it may be where it brings a file, which then is base64 in its field. */
  upload?: UploadLimits;
  /** What its form does. Absent: it has none. */
  act?(visit: Visit, form: ReadonlyMap<string, string>): Promise<Done>;
}

/** Whether the person may run an operation: what they may not has no button. The runner asks again. */
export function may(
  { role }: Pick<Visit, "role">,
  { entry }: Pick<Operation<TableContext>, "entry">,
): boolean {
  return mayDo(role, entry);
}

/**
 * A visit as far as one person or application goes: who may not change an administrator, or what administers, sees it as
 * an auditor does.
 */
export async function visitTo(visit: Visit, named: { user?: string; clientId?: string }): Promise<Visit> {
  const permission = await permissionFor(visit.context.db, adminChange, named);
  return mayDo(visit.role, { permission }) ? visit : { ...visit, role: "auditor" };
}

/** A part of the path. */
export function param({ params }: Visit, name: string): string {
  return params[name] ?? "";
}

/** A path with its parameters filled in. */
export function pathOf(pattern: string, params: Readonly<Record<string, string>> = {}): string {
  return pattern.replace(/:(\w+)/g, (_whole, name: string) => encodeURIComponent(params[name] ?? ""));
}

/** A path with a query; members that are empty are left out. */
export function withQuery(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== "",
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}
