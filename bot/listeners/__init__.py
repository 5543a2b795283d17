"""Slack's surfaces: raw payloads become plain data here, and nothing is decided."""
