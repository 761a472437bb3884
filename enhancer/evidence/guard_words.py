"""What can be protected, by name: words for a parser and a page, without the mathematics that finds it."""

RULED = ("text", "calm")  # found by the rules of `protect`
BRUSH, MISFIT = "brush", "misfit"
WISHES = (*RULED, MISFIT)  # what is found by itself
KINDS = (*WISHES, BRUSH)
