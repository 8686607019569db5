"""Talking to platforms after a launch: marks, rosters, groups, notices."""
