// Owns the condition that an account has no second factor: what they are is factors/, which knows accounts and is not known here.

/** Of an account `a`: it has neither an authenticator app nor a passkey. Each is found by the first column of an index. */
export const lacksFactor = {
  sql: `not exists (select 1 from totp_factors f where f.account_id = a.id)
    and not exists (select 1 from passkeys f where f.account_id = a.id)`,
};
