// Owns what one row of people from elsewhere holds, on every way in, and what it is worth against what is there:
// something new, nothing new, or a contradiction, which is refused and changes nothing. Pure.
import { z } from "zod";
import { isEmailAddress } from "../../input/email_address.ts";
import { readText } from "../../input/text.ts";
import { isAddressableId } from "../../provider/accounts/account_name_store.ts";
import type { ComparedAccount, Place } from "../../provider/accounts/imported_account_store.ts";
import { mostImportedKinds, readImportedHash } from "../../provider/accounts/imported_hash.ts";
import { says } from "./input_faults.ts";
import { memberRole } from "./members.ts";
import { displayName } from "./operation.ts";

// A text member by a rule of its own: what it becomes, or what is wrong with it.
const ruled = <T>(read: (value: string) => { value: T } | { fault: string; fix: string }) =>
  z.string().transform((value, issues): T => {
    const found = read(value);
    if ("value" in found) return found.value;
    issues.addIssue({ code: "custom", message: says(found.fault, found.fix) });
    return z.NEVER;
  });

const exact = (most: number, fix: string) =>
  ruled((value) => {
    const found = readText(value, { most, exact: true });
    return "text" in found ? { value: found.text } : { fault: found.fault, fix };
  });

/** One row: a person, with one membership at most. */
export const importedPerson = z.strictObject({
  email: ruled((value) =>
    isEmailAddress(value)
      ? { value: value.trim() }
      : {
          fault: "is not an e-mail address",
          fix: "Give an address such as jane@example.com, in ASCII, with at most 254 characters.",
        },
  ).describe("What the person signs in with, and what AWS finds them by, capitals included."),
  name: displayName.optional().describe("The person's name."),
  tenant: exact(256, "Give the id of a tenant that is there.")
    .optional()
    .describe("A tenant the person belongs to. Several: a row for each."),
  role: memberRole.optional().describe("In that tenant: member (default) or admin."),
  emailVerified: z
    .boolean()
    .optional()
    .describe(
      "Whether you vouch for the address (default: false); no ID token carries one that nobody vouched for.",
    ),
  passwordHash: ruled((value) => {
    const { hash, fault, fix } = readImportedHash(value);
    return hash === undefined ? { fault, fix } : { value: { hash: value, kind: hash.kind } };
  })
    .optional()
    .describe("As another program made it: bcrypt, or Argon2, scrypt, PBKDF2 in PHC form."),
  externalId: exact(255, "Give the id as your own system writes it.")
    .optional()
    .describe(
      "Your own id of the person, which becomes the account's: the `sub` of its tokens. Absent: a random one.",
    ),
});

/** A row that was read. */
export type ImportedRow = z.output<typeof importedPerson>;

/** What a row contradicts. */
export interface Contradiction {
  /** The row's member. */
  member: keyof ImportedRow;
  /** A phrase that follows the member's name. */
  what: string;
}

/** What there is that a row may speak of. */
export interface ThereIs {
  byEmail: ComparedAccount | undefined;
  byId: ComparedAccount | undefined;
  /** Who would answer to a name that is another's: as yet of a new account only. */
  namesakes: { ofEmail: boolean; ofId: boolean };
  /** Whether the row's id is a client's. */
  isClientId: boolean;
  /** The kinds of imported hashes in the store. */
  kinds: ReadonlySet<string>;
}

/**
 * Judges a row: whether it is of an account that is there, and says nothing against it.
 *
 * What a row leaves out, it says nothing of. Nothing that is there is replaced by it: not an address, not a name, not a
 * password, not a role, and no address is proven by it that is there unproven.
 */
export function judgeRow(
  row: ImportedRow,
  { byEmail, byId, namesakes, isClientId, kinds }: ThereIs,
): { contradiction: Contradiction } | { account: ComparedAccount | undefined } {
  const against = (member: Contradiction["member"], what: string) => ({ contradiction: { member, what } });
  if (row.role !== undefined && row.tenant === undefined) return against("role", "is given without a tenant");
  const account = byId ?? byEmail;
  if (account === undefined) {
    if (row.externalId !== undefined && !isAddressableId(row.externalId))
      return against("externalId", "is a text that no URL can hold as a name");
    if (isClientId) return against("externalId", "is the id of a client");
    if (namesakes.ofId) return against("externalId", "is the address of another account");
    if (namesakes.ofEmail) return against("email", "is the id of another account");
    const kind = row.passwordHash?.kind;
    return kind === undefined || kinds.has(kind) || kinds.size < mostImportedKinds
      ? { account }
      : against(
          "passwordHash",
          `would be the ${mostImportedKinds + 1}th kind of imported hashes (scheme and cost) at one time, and a wrong password costs one hash of each kind`,
        );
  }
  const place = row.tenant === undefined ? undefined : account.places.get(row.tenant);
  if (account.externalAtMs !== null) {
    return place !== undefined && saysTheSame(row, place)
      ? { account }
      : against("externalId", "is of a person whom your own logins brought here, so they change it");
  }
  if (byEmail !== undefined && byEmail !== account)
    return against("email", "is the address of another account");
  if (row.externalId !== undefined && row.externalId !== account.id)
    return against("externalId", "is not the id of the account that has this address");
  if (row.email !== account.email)
    return against("email", "is not the address of this account, letter by letter");
  if (row.name !== undefined && row.name !== account.name)
    return against(
      "name",
      account.name === null
        ? "is given, and the account has none"
        : `is not the name that is there: "${account.name}"`,
    );
  if (row.emailVerified === true && account.emailVerifiedAtMs === null)
    return against("emailVerified", "is true, and the address that is there is not proven");
  if (row.passwordHash !== undefined && !account.isItsHash(row.passwordHash.hash))
    return against(
      "passwordHash",
      account.hasPassword
        ? "is not of the password that is there"
        : "is given, and the account has no password",
    );
  if (place !== undefined && row.role !== undefined && row.role !== place.role)
    return against("role", `is not the role that is there (${place.role})`);
  return { account };
}

const saysTheSame = ({ email, name, role, passwordHash }: ImportedRow, place: Place): boolean =>
  email === place.email &&
  (name ?? place.name) === place.name &&
  (role ?? place.role) === place.role &&
  passwordHash === undefined;
