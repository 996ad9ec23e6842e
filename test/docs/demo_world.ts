// Owns the world of whoever typed `npm start`: everything on this machine, on ports that are free.
import assert from "node:assert/strict";
import { openReaderBrowser } from "./reader_browser.ts";
import { freePort, openReaderWorld, type ReaderWorld } from "./reader_world.ts";

/** The world, and where its parts are. */
export interface DemoWorld extends ReaderWorld {
  /** Where a sign-in goes that the account page begins. */
  handedOver(): Promise<string>;
  /** The sample application of examples/express-isv. */
  isv: string;
}

/** Opens it; the pages start what is in it. */
export async function openDemoWorld(): Promise<DemoWorld> {
  const [port, adminPort, isvPort, demoPort, sandboxPort, appPort] = await Promise.all(
    Array.from({ length: 6 }, freePort),
  );
  const issuer = `http://localhost:${port}`;
  const [isv, demo] = [`http://127.0.0.1:${isvPort}`, `http://localhost:${demoPort}`];
  const app = `http://localhost:${appPort}`;
  const inMyApp = openReaderBrowser();
  const world = openReaderWorld({
    environment: {
      PORT: String(port),
      TTI_ADMIN_PORT: String(adminPort),
      // The reader's ports are the usual ones, which the samples take for granted.
      TTI_ISSUER: issuer,
      TTI_MODE: "development",
      TEST_ISV_PORT: String(isvPort),
      TEST_DEMO_PORT: String(demoPort),
      TEST_SANDBOX_PORT: String(sandboxPort),
    },
    ownValues: new Map([
      ["http://127.0.0.1:4000", isv],
      ["http://localhost:3000", issuer],
      ["http://localhost:3002", demo],
      ["http://127.0.0.1:4566", `http://127.0.0.1:${sandboxPort}`],
      ["127.0.0.1:3001", `127.0.0.1:${adminPort}`],
      ["http://localhost:5000", app],
    ]),
    byHand: {
      "sign in to My App as ben@acme.example": async (printed) => {
        const page = await inMyApp.signIn(
          await inMyApp.open(`${app}/login`),
          "ben@acme.example",
          passwordIn(printed),
        );
        assert.match(
          page.text,
          /^Signed in: .*"tenant_id":"acme".*"email":"ben@acme\.example"|^Signed in: .*"email":"ben@acme\.example".*"tenant_id":"acme"/,
        );
      },
      "refresh and sign out of My App": async () => {
        assert.equal((await inMyApp.open(`${app}/refresh`)).text, "Refreshed");
        const question = await inMyApp.open(`${app}/logout`);
        const after = await inMyApp.agent.submit(question, { logout: "yes" }, "/confirm");
        assert.match((await inMyApp.open(after.url.href)).text, /^Nobody is signed in/);
      },
      "sign in at the demo as ada@acme.example, and search": async (printed) => {
        const { agent, open, signIn } = openReaderBrowser();
        const home = await signIn(await open(`${demo}/login`), "ada@acme.example", passwordIn(printed));
        const { text } = await agent.submit(home, { query: "plan for 2027" }, "/search");
        assert.match(text, /Engineering plan for 2027/);
        assert.doesNotMatch(text, /People plan for 2027/);
      },
    },
  });
  return { ...world, isv, handedOver: () => openReaderBrowser().leadsTo(`${issuer}/account`) };
}

const passwordIn = (printed: string): string =>
  /The password of each is (\S+)/.exec(printed)?.[1] ?? assert.fail(printed);
