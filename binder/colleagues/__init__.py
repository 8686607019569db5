"""Writing with others: sharing, proposing changes, and the school's library."""
