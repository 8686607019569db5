"""How the distribution is built: setuptools, and before it the front end."""
