// The one stylesheet of the sandbox's pages: the design it shares with the provider's, and what only it draws.
// Colours, sizes and spaces are the shared tokens'; light and dark follow the reader's system.
import { createHash } from "node:crypto";
import { SHARED_STYLE } from "./shared_style.ts";

const OWN_STYLE = `
small { color: var(--text-2); font-size: var(--t1); font-weight: 400; }
code, pre, .number { font-family: var(--mono); font-size: var(--t1); }
.bar { display: flex; flex-wrap: wrap; align-items: center; gap: var(--s2) var(--s6); min-height: 3.5rem;
  padding: var(--s2) clamp(var(--s4), 4vw, var(--s7)); background: var(--surface); border-bottom: 1px solid var(--border); }
nav { display: flex; gap: var(--s1); }
nav a { display: flex; align-items: center; min-height: var(--mouse); padding: 0 var(--s3); border-radius: var(--r1);
  color: var(--text-2); text-decoration: none; }
nav a:hover { background: var(--sunken); color: var(--text); }
nav a[aria-current] { background: var(--brand-soft); color: var(--brand-text); font-weight: 600; }
main { max-width: 76rem; margin: 0 auto; padding: var(--s5) clamp(var(--s4), 4vw, var(--s7)) var(--s7); }
footer { padding: var(--s4) clamp(var(--s4), 4vw, var(--s7)) var(--s6); color: var(--text-2); font-size: var(--t1); text-align: center; }
h1, h2 { overflow-wrap: anywhere; }
h1 .number { color: var(--text-2); font-weight: 400; }
h2 { margin-bottom: var(--s3); }
h3 { margin: var(--s5) 0 var(--s1); color: var(--text-2); }
.title { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: var(--s2) var(--s4); margin-bottom: var(--s4); }
.trail { display: flex; gap: var(--s4); margin-bottom: var(--s4); }
.trail a { display: inline-flex; align-items: center; min-height: 1.5rem; }
.tools { display: flex; flex-wrap: wrap; gap: var(--s2); margin-bottom: var(--s4); }
.toggle[aria-current] { border-color: var(--brand); background: var(--brand-soft); color: var(--brand-text); }
body { overflow-anchor: none; }
.livebar { display: flex; flex-wrap: wrap; align-items: center; gap: var(--s2); margin-left: auto; color: var(--text-2); font-size: var(--t1); }
.live.on::before { content: ""; width: 0.5rem; height: 0.5rem; border-radius: 50%; background: var(--ok); }
.filter { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(8rem, 100%), 1fr)); gap: var(--s3); align-items: end; margin-bottom: var(--s4); }
.found { margin-bottom: var(--s3); }
.chain { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: var(--s5); counter-reset: call; }
.link { position: relative; display: grid; gap: var(--s2); align-content: start; padding: var(--s3); border: 1px solid var(--control); border-radius: var(--r1); overflow-wrap: anywhere; }
.link + .link::before { content: "→"; position: absolute; left: calc(-1 * var(--s5)); top: var(--s3); width: var(--s5); color: var(--text-2); text-align: center; }
.link.refused { border-color: var(--bad); background: var(--bad-soft); }
.link.absent { border-style: dashed; }
.link .handed { font-size: var(--t1); }
.link.refused .muted { color: var(--text); }
.link [aria-current] { text-decoration: underline; text-decoration-thickness: 2px; text-underline-offset: 0.3em; }
.ticket { margin: var(--s3) 0; user-select: all; }
.kv dd { overflow-wrap: anywhere; }
.kv small { display: block; }
.news, .wrongs { margin-bottom: var(--s4); padding: var(--s3) var(--s4); border: 1px solid var(--ok); border-radius: var(--r1); background: var(--ok-soft); color: var(--ok); }
.wrongs { border-color: var(--bad); background: var(--bad-soft); color: var(--bad); overflow-wrap: anywhere; }
.levers { display: flex; flex-wrap: wrap; gap: var(--s3); align-items: end; margin-top: var(--s3); }
.levers .field { flex: 1 1 8rem; max-width: 16rem; }
.switch { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 18rem); gap: var(--s2) var(--s5); padding: var(--s3) 0; border-top: 1px solid var(--border); }
.switch form { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: var(--s2); align-content: start; }
.switch .badge { margin-left: var(--s2); }
section, .empty { margin-bottom: var(--s5); padding: var(--s5); background: var(--surface); border: 1px solid var(--border); border-radius: var(--r2); }
section section { padding: var(--s4); }
.empty { display: grid; gap: var(--s3); }
.requests { background: var(--surface); border: 1px solid var(--border); border-radius: var(--r2); overflow: hidden; }
.request + .request { border-top: 1px solid var(--border); }
.row { display: grid; grid-template-columns: 2.2rem 4.6rem minmax(0, 1.2fr) minmax(0, 1fr) minmax(0, 18rem) 4rem;
  gap: var(--s1) var(--s4); align-items: center; padding: var(--s3) var(--s4); color: inherit; text-decoration: none; }
.row:hover { background: var(--sunken); }
.row:focus-visible { outline-offset: -3px; }
.row .number, .row time, .duration { color: var(--text-2); font-size: var(--t1); font-variant-numeric: tabular-nums; }
.row .number, .duration { text-align: right; }
.operation, .caller { min-width: 0; overflow-wrap: anywhere; }
.operation small, .caller small, .result small { display: block; }
.badge { white-space: normal; overflow-wrap: anywhere; }
.reason { display: grid; gap: var(--s1); padding: 0 var(--s4) var(--s3) calc(6.8rem + 3 * var(--s4)); }
.reason p { display: grid; grid-template-columns: 2.6rem minmax(0, 1fr); gap: var(--s2); overflow-wrap: anywhere; }
.reason b { color: var(--bad); }
.reason p + p b, .fix b { color: var(--brand-text); }
.verdict { border-color: var(--bad); background: var(--bad-soft); }
.verdict .reason { padding: 0; }
.verdict .reason p + p b { color: var(--text); }
.check { display: grid; grid-template-columns: 1.5rem minmax(0, 1fr); gap: var(--s3); padding: var(--s2) 0; }
.check + .check { border-top: 1px solid var(--border); }
.check b { font-family: var(--mono); font-size: var(--t1); }
.check .fix b { font: inherit; font-weight: 600; }
.check p { overflow-wrap: anywhere; white-space: pre-line; }
.sign { display: grid; place-items: center; width: 1.5rem; height: 1.5rem; border-radius: 50%; font-weight: 700; font-size: var(--t1); }
.check.ok .sign { background: var(--ok-soft); color: var(--ok); }
.check.refused .sign { background: var(--bad-soft); color: var(--bad); }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); gap: 0 var(--s5); }
.columns section { min-width: 0; }
pre { padding: var(--s3) var(--s4); background: var(--sunken); border: 1px solid var(--border); border-radius: var(--r1); line-height: 1.5; white-space: pre-wrap; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; }
th { padding: var(--s1) var(--s3) var(--s1) 0; color: var(--text-2); font-size: var(--t1); font-weight: 600; text-align: left; }
td { padding: var(--s2) var(--s3) var(--s2) 0; border-top: 1px solid var(--border); vertical-align: top; overflow-wrap: anywhere; }
.signin { max-width: 30rem; margin: var(--s6) auto; font-size: var(--t3); }
.signin section { display: grid; gap: var(--s4); }
.people { display: grid; gap: var(--s2); }
.people button { display: flex; align-items: center; gap: var(--s3); width: 100%; min-height: var(--touch); padding: var(--s2) var(--s3);
  border: 1px solid var(--control); border-radius: var(--r1); background: var(--surface); color: inherit; font: inherit; text-align: left; cursor: pointer; }
.people button:hover { background: var(--brand-soft); border-color: var(--brand); }
.people small { display: block; }
.byname { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: var(--s2); align-items: end; padding-top: var(--s4); border-top: 1px solid var(--border); }
@media (max-width: 60rem) {
  .row { grid-template-columns: 2rem minmax(0, 1fr); }
  .row time, .duration { display: none; }
  .row .caller, .row .result { grid-column: 2; }
  .row .result small { display: inline; }
  .reason { padding-left: calc(2rem + 2 * var(--s4)); }
  .reason p { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .chain { grid-template-columns: minmax(0, 1fr); gap: var(--s6); }
  .link + .link::before { content: "↓"; left: var(--s3); top: calc(-1 * var(--s6) + var(--s1)); }
}
@media (max-width: 44rem) {
  .kv { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .kv dd { margin-bottom: var(--s2); }
  .switch { grid-template-columns: minmax(0, 1fr); }
  .livebar { margin-left: 0; }
  .brand small { display: none; }
  nav a { min-height: var(--touch); }
}
`;

/** The style sheet as it is sent. */
export const STYLESHEET = SHARED_STYLE + OWN_STYLE;

/** Which content it has: part of its address, so that a browser keeps it while it stays the same. */
export const STYLESHEET_VERSION = createHash("sha256").update(STYLESHEET).digest("hex").slice(0, 16);
