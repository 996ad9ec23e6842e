// The page of the controls: clock, faults, sessions and switches with their present values, a form each. It draws; what a
// form does is done by controls_actions.ts.
import type { SandboxControl } from "../control/control.ts";
import type { PendingFault } from "../gateway/faults.ts";
import { simulatedServices } from "../models/simulated_services.ts";
import { type Html, html } from "./html.ts";
import { countOf, describeClockOffset } from "./wording.ts";

/** What the page shows besides what the control says. */
export type ControlsModel = {
  control: Pick<SandboxControl, "clock" | "faults" | "rules">;
  /** Ties each form to this browser. */
  token: string;
  /** What was done just now, as a sentence. */
  news?: string | undefined;
  /** Why a form was not taken. */
  fault?: string | undefined;
};

/** @returns the body of the page */
export function renderControls({ control, token, news, fault }: ControlsModel): Html {
  const { now, offsetSeconds } = control.clock();
  const rules = control.rules();
  const changed = rules.filter((rule) => rule.value !== rule.default);
  const form = formOf(token);
  return html`<div class="title"><h1>Controls</h1></div>
${news !== undefined && html`<p class="news" role="status">${news}</p>`}
${fault !== undefined && html`<p class="wrongs" role="alert">${fault}</p>`}
<section aria-labelledby="clock"><h2 id="clock">Clock <small>${now.slice(0, 19).replace("T", " ")} UTC, ${describeClockOffset(offsetSeconds * 1000) ?? "the machine’s"}</small></h2>
<p class="muted">Sessions, identity contexts and tokens age with it; signatures do not.</p>
<div class="levers">
${[60, 3600, 86_400].map((seconds) => form("advance", html`<input type="hidden" name="seconds" value="${seconds}"><button class="btn" type="submit">${advances[seconds]}</button>`))}
${form("offset", html`<input type="hidden" name="seconds" value="0"><button class="btn" type="submit">Back to the machine’s</button>`)}
</div>
${form("advance", html`${field("seconds", "Move by seconds", html`<input id="seconds" name="seconds" inputmode="numeric" required maxlength="14" placeholder="-3600">`)}<button class="btn" type="submit">Move</button>`, "levers")}
</section>
<section aria-labelledby="faults"><h2 id="faults">Faults <small>${countOf(control.faults().length, "fault")} waiting</small></h2>
<p class="muted">Coming requests fail, wait or lose their connection. The oldest that fits strikes first.</p>
${renderFaults(control.faults())}
${form("fault", renderFaultFields(), "levers")}
${control.faults().length > 0 && form("clear-faults", html`<button class="btn" type="submit">Clear all faults</button>`, "levers")}
</section>
<section aria-labelledby="sessions"><h2 id="sessions">Sessions and keys</h2>
<p class="muted">What ends here ends now, without moving the clock.</p>
<div class="levers">
${form("expire-sessions", html`<button class="btn" type="submit">End all sessions</button>`)}
${form("expire-contexts", html`<button class="btn" type="submit">End all identity contexts</button>`)}
${form("forget-keys", html`<button class="btn" type="submit">Forget the issuers’ keys</button>`)}
${form("clear-requests", html`<button class="btn" type="submit">Empty the list of requests</button>`)}
<a class="btn danger" href="/controls/reset">Reset the sandbox</a>
</div>
</section>
<section aria-labelledby="switches"><h2 id="switches">Switches <small>${countOf(rules.length, "switch", "switches")}, ${changed.length === 0 ? "all as they are by default" : `${changed.length} changed`}</small></h2>
<p class="muted">What AWS does not say, or says twice. The default is the strict reading.</p>
${[...changed, ...rules.filter((rule) => rule.value === rule.default)].map((rule) => renderSwitch(rule, form))}
</section>`;
}

