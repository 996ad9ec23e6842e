# Production image: Node.js, its libraries and the product; no shell, no npm. Runs as user 65532, with a root that may be
# read-only: it writes into /data, and there only with the embedded store.
#   docker build -t tti-provider . && docker run --read-only --cap-drop ALL -p 3000:3000 --env-file tti.env tti-provider
# An image of your own registry, or one pinned by its digest, by --build-arg NODE=… and BASE=…
ARG NODE=docker.io/library/node:24.21.0-bookworm-slim
ARG BASE=gcr.io/distroless/cc-debian12:nonroot

FROM ${NODE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY packages/exchange/package.json packages/exchange/
COPY packages/sandbox/package.json packages/sandbox/
COPY scripts/runtime.mjs scripts/
RUN node -e "import('/app/scripts/runtime.mjs').then((runtime) => runtime.ensurePackages())"
COPY . .
# What only building needs stays behind: sources beside what was compiled of them, a library in C, other systems' binaries.
RUN node scripts/build.mjs && npm prune --omit=dev --ignore-scripts && node scripts/package.mjs settle \
    && mkdir /data /out \
    && cp -a package.json LICENSE bin dist packages node_modules deploy/container/healthcheck.mjs /out/ \
    && rm -rf /out/packages/*/src /out/packages/*/test /out/packages/*/docs \
       /out/node_modules/better-sqlite3/deps /out/node_modules/better-sqlite3/src \
       /out/node_modules/better-sqlite3/prebuilds/darwin-* /out/node_modules/better-sqlite3/prebuilds/win32-* \
       /out/node_modules/better-sqlite3/prebuilds/linuxmusl-*

FROM ${BASE}
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="tti-provider" \
      org.opencontainers.image.description="OpenID Provider whose ID tokens AWS IAM Identity Center accepts" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}"
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=build --chown=65532:65532 /data /data
COPY --from=build /out /app
WORKDIR /app
ENV NODE_ENV=production TTI_DATA_DIR=/data
USER 65532:65532
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["/usr/local/bin/node", "/app/healthcheck.mjs"]
ENTRYPOINT ["/usr/local/bin/node", "/app/bin/tti.mjs"]
CMD ["serve"]
