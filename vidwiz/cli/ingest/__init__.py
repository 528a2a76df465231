"""`vidwiz ingest`: save videos, wait for what is made of them, and show it."""
