// Owns the settings of the processes and of the log, and those the AWS SDK reads too.
import { type LogLevel, logLevels } from "../log.ts";
import { none, setting } from "./setting.ts";
import { flag, oneOf, readingKeys, text, webUrl, workerCount } from "./setting_values.ts";

export const runningSettings = {
  workers: setting<number | "auto">({
    name: "TTI_WORKERS",
    doc: "How many processes of `tti serve` share the ports and the processors; `auto`: as many as there are processors. Each opens connections of its own (`TTI_DATABASE_POOL` and two). More than 1 needs PostgreSQL ([operations.md](operations.md#workers)). `tti dev` has one.",
    defaultText: "`1`",
    fallback: () => 1,
    parse: workerCount,
  }),
  logLevel: setting<LogLevel>({
    name: "TTI_LOG_LEVEL",
    doc: "One of `fatal`, `error`, `warn`, `info`, `debug`, `trace`, `silent`.",
    defaultText: "`info`",
    fallback: () => "info",
    parse: oneOf(logLevels),
  }),
  accessLog: setting({
    name: "TTI_ACCESS_LOG",
    doc: "Whether each answered request is a line of the log: method, route, status, duration, client, address. Refusals and failures are logged either way.",
    defaultText: "`on`; `off` in development",
    fallback: (mode) => mode === "production",
    parse: flag,
  }),
  metricsKeys: setting<readonly string[]>({
    name: "TTI_METRICS",
    doc: "The key of whoever reads `GET /metrics` on the admin port, as `Authorization: Bearer …`; comma-separated, several are taken while one is replaced (`openssl rand -base64 32`). It opens nothing else. Absent: nothing is measured, and there is no such address ([metrics.md](metrics.md)).",
    fallback: () => [],
    parse: readingKeys,
    fromFile: true,
  }),
  awsEndpointUrl: setting<string | undefined>({
    name: "AWS_ENDPOINT_URL",
    doc: "Endpoint of every AWS call, as the AWS SDK reads it. Set it to the sandbox to try without AWS.",
    fallback: none,
    parse: webUrl,
  }),
  awsRegion: setting<string | undefined>({
    name: "AWS_REGION",
    doc: "Region of KMS calls, as the AWS SDK reads it. STS is called in the region of the customer's Identity Center, whatever this says.",
    fallback: none,
    parse: text,
  }),
};
