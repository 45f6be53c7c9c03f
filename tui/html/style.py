"""The look of a page: its colours are those of the dark and the light theme, and nothing in it is fetched."""

STYLE = """
:root { color-scheme: light dark; --ground: #fbfaf7; --raised: #f1efe9; --rule: #cfccc3; --text: #26323c;
  --strong: #0a1218; --dim: #515e69; --faint: #6d7882; --bar: #0b6579; --warn: #824c00; --grave: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ground: #0e1318; --raised: #151c23; --rule: #33414e; --text: #cfd8e0;
  --strong: #f3f6f9; --dim: #93a2b0; --faint: #6d7c8a; --bar: #62c6d8; --warn: #e6b673; --grave: #ff857b; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2.5rem 1.5rem 4rem; max-width: 62rem; background: var(--ground); color: var(--text);
  font: 16px/1.55 system-ui, sans-serif; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
h1 { margin: 0; font-size: 1.7rem; line-height: 1.2; color: var(--strong); }
h2 { margin: 2.6rem 0 .8rem; font-size: 1.05rem; color: var(--dim); border-bottom: 1px solid var(--rule); }
h3 { margin: 0; font-size: .95rem; font-weight: 500; }
p { margin: .2rem 0; }
.about, .note, .n, .before, figcaption { color: var(--dim); font-size: .88rem; }
.alarm { color: var(--warn); font-weight: 600; }
.figure { padding: .7rem 0; border-bottom: 1px solid var(--rule); }
.head { display: flex; justify-content: space-between; align-items: baseline; gap: 1.5rem; }
.head h3 { flex: 1; min-width: 0; }
.head .value { white-space: nowrap; }
.main { margin: .8rem 0; padding: 1.2rem 1.4rem; background: var(--raised); border: 0; border-radius: .5rem; }
.main h3 { font-size: 1.1rem; }
.value { margin: 0; font-size: 1.2rem; line-height: 1.25; font-weight: 600; color: var(--strong); }
.main .value { font-size: 2.2rem; }
.few .value, .few h3 { color: var(--faint); font-weight: 400; }
.unknown .value { color: var(--faint); }
table { width: 100%; border-collapse: collapse; font-size: .88rem; }
th { text-align: left; color: var(--dim); font-weight: 500; }
th, td { padding: .25rem .6rem .25rem 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
.right { text-align: right; white-space: nowrap; }
.drawn { width: 34%; }
.drawn svg { margin-top: .35rem; }
.sums th, .sums td { padding-left: .6rem; }
.sums th:first-child, .sums td:first-child { padding-left: 0; }
.sums td, .sums th { overflow-wrap: break-word; }
.parts { margin: .5rem 0; }
.counts { max-width: 26rem; }
.parts td:last-child { padding-right: 0; }
.parts tr:last-child td, .events tr:last-child td { border-bottom: 0; }
.events td:first-child { white-space: nowrap; }
.budget { margin: 0 0 1rem; }
.budget svg { margin: .2rem 0; }
details { margin-top: .5rem; }
summary { cursor: pointer; color: var(--dim); font-size: .85rem; }
details[open] { max-height: 26rem; overflow: auto; }
svg { display: block; width: 100%; height: auto; }
figure { margin: 0; }
.solid { fill: var(--bar); }
.lines { fill: none; stroke: var(--warn); stroke-width: 2; }
.line { stroke: var(--rule); stroke-width: 1; }
.ceiling { stroke: var(--strong); stroke-width: 2; }
.rest { fill: var(--rule); opacity: .45; }
.grave .solid { fill: var(--grave); }
.grave .step { color: var(--grave); }
.warns .solid { fill: var(--warn); }
.step { font-weight: 600; }
svg text { fill: var(--dim); font-size: 12px; }
footer { margin-top: 3rem; color: var(--faint); font-size: .85rem; }
@media (max-width: 40rem) {
  body { padding: 1.4rem 1rem 3rem; }
  .main { padding: 1rem; }
  .main .value { font-size: 1.6rem; }
  .wide { overflow-x: auto; }
  .wide svg[role] { min-width: 36rem; }
  .wide table { min-width: max-content; }
  .wide .drawn { display: none; }
  .events thead { display: none; }
  .events tr { display: grid; grid-template-columns: 1fr auto; padding: .35rem 0; }
  .events tr + tr { border-top: 1px solid var(--rule); }
  .events td { padding: 0; border: 0; }
  .events td:nth-child(n + 3) { grid-column: 1 / -1; }
  .events td:first-child, .events td:last-child { color: var(--dim); }
}
@media print { body { max-width: none; padding: 0; } .figure { break-inside: avoid; } }
"""
