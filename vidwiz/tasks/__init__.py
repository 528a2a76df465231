"""The ledger of durable work: what is to be done, who works on it, and how it ends."""
