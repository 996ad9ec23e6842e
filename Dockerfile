# Production image: `docker run -e TTI_ISSUER=… -e TTI_SECRETS=… -e DATABASE_URL=… -p 3000:3000 tti-provider`
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY packages/exchange/package.json packages/exchange/
COPY packages/sandbox/package.json packages/sandbox/
RUN npm ci --ignore-scripts
COPY . .
RUN node scripts/build.mjs && npm prune --omit=dev --ignore-scripts && node scripts/package.mjs settle

FROM node:24-slim
ENV NODE_ENV=production TTI_DATA_DIR=/data
WORKDIR /app
RUN mkdir /data && chown node:node /data
COPY --from=build /app/package.json ./
COPY --from=build /app/bin bin
COPY --from=build /app/dist dist
COPY --from=build /app/packages packages
COPY --from=build /app/node_modules node_modules
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s CMD ["node", "-e", "fetch('http://127.0.0.1:'+(process.env.PORT||3000)+'/health/ready').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
ENTRYPOINT ["node", "bin/tti.mjs"]
CMD ["serve"]
