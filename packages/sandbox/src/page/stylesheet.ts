// The one stylesheet of the sandbox's pages. Light and dark follow the reader's system.

export const STYLESHEET = `
:root {
  color-scheme: light dark;
  --ground: #f6f5f2; --paper: #ffffff; --ink: #1c1d22; --quiet: #6a6b73; --line: #e2e0da;
  --accent: #3d4fd8; --ok: #15673d; --ok-ground: #e3f4ea; --bad: #b3261e; --bad-ground: #fdeceb;
  --warn: #8a5a00; --warn-ground: #fdf2d9; --code: #f1f0ec;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14151a; --paper: #1c1e25; --ink: #eceae4; --quiet: #9c9ca6; --line: #30323c;
    --accent: #9aa6ff; --ok: #63d397; --ok-ground: #17352a; --bad: #ff8f86; --bad-ground: #3d1f20;
    --warn: #f0c060; --warn-ground: #3a2e14; --code: #14151a;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
a { color: var(--accent); }
a:focus-visible, button:focus-visible, input:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
small { color: var(--quiet); font-size: .82em; font-weight: 400; }
code, pre, .number { font-family: var(--mono); font-size: .86em; }
.bar { display: flex; align-items: center; gap: 2rem; padding: .8rem clamp(1rem, 4vw, 3rem);
  background: var(--paper); border-bottom: 1px solid var(--line); }
.brand { display: flex; align-items: center; gap: .55rem; color: inherit; font-weight: 650; text-decoration: none; }
.mark { width: 1.05rem; height: 1.05rem; border-radius: .3rem; background: linear-gradient(135deg, var(--accent), #d0653d); }
nav { display: flex; gap: .3rem; }
nav a { padding: .25rem .7rem; border-radius: 2rem; color: var(--quiet); text-decoration: none; }
nav a:hover { color: var(--ink); }
nav a[aria-current] { background: var(--ground); color: var(--ink); font-weight: 550; }
main { max-width: 76rem; margin: 0 auto; padding: 1.6rem clamp(1rem, 4vw, 3rem) 3rem; }
footer { padding: 1rem clamp(1rem, 4vw, 3rem) 2rem; color: var(--quiet); font-size: .82rem; text-align: center; }
h1 { margin: 0; font-size: 1.5rem; line-height: 1.25; overflow-wrap: anywhere; }
h1 .number { color: var(--quiet); font-weight: 400; }
h2 { margin: 0 0 .8rem; font-size: 1.05rem; overflow-wrap: anywhere; }
h3 { margin: 1.2rem 0 .4rem; font-size: .8rem; color: var(--quiet); font-weight: 600; }
.title { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .4rem 1rem; margin-bottom: 1rem; }
.title p { margin: 0; }
.muted { color: var(--quiet); }
.trail { display: flex; gap: 1rem; margin: 0 0 1rem; font-size: .9rem; }
.tools { display: flex; flex-wrap: wrap; gap: .4rem; margin-bottom: .9rem; }
.toggle, .live { padding: .28rem .8rem; border: 1px solid var(--line); border-radius: 2rem; background: var(--paper);
  color: var(--quiet); font-size: .88rem; text-decoration: none; }
.toggle[aria-current] { border-color: var(--accent); color: var(--ink); }
.live { margin-left: auto; }
.live.on::before { content: ""; display: inline-block; width: .5rem; height: .5rem; margin-right: .45rem;
  border-radius: 50%; background: var(--ok); }
section, .empty { margin-bottom: 1.2rem; padding: 1.2rem 1.4rem; background: var(--paper); border: 1px solid var(--line); border-radius: .8rem; }
.requests { margin: 0; padding: 0; list-style: none; background: var(--paper); border: 1px solid var(--line); border-radius: .8rem; overflow: hidden; }
.request + .request { border-top: 1px solid var(--line); }
.row { display: grid; grid-template-columns: 2.2rem 4.6rem minmax(0, 1.2fr) minmax(0, 1fr) minmax(0, 18rem) 4rem;
  gap: .2rem .9rem; align-items: center; padding: .6rem 1.1rem; color: inherit; text-decoration: none; }
.row:hover { background: var(--ground); }
.row:focus-visible { outline-offset: -2px; }
.row .number, .row time, .duration { color: var(--quiet); font-size: .84rem; font-variant-numeric: tabular-nums; }
.row .number { text-align: right; }
.duration { text-align: right; }
.operation, .caller { min-width: 0; overflow-wrap: anywhere; }
.operation small, .caller small, .result small { display: block; }
.result small { padding-left: .6rem; }
.caller b { font-weight: 500; }
.badge { display: inline-block; padding: .1rem .6rem; border-radius: 2rem; font-size: .82rem; font-weight: 600; overflow-wrap: anywhere; }
.badge.ok { background: var(--ok-ground); color: var(--ok); }
.badge.warned { background: var(--warn-ground); color: var(--warn); }
.badge.refused { background: var(--bad-ground); color: var(--bad); }
.reason { padding: 0 1.1rem .8rem 9.7rem; font-size: .92rem; }
.reason p { display: grid; grid-template-columns: 2.6rem 1fr; gap: .5rem; margin: .15rem 0; overflow-wrap: anywhere; }
.reason b { color: var(--bad); font-weight: 600; }
.reason p + p b, .fix b { color: var(--accent); font-weight: 600; }
.verdict { border-color: var(--bad); background: var(--bad-ground); }
.verdict .reason { padding: 0; font-size: 1rem; }
.checks { margin: 0; padding: 0; list-style: none; }
.check { display: grid; grid-template-columns: 1.6rem 1fr; gap: .6rem; padding: .55rem 0; }
.check + .check { border-top: 1px solid var(--line); }
.check b { font-family: var(--mono); font-size: .86em; font-weight: 600; }
.check .fix b { font: inherit; font-weight: 600; }
.check p { margin: .1rem 0 0; overflow-wrap: anywhere; white-space: pre-line; }
.sign { display: grid; place-items: center; width: 1.5rem; height: 1.5rem; border-radius: 50%; font-weight: 700; font-size: .85rem; }
.check.ok .sign { background: var(--ok-ground); color: var(--ok); }
.check.refused .sign { background: var(--bad-ground); color: var(--bad); }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .35rem 1.4rem; margin: 0; }
.facts dt { color: var(--quiet); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); gap: 1.2rem; }
.columns section { min-width: 0; }
pre { margin: 0; padding: .9rem 1rem; background: var(--code); border-radius: .5rem; line-height: 1.5; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .92rem; }
th { padding: .3rem .8rem .3rem 0; color: var(--quiet); font-size: .82rem; font-weight: 500; text-align: left; }
td { padding: .45rem .8rem .45rem 0; border-top: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
.signin { max-width: 30rem; margin: 3vh auto; }
.signin section { padding: 1.8rem; }
.signin h1 { margin-bottom: .4rem; }
.people { display: grid; gap: .5rem; margin: 1.2rem 0 0; padding: 0; list-style: none; }
.people button { display: flex; align-items: center; gap: .8rem; width: 100%; padding: .7rem .9rem; border: 1px solid var(--line);
  border-radius: .6rem; background: var(--paper); color: inherit; font: inherit; text-align: left; cursor: pointer; }
.people button:hover { border-color: var(--accent); }
.people small { display: block; }
.initial { display: grid; place-items: center; flex: none; width: 2.1rem; height: 2.1rem; border-radius: 50%;
  background: var(--ground); color: var(--accent); font-weight: 650; }
.byname { display: grid; grid-template-columns: 1fr auto; gap: .5rem; align-items: end; margin-top: 1.2rem; padding-top: 1.2rem; border-top: 1px solid var(--line); }
.byname label { color: var(--quiet); font-size: .85rem; }
.byname input { display: block; width: 100%; margin-top: .2rem; padding: .5rem .7rem; border: 1px solid var(--quiet); border-radius: .5rem; background: var(--paper); color: var(--ink); font: inherit; }
.byname button { padding: .5rem 1rem; border: 0; border-radius: .5rem; background: var(--accent); color: var(--paper); font: inherit; font-weight: 600; cursor: pointer; }
.plain { margin-top: 1rem; padding: .4rem .2rem; border: 0; background: none; color: var(--quiet); font: inherit; text-decoration: underline; cursor: pointer; }
@media (max-width: 52rem) {
  .row { grid-template-columns: 2rem 1fr; }
  .row time, .duration { display: none; }
  .row .caller, .row .result { grid-column: 2; }
  .row .result small { display: inline; }
  .reason { padding-left: 4rem; }
  .brand small { display: none; }
  .reason p { grid-template-columns: 1fr; gap: 0; }
  .facts { grid-template-columns: 1fr; gap: 0; }
  .facts dd { margin-bottom: .5rem; }
}
`;
