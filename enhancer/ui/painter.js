// Paint over a picture what is to stay as it is, or what is to go. Strokes are kept as points in units of the picture, so that they can
// be taken back, drawn at any size, and found again when the page shows the same picture anew.
(() => {
  const SEEN = 1000; // pixels of the longer side of the canvas; the mask that is handed over is smaller
  const kept = new Map(); // name of a picture → its strokes
  const near = (target, what) => (target && target.closest ? target.closest(what) : null);
  const strokesOf = painter => {
    const name = painter.dataset.picture;
    if (!kept.has(name)) kept.set(name, []);
    return kept.get(name);
  };
  let now = null; // the stroke that is being painted

  function draw(context, strokes, colour) {
    const { width, height } = context.canvas;
    context.lineCap = context.lineJoin = "round";
    context.strokeStyle = colour;
    for (const stroke of strokes) {
      if (stroke.clear) { context.clearRect(0, 0, width, height); continue; }
      context.globalCompositeOperation = stroke.erase ? "destination-out" : "source-over";
      context.lineWidth = stroke.size * Math.max(width, height);
      context.beginPath();
      for (const [x, y] of stroke.points) context.lineTo(x * width, y * height);
      const [x, y] = stroke.points.at(-1);
      context.lineTo(x * width + 0.01, y * height); // a click alone is a dot
      context.stroke();
    }
    context.globalCompositeOperation = "source-over";
  }

  function fit(canvas, painter, side) {
    const ratio = Number(painter.dataset.ratio);
    const [width, height] = ratio >= 1 ? [side, side / ratio] : [side * ratio, side];
    Object.assign(canvas, { width: Math.max(1, Math.round(width)), height: Math.max(1, Math.round(height)) });
  }

  function redraw(painter) {
    const canvas = painter.querySelector("canvas");
    fit(canvas, painter, SEEN);
    draw(canvas.getContext("2d"), strokesOf(painter), painter.dataset.colour);
  }

  const sizeOf = painter => Number(painter.querySelector("input").value) / 100; // of the longer side

  function place(canvas, event) {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }

  function ring(painter, event) {
    const canvas = painter.querySelector("canvas"), mark = painter.querySelector(".ring");
    const [x, y] = place(canvas, event), side = sizeOf(painter) * Math.max(canvas.clientWidth, canvas.clientHeight);
    Object.assign(mark.style, { left: `${100 * x}%`, top: `${100 * y}%`, width: `${side}px`, height: `${side}px` });
  }

  function begin(event) {
    const canvas = near(event.target, ".painter canvas");
    if (!canvas || event.button) return;
    if (!event.isPrimary) return cancel(); // a second finger moves the page
    const painter = near(canvas, ".painter");
    const erase = painter.querySelector("[data-do=erase]").getAttribute("aria-pressed") === "true";
    now = { painter, canvas, stroke: { size: sizeOf(painter), erase, points: [place(canvas, event)] } };
    canvas.setPointerCapture(event.pointerId);
    canvas.focus({ preventScroll: true });
    strokesOf(painter).push(now.stroke);
    redraw(painter);
  }

  function move(event) {
    const painter = near(event.target, ".painter");
    if (painter && near(event.target, "canvas")) ring(painter, event);
    if (!now || !event.isPrimary) return;
    const passed = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
    for (const one of passed.length ? passed : [event]) now.stroke.points.push(place(now.canvas, one));
    redraw(now.painter);
  }

  function cancel() {
    if (!now) return;
    const strokes = strokesOf(now.painter);
    if (strokes.at(-1) === now.stroke) strokes.pop();
    redraw(now.painter);
    now = null;
  }

  function undo(painter) {
    strokesOf(painter).pop();
    redraw(painter);
  }

  const actions = {
    undo,
    clear(painter) {
      strokesOf(painter).push({ clear: true });
      redraw(painter);
    },
    erase(painter, button) {
      button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
    },
  };

  addEventListener("pointerdown", begin);
  addEventListener("pointermove", move);
  addEventListener("pointerup", () => { now = null; });
  addEventListener("pointercancel", cancel);
  addEventListener("click", event => {
    const button = near(event.target, ".painter [data-do]");
    if (button) actions[button.dataset.do](near(button, ".painter"), button);
  });
  addEventListener("keydown", event => {
    const painter = near(event.target, ".painter");
    if (!painter || event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    undo(painter);
  });
  document.addEventListener("load", event => {
    const painter = near(event.target, ".painter");
    if (painter) redraw(painter);
  }, true);

  // What was painted in the place with this id, as base64 of a small PNG; "" where nothing was.
  window.paintedMask = place => {
    const painter = document.querySelector(`#${place} .painter`);
    if (!painter || !strokesOf(painter).length) return "";
    const mask = document.createElement("canvas");
    fit(mask, painter, Number(painter.dataset.side));
    draw(mask.getContext("2d"), strokesOf(painter), "#fff");
    return mask.toDataURL("image/png").split(",")[1];
  };
})();
