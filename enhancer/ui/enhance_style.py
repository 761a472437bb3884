"""How the Enhance tab stands on a narrow screen: what becomes of a picture right below it, the form after that."""

# In the head, because rules for narrow screens do not reach the page from the style sheet.
ENHANCE_HEAD = """
<style>
@media (max-width: 640px) {
  .columns:has(#enhance-picture) { flex-direction: column !important; gap: 14px !important; }
  .columns:has(#enhance-picture) > .side { display: contents !important; }
  .columns:has(#enhance-picture) > .side > * { order: 2; }
  .columns:has(#enhance-picture) > .side > :is(#enhance-picture, #enhance-source, .samples) { order: 0; }
  .columns:has(#enhance-picture) > .main { order: 1; }
}
</style>
"""
