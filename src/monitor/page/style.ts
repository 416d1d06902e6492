/**
 * The look of the pages. Colours of series are those of Okabe and Ito 2008, "Color Universal Design", which people with any
 * kind of colour blindness tell apart, made darker or lighter until they stand out from the background; dashes differ too.
 */
export const STYLE = `
:root{color-scheme:light dark;
--ground:#ffffff;--card:#f6f7f9;--text:#1b1f24;--quiet:#59626d;--rule:#d5dae0;--grid:#e6e9ed;--good:#00704f;--bad:#b3261e;--warn:#8a5300;
--c0:#0069a8;--c1:#c14f00;--c2:#00795a;--c3:#a0447c;--c4:#8a6d00;--c5:#4d5b9e}
@media (prefers-color-scheme:dark){:root{
--ground:#14171b;--card:#1d2127;--text:#e6e9ed;--quiet:#a3adb8;--rule:#39414b;--grid:#2a3038;--good:#4cc9a0;--bad:#ff8a80;--warn:#f2b84b;
--c0:#5ab4ec;--c1:#f08c4a;--c2:#35c49b;--c3:#dd8fbd;--c4:#d9b93b;--c5:#9aa8ee}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main,header,footer,nav{max-width:60rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2.5rem}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .4rem}
h2{font-size:1.3rem;margin:3rem 0 .4rem;padding-top:1.2rem;border-top:1px solid var(--rule)}
h3{font-size:1rem;margin:1.6rem 0 .2rem}
p{margin:.3rem 0 .8rem;max-width:46rem}
a{color:var(--c0)}
.quiet{color:var(--quiet)}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:1rem}
nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1rem;list-style:none;margin:1rem 0 0;padding:0;font-size:.9rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.8rem;margin:1.4rem 0;padding:0}
.tile{background:var(--card);border-radius:.5rem;padding:.8rem 1rem}
.tile dt{color:var(--quiet);font-size:.85rem}
.tile dd{margin:0;font-size:1.5rem;font-weight:600;line-height:1.3;font-variant-numeric:tabular-nums}
.tile small{font-size:.6em;font-weight:400}
.tile dd+dd{font-size:.85rem;font-weight:400;color:var(--quiet)}
.notes{border-left:3px solid var(--warn);margin:1rem 0;padding:.2rem 0 .2rem 1rem;list-style:none}
figure{margin:1rem 0;break-inside:avoid}
figcaption{font-weight:600;margin-bottom:.1rem}
figcaption span{display:block;font-weight:400;color:var(--quiet);font-size:.9rem}
.scroll{overflow-x:auto}
.scroll:focus-visible,summary:focus-visible,a:focus-visible{outline:2px solid var(--c0);outline-offset:2px}
svg.chart{display:block;width:100%;min-width:34rem;height:auto;font:12px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
svg.small{width:120px;height:20px;vertical-align:middle}
details{margin:.3rem 0;font-size:.9rem}
summary{color:var(--quiet);cursor:pointer;width:fit-content}
table{border-collapse:collapse;font-size:.9rem;margin:.6rem 0;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--quiet);padding-bottom:.3rem}
th,td{padding:.25rem .9rem .25rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--grid)}
thead th{color:var(--quiet);font-weight:500;border-color:var(--rule);white-space:nowrap}
tbody th{font-weight:400}
td.number,th.number{text-align:right;white-space:nowrap}
td.id,th.id{overflow-wrap:anywhere;min-width:8rem}
tr.bottleneck th{font-weight:700}
.verdict{font-weight:600;white-space:nowrap}
.good{color:var(--good)}.bad{color:var(--bad)}.warn{color:var(--warn)}
.banner{font-size:1.15rem;font-weight:600;margin:1rem 0;padding:.6rem 1rem;border-radius:.5rem;background:var(--card);border-left:5px solid}
footer{color:var(--quiet);font-size:.85rem;padding-top:2.5rem;padding-bottom:3rem}
.grid{stroke:var(--grid);stroke-width:1}
.axis{stroke:var(--quiet);stroke-width:1}
.tick,.title{fill:var(--quiet)}
.label{fill:var(--text)}
.end{text-anchor:end}.middle{text-anchor:middle}
.line{fill:none;stroke-width:2;stroke-linejoin:round}
.whisker{stroke-width:2;stroke-opacity:.55}
.mark{stroke:var(--ground);stroke-width:1}
.median{stroke-width:1.5;stroke-dasharray:2 3}
.box{fill-opacity:.35}
.level{stroke:var(--bad);stroke-width:1.5;stroke-dasharray:6 4}
.label.level{fill:var(--bad);stroke:none}
.line.guide{stroke:var(--quiet);stroke-width:1.2;stroke-dasharray:3 4}
.label.quiet{fill:var(--quiet)}
${[0, 1, 2, 3, 4, 5]
  .map((index) => {
    const colour = `var(--c${index})`;
    const strokes = `.line.s${index},.whisker.s${index},.median.s${index}{stroke:${colour}}`;
    return `${strokes}.mark.s${index},.bar.s${index},.box.s${index},.label.s${index}{fill:${colour}}`;
  })
  .join('\n')}
.line.s1{stroke-dasharray:7 3}.line.s2{stroke-dasharray:2 3}.line.s3{stroke-dasharray:9 3 2 3}.line.s4{stroke-dasharray:12 4}.line.s5{stroke-dasharray:4 2}
.bar.good,.mark.good{fill:var(--good)}.bar.bad,.mark.bad{fill:var(--bad)}.bar.warn,.mark.warn{fill:var(--warn)}.bar.neutral,.mark.neutral{fill:var(--quiet)}
.whisker.good{stroke:var(--good)}.whisker.bad{stroke:var(--bad)}.whisker.warn{stroke:var(--warn)}.whisker.neutral{stroke:var(--quiet)}
@media print{:root{color-scheme:light;
--ground:#ffffff;--card:#f6f7f9;--text:#000000;--quiet:#444a52;--rule:#bbbbbb;--grid:#dddddd;--good:#00704f;--bad:#b3261e;--warn:#8a5300;
--c0:#0069a8;--c1:#c14f00;--c2:#00795a;--c3:#a0447c;--c4:#8a6d00;--c5:#4d5b9e}
body{font-size:11pt}nav,.skip,details:not([open]){display:none}main,header,footer{max-width:none;padding:0}
h2{break-after:avoid}tr{break-inside:avoid}svg.chart{min-width:0}.scroll{overflow:visible}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
`;
