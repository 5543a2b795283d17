"""The reviewed knowledge: its files, what they say, and the proofs that they agree."""
