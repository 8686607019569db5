"""From a validated launch to a viewer: places, sessions, and launches that were refused."""
