"""A teacher's question bank."""
