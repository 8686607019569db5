"""Giving a page to a class: to whom, from when until when, and what holds for one learner."""
