"""The commands of `partnerdesk`."""
