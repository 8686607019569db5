"""Screens of authors: binders, pages, questions, the bank, colleagues."""
