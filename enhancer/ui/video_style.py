"""The style sheet of the Video tab, and where the script of its player lies."""

from pathlib import Path

VIDEO_CSS = """
#video-limits .said, #video-facts .said { font-size: 13px; }
#video-take-home { align-items: center; flex-wrap: wrap; }
#video-facts { flex: 20 1 300px; min-width: 0; }
#video-download { flex: 1 0 170px; }
#video-main:not(:has(#video-facts .whole)) #video-download,
#video-main:not(:has(#video-facts .facts)) #video-take-home,
#video-main:has(.cinema) .blank { display: none !important; }
.cinema { --split: 50%; }
.cinema .screen { position: relative; line-height: 0; overflow: hidden; border-radius: 12px; background: #000;
  width: min(100%, calc(min(540px, 70vh) * var(--ratio))); aspect-ratio: var(--ratio); margin: 0 auto; }
.cinema video { position: absolute; inset: 0; width: 100%; height: 100%; cursor: pointer; }
.cinema .first { clip-path: inset(0 calc(100% - var(--split)) 0 0); }
.cinema .line { position: absolute; top: 0; bottom: 0; left: var(--split); width: 2px; margin-left: -1px;
  background: #fff; box-shadow: 0 0 0 1px rgb(0 0 0 / .4); pointer-events: none; }
.cinema .tag { position: absolute; top: 12px; pointer-events: none; font-size: 12px; font-weight: 700; line-height: 1;
  padding: 6px 10px; border-radius: 99px; color: #fff; background: rgb(0 0 0 / .55); }
.cinema .tag.left { left: 12px; } .cinema .tag.right { right: 12px; }
.cinema .split { position: absolute; left: 0; right: 0; bottom: 10px; width: calc(100% - 24px); margin: 0 12px;
  accent-color: #fff; }
.cinema .keys { display: flex; align-items: center; gap: 10px; margin-top: 10px; }
.cinema .keys button { font-size: 13px; line-height: 1; padding: 9px 12px; border-radius: 8px; cursor: pointer;
  margin: 0 !important; color: inherit; border: 1px solid var(--input-border-color);
  background: var(--button-secondary-background-fill); }
.cinema .keys button[aria-pressed="true"] { background: var(--color-accent); border-color: var(--color-accent);
  color: #fff; }
.cinema .keys .time { flex: 1 1 0; min-width: 0; accent-color: var(--color-accent); }
.cinema .clock { font-size: 13px; font-variant-numeric: tabular-nums; color: var(--body-text-color-subdued); }
.dark .cinema input { color-scheme: dark; }
.cinema :focus-visible { outline: 2px solid var(--color-accent); outline-offset: 2px; }
"""


def video_head() -> str:
    """The script of the player, for the head of the page."""
    script = Path(__file__).with_name("video_player.js").read_text(encoding="utf-8")
    return f"<script>\n{script}</script>\n"