/** @returns the question before everything is taken away */
export function renderResetQuestion(token: string): Html {
  return html`<p class="trail"><a href="/controls">Controls</a></p>
<div class="title"><h1>Reset the sandbox?</h1></div>
<section>
<p>Everything goes back to the seed: accounts, users, applications and documents made since, sessions, switches, clock, faults and the list of requests. It cannot be undone.</p>
<div class="levers">${formOf(token)("reset", html`<button class="btn danger solid" type="submit">Reset the sandbox</button>`)}<a class="btn" href="/controls">Leave it</a></div>
</section>`;
}

const advances: Readonly<Record<number, string>> = {
  60: "One minute on",
  3600: "One hour on",
  86400: "One day on",
};

type Form = (act: string, fields: Html, className?: string) => Html;

function formOf(token: string): Form {
  return (act, fields, className) =>
    html`<form method="post" action="/controls"${className !== undefined && html` class="${className}"`}><input type="hidden" name="form_token" value="${token}"><input type="hidden" name="act" value="${act}">${fields}</form>`;
}

function field(id: string, label: string, control: Html): Html {
  return html`<div class="field"><label for="${id}">${label}</label>${control}</div>`;
}

function renderFaultFields(): Html {
  return html`${field("service", "Service", html`<select id="service" name="service"><option value="">any</option>${simulatedServices.map(({ name }) => html`<option value="${name}">${name}</option>`)}</select>`)}
${field("operation", "Operation", html`<input id="operation" name="operation" maxlength="128" placeholder="any" autocomplete="off">`)}
${field("times", "How often", html`<input id="times" name="times" inputmode="numeric" value="1" maxlength="7">`)}
${field("delay", "Delay in ms", html`<input id="delay" name="delayMs" inputmode="numeric" maxlength="6" placeholder="none">`)}
${field("code", "Error code", html`<input id="code" name="code" maxlength="128" placeholder="none" autocomplete="off">`)}
${field("status", "Status", html`<input id="status" name="status" inputmode="numeric" maxlength="3" placeholder="400">`)}
${field("drop", "Connection", html`<select id="drop" name="drop"><option value="">is kept</option><option value="before">drops before the call is done</option><option value="after">drops after it is done</option><option value="middle">drops in the answer</option></select>`)}
<button class="btn" type="submit">Add the fault</button>`;
}

function renderFaults(faults: readonly PendingFault[]): Html | false {
  if (faults.length === 0) return false;
  return html`<ul class="plain">${faults
    .slice(0, 50)
    .map(
      ({ service, operation, remaining, delayMs, error, drop }) =>
        html`<li>${[service, operation].filter(Boolean).join(" ") || "Any call"}: ${[
          error && `${error.status ?? 400} ${error.code}`,
          delayMs !== undefined && `waits ${delayMs} ms`,
          drop && `connection drops (${drop})`,
        ]
          .filter((part) => typeof part === "string")
          .join(", ")} – ${remaining} × left</li>`,
    )}</ul>`;
}

function renderSwitch(rule: ReturnType<SandboxControl["rules"]>[number], form: Form): Html {
  const { name, value, values } = rule;
  const id = `switch-${name}`;
  const isChanged = value !== rule.default;
  const input =
    values.length === 0
      ? html`<input id="${id}" name="value" value="${value}" inputmode="numeric" maxlength="9" required aria-label="${name}">`
      : html`<select id="${id}" name="value" aria-label="${name}">${values.map((each) => html`<option value="${each}"${each === value && html` selected`}>${each}${each === rule.default && " (default)"}</option>`)}</select>`;
  return html`<div class="switch" id="${name}"><div><b>${name}</b>${isChanged && html`<span class="badge info">changed from ${rule.default}</span>`}<p>${rule.question}</p><small>${rule.certainty}: ${rule.source}</small></div>
${form("rule", html`<input type="hidden" name="name" value="${name}">${input}<button class="btn" type="submit">Set<span class="unseen"> ${name}</span></button>`)}</div>`;
}
