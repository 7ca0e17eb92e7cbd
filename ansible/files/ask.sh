#!/bin/sh
# Prints how this satellite stands, as one line of JSON; what cannot be had is null.
here=/opt/hark/satellite/current
status=$("$here/bin/hark-satellite" status --config /etc/hark/satellite.toml 2>&1) || { status=null; }
milli=$(cat /sys/class/thermal/thermal_zone0/temp 2>/dev/null) || milli=null
errors=$(journalctl --unit hark-satellite --priority warning --since -24h --quiet --output cat 2>/dev/null | wc -l)
release=$(basename "$(readlink "$here")")
printf '{"release": "%s", "millidegrees": %s, "errors": %s, "now": %s, "status": %s}\n' \
  "$release" "$milli" "$errors" "$(date +%s)" "$status"
