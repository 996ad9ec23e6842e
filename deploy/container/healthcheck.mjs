// Owns the image's HEALTHCHECK: whether the instance in this container may be sent requests, asked where its settings say
// that it listens. An image without a shell has no curl.
const { PORT = "3000", TTI_HOST = "" } = process.env;
const everywhere = ["", "0.0.0.0", "::"].includes(TTI_HOST);
const host = everywhere ? "127.0.0.1" : TTI_HOST.includes(":") ? `[${TTI_HOST}]` : TTI_HOST;
try {
  const answer = await fetch(`http://${host}:${PORT || "3000"}/health/ready`, {
    signal: AbortSignal.timeout(4_000),
  });
  console.log(await answer.text());
  process.exitCode = answer.ok ? 0 : 1;
} catch (error) {
  console.log(`no answer at ${host}:${PORT}: ${error.cause?.code ?? error.message}`);
  process.exitCode = 1;
}
