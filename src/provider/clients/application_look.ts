// Owns how pages look on the way to an application, until an organization is entered: the application's own colour, logo and help,
// where it is one of the house. Another vendor's application is named by its name and its host and never dresses our pages.
import type { Client } from "oidc-provider";
import type { Database } from "../../db/connect.ts";
import type { Look } from "../../views/frame.ts";
import { logoPath } from "../../views/logo_path.ts";
import { findLogo } from "../looks/logo_store.ts";

/** Reads how an application has pages look; undefined: as the service's. */
export async function lookOfApplication(db: Database, client: Client): Promise<Look | undefined> {
  if (client["first_party"] !== true) return undefined;
  const name = client.clientName ?? client.clientId;
  const logo = await findLogo(db, { clientId: client.clientId });
  const [color, supportUrl]: unknown[] = [client["brand_color"], client["support_uri"]];
  if (logo === undefined && color === undefined && supportUrl === undefined) return undefined;
  return {
    name,
    color: typeof color === "string" ? color : undefined,
    supportUrl: typeof supportUrl === "string" ? supportUrl : undefined,
    logo: logo && { path: logoPath(logo.id), width: logo.width, height: logo.height, name },
  };
}
