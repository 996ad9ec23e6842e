// Owns what a caller who is bound to one tenant is told of people, whichever operation answers: who they are there, and
// nothing that another tenant knows, not even that somebody is.
import type { Database } from "../../db/connect.ts";
import { nameOfId } from "../../input/account_name.ts";
import { findMemberNamed } from "../../provider/accounts/account_name_store.ts";
import { listSaidInTenant } from "../../provider/tenants/membership_store.ts";
import { addressIn, nameIn, type Said } from "../../provider/tenants/person_in_tenant.ts";
import { noMemberOf } from "../administrators/tenant_bound.ts";
import type { User } from "./user_view.ts";

/**
 * Holds the person an operation names (`user`) to the members of the caller's tenant. It is asked before anything else of
 * the person is: what they are elsewhere, or who else has the name there, must make no difference.
 * @param tenantId the tenant the caller is bound to; undefined: to none
 * @returns what is asked, with the person's id
 * @throws OperationError not_a_member; account_ambiguous of two members
 */
export async function namingMember<Asked extends object>(
  db: Database,
  tenantId: string | undefined,
  asked: Asked,
): Promise<Asked> {
  const user: unknown = Reflect.get(asked, "user");
  if (tenantId === undefined || typeof user !== "string") return asked;
  const member = await findMemberNamed(db, tenantId, user);
  if (member === undefined) throw noMemberOf(tenantId);
  return { ...asked, user: nameOfId(member.id) } as Asked;
}

/**
 * What a caller who is bound to a tenant is told: of people, the address, the name and the membership there. Of who is a
 * member no longer, what an account made here says itself.
 */
export async function toldWithin<Answer>(
  db: Database,
  tenantId: string | undefined,
  answer: Answer,
): Promise<Answer> {
  if (tenantId === undefined) return answer;
  const ids = [...usersIn(answer)].map(({ id }) => id);
  const said = await listSaidInTenant(db, tenantId, ids);
  return narrowed(answer, { tenantId, said }) as Answer;
}

interface There {
  tenantId: string;
  said: ReadonlyMap<string, Said>;
}

function* usersIn(told: unknown): Generator<User> {
  if (typeof told !== "object" || told === null) return;
  if (isUser(told)) yield told;
  for (const value of Object.values(told)) yield* usersIn(value);
}

function narrowed(told: unknown, there: There): unknown {
  if (Array.isArray(told)) return told.map((one) => narrowed(one, there));
  if (typeof told !== "object" || told === null) return told;
  const own = isUser(told) ? personThere(told, there) : told;
  return Object.fromEntries(
    Object.entries(own).map(([name, value]) => [
      name,
      name === "memberships" && Array.isArray(value)
        ? value.filter((one) => Reflect.get(Object(one), "tenantId") === there.tenantId)
        : narrowed(value, there),
    ]),
  );
}

function personThere(user: User, { said }: There): User {
  const membership = said.get(user.id);
  return { ...user, email: addressIn(user, membership), name: nameIn(user, membership) };
}

const isUser = (told: object): told is User =>
  "id" in told && "memberships" in told && Array.isArray(told.memberships);
