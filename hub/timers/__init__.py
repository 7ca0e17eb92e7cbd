"""The hub's timers: kept here, rung by the satellite that asked."""
