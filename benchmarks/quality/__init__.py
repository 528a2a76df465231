"""How good the texts of the provider without a model are, measured on real captions."""
