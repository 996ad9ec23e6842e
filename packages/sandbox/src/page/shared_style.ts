// The design shared with the provider's pages: tokens, type, controls.
// Written from src/views/style by `npm run docs`. Do not edit.

export const SHARED_STYLE = `:root{color-scheme: light dark;--bg: #f5f6fa;--glow: #e4e7fb;--surface: #ffffff;--plate: #ffffff;--sunken: #f0f2f8;--border: #d9dce8;--control: #747b98;--text: #161a2b;--text-2: #525872;--brand: #4338ca;--brand-strong: #3730a3;--on-brand: #ffffff;--brand-edge: #4338ca;--brand-soft: #ecedff;--brand-text: #3d33b8;--ok: #0b6b53;--ok-soft: #def4ea;--warn: #86480a;--warn-soft: #fcf0da;--bad: #b0211a;--bad-soft: #fdebe9;--on-bad: #ffffff;--info: #1c5a9c;--info-soft: #e4effb;--focus: #161a2b;--shadow: 0 1px 2px rgb(21 24 44 / 6%),0 12px 32px -12px rgb(21 24 44 / 18%);--part-1: #b42372;--part-2: #4338ca;--part-3: #0b6b78;--t1: 0.8125rem;--t2: 0.875rem;--t3: 1rem;--t4: 1.25rem;--t5: 1.625rem;--s1: 4px;--s2: 8px;--s3: 12px;--s4: 16px;--s5: 24px;--s6: 32px;--s7: 48px;--r1: 6px;--r2: 10px;--round: 99px;--low: 28px;--mouse: 36px;--touch: 44px;--sans: ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans","DejaVu Sans",sans-serif;--mono: ui-monospace,"SF Mono",SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
@media (prefers-color-scheme: dark){:root{--bg: #0f1220;--glow: #1f2450;--surface: #171b2d;--plate: #ffffff;--sunken: #20253a;--border: #30364f;--control: #7f87aa;--text: #eceef8;--text-2: #a9b0cb;--brand: #8f97ff;--brand-strong: #a9afff;--on-brand: #10132a;--brand-edge: #8f97ff;--brand-soft: #262b55;--brand-text: #b0b6ff;--ok: #6fdcb6;--ok-soft: #12372f;--warn: #f3c27a;--warn-soft: #3a2a12;--bad: #ff9c94;--bad-soft: #43191c;--on-bad: #2b0807;--info: #8cc4ff;--info-soft: #14304f;--focus: #ffffff;--shadow: 0 1px 2px rgb(0 0 0 / 40%),0 16px 40px -16px rgb(0 0 0 / 70%);--part-1: #ff8fc7;--part-2: #b0b6ff;--part-3: #74d4e4}
}
*,*::before,*::after{box-sizing: border-box}
[hidden][hidden]{display: none}
html{-webkit-text-size-adjust: 100%;text-size-adjust: 100%}
body{margin: 0;min-height: 100vh;font: 400 var(--t2) / 1.5 var(--sans);color: var(--text);background: var(--bg);overflow-wrap: break-word}
h1,h2,h3,p,ul,ol,dl,dd,figure,pre{margin: 0;padding: 0}
ul,ol{list-style: none}
h1,h2,h3{font-weight: 700}
h1{font-size: var(--t5);line-height: 1.25;letter-spacing: -0.01em;text-wrap: balance}
h2{font-size: var(--t3);line-height: 1.4}
h3{font-size: var(--t2);line-height: 1.4}
b,strong{font-weight: 600}
a{color: var(--brand-text);text-underline-offset: 0.2em}
code,.mono{font-family: var(--mono);font-size: 0.92em;overflow-wrap: anywhere}
.muted,.lead{color: var(--text-2)}
.lead strong{color: var(--text)}
.small{font-size: var(--t1)}
.fine{color: var(--text-2);font-size: var(--t2)}
.plain{display: grid;gap: var(--s1);padding-left: var(--s5);list-style: disc}
.nowrap{white-space: nowrap}
.num{font-variant-numeric: tabular-nums}
.unseen{position: absolute;width: 1px;height: 1px;overflow: hidden;clip-path: inset(50%);white-space: nowrap}
:focus-visible{outline: 3px solid var(--focus);outline-offset: 2px;border-radius: var(--r1)}
.skip{position: absolute;left: var(--s4);top: -5rem;z-index: 2;padding: var(--s2) var(--s4);color: var(--text);background: var(--surface);border: 1px solid var(--control);border-radius: var(--r1)}
.skip:focus{top: var(--s2)}
main:focus{outline: 0}
.logo{flex: none;width: auto;height: var(--s6);max-width: 100%;padding: 2px;object-fit: contain;background: var(--plate);border-radius: var(--r1)}
.mark{position: relative;flex: none;display: inline-block;width: 1.5rem;height: 1.65rem;background: var(--brand);clip-path: polygon(50% 0,100% 16%,100% 55%,84% 80%,50% 100%,16% 80%,0 55%,0 16%)}
.mark::before,.mark::after{content: "";position: absolute;left: 50%;transform: translateX(-50%);background: var(--surface)}
.mark::before{top: 30%;width: 34%;aspect-ratio: 1;border-radius: 50%}
.mark::after{top: 48%;width: 14%;height: 26%}
.brand{display: flex;align-items: center;gap: var(--s2);font-size: var(--t3);font-weight: 600;color: inherit;text-decoration: none}
.avatar{flex: none;display: inline-grid;place-items: center;width: 2.5rem;height: 2.5rem;color: var(--brand-text);background: var(--brand-soft);border-radius: 50%;font-weight: 700;text-transform: uppercase}
@media (forced-colors: active){.mark{background: CanvasText;forced-color-adjust: none}
}
@media print{:root{color-scheme: light}
body{background: none}
.skip,form button,.btn{display: none}
a[href^="http"]::after{content: " (" attr(href) ")";overflow-wrap: anywhere}
details::details-content{content-visibility: visible;block-size: auto}
li,tr,section{break-inside: avoid}
}
.btn{display: inline-flex;align-items: center;justify-content: center;gap: var(--s2);min-height: var(--mouse);padding: var(--s1) var(--s4);border: 1px solid var(--control);border-radius: var(--r1);background: var(--surface);color: var(--text);font: 600 var(--t2) / 1.3 var(--sans);text-align: center;text-decoration: none;cursor: pointer}
.btn:hover{background: var(--sunken)}
.btn.primary{background: var(--brand);border-color: var(--brand-edge);color: var(--on-brand)}
.btn.primary:hover{background: var(--brand-strong);border-color: var(--brand-strong)}
.btn.quiet{background: transparent;border-color: transparent;color: var(--text-2)}
.btn.quiet:hover{border-color: var(--border);color: var(--text)}
.btn.danger{color: var(--bad);border-color: var(--bad)}
.btn.danger.solid{background: var(--bad);color: var(--on-bad)}
.btn.danger.solid:hover{text-decoration: underline}
.btn.slim{min-height: var(--low);padding: 0 var(--s3);font-size: var(--t1)}
.btn[aria-disabled="true"]{border-style: dashed;color: var(--text-2);cursor: default}
.actions{display: flex;flex-wrap: wrap;align-items: center;gap: var(--s2)}
.fields{display: grid;gap: var(--s4);max-width: 40rem}
.field{display: grid;gap: var(--s1);align-content: start;min-width: 0}
.field > .btn{justify-self: start}
.field label,.field legend{padding: 0;font-size: var(--t1);font-weight: 600}
.field .hint{color: var(--text-2);font-size: var(--t1)}
.field .wrong{color: var(--bad);font-size: var(--t1);font-weight: 600}
.field.check{grid-template-columns: auto minmax(0,1fr);gap: 0 var(--s2);align-items: center}
.field.check .hint,.field.check .wrong{grid-column: 2}
fieldset.fields{border: 0;border-top: 1px solid var(--border);margin: 0;padding: var(--s4) 0 0}
fieldset.fields > legend{padding: 0 var(--s2) 0 0;font-size: var(--t3);font-weight: 600}
fieldset.field{border: 0;margin: 0;padding: 0}
input,select,textarea{width: 100%;min-height: var(--mouse);padding: var(--s1) var(--s3);border: 1px solid var(--control);border-radius: var(--r1);background: var(--surface);color: inherit;font: inherit;font-size: var(--t2)}
textarea{padding-block: var(--s2);font-family: var(--mono)}
input[type="checkbox"],input[type="radio"]{width: 1.25rem;min-height: 1.25rem;margin: 0;padding: 0;accent-color: var(--brand)}
input:focus-visible,select:focus-visible,textarea:focus-visible{outline-offset: 0}
[aria-invalid="true"]{border-color: var(--bad);box-shadow: inset 0 0 0 1px var(--bad)}
.badge{display: inline-flex;align-items: center;gap: var(--s1);padding: 0 var(--s2);border: 1px solid transparent;border-radius: var(--round);font-size: var(--t1);font-weight: 600;line-height: 1.5rem;white-space: nowrap;background: var(--sunken);color: var(--text-2)}
.badge.ok{background: var(--ok-soft);color: var(--ok)}
.badge.warn{background: var(--warn-soft);color: var(--warn)}
.badge.bad{background: var(--bad-soft);color: var(--bad)}
.badge.info{background: var(--info-soft);color: var(--info)}
.banner{display: grid;grid-template-columns: auto minmax(0,1fr) auto;gap: var(--s1) var(--s3);align-items: center;padding: var(--s3) var(--s4);border: 1px solid currentcolor;border-radius: var(--r2);background: var(--sunken);color: var(--text-2)}
.banner > *{color: var(--text)}
.banner > [aria-hidden]{color: inherit;font-weight: 700}
.banner.ok{background: var(--ok-soft);color: var(--ok)}
.banner.warn{background: var(--warn-soft);color: var(--warn)}
.banner.bad{background: var(--bad-soft);color: var(--bad)}
.banner.info{background: var(--info-soft);color: var(--info)}
.banner ul{grid-column: 2;display: grid;gap: var(--s1)}
.banner h2:focus{outline: 0}
.kv{display: grid;grid-template-columns: 9rem minmax(0,1fr);gap: var(--s2) var(--s4)}
.kv dt,.kv dd{line-height: 1.5rem}
.kv dt{color: var(--text-2)}
.kv dd{overflow-wrap: anywhere}
@media (max-width: 44rem){.kv{grid-template-columns: minmax(0,1fr);gap: 0}
.kv dd{margin-bottom: var(--s2)}
.btn,input,select,textarea{min-height: var(--touch)}
input,select,textarea{font-size: var(--t3)}
.btn.slim{min-height: var(--touch)}
.banner .btn{grid-column: 1 / -1}
}
@media (prefers-reduced-motion: no-preference){.btn{transition: background-color 120ms ease,border-color 120ms ease,color 120ms ease}
}
@media (forced-colors: active){.btn.primary,.btn.solid{border-width: 3px}
.badge,.banner{border-color: CanvasText}
}`;
