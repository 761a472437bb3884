"""The style sheet of "Protect parts of the picture", and where its script lies."""

from pathlib import Path

PROTECT_CSS = """
#protect { margin-top: 14px; border: 1px solid var(--border-color-primary); border-radius: 12px;
  background: var(--background-fill-primary); padding: 12px 16px; }
#protect > button span:first-child { font-size: 14px; font-weight: 700; }
#protect .column { gap: 14px !important; }
#protect .said { font-size: 13px; }
#protect .rules { display: grid; grid-template-columns: repeat(auto-fit, minmax(180px, 1fr)); gap: 10px 16px !important;
  align-items: start; }
#protect :is(.form, .block:has(input)) { border: 0; background: none; padding: 0; box-shadow: none; border-radius: 0;
  overflow: visible; }
#protect .form { display: contents; }
#protect .rules label span { font-size: 13px; }
.painter h4 { font-size: 13px; font-weight: 700; margin: 0 0 6px; }
.easel { display: flex; justify-content: center; padding: 8px; border-radius: 10px;
  background: var(--background-fill-secondary); border: 1px solid var(--border-color-primary); }
.sheet { position: relative; line-height: 0; overflow: hidden; border-radius: 6px;
  width: min(100%, min(420px, 60vh) * var(--ratio)); }
.sheet img { display: block; width: 100%; margin: 0 !important; }
.sheet canvas { position: absolute; inset: 0; width: 100%; height: 100%; opacity: .6; cursor: crosshair; outline: 0;
  touch-action: pinch-zoom; }
.sheet .ring { position: absolute; border-radius: 50%; pointer-events: none; display: none;
  transform: translate(-50%, -50%); border: 1.5px solid #fff; box-shadow: 0 0 0 1px rgb(0 0 0 / .6); }
.sheet:hover .ring { display: block; }
.tools { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; margin-top: 8px; }
.tools label { display: flex; align-items: center; gap: 8px; flex: 1 1 110px; font-size: 13px; }
.tools input { flex: 1 1 0; min-width: 0; accent-color: var(--color-accent); }
.dark .tools input { color-scheme: dark; accent-color: #2dd4bf; }
.tools button { font-size: 13px; line-height: 1; padding: 9px 10px; border-radius: 8px; cursor: pointer; color: inherit;
  margin: 0 !important;
  border: 1px solid var(--input-border-color); background: var(--button-secondary-background-fill); }
.tools button:hover { background: var(--button-secondary-background-fill-hover); }
.tools button[aria-pressed="true"] { background: var(--color-accent); border-color: var(--color-accent); color: #fff; }
.tools :focus-visible { outline: 2px solid var(--color-accent); outline-offset: 2px; }
#protect .applied { align-items: end; gap: 14px 20px !important; flex-wrap: wrap !important; }
#protect .applied .block { flex: 1 1 280px; padding-bottom: 5px; }
#protect .applied > button { flex: 1 0 130px !important; max-width: 160px; }
#protect-told p { margin: 0; font-size: 13px; color: var(--body-text-color-subdued); }
#protect-told ul { list-style: none; margin: 4px 0 0; padding: 0; font-size: 13px; }
#protect-told li { display: flex; align-items: baseline; gap: 8px; line-height: 1.6; }
#protect-told i { flex: none; width: 10px; height: 10px; border-radius: 3px; }
#result-panel:not(:has(.facts)) #protect { display: none !important; }
"""

NARROW = """
<style>
@media (max-width: 640px) {
  #protect .applied :is(.block, button) { flex: 1 1 100% !important; max-width: none !important; }
  .tools label { flex: 1 1 100% !important; }
  .tools button { flex: 1 1 0 !important; }
}
</style>
"""


def protect_head() -> str:
    """The rules for narrow screens and the script of the canvas, for the head of the page."""
    script = Path(__file__).with_name("painter.js").read_text(encoding="utf-8")
    return f"{NARROW}<script>\n{script}</script>\n"
