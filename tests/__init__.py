"""Tests mirror bot/; README, "How it works", says what the other folders hold."""
