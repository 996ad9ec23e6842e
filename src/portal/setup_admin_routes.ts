// Owns the onboarding as an administrator of the organization reaches it, without a link: as a page of the portal.
import type { createPortalEdge, Visit } from "./edge_routes.ts";
import {
  askPerson,
  pastedLimits,
  type SetupDeps,
  type SetupVisit,
  sendFile,
  sendZip,
  showDetails,
  showPack,
  showSetup,
  takeDetails,
  test,
} from "./setup_routes.ts";

/** Adds its addresses. */
export function addSetupRoutes({ get, post }: ReturnType<typeof createPortalEdge>, deps: SetupDeps): void {
  get("/setup", (visit) => showSetup(setupOf(visit)));
  get("/setup/pack", (visit) => showPack(setupOf(visit)));
  get("/setup/pack.zip", (visit) => sendZip(setupOf(visit)));
  get("/setup/pack/*path", (visit) => sendFile(setupOf(visit), visit.param("path")));
  get("/setup/details", (visit) => showDetails(setupOf(visit)));
  post("/setup/details", (visit) => takeDetails(setupOf(visit), visit.form), pastedLimits);
  get("/setup/test", (visit) => askPerson(setupOf(visit)));
  post("/setup/test", (visit) => test(setupOf(visit), visit.form, deps));
}

function setupOf(visit: Visit): SetupVisit {
  return {
    ctx: visit.ctx,
    call: visit.call,
    at: `${visit.base}/setup`,
    person: visit.email,
    now: visit.now,
    show: (page, status) => visit.show({ ...page, tab: "setup" }, status),
    goOn: (path, did) => visit.goOn(`/setup${path}`, did),
  };
}
