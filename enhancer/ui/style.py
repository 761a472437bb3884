"""The style sheet and the few lines that must stand in the head of the page."""

CSS = """
.gradio-container .fillable { max-width: 1240px !important; }
#brand { display: flex; align-items: center; gap: 14px; padding: 6px 2px 2px; }
#brand h1 { font-size: 20px; line-height: 1.2; margin: 0; font-weight: 700; letter-spacing: -.01em; }
#brand p { margin: 2px 0 0; color: var(--body-text-color-subdued); font-size: 14px; }
#brand svg { flex: none; }
.pill { margin-left: auto; font: 12px/1 var(--font-mono); color: var(--body-text-color-subdued);
  border: 1px solid var(--border-color-primary); border-radius: 99px; padding: 7px 12px; white-space: nowrap; }
.columns { gap: 24px !important; }
.side { gap: 14px !important; }
.said, .preflight, .job p { margin: 0; font-size: 14px; line-height: 1.5; }
.said { color: var(--body-text-color-subdued); }
.said:empty { display: none; }
.said.good { color: #0f766e; font-weight: 700; } .dark .said.good { color: #2dd4bf; }
.said.bad { color: #b42318; } .dark .said.bad { color: #f97066; }
.hint { font-size: 14px; color: var(--body-text-color-subdued); }
.preflight b { font-weight: 700; font-variant-numeric: tabular-nums; }
.preflight span { color: var(--body-text-color-subdued); margin-left: 8px; }
.status { min-height: 24px; }
.job p { display: flex; justify-content: space-between; gap: 12px; margin-top: 6px;
  color: var(--body-text-color-subdued); font-variant-numeric: tabular-nums; }
.track { height: 6px; border-radius: 6px; overflow: hidden; background: var(--border-color-primary); }
.track > div { height: 100%; border-radius: 6px; background: var(--color-accent); transition: width .15s linear; }
.track.waiting > div { width: 30% !important; animation: slide 1.2s ease-in-out infinite alternate; }
@keyframes slide { from { margin-left: 0 } to { margin-left: 70% } }
@media (prefers-reduced-motion: reduce) { .track.waiting > div { animation: none } }
.card { border: 1px solid var(--border-color-primary); border-radius: 12px; padding: 14px 16px;
  background: var(--background-fill-primary); }
.card h4 { margin: 0; font-size: 14px; font-weight: 700; }
.card h4 small { font-weight: 400; color: var(--body-text-color-subdued); margin-left: 6px; font-size: 12px; }
.card p { margin: 4px 0 10px; font-size: 13px; line-height: 1.5; color: var(--body-text-color-subdued); }
.card dl { display: grid; grid-template-columns: max-content 1fr; gap: 3px 14px; margin: 12px 0 0; font-size: 12px; }
.card dt { color: var(--body-text-color-subdued); }
.card dd { margin: 0; font-weight: 600; font-variant-numeric: tabular-nums; }
.chips { display: flex; flex-wrap: wrap; gap: 6px; }
.chip { font-size: 12px; line-height: 1; padding: 5px 9px; border-radius: 99px;
  background: var(--background-fill-secondary); border: 1px solid var(--border-color-primary); }
.chip.yes { background: #ecfdf5; border-color: #a7f3d0; color: #065f46; }
.chip.no { background: #fffbeb; border-color: #fde68a; color: #92400e; }
.dark .chip.yes { background: #0b2b26; border-color: #115e59; color: #5eead4; }
.dark .chip.no { background: #2e2410; border-color: #78500f; color: #fcd34d; }
.promise { margin: 0; text-align: center; font-size: 12px; color: var(--body-text-color-subdued); }
#duplicate { align-items: center; gap: 8px !important; }
#duplicate-go { width: auto; flex: none; }
.empty { height: 480px; display: flex; flex-direction: column; align-items: center; justify-content: center; gap: 4px;
  border: 1px dashed var(--input-border-color); border-radius: 12px; text-align: center; padding: 24px;
  color: var(--body-text-color-subdued); font-size: 14px; }
.empty b { color: var(--body-text-color); font-size: 16px; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: 10px 20px; margin: 2px 0 0; }
.facts dt { font-size: 12px; color: var(--body-text-color-subdued); }
.facts dd { margin: 0; overflow-wrap: anywhere; font-size: 14px; font-weight: 700; font-variant-numeric: tabular-nums; }
.receipt { list-style: none; margin: 10px 0 0; padding: 0; font-size: 13px; color: var(--body-text-color-subdued); }
.receipt li { padding-left: 18px; position: relative; }
.receipt li::before { position: absolute; left: 0; content: "–"; }
.receipt .kept::before { content: "✓"; color: #0f766e; }
/* The strips of tabs scroll sideways where they are too long. */
.tab-wrapper.wrap { height: var(--size-8); }
.tab-container.wrap { flex-wrap: nowrap; height: var(--size-8); overflow: auto hidden; scrollbar-width: none;
  background: none; }
.tab-container.wrap > button { flex: none; }
.dark .tab-container button.selected { color: var(--primary-400); }
[data-testid="status-tracker"] { display: none !important; }
.gradio-container .html-container { padding: 0; }
.side .form .block.padded { border-radius: 0; }
.side .form { border-radius: 12px; background: var(--block-background-fill); }
.side [role=combobox] { font-weight: 700; }
.dark input[type=range] { --neutral-200: #3a3a40; }
.samples .block { border-radius: 0; }
.side .block.padded { padding: 10px 14px; }
.toolbar { align-items: center !important; gap: 10px !important; min-height: 60px; }
.toolbar > .column { flex: 1 1 0; gap: 4px !important; min-width: 0; }
.toolbar > button { flex: 0 0 auto; }
.samples .label svg, .samples .block:has(.sample-names) { display: none; }
.samples .gallery { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 8px; }
.samples .gallery-item { padding: 0; border-radius: 8px; aspect-ratio: 4 / 3; }
.samples .gallery-item span, .samples .gallery-item .container, .samples .gallery-item img { display: block;
  width: 100% !important; height: 100% !important; max-height: none; max-width: none; border: 0; border-radius: 0; }
.samples .gallery-item img { object-fit: cover; transition: transform .2s; }
.samples .gallery-item:hover img { transform: scale(1.05); }
.before-after { position: relative; }
.before-after [data-testid=slider]:focus-visible { outline: 2px solid var(--color-accent); outline-offset: 8px; }
.before-after::before, .before-after::after { position: absolute; bottom: 12px; z-index: 60; pointer-events: none;
  font-size: 12px; font-weight: 700; line-height: 1; padding: 6px 10px; border-radius: 99px; color: #fff;
  background: rgb(0 0 0 / .55); }
.before-after::before { left: 12px; }
.before-after::after { right: 12px; }
#rooms .joined .wrap { display: grid; grid-auto-flow: column; gap: 0;
  overflow: hidden; border: 1px solid var(--input-border-color); border-radius: 8px; }
#rooms .joined label { justify-content: center; border: 0; border-radius: 0;
  padding: 8px 10px; box-shadow: none; }
#rooms .joined label + label { border-left: 1px solid var(--input-border-color); }
#rooms .joined label input { position: absolute; opacity: 0; width: 1px; height: 1px; }
#rooms .joined label.selected { background: var(--color-accent); color: #fff; }
#rooms .joined label:focus-within { outline: 2px solid var(--color-accent);
  outline-offset: -2px; }
#rooms .joined label span { margin: 0; }
.side .gr-group .block, .side .gr-group .form { border-radius: 0; }
.targets { gap: 0 !important; }
.histograms figure { margin: 0; }
.scroll { overflow-x: auto; }
.figures { width: 100%; border-collapse: collapse; font-size: 14px; margin: 0 !important; border: 0 !important; }
.figures tr { border: 0 !important; }
.figures th, .figures td { padding: 10px 12px; border: 0 !important;
  border-bottom: 1px solid var(--border-color-primary) !important;
  text-align: right; vertical-align: top; background: none !important; font-variant-numeric: tabular-nums; }
.figures th:first-child { text-align: left; min-width: 190px; max-width: 330px; padding-left: 0; }
.figures thead th { font-size: 13px; overflow-wrap: anywhere; min-width: 84px; }
.figures small { display: block; font-weight: 400; font-size: 12px; line-height: 1.4; margin-top: 2px;
  color: var(--body-text-color-subdued); }
.figures .best { font-weight: 700; color: #0f766e; } .dark .figures .best { color: #2dd4bf; }
.figures .best::before { content: "★ "; font-size: 11px; }
.histograms { display: grid; grid-template-columns: repeat(auto-fit, minmax(220px, 1fr)); gap: 16px; }
.histograms svg { width: 100%; height: 120px; border: 1px solid var(--border-color-primary); border-radius: 8px;
  background: var(--background-fill-primary); }
.histograms path { fill-opacity: .18; stroke-width: 1.2; vector-effect: non-scaling-stroke; }
.histograms figcaption { font-size: 12px; color: var(--body-text-color-subdued); margin-top: 4px; }
:is(#format, #stage) { border: 0; } :is(#format, #stage) .wrap { width: max-content; }
#take-home { align-items: center; justify-content: space-between; }
/* What is shown is decided here: a component that the server hides and shows again can lose the value of the moment. */
#preview-panel:has(.before-after img) .blank, #result-panel:has(.before-after img) .blank,
.before-after:not(:has(img)), #result-panel:not(:has(.facts)) #take-home,
.main:not(:has(.figures)) > #metrics-more,
.main:has(#stage input[value="Preview"]:checked) #result-panel,
.main:has(#stage input[value="Result"]:checked) #preview-panel { display: none !important; }
#download { flex: 0 0 auto; min-width: 150px; }
"""

ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E"
    "%3Crect width='32' height='32' rx='8' fill='%230f766e'/%3E%3Cg fill='%23fff'%3E"
    "%3Cpath opacity='.35' d='M7 19h3v6H7z'/%3E%3Cpath opacity='.5' d='M10 13h3v12h-3z'/%3E"
    "%3Cpath opacity='.65' d='M13 16h3v9h-3z'/%3E%3Cpath d='M16 25V9.5c3.6-4.7 6.6 1.5 9 4.5v11z'/%3E%3C/g%3E%3C/svg%3E"
)

