"""When a person has finished: the silence so far, and how finished the words sound."""
