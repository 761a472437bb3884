"""Comparisons that print ratios: `python -m tests.benchmarks` times what people would use instead, in the same run."""
