"""What people in Slack see, over real HTTP."""
