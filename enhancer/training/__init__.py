"""The companion that trains the networks; the application never imports it."""
