// The table of switches, joined: one row per question that no public source answers.
import { EXCHANGE_RULES } from "./rule_table_exchange.ts";
import { SERVICE_RULES } from "./rule_table_service.ts";
import { TOKEN_RULES } from "./rule_table_token.ts";
import { WEB_IDENTITY_RULES } from "./rule_table_web_identity.ts";

/** Every switch, in printed order. */
export const RULE_TABLE = [
  ...TOKEN_RULES,
  ...WEB_IDENTITY_RULES,
  ...EXCHANGE_RULES,
  ...SERVICE_RULES,
] as const;
