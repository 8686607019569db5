"""Screens of pupils and their families: what is open to them, their work, their results."""
