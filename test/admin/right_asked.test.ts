// How often a call of the API asks for the caller's right: at the door, again after a body that may have taken long, and
// where the act is. Twice for the same moment would be once too often.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import Router from "@koa/router";
import Koa from "koa";
import { apiRoutes } from "../../src/admin/api_routes.ts";
import { addJsonRoutes, answerInJson } from "../../src/admin/json_routes.ts";
import { systemClock } from "../../src/clock.ts";
import type { Database } from "../../src/db/connect.ts";
import { silentLog } from "../../src/log.ts";
import { useStore } from "../support/use_store.ts";

const store = useStore("sqlite");

test("the right is asked at the door, after a body, and in the transaction of an act", async () => {
  const asked: string[] = [];
  const deps = {
    db: store.db,
    clock: systemClock,
    log: silentLog,
    async findBackEndToken(_token: string, db: Database = store.db) {
      asked.push(db === store.db ? "store" : "transaction");
      return { clientId: "operator", tokenHash: "h", scopes: new Set(["tti:admin"]), mayActFor: () => false };
    },
  };
  const router = new Router();
  addJsonRoutes(router, apiRoutes, deps as never);
  const app = new Koa().use((ctx, next) => answerInJson(ctx, next, deps, "r")).use(router.routes());
  const server = createServer(app.callback()).listen(0, "127.0.0.1");
  await once(server, "listening");
  const call = async (method: string, path: string, body?: object) => {
    asked.length = 0;
    const { status } = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, {
      method,
      headers: { authorization: "Bearer t", "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return [status, ...asked];
  };
  try {
    assert.deepEqual(await call("POST", "/v1/tenants", { id: "acme" }), [
      201,
      "store",
      "store",
      "transaction",
    ]);
    assert.deepEqual(await call("GET", "/v1/tenants/acme"), [200, "store"]);
    assert.deepEqual(await call("DELETE", "/v1/tenants/acme/domains/none.example"), [
      404,
      "store",
      "transaction",
    ]);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
