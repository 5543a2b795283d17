"""From a reply and a language to text and Block Kit. Pure; the only place that knows Slack's markup."""
