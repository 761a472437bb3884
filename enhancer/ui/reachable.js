// What the page framework leaves to the mouse and to the eye: the handle between two pictures answers to keys,
// pictures and samples have names, and lines of status are told. The words are those that the page shows.
{
  const STEP = 2, LEAP = 10; // percent of the width
  const KEYS = { ArrowLeft: -STEP, ArrowDown: -STEP, ArrowRight: STEP, ArrowUp: STEP, PageDown: -LEAP, PageUp: LEAP };

  const put = (element, name, value) => {
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  };
  const word = (box, side) => getComputedStyle(box, side).content.replace(/^"|"$/g, "");

  // Where the pictures lie in their box, and where the handle stands over them in percent.
  const frame = handle => {
    const image = handle.parentElement.querySelector("img"), box = image.parentElement.getBoundingClientRect();
    const width = Math.min(box.width, (box.height * image.naturalWidth) / (image.naturalHeight || 1));
    return { left: (box.width - width) / 2, width };
  };
  const position = handle => {
    const { left, width } = frame(handle), at = new DOMMatrix(getComputedStyle(handle).transform).e;
    return Math.min(100, Math.max(0, Math.round((100 * (at - left)) / (width || 1))));
  };
  // The handle listens to a mouse; it takes the place where the button goes down.
  const move = (handle, percent) => {
    const { left, width } = frame(handle), box = handle.parentElement.getBoundingClientRect();
    const share = Math.min(100, Math.max(0, percent)) / 100;
    const at = { bubbles: true, cancelable: true, view: window, clientY: box.top + box.height / 2 };
    at.clientX = box.left + left + share * width;
    handle.dispatchEvent(new MouseEvent("mousedown", at));
    document.dispatchEvent(new MouseEvent("mouseup", at));
  };

  const slider = handle => {
    const box = handle.closest(".before-after"), names = [word(box, "::before"), word(box, "::after")];
    put(handle, "role", "slider");
    put(handle, "tabindex", "0");
    put(handle, "aria-label", names.join(" / "));
    put(handle, "aria-valuemin", "0");
    put(handle, "aria-valuemax", "100");
    put(handle, "aria-valuenow", String(position(handle)));
    box.querySelectorAll("img").forEach((image, n) => put(image, "alt", names[n] || ""));
  };
  const samples = box => {
    const names = [...box.querySelectorAll(".sample-names li")];
    box.querySelectorAll(".gallery-item").forEach((item, n) => put(item, "aria-label", names[n]?.textContent || ""));
  };
  const line = box => {
    put(box, "role", "status");
    put(box, "aria-busy", String(box.querySelector(".job") !== null)); // what ends is told, not every step of it
  };

  let asked = false;
  const look = () => {
    asked = false;
    document.querySelectorAll(".before-after [data-testid=slider]").forEach(slider);
    document.querySelectorAll(".samples").forEach(samples);
    document.querySelectorAll("[id$=-status].block, [id$=-status].html-container").forEach(line);
  };
  const soon = () => {
    if (!asked) requestAnimationFrame(look);
    asked = true;
  };
  const watched = { subtree: true, childList: true, characterData: true, attributeFilter: ["lang", "class"] };
  new MutationObserver(soon).observe(document.documentElement, watched);
  document.addEventListener("load", soon, true); // of every picture
  addEventListener("pointerup", soon);

  addEventListener("keydown", event => {
    const handle = event.target;
    if (!handle.matches || !handle.matches(".before-after [data-testid=slider]")) return;
    const to = event.key === "Home" ? 0 : event.key === "End" ? 100 : position(handle) + KEYS[event.key];
    if (Number.isNaN(to)) return;
    event.preventDefault();
    move(handle, to);
    soon();
  });
}
