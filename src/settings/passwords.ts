// Owns the settings of what the hash of a password costs.
import { setting } from "./setting.ts";
import { integer } from "./setting_values.ts";

// Every instance reads hashes of at most 128 MiB and 512 MiB in all passes (imported_hash.ts).
export const passwordsSettings = {
  passwordMemoryMib: setting({
    name: "TTI_PASSWORD_MEMORY",
    doc: "Memory that hashing one password takes (Argon2id), in MiB, 19 to 128; as many hashes run at once as there are cores but one. A hash keeps what it was made with; the next login makes it anew with what is set. The same for every instance.",
    defaultText: "`19`",
    fallback: () => 19,
    parse: integer(19, 128),
  }),
  passwordPasses: setting({
    name: "TTI_PASSWORD_PASSES",
    doc: "How often hashing one password goes over that memory, 2 to 4. The same for every instance.",
    defaultText: "`2`",
    fallback: () => 2,
    parse: integer(2, 4),
  }),
};
