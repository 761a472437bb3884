"""What a bundled model makes of known damage, at 100 %: crops that went well and crops that did not, drawn again."""
