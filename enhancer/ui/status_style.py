"""The style sheet of the Status tab."""

STATUS_CSS = """
#status .status { display: grid; gap: 16px; }
#status .state { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 8px 16px; }
#status .state .said { font-size: 16px; font-weight: 700; }
#status .card .facts { margin: 0 !important; grid-template-columns: repeat(auto-fit, minmax(120px, 1fr)); }
#status .card .facts dd { font-size: 18px; line-height: 1.3; }
.charts { display: grid; gap: 16px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 340px), 1fr)); }
.chart { margin: 0 !important; display: flex; flex-direction: column; min-width: 0; }
.charts.pairs { grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr)); }
.chart > p { margin-bottom: 8px !important; }
.chart .keys { display: flex; flex-wrap: wrap; gap: 2px 16px; margin: auto 0 8px; min-height: 18px; font-size: 12px; }
.chart .frame { position: relative; }
.chart .frame > span { position: absolute; left: 0; top: 3px; font-size: 11px; line-height: 1;
  color: var(--body-text-color-subdued); font-variant-numeric: tabular-nums; padding: 1px 4px 1px 0;
  background: var(--background-fill-primary); }
.chart svg { display: block; width: 100%; height: 130px; }
.chart figcaption { display: flex; justify-content: space-between; gap: 12px; margin-top: 6px;
  font-size: 12px; color: var(--body-text-color-subdued); }
.chart .grid { stroke: var(--border-color-primary); vector-effect: non-scaling-stroke; }
.chart .line { fill: none; stroke-width: 2px; vector-effect: non-scaling-stroke; stroke-linejoin: round; }
.chart .area { fill-opacity: .14; stroke: none; }
.chart .touch { fill: transparent; } .chart .touch:hover { fill: var(--body-text-color); fill-opacity: .07; }
#status { --go: #0f766e; --bad: #b42318; --warm: #d97706; --soft: #a1a1aa; }
.dark #status { --go: #2dd4bf; --bad: #f97066; --warm: #fbbf24; --soft: #71717a; }
.chart rect.go, .chart path.area.go { fill: var(--go); } .chart path.line.go { stroke: var(--go); }
.chart rect.bad { fill: var(--bad); } .chart rect.soft { fill: var(--soft); }
.chart rect.warm, .chart path.area.warm { fill: var(--warm); } .chart path.line.warm { stroke: var(--warm); }
.key::before { content: ""; display: inline-block; width: 9px; height: 9px; border-radius: 3px; margin-right: 6px; }
.key.go::before { background: var(--go); } .key.bad::before { background: var(--bad); }
.key.warm::before { background: var(--warm); } .key.soft::before { background: var(--soft); }
.chart .spread { display: grid; grid-template-columns: 1fr; gap: 5px; margin: 0; font-size: 12px; }
.spread > div { display: grid; grid-template-columns: 92px 1fr; align-items: center; gap: 10px; }
.spread dd { display: flex; align-items: center; gap: 8px; font-weight: 400; }
.spread i { display: block; height: 12px; border-radius: 3px; flex: 0 1 auto; }
.spread i.go { background: var(--go); } .spread i.warm { background: var(--warm); }
.spread i.bad { background: var(--bad); }
.spread b { font-weight: 700; } .spread span { color: var(--body-text-color-subdued); }
.wrongs { list-style: none; margin: 0; padding: 0; font-size: 13px; }
.wrongs li { display: flex; justify-content: space-between; gap: 16px; padding: 7px 0;
  border-top: 1px solid var(--border-color-primary); }
.wrongs b { font-variant-numeric: tabular-nums; } .wrongs b.bad { color: var(--bad); }
"""
