"""How fast Classeur is, beside named peers: `make bench`."""
