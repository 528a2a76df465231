"""RQ as seen from the rest: signed messages, Redis connections, and notifications."""
