"""`vidwiz import`: many videos at once."""
