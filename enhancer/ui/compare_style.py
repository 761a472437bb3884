"""The style sheet of the Compare tab and its scripts: the frame on the picture, zoom and pan, votes and choices."""

COMPARE_CSS = """
.marked { position: relative; gap: 14px !important; }
#compare-frame { position: absolute; inset: 0; min-width: 0; pointer-events: none; }
.mark { position: absolute; box-sizing: border-box; border: 2px solid #fff; border-radius: 2px;
  box-shadow: 0 0 0 1px rgb(0 0 0 / .75), inset 0 0 0 1px rgb(0 0 0 / .75); transition: all .15s ease-out; }
#compare-side .wrap { grid-template-columns: repeat(3, 1fr) !important; }
#compare-view { align-items: stretch; gap: 14px !important; }
#compare-view > .form, #compare-view > .block { flex: 1 1 240px !important; }
#compare-view .block { padding: 12px 14px !important; }
#compare-view > .block { display: flex; flex-direction: column; justify-content: center; }
#compare-notes .said { font-size: 13px; }
#compare-grid { --zoom: 1; --x: 50%; --y: 50%; }
.cells { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(200px, 46%), 1fr)); gap: 18px 14px; }
.cells figure { margin: 0; display: flex; flex-direction: column; min-width: 0; }
.view { overflow: hidden; border-radius: 10px; border: 1px solid var(--border-color-primary); display: grid;
  place-items: center; background: var(--background-fill-secondary); touch-action: pan-y;
  aspect-ratio: var(--shape, 1 / 1); }
.view:focus-visible { outline: 2px solid var(--color-accent); outline-offset: 2px; }
.view img { width: 100%; height: 100%; margin: 0 !important; border-radius: 0 !important; object-fit: contain;
  transform: scale(var(--zoom)); transform-origin: var(--x) var(--y); user-select: none; }
.zoomed .view { cursor: grab; touch-action: none; } .zoomed .view img { image-rendering: pixelated; }
.view[data-vote] { cursor: pointer; }
.won .view { outline: 3px solid var(--color-accent); outline-offset: -1px; }
.left-out .view { border-style: dashed; background: none; }
.view .said { padding: 16px; text-align: center; font-size: 13px; margin: 0 !important; }
.cells figcaption { display: flex; flex-direction: column; flex: 1; gap: 2px; margin-top: 8px; line-height: 1.35;
  text-align: left; }
.cells .name { min-height: 26px; display: flex; align-items: center; flex-wrap: wrap; gap: 4px 8px; }
.cells figcaption b { font-size: 14px; font-weight: 700; color: var(--body-text-color); }
.cells figcaption b[title] { cursor: help; text-decoration: underline dotted; text-underline-offset: 3px; }
.cells figcaption span:not(.chip) { font-size: 12px; color: var(--body-text-color-subdued);
  font-variant-numeric: tabular-nums; }
.use { margin-top: auto; font-size: 13px; line-height: 1.3; padding: 8px 10px; border-radius: 8px; cursor: pointer;
  border: 1px solid var(--button-secondary-border-color); color: var(--button-secondary-text-color);
  background: var(--button-secondary-background-fill); }
.cells span + .use, .cells b + .use { margin-top: 8px; }
.use:hover { background: var(--button-secondary-background-fill-hover); }
.use:focus-visible { outline: 2px solid var(--color-accent); outline-offset: 2px; }
.use.first { font-weight: 700; border-color: var(--button-primary-border-color);
  color: var(--button-primary-text-color); background: var(--button-primary-background-fill); }
.use.first:hover { background: var(--button-primary-background-fill-hover); }
.soon { width: 28px; height: 28px; border-radius: 50%; border: 3px solid var(--border-color-primary);
  border-top-color: var(--color-accent); animation: turn 1s linear infinite; }
@keyframes turn { to { transform: rotate(1turn) } }
@media (prefers-reduced-motion: reduce) { .soon { animation: none } }
:is(#compare-votes, #compare-notes):not(:has(p)) { display: none !important; }
"""

