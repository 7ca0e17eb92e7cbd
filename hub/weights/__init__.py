"""The files of models: what they are, and how a folder comes to hold them."""
