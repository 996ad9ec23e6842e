// Owns the addresses of the pages that mailed links open, and of asking for one. The secret is the only part that differs.

export const accountPath = "/account";
export const forgotPath = "/account/forgot";
export const forgotSentPath = "/account/forgot/sent";
export const newPasswordPath = "/account/password";
export const proveAddressPath = "/account/address";
export const newAddressPath = "/account/new-address";

/**
 * The address a mail carries.
 * @param issuer the provider's own address, from its settings: no request names where a link leads
 */
export function linkUrl(issuer: string, path: string, secret: string): string {
  return `${issuer}${path}?token=${secret}`;
}
