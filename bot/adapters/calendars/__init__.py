"""Calendars of those who hold meetings, one module for each way of speaking to them; `opening` chooses."""
