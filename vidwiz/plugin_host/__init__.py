"""The core's side of plugins: finding them, their settings and states, and calling them."""