# Rules for narrow screens do not reach the page from the style sheet, only from the head.
HEAD = f"""
<link rel="icon" href="{ICON}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
footer img, footer .divider {{ display: none !important; }}
@media (min-width: 641px) {{ .gradio-container .contain .row.toolbar {{ flex-wrap: nowrap !important; }} }}
@media (max-width: 640px) {{
  .gradio-container .contain .row.toolbar > .column {{ min-width: 100% !important; }}
  .gradio-container .contain .row.toolbar > button {{ flex: 1 1 0 !important; }}
  .gradio-container .main.fillable {{ padding: 12px !important; }}
  #brand .pill {{ display: none !important; }}
  .tab-container button {{ padding-left: 9px !important; padding-right: 9px !important; font-size: 14px !important; }}
  #rooms > .tab-wrapper .tab-container:not(.at-end) {{
    mask-image: linear-gradient(to right, #000 calc(100% - 36px), transparent) !important; }}
  .empty {{ height: 220px !important; }}
}}
</style>
<script>
// The chosen tab of a strip that scrolls comes into sight; a strip that is seen to its end is not faded out there.
addEventListener("click", event => {{
  const tab = event.target.closest ? event.target.closest(".tab-container [role=tab]") : null;
  if (tab) tab.scrollIntoView({{ inline: "center", block: "nearest" }});
}});
document.addEventListener("scroll", event => {{
  const strip = event.target;
  if (!strip.classList || !strip.classList.contains("tab-container")) return;
  strip.classList.toggle("at-end", strip.scrollLeft + strip.clientWidth > strip.scrollWidth - 8);
}}, true);
</script>
"""
