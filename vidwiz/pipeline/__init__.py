"""The flow of the work: `flow.py` shows all of it on one page."""
