/** The report's style sheet; `--mark` is the lightness of the variants' colours. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fbfaf7; --ink: #1d2320; --soft: #5f6a64; --rule: #dfe2da; --card: #fff; --accent: #1f7a4d; --mark: .58;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #141816; --ink: #e6eae5; --soft: #98a39c; --rule: #2b332e; --card: #1a1f1c; --accent: #6fcf9b; --mark: .74;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 1040px; padding: 48px 24px 64px; background: var(--paper); color: var(--ink);
  font: 16px/1.55 ui-sans-serif, system-ui, "Segoe UI", Roboto, sans-serif;
}
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 .5rem; letter-spacing: -.015em; }
h2 { font-size: 1.2rem; margin: 2.75rem 0 .6rem; }
h3 { font-size: .92rem; margin: 0; font-weight: 600; }
h3.of { margin: 1.4rem 0 .6rem; }
a { color: var(--accent); }
p { margin: .4rem 0; max-width: 46rem; }
.over { color: var(--accent); font-weight: 600; font-size: .85rem; margin: 0 0 .5rem; }
.lead { font-size: 1.1rem; }
.papers { color: var(--soft); font-size: .9rem; }
.facts { display: flex; flex-wrap: wrap; gap: .75rem 2.25rem; margin: 1.5rem 0 0; padding: 1rem 0;
  border-block: 1px solid var(--rule); }
.facts dt { color: var(--soft); font-size: .78rem; }
.facts dd { margin: 0; font-weight: 600; font-size: .95rem; overflow-wrap: anywhere; }
.note { color: var(--soft); font-size: .92rem; }
.faint { color: var(--soft); font-weight: 400; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .94rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .42rem .7rem; border-bottom: 1px solid var(--rule); white-space: nowrap; }
thead th { color: var(--soft); font-weight: 500; font-size: .8rem; }
tbody th { font-weight: 500; }
tr.first th, tr.first td.number:nth-child(2) { font-weight: 700; }
.number { text-align: right; }
td.strip svg { display: block; color: var(--c); }
th.strip { width: 182px; } th.strip div { display: flex; justify-content: space-between; }
td.strip circle { fill: currentColor; fill-opacity: .55; }
td.strip .rail { stroke: var(--rule); } td.strip .mean { stroke: currentColor; stroke-width: 2; }
.swatch { display: inline-block; width: .7em; height: .7em; border-radius: 50%; background: var(--c);
  margin-right: .55em; }
.tag { font-size: .72rem; font-weight: 500; color: var(--soft); border: 1px solid var(--rule); border-radius: 99px;
  padding: .08rem .5rem; margin-left: .3rem; }
.tag.best { color: var(--accent); border-color: currentColor; }
.legend { display: flex; flex-wrap: wrap; gap: .15rem .35rem; margin: .5rem 0 .8rem; padding: 0; list-style: none; }
.legend button { font: inherit; font-size: .85rem; color: inherit; background: none; border: 1px solid transparent;
  border-radius: 99px; padding: .1rem .6rem; cursor: pointer; }
.legend button:hover, .legend button[aria-pressed=true] { border-color: var(--c); }
.charts, .pictures { display: grid; gap: 1rem; }
.charts { grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); }
.charts figure:first-child { grid-column: 1 / -1; overflow-x: auto; }
.charts figure:first-child svg { min-width: 620px; }
.pictures { grid-template-columns: repeat(auto-fill, minmax(min(45%, 220px), 1fr)); }
figure { margin: 0; padding: .8rem .8rem .5rem; background: var(--card); border: 1px solid var(--rule);
  border-radius: 10px; }
figcaption { display: flex; flex-direction: column; margin-bottom: .3rem; font-size: .85rem; }
figcaption p { margin: 0; color: var(--soft); font-size: .78rem; }
.keys { display: flex; flex-wrap: wrap; gap: 0 .9rem; font-size: .78rem; color: var(--soft); }
.keys i { display: inline-block; width: 1.3em; vertical-align: .25em; margin-right: .4em;
  border-top: 2px solid var(--c); }
.keys i.dashed { border-top-style: dashed; }
figure svg { display: block; width: 100%; height: auto; overflow: visible; }
.grid line { stroke: var(--rule); } .grid line.origin { stroke: var(--soft); }
.grid text.axis { font-size: 10px; }
.grid.bars rect { fill: var(--accent); }
figure image { image-rendering: pixelated; }
.cells text { font-size: 9px; } .cells .light { fill: #fff; } .cells .dark { fill: #14201c; }
.marks circle { fill: #fff; stroke: #14201c; stroke-width: 1.5; }
.marks text { font-size: 10px; fill: #14201c; stroke: #fff; stroke-width: 2.5px; paint-order: stroke; }
.scale { display: flex; align-items: center; gap: .5rem; font-size: .75rem; color: var(--soft); margin-top: .35rem; }
.scale i { flex: 1; height: .5rem; border-radius: 3px; }
.grid text { fill: var(--soft); font-size: 11px; font-variant-numeric: tabular-nums; }
.series { transition: opacity .12s; }
.series .line { fill: none; stroke: var(--c); stroke-width: 2; stroke-linejoin: round; }
.series.dashed .line { stroke-dasharray: 5 4; }
.series .band { fill: var(--c); opacity: .1; }
.series circle { fill: var(--c); }
.focused .series[data-variant]:not(.on) { opacity: .12; }
.focused .series.on .line { stroke-width: 3; } .focused .series.on .band { opacity: .28; }
.focused tr.on { background: color-mix(in oklch, var(--c) 12%, transparent); }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--rule); color: var(--soft);
  font-size: .85rem; }
code { font: .92em ui-monospace, "SF Mono", Menlo, monospace; background: var(--card); border: 1px solid var(--rule);
  border-radius: 5px; padding: .05em .35em; overflow-wrap: anywhere; }
@media print { body { padding: 0; } .legend button { border: 0; } }
`;

/** Hovering or focusing anything of one variant fades the others; clicking in the legend keeps it so. */
export const SCRIPT = `
let kept = null;
const show = (name) => {
  document.body.classList.toggle('focused', name !== null);
  for (const part of document.querySelectorAll('[data-variant]')) {
    part.classList.toggle('on', part.dataset.variant === name);
  }
};
for (const part of document.querySelectorAll('[data-variant]')) {
  part.addEventListener('pointerenter', () => show(part.dataset.variant));
  part.addEventListener('pointerleave', () => show(kept));
}
for (const button of document.querySelectorAll('.legend button')) {
  button.addEventListener('focus', () => show(button.dataset.variant));
  button.addEventListener('blur', () => show(kept));
  button.addEventListener('click', () => {
    kept = kept === button.dataset.variant ? null : button.dataset.variant;
    for (const each of document.querySelectorAll('.legend button')) {
      each.setAttribute('aria-pressed', String(each.dataset.variant === kept));
    }
    show(kept);
  });
}
`;
