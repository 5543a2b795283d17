"""Pictures of figures, drawn in a child process: `python -m bot.plots` reads JSON and writes a PNG.

Nothing of the desk is imported here, and nowhere else is matplotlib: the serving process never pays for it.
"""
