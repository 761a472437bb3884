"""The style sheet of the Batch tab."""

BATCH_CSS = """
#batch-card ol { margin: 0; padding-left: 18px; font-size: 13px; line-height: 1.5; list-style: decimal; }
#batch-card .card p:last-child { margin-bottom: 0; }
#batch-limits .said { font-size: 13px; }
#batch-take-home { align-items: center; flex-wrap: wrap; }
#batch-facts { flex: 20 1 300px; min-width: 0; }
#batch-main:not(:has(#batch-facts .facts)) #batch-take-home,
#batch-main:has(.files) .blank { display: none !important; }
#batch-zip { flex: 1 0 170px; }
.files { list-style: none; margin: 0; padding: 0; max-height: 640px; overflow-y: auto; border-radius: 12px;
  border: 1px solid var(--border-color-primary); background: var(--background-fill-primary); }
.files li { display: flex; gap: 14px; align-items: baseline; justify-content: space-between; padding: 10px 16px;
  margin: 0 !important; }
.files li + li { border-top: 1px solid var(--border-color-primary); }
.files div { min-width: 0; margin: 0; }
.files b { display: block; font-size: 14px; font-weight: 700; overflow: hidden; text-overflow: ellipsis;
  white-space: nowrap; }
.files small { display: block; font-size: 13px; line-height: 1.45; color: var(--body-text-color-subdued);
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.files span { flex: none; font-size: 13px; font-variant-numeric: tabular-nums; color: var(--body-text-color-subdued); }
.files .bad span, .files .bad small { color: #b42318; } .dark .files .bad :is(span, small) { color: #f97066; }
.files .now { box-shadow: inset 3px 0 0 var(--color-accent); }
#batch-list .said:first-child { margin-bottom: 8px; }
#batch-list .legend { margin: 10px 0 0; font-size: 13px; }
"""
