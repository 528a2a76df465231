"""The rules. A function's first parameter says what it may do: `session` reads, `uow` writes."""
