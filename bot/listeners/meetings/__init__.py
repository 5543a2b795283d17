"""Meetings: offered, booked, moved, cancelled, and what the people in them are told."""
