"""Where a reply is cut: the first clause, whole sentences, and what neither may part."""
