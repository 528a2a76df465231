"""A seeded run of faults against a whole installation, checked from outside."""
