"""The style sheet of the section "How far can I trust this?", and the one script it needs."""

from enhancer.metrics.maps import PALETTE

SCALE = ", ".join(f"rgb{colour}" for colour in PALETTE)

TRUST_CSS = f"""
#trust {{ gap: 12px !important; margin-top: 14px; padding-top: 18px;
  border-top: 1px solid var(--border-color-primary); }}
#trust .head h3 {{ margin: 0; font-size: 17px; font-weight: 700; letter-spacing: -.01em; }}
#trust .head p {{ margin: 2px 0 2px; font-size: 14px; color: var(--body-text-color-subdued); }}
#trust .card {{ gap: 10px !important; }}
#trust .asked {{ gap: 10px !important; align-items: center; flex-wrap: nowrap; }}
#trust .asked > .block {{ flex: 1 1 0; min-width: 0; }}
#trust .asked > button {{ flex: 0 0 auto; }}
.question h4 {{ display: flex; align-items: center; gap: 8px; font-size: 14px; font-weight: 700; margin: 0; }}
.question p {{ margin: 3px 0 0; font-size: 13px; line-height: 1.5; color: var(--body-text-color-subdued); }}
#trust .said {{ font-size: 13px; }}
#trust .said.bad {{ font-weight: 700; }}
#trust .said + .scroll {{ margin-top: 6px; }}
.figures small.bad {{ color: #b42318; }} .dark .figures small.bad {{ color: #f97066; }}
#trust .figures :is(td, thead th) {{ white-space: nowrap; overflow-wrap: normal; }}
.more {{ font-size: 13px; margin-top: 6px; }}
.more summary {{ cursor: pointer; color: var(--body-text-color-subdued); width: max-content; max-width: 100%; }}
.more summary:hover {{ color: var(--body-text-color); }}
.more p {{ margin: 6px 0 0 !important; line-height: 1.5; color: var(--body-text-color-subdued); }}
.scale {{ display: flex; align-items: center; gap: 8px; margin: 0 0 6px !important; font-size: 12px;
  color: var(--body-text-color-subdued); font-variant-numeric: tabular-nums; flex-wrap: wrap; }}
.scale b {{ font-size: 13px; color: var(--body-text-color); margin-right: 6px; }}
.scale i {{ flex: 1 1 40px; max-width: 220px; height: 10px; border-radius: 99px;
  border: 1px solid var(--border-color-primary); background: linear-gradient(to right, {SCALE}); }}
.link a {{ padding: 0; margin: 0; font-weight: 700; color: var(--body-text-color); text-decoration: underline; }}
.copy {{ font-size: 12px; line-height: 1; padding: 5px 10px; margin-left: 6px; border-radius: 8px; cursor: pointer;
  border: 1px solid var(--input-border-color); background: var(--background-fill-secondary); color: inherit; }}
[title] > .chip {{ cursor: help; }}
.gradio-container {{ overflow: clip !important; }} /* hidden would keep the line of work from staying in sight */
.toolbar:has(#enhance-go) {{ position: sticky; top: 0; z-index: 80; background: var(--body-background-fill); }}
:is(#format, #embed) {{ flex: 0 0 auto; width: auto; min-width: 0 !important; padding: 0; border: 0;
  background: none; }}
:is(#format, #stage) {{ border-radius: 8px; }}
#recipe-file {{ flex: 0 0 auto; min-width: 90px; }}
#result-panel:not(:has(.facts)) #trust,
#take-home:not(:has(#embed input:checked)) #recipe-file,
#take-home:not(:has(:is(input[value="webp"], input[value="tiff"]):checked)) #recipe-file,
#trust:not(:has(.made)) #trust-report-file,
#trust .asked:has(#trust-reported):not(:has(.made)),
:is(#trust-fit-told, #trust-tested, #trust-guessed, #trust-receipt):not(:has(p, li)) {{ display: none !important; }}
"""

TRUST_HEAD = """
<style>
@media (max-width: 640px) {
  #trust .asked { flex-wrap: wrap !important; }
  #trust .asked > .block { flex: 1 1 100% !important; }
  #trust .asked > button { flex: 1 1 0 !important; }
  #trust .figures { font-size: 12px !important; }
  #trust .figures :is(th, td) { padding: 8px 5px !important; min-width: 0 !important; }
  #trust .figures thead th { overflow-wrap: normal !important; }
  #trust .figures :is(th, td):last-child { display: none !important; }
  #trust .figures tbody th { min-width: 116px !important; }
}
</style>
<script>
addEventListener("click", async event => {
  const button = event.target.closest && event.target.closest(".copy");
  if (!button) return;
  const link = button.parentNode.querySelector("a").href;
  try { await navigator.clipboard.writeText(link); button.textContent = button.dataset.done; }
  catch (refused) { prompt(button.dataset.ask, link); }
});
</script>
"""
