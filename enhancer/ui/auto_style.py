"""The style sheet of Auto: its button, the card of findings, and the steps."""

AUTO_CSS = """
#auto-start { gap: 6px !important; }
#auto-go { width: 100%; border-color: var(--color-accent); color: #0f766e; } .dark #auto-go { color: #2dd4bf; }
#auto-go:hover { background: var(--color-accent-soft); }
#auto-go::before { content: "✦"; margin-right: 8px; }
#say { gap: 6px !important; }
#say .say { align-items: end !important; gap: 8px !important; flex-wrap: nowrap !important; }
#say .say .block { padding: 0; border: 0; background: none; overflow: visible; }
#say .form { border: 0; background: none; overflow: visible; }
#say-go { flex: 0 0 auto; height: 42px; }
#say-status .said { font-size: 13px; }
#auto { gap: 12px !important; }
#auto .form { border: 0; background: none; overflow: visible; }
#auto .block { padding: 0; border: 0; background: none; overflow: visible; }
#auto :is(.block.figure, .block#auto-factor) { padding-bottom: 7px; } /* the knob of a slider reaches below its line */
#auto h4 { margin: 0 0 6px; font-size: 14px; font-weight: 700; }
#auto .said { font-size: 13px; }
.finding { border-top: 1px solid var(--border-color-primary); font-size: 13px; }
.finding summary { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 10px; padding: 7px 0;
  cursor: pointer; }
.finding summary b { font-weight: 700; }
.finding summary > span { font-variant-numeric: tabular-nums; color: var(--body-text-color-subdued); }
.finding .chips, .finding .chip { margin-left: auto; }
#auto :is(.finding, .fine) :is(p, dd) { margin: 0 0 8px; font-size: 12px; line-height: 1.5;
  color: var(--body-text-color-subdued); }
.fine { border-top: 1px solid var(--border-color-primary); padding-top: 7px; font-size: 13px; }
.fine summary { cursor: pointer; color: var(--body-text-color-subdued); line-height: 1.45; }
.fine summary:hover, .finding summary:hover b { color: var(--body-text-color); text-decoration: underline;
  text-underline-offset: 3px; }
#auto .fine dl { display: block; margin: 8px 0 0; }
#auto .fine dt { font-weight: 700; font-size: 12px; color: var(--body-text-color); }
#auto .fine dd { font-weight: 400; overflow-wrap: anywhere; }
.unmet { margin-top: 12px; font-size: 13px; }
.unmet ul { margin: 0; padding-left: 18px; list-style: disc; line-height: 1.5; color: var(--body-text-color-subdued); }
#auto-order { border-top: 1px solid var(--border-color-primary); padding-top: 12px; }
#auto-order h4 { margin: 0; }
#auto:not(:has(.findings)) #auto-order { border: 0; padding: 0; }
#auto .step { gap: 6px !important; padding-left: 12px; border-left: 3px solid var(--color-accent); }
#auto .step:not(:has(input[type=checkbox]:checked)) { border-color: var(--border-color-primary); }
#auto .step:not(:has(input[type=checkbox]:checked)) :is(.why, .figure) { opacity: .45; }
#auto .step label span { font-weight: 700; }
#auto .why { margin: 0; font-size: 13px; line-height: 1.5; color: var(--body-text-color-subdued); }
#auto .why small { font-size: 12px; white-space: nowrap; }
#auto .step:not(:has(.why)), #auto .step:not(:has(.why.figured)) .figure,
#auto:not(:has(.findings)) #auto-factor { display: none !important; }
"""
