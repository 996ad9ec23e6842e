// Owns what an instance tells of its own exchanges, step by step: spans of the request under way, and counts. The package tells its
// steps when they are over, and knows of neither.
import type { ExchangeEvent, ExchangeEventListener } from "tti-exchange";
import type { Database } from "../db/connect.ts";
import { at, one } from "../observability/metric_table.ts";
import { tell } from "../observability/recorder.ts";
import { noteSpan } from "../tracing/active_span.ts";
import type { SpanAttributes } from "../tracing/span_table.ts";

const stsCall = { "rpc.system": "aws-api", "rpc.service": "STS", "rpc.method": "AssumeRole" };
const calls: Partial<Record<ExchangeEvent["step"], SpanAttributes>> = {
  "assume-role-with-tag": stsCall,
  "create-token-with-iam": {
    "rpc.system": "aws-api",
    "rpc.service": "SSO OIDC",
    "rpc.method": "CreateTokenWithIAM",
  },
  "assume-role-with-context": stsCall,
  "search-relevant-content": {
    "rpc.system": "aws-api",
    "rpc.service": "QBusiness",
    "rpc.method": "SearchRelevantContent",
  },
};

/** Makes the listener of an exchange client. @param db the store of the instance that asks */
export function watchExchanges(db: Database): ExchangeEventListener {
  return ({ step, outcome, tenantId, durationMs, attempt, cache, awsRequestId, code }) => {
    const told = { "tti.exchange.step": step, "tti.tenant.id": tenantId, "aws.request_id": awsRequestId };
    noteSpan(
      calls[step] === undefined ? "credentials" : "exchange",
      `exchange ${step}`,
      { ...calls[step], ...told, "tti.exchange.attempt": attempt, "tti.exchange.cache": cache },
      { durationMs, failed: outcome === "error" ? code : undefined },
    );
    tell(db, one("tti_exchange_steps_total", { step, outcome }));
    tell(db, at("tti_exchange_step_duration_seconds", durationMs / 1000, { step }));
  };
}
