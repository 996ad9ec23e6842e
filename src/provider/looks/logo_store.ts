// Owns the logos table: the logo of an organization or of an application, as it is served. Its address is made of the picture and
// of chance: it changes with the picture, and nobody who has the picture learns by it who has it here.
import { createHash, randomBytes } from "node:crypto";
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import type { Picture } from "./logo_picture.ts";

/** Whose logo. */
export type LogoOwner = { tenantId: string } | { clientId: string };

/** A logo without its picture. */
export interface Logo {
  id: string;
  width: number;
  height: number;
}

const columnsOf = (owner: LogoOwner) =>
  "tenantId" in owner ? { tenant_id: owner.tenantId } : { client_id: owner.clientId };

/** The logo of an owner; undefined: none. */
export async function findLogo(db: Database, owner: LogoOwner): Promise<Logo | undefined> {
  const [[column, id] = []] = Object.entries(columnsOf(owner));
  const [logo] = await runStatement<Logo>(
    db,
    `logo_of_${column}`,
    `select id, width, height from logos where ${column} = ?`,
    [id ?? null],
  );
  return logo;
}

/** The logos of some applications, by their ids. */
export async function findLogosOfClients(
  db: Database,
  clientIds: readonly string[],
): Promise<ReadonlyMap<string, Logo>> {
  if (clientIds.length === 0) return new Map();
  const rows: (Logo & { client_id: string })[] = await db("logos")
    .whereIn("client_id", [...clientIds])
    .select("id", "width", "height", "client_id");
  return new Map(rows.map(({ client_id, ...logo }) => [client_id, logo]));
}

/** The picture of a logo; undefined: there is none of this id. */
export async function findPicture(db: Database, id: string): Promise<Buffer | undefined> {
  const row: { picture: string } | undefined = await db("logos").where("id", id).first("picture");
  return row && Buffer.from(row.picture, "base64");
}

/**
 * Keeps a logo in place of the one before. The caller holds the owner.
 * @returns undefined: it is the one that is there
 */
export async function saveLogo(
  trx: Database,
  owner: LogoOwner,
  { png, width, height }: Picture,
  now: Date,
): Promise<Logo | undefined> {
  const picture = png.toString("base64");
  const before: { picture: string } | undefined = await trx("logos").where(columnsOf(owner)).first("picture");
  if (before?.picture === picture) return undefined;
  await deleteLogo(trx, owner);
  const id = createHash("sha256").update(randomBytes(16)).update(png).digest("hex").slice(0, 32);
  const logo = { id, width, height };
  await trx("logos").insert({ ...logo, ...columnsOf(owner), picture, created_at_ms: now.getTime() });
  return logo;
}

/** Forgets a logo. @returns whether there was one */
export async function deleteLogo(trx: Database, owner: LogoOwner): Promise<boolean> {
  const gone: number = await trx("logos").where(columnsOf(owner)).delete();
  return gone > 0;
}
