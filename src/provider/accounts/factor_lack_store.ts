// Owns the condition that an account has no second factor: what they are is factors/, which knows accounts and is not known here.

/**
 * Of an account `a`: it has neither an authenticator app nor a passkey. Each is looked up by the first column of an index:
 * PostgreSQL makes no join of a subquery with a limit, which could read all of a table for one page of people.
 */
export const lacksFactor = {
  sql: `coalesce((select 1 from totp_factors f where f.account_id = a.id limit 1), 0) < 1
    and coalesce((select 1 from passkeys f where f.account_id = a.id limit 1), 0) < 1`,
};
