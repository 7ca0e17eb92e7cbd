"""Every sentence that people say to this home, as an automaton over words: what is whole, what only a beginning."""
