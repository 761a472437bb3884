"""The style sheet of the Models tab, and what its buttons tell the page.

The page framework splits selectors at every comma, so none of them stands inside :is(...).
"""

MODELS_CSS = """
.models { display: grid; gap: 14px; }
.model header { display: flex; align-items: flex-start; justify-content: space-between; gap: 12px; }
.model header h4 { font-size: 16px; line-height: 1.3; }
.model .for { font-size: 13px; color: var(--body-text-color-subdued); }
.model > p { margin: 8px 0 10px !important; }
.model .acts { display: flex; flex: none; gap: 8px; }
.act { margin: 0 !important; font-size: 13px; font-weight: 700; line-height: 1; padding: 9px 12px; border-radius: 8px;
  cursor: pointer; white-space: nowrap; color: var(--button-secondary-text-color);
  border: 1px solid var(--button-secondary-border-color); background: var(--button-secondary-background-fill); }
.act:hover { background: var(--button-secondary-background-fill-hover); }
.act.first { border-color: var(--color-accent); color: var(--color-accent); }
.dark .act.first { border-color: var(--primary-500); color: var(--primary-400); }
.act:focus-visible, .more summary:focus-visible { outline: 2px solid var(--color-accent); outline-offset: 2px; }
.model .term { color: inherit !important; cursor: help; text-decoration: underline dotted;
  text-decoration-color: var(--input-border-color); text-underline-offset: 3px; }
.model .chips > span { display: flex; }
.model .none { font-size: 13px; margin: 12px 0 0 !important; }
.scores { width: 100%; border-collapse: collapse; margin: 12px 0 0 !important; border: 0 !important; font-size: 13px; }
.scores tr { background: none !important; border: 0 !important;
  border-top: 1px solid var(--border-color-primary) !important; }
.scores th, .scores td { padding: 6px 14px 6px 0; text-align: left; border: 0 !important; background: none !important;
  font-variant-numeric: tabular-nums; white-space: nowrap; }
.scores th { font-weight: 400 !important; width: 34%; }
.scores th, .scores td { color: var(--body-text-color-subdued) !important; }
.scores .own { font-weight: 700 !important; color: var(--body-text-color) !important; }
.scores .gain { text-align: right !important; padding-right: 0 !important; }
.scores .gain.yes { color: #0f766e !important; } .dark .scores .gain.yes { color: #2dd4bf !important; }
.scores .gain.no { color: #b42318 !important; } .dark .scores .gain.no { color: #f97066 !important; }
.model .facts { grid-template-columns: 1fr 1fr .7fr 1.5fr; margin: 0 !important;
  padding-top: 10px; border-top: 1px solid var(--border-color-primary); }
.model .none + .facts { margin-top: 10px !important; }
.model .facts dd { font-size: 13px; line-height: 1.4; }
.model .facts .absent { font-weight: 400; color: var(--body-text-color-subdued); }
.model .folded { display: flex; flex-wrap: wrap; gap: 4px 22px; margin-top: 6px; }
.model details[open] { flex: 1 0 100%; }
.model details ul { margin: 6px 0 0; padding-left: 18px; line-height: 1.5; color: var(--body-text-color-subdued); }
.model code { font-size: 12px; overflow-wrap: anywhere; background: none; padding: 0; }
.model .crops { display: grid; gap: 10px; margin-top: 8px; }
.model .crops figure { margin: 0; }
.model .crops img { max-width: 100%; margin: 0 !important; border-radius: 8px !important; }
.model .crops figcaption { font-size: 12px; color: var(--body-text-color-subdued); }
.main:has(#models-go:disabled) .act[data-event=measure] { opacity: .45; pointer-events: none; }
#models-plot .card { padding-bottom: 4px; }
#models-plot .card > .said:last-child { padding-bottom: 6px; }
#models-plot .said { font-size: 13px; margin: 2px 0 8px; }
.plot { display: block; overflow: visible; }
.plot text { font-size: 12px; fill: var(--body-text-color-subdued); font-variant-numeric: tabular-nums; }
.plot .name { font-weight: 700; fill: var(--body-text-color); paint-order: stroke; stroke-linejoin: round;
  stroke: var(--block-background-fill); stroke-width: 4px; }
.plot line { stroke: var(--border-color-primary); }
.plot .axis { stroke: var(--input-border-color); }
.plot .plain { stroke: var(--body-text-color-subdued); stroke-dasharray: 5 4; }
.plot circle { fill: var(--color-accent); stroke: var(--block-background-fill); stroke-width: 2px; }
.dark .plot circle { fill: var(--primary-400); }
#models-places .wrap { gap: 6px; }
.toolbar:has(#models-go:disabled) { position: sticky; top: 0; z-index: 80; background: var(--body-background-fill); }
"""

MODELS_HEAD = """
<style>
@media (min-width: 700px) { /* filters and plot stay in sight beside many cards; all of the plot on low screens, too */
  .side:has(#models-plot) { position: sticky; top: min(12px, 100vh - 830px); align-self: flex-start; }
}
@media (max-width: 640px) {
  .model header { flex-wrap: wrap !important; }
  .model .acts { width: 100% !important; }
  .model .acts button { flex: 1 1 0 !important; }
  .model .facts { grid-template-columns: repeat(2, minmax(0, 1fr)) !important; }
  .scores, .scores tbody, .scores tr { display: block !important; }
  .scores tr { display: grid !important; grid-template-columns: 1fr auto !important; padding: 6px 0 !important; }
  .scores :is(th, td) { padding: 0 !important; width: auto !important; }
  .scores .own { text-align: right !important; }
}
</style>
"""

# A card's button says which model it belongs to. What was unfolded stays so when figures in the cards change.
ON_LOAD = """
element.addEventListener("click", event => {
  const button = event.target.closest("button[data-event]");
  if (!button) return;
  if (button.dataset.event === "use") trigger("use", {model: button.dataset.model});
  else trigger("measure", {model: button.dataset.model});
});
const name = fold => fold.closest("[data-id]").dataset.id + fold.querySelector("summary").textContent;
const folds = () => [...element.querySelectorAll("details")];
let open = new Set();
element.addEventListener("click", () => setTimeout(() => {
  open = new Set(folds().filter(fold => fold.open).map(name));
}));
watch("value", () => folds().forEach(fold => { fold.open = open.has(name(fold)); }));
"""
