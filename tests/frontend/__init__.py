"""The scripts of the pages: what they weigh, what is in them, how they are built, what they do."""
