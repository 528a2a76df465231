"""Every cause of failure, as the local YouTube makes it, and what each library makes of it."""
