"""Who answers where several satellites have heard one wake word."""
