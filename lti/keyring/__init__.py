"""Our keys: sealed where a secret is set, and replaced without a signature refused."""
