"""Reports of language errors: from whoever saw one to whoever looks after the language, and back."""
