// The parser of addresses lives in src/input; this name stays until every import has moved.
export { loginKeyOf, parseEmailAddress } from "../../input/email_address.ts";
