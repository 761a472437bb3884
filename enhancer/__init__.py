"""Image enhancement that shows its work."""
