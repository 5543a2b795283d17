"""How well the bot answers: labelled questions asked as partners ask them, scored, and the decision calibrated."""
