"""The database: its engine, the two ways into it, and its schema."""
