"""Which engine stands for what the settings name; nothing else in the hub names one.

Each is imported only where it is wanted, since some are optional: what is missing is said with its remedy.
"""
