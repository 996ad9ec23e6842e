// The name of the sandbox's own issuer: seeds trust it, and what is fetched for other issuers is at hand for this one.

/** For `issuerUrl` of a trusted token issuer. RFC 6761 keeps `.test` from ever being somebody's host. */
export const OWN_ISSUER_URL = "https://issuer.tti-sandbox.test";
