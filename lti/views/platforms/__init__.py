"""Doors for platforms and the messages that they send: login, launch, the picker, notices, registration."""
