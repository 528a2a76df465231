"""A sample video of our own: a short talk and its captions, under the licence of the project."""
