"""RQ as seen from the rest: safe messages, Redis connections, and pokes."""
