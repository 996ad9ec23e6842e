// The storage contract over both stores.
import { storeKinds } from "../../support/databases.ts";
import { testStorage } from "./storage_contract.ts";

for (const kind of storeKinds) testStorage(kind);
