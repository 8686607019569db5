"""Screens of a class's teacher: giving, following, dates, marking anew, the gradebook."""