SET_ZOOM = """zoom => { const grid = document.getElementById("compare-grid");
grid.style.setProperty("--zoom", zoom); grid.classList.toggle("zoomed", zoom > 1); }"""

SEE_PREVIEW = (
    """() => { scrollTo({ top: 0 }); document.getElementById("stage").scrollIntoView({ block: "center" }); }"""
)

# The frame is drawn in percent of the shown picture; where on the page that is, only the browser knows.
FRAME_SCRIPT = """
const shown = () => element.closest(".marked")?.querySelector("#compare-picture img");
const place = () => {
  const image = shown(), around = element.closest(".marked");
  if (!image || !image.naturalWidth) return;
  const box = image.getBoundingClientRect(), from = around.getBoundingClientRect();
  const scale = Math.min(box.width / image.naturalWidth, box.height / image.naturalHeight);
  const width = scale * image.naturalWidth, height = scale * image.naturalHeight;
  Object.assign(element.style, { position: "absolute", width: `${width}px`, height: `${height}px`,
    left: `${box.left - from.left + (box.width - width) / 2}px`,
    top: `${box.top - from.top + (box.height - height) / 2}px` });
};
watch("value", place);
new ResizeObserver(place).observe(element.closest(".marked"));
element.closest(".marked").addEventListener("load", place, true);
"""

# One zoom and one looked-at point for all pictures: --x and --y are the point that stays where it is.
GRID_SCRIPT = """
const grid = element.closest("#compare-grid"), within = (low, x, high) => Math.min(high, Math.max(low, x));
const value = name => parseFloat(getComputedStyle(grid).getPropertyValue(name));
const look = (x, y) => { for (const [name, at] of [["--x", x], ["--y", y]])
  grid.style.setProperty(name, within(0, at, 100) + "%"); };
const zoomTo = zoom => {
  const slider = document.querySelector("#compare-zoom input[type=range]");
  slider.value = zoom;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  grid.style.setProperty("--zoom", zoom);
};
const move = (right, down) => {
  const reach = Math.max(value("--zoom") - 1, .1);
  look(value("--x") - 100 * right / reach, value("--y") - 100 * down / reach);
};
const step = (up, x = 50, y = 50) => {
  const old = value("--zoom"), zoom = within(1, old + (up ? 1 : -1) * (old < 2 ? .25 : .5), 8);
  if (zoom === old) return false;
  const fixed = (o, p) => zoom > 1 ? (p - (o + (p - o) / old) * zoom) / (1 - zoom) : 50;
  look(fixed(value("--x"), x), fixed(value("--y"), y));
  zoomTo(zoom);
  return true;
};
let dragged = 0;
element.addEventListener("pointerdown", () => { dragged = 0; });
element.addEventListener("pointermove", event => {
  const view = event.buttons & 1 && event.target.closest(".view");
  if (!view) return;
  dragged += Math.abs(event.movementX) + Math.abs(event.movementY);
  if (grid.classList.contains("zoomed"))
    move(event.movementX / view.clientWidth, event.movementY / view.clientHeight);
});
element.addEventListener("wheel", event => {
  const view = event.target.closest(".view");
  if (!view || !view.querySelector("img")) return;
  const box = view.getBoundingClientRect();
  const x = 100 * (event.clientX - box.left) / box.width, y = 100 * (event.clientY - box.top) / box.height;
  if (step(event.deltaY < 0, x, y)) event.preventDefault();
}, { passive: false });
const keys = { ArrowLeft: [.1, 0], ArrowRight: [-.1, 0], ArrowUp: [0, .1], ArrowDown: [0, -.1] };
element.addEventListener("keydown", event => {
  if (!event.target.matches(".view")) return;
  if (keys[event.key] && value("--zoom") > 1) move(...keys[event.key]);
  else if ("+-".includes(event.key)) step(event.key === "+");
  else return;
  event.preventDefault();
});
element.addEventListener("click", event => {
  const found = event.target.closest("[data-vote], [data-use]");
  if (!found || (found.matches(".view") && dragged > 4)) return;
  if (found.dataset.vote) trigger("select", { number: found.dataset.vote });
  else trigger("submit", { model: found.dataset.use });
});
"""
