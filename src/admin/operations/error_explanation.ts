// Owns explaining an error that somebody copied, as an operation: the same explanation on every face.
import { z } from "zod";
import { explainError } from "../../accessors/explained_error.ts";
import { getAnyTenant } from "../../provider/tenants/tenant_store.ts";
import { adminRead } from "../administrators/roles.ts";
import { operation } from "./entry.ts";

// In characters: what fits into the body of a request, 64 KiB, with what JSON puts around it.
const longestText = 60_000;

const explanationShape = z.strictObject({
  code: z.string().describe("The code of the exchange, of a set-up at AWS, or of this provider."),
  step: z.string().optional().describe("Which call it is of; absent: of none."),
  title: z.string().describe("What it is, in a sentence."),
  causes: z.array(z.string()).describe("Likely causes, the likeliest first."),
  fix: z.string().describe("What to do."),
});

/**
 * Explains an error from its text, or from the id of the request it happened in. Secrets in the text are dropped before
 * anything else is done, and the text is stored and logged nowhere.
 * @throws OperationError tenant_not_found
 */
export const explainErrorText = operation({
  name: "error explain",
  summary: "Explain an error of AWS, of the exchange or of this provider",
  permission: adminRead,
  events: [],
  input: z.strictObject({
    tenantId: z.string().optional().describe("Looks for the request in this tenant's trail only."),
    text: z
      .string()
      .min(1)
      .max(longestText)
      .describe(
        "The error as it was copied, whatever printed it, or the X-Request-Id of the request it happened in. Over HTTP the body as a whole has at most 64 KiB.",
      ),
  }),
  output: z.strictObject({
    recognised: z
      .strictObject({
        name: z.string().optional().describe("AWS's name of the error."),
        operation: z.string().optional().describe("The operation that failed."),
        httpStatusCode: z.int().optional(),
        requestId: z.string().optional(),
        words: z
          .string()
          .optional()
          .describe("AWS's own words as far as they are known to be harmless, with gaps for the rest."),
      })
      .describe("What the text says."),
    explanations: z.array(explanationShape).describe("The likeliest first; none: nothing was recognised."),
    dropped: z
      .array(z.string())
      .describe("Kinds of secrets that stood in the text. They were dropped; they are secrets no more."),
    cut: z.boolean().describe("Whether the text was longer than what is read of it."),
    event: z
      .strictObject({
        id: z.string(),
        atMs: z.int(),
        type: z.string(),
        tenantId: z.string().optional(),
        accountId: z.string().optional(),
        clientId: z.string().optional(),
      })
      .optional()
      .describe("The event of the audit trail that tells of the request."),
  }),
  http: [{ method: "post", path: "/v1/error-explanations" }],
  async run(db, { text, tenantId }) {
    if (tenantId !== undefined) await getAnyTenant(db, tenantId);
    const { explanations, dropped, recognised, cut, event } = await explainError(db, text, tenantId);
    return {
      recognised,
      explanations: explanations.map(({ step, causes, ...told }) => ({
        ...told,
        causes: [...causes],
        ...(step === undefined ? {} : { step }),
      })),
      dropped: [...dropped],
      cut,
      ...(event === undefined ? {} : { event }),
    };
  },
});
