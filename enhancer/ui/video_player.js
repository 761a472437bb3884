// Two videos of one length over each other: what stands left of the handle is the first, right of it the second.
(() => {
  const parts = cinema => ({
    videos: [...cinema.querySelectorAll("video")],
    time: cinema.querySelector(".time"),
    play: cinema.querySelector(".play"),
    clock: cinema.querySelector(".clock"),
  });
  const read = seconds => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  const of = event => event.target.closest && event.target.closest(".cinema");

  const follow = cinema => {
    const { videos, time, clock, play } = parts(cinema);
    const [first, ...others] = videos;
    for (const other of others)
      if (Math.abs(other.currentTime - first.currentTime) > (first.paused ? 0.001 : 0.15)) other.currentTime = first.currentTime;
    if (document.activeElement !== time || first.paused === false) time.value = String(first.currentTime);
    time.max = String(first.duration || 0);
    clock.textContent = `${read(first.currentTime)} / ${read(first.duration || 0)}`;
    play.setAttribute("aria-pressed", String(!first.paused));
  };

  const turn = cinema => {
    const { videos } = parts(cinema);
    const playing = !videos[0].paused;
    for (const video of videos) playing ? video.pause() : video.play().catch(() => {});
  };

  addEventListener("click", event => {
    const cinema = of(event);
    if (!cinema) return;
    if (event.target.closest(".play, video")) turn(cinema);
    if (event.target.closest(".sound")) {
      const video = parts(cinema).videos[0];
      video.muted = !video.muted;
      event.target.closest(".sound").setAttribute("aria-pressed", String(!video.muted));
    }
  });
  addEventListener("input", event => {
    const cinema = of(event);
    if (!cinema) return;
    if (event.target.matches(".split")) cinema.style.setProperty("--split", `${event.target.value}%`);
    if (event.target.matches(".time")) for (const video of parts(cinema).videos) video.currentTime = Number(event.target.value);
  });
  for (const name of ["timeupdate", "loadedmetadata", "play", "pause", "seeked", "ended"])
    addEventListener(name, event => { const cinema = of(event); if (cinema && event.target === parts(cinema).videos[0]) follow(cinema); }, true);
})();
