"""Scripts that compare, and print ratios; they are no tests."""
