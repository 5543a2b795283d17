"""Requests for a person in Slack: opened, taken, answered, passed on, resolved; and what is told of them."""
