"""From a message to what it means: language, programme, entry, and how sure that is. Pure; no port, no Slack client."""
