"""The flows: state machines of what takes more than one message. Pure: (state, input) → (state, reply)."""
