"""Partnerdesk: a support desk for partners, in Slack and in four languages."""
