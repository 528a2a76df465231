"""`vidwiz plugins new`: the distribution of a plugin that works, for its author to fill in."""
