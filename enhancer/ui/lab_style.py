"""The style sheet of the Lab."""

LAB_CSS = """
#lab-rooms > .tab-wrapper { margin-bottom: 14px; }
#lab-rooms .tab-container button { font-size: 14px; }
:is(#repair-format, #repair-stage, #draw-wish) { border: 0; }
:is(#repair-format, #repair-stage) .wrap { width: max-content; }
.take-home { align-items: center; justify-content: space-between; }
#repair-download, #draw-download { flex: 0 0 auto; min-width: 150px; }
#draw-download { align-self: flex-end; width: auto; }
#repair-format { flex: 1 0 auto; }
.answer + .said { margin-top: 10px; }
.drawings + .said { margin-top: 10px; }
#medical-notice, #satellite-notice { padding: 0 4px; }
.take-scene { justify-content: flex-end; }
.take-scene button { flex: 0 0 auto; min-width: 130px; }
#repair-recipe { flex: 0 0 auto; min-width: 90px; }
#repair-receipt .question { margin-top: 14px; }
#repair-paint .painter { border: 1px solid var(--border-color-primary); border-radius: 12px; padding: 12px 16px;
  background: var(--background-fill-primary); }
#repair-paint .sheet { width: min(100%, min(520px, 70vh) * var(--ratio)); }
#repair-paint:has(.painter) .blank, #repair-panel:has(.before-after img) .blank,
#repair-panel:not(:has(.facts)) .take-home,
.take-home:not(:has(#repair-embed input:checked)) #repair-recipe,
.take-home:not(:has(:is(input[value="webp"], input[value="tiff"]):checked)) #repair-recipe,
.main:has(#repair-stage input[value="Mask"]:checked) #repair-panel,
.main:has(#repair-stage input[value="Repaired"]:checked) #repair-paint,
.main:has(.answer) > .blank, .main:has(.drawings) > .blank,
.main:has(#explain-result img) > .blank,
.main:has(:is(#medical-result, #satellite-result) img) > .blank,
.main:not(:has(:is(#medical-result, #satellite-result) img)) .take-scene,
.main:not(:has(.drawings)) > #draw-download { display: none !important; }
#explain-result img { image-rendering: pixelated; }
#explain-way .wrap { grid-template-columns: 1fr 1fr !important; }
.answer { display: grid; grid-template-columns: 1fr auto; gap: 20px 32px; align-items: center; padding: 20px;
  border: 1px solid var(--border-color-primary); border-radius: 12px; background: var(--background-fill-primary); }
.guesses { list-style: none; margin: 0; padding: 0; display: grid; gap: 12px; }
.guesses li { display: grid; grid-template-columns: 28px 1fr 64px; gap: 12px; align-items: center; }
.guesses b { font-size: 20px; line-height: 1; font-variant-numeric: tabular-nums; }
.guesses .track { height: 8px; display: block; }
.guesses .track i { display: block; height: 100%; border-radius: 6px; background: var(--color-accent); }
.guesses li:not(:first-child) .track i { opacity: .45; }
.guesses .figure { text-align: right; font-size: 14px; font-variant-numeric: tabular-nums; }
.answer figure { margin: 0; width: 148px; }
.answer figcaption { font-size: 12px; line-height: 1.4; margin-top: 6px; color: var(--body-text-color-subdued); }
.coarse { image-rendering: pixelated; display: block; margin: 0 !important; }
.answer .coarse { width: 100%; border-radius: 8px; border: 1px solid var(--border-color-primary); }
.main:has(.objects) > .blank, .main:not(:has(.objects)) > #detect-pictures { display: none !important; }
#detect-pictures { gap: 12px; }
.objects table { width: 100%; border-collapse: collapse; margin: 10px 0; font-size: 14px; }
.objects :is(table, tr) { border: 0 !important; }
.objects :is(th, td) { text-align: left; padding: 6px 8px;
  border: solid var(--border-color-primary) !important; border-width: 0 0 1px !important; }
.objects :is(th, td):nth-child(n + 3) { text-align: right; font-variant-numeric: tabular-nums; }
.objects td.faint { color: var(--body-text-color-subdued); }
.objects td.up { color: #0f766e; } .dark .objects td.up { color: #2dd4bf; }
.objects td.down { color: #b42318; } .dark .objects td.down { color: #f97066; }
.objects p { margin: 4px 0; }
.drawings { display: flex; justify-content: center; padding: 12px; border-radius: 12px;
  border: 1px solid var(--border-color-primary); background: var(--background-fill-primary); }
.drawings .coarse { width: 100%; border-radius: 6px; }
.drawings.again .coarse { width: min(100%, 420px); }
.seeds { align-items: end !important; gap: 0 !important; padding-right: 14px;
  background: var(--block-background-fill); }
.seeds > :first-child { border: 0; }
.seeds > button { margin-bottom: 12px; }
"""

LAB_HEAD = """
<style>
@media (max-width: 640px) {
  .answer { grid-template-columns: 1fr !important; padding: 14px !important; }
  .answer figure { margin: 0 auto !important; text-align: center !important; }
  #draw-wish label { padding: 8px 6px !important; }
}
</style>
"""
