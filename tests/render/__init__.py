"""Replies as messages, and whether Slack would take them."""
