#!/usr/bin/env bash
# ./build.sh bench footprint [MINUTES] [METERS]: S5. The NativeAOT service beside a substation of so many meters in real time (PRIME and G3 on ptys, both power lines busy with joins and reads, wM-Bus on a stick): from start to ready, its memory, its share of one core.
set -euo pipefail
cd "$(dirname "$0")/.."
minutes=${1:-30} meters=${2:-2000}
service=$PWD/artifacts/publish/linux-x64/concentrator
log=$(mktemp /tmp/concentrator-footprint.XXXXXX)
port=$((20000 + RANDOM % 20000))
CONCENTRATOR_SERVICE=$service CONCENTRATOR_KEEP=15m tests/run.sh --scenario substation --meters "$meters" --mqtt "$port" > "$log" 2>&1 &
run=$!
trap 'kill -TERM $run 2>/dev/null || true; wait $run 2>/dev/null || true; rm -f "$log"' EXIT
until console=$(sed -nE 's|.*console: +(http://[0-9.:]+)/.*|\1|p' "$log") && [ -n "$console" ]; do kill -0 $run 2>/dev/null || { cat "$log" >&2; exit 1; }; sleep 0.02; done
began=$(date +%s%3N)
until curl -fs "$console/readyz" >/dev/null 2>&1; do kill -0 $run 2>/dev/null || { cat "$log" >&2; exit 1; }; sleep 0.01; done
echo "ready $(($(date +%s%3N) - began)) ms after its start (S5: 1000)"
pid=$(pgrep -f "^$service run" | head -n 1)
ticks=$(getconf CLK_TCK)
used() { awk '{ print $14 + $15 }' "/proc/$pid/stat"; }
value() { sed -nE "s/.*\"$1\":\"?([0-9]+).*/\1/p" <<<"$2"; }
peak=0 first=$(used) since=$(date +%s%3N)
printf '%8s %9s %9s %8s %8s %10s\n' minute "RSS MiB" "core %" connected meters stored
for ((minute = 1; minute <= minutes; minute++)); do
    sleep 60
    rss=$(awk '/VmRSS/ { print int($2 / 1024) }' "/proc/$pid/status")
    peak=$((rss > peak ? rss : peak))
    now=$(date +%s%3N) total=$(used)
    core=$(awk -v t=$((total - first)) -v c="$ticks" -v ms=$((now - since)) 'BEGIN { printf "%.1f", t / c * 100000 / ms }')
    first=$total since=$now
    status=$(curl -fs "$console/api/v1/status" || true)
    connected=$(curl -fs "$console/api/v1/network" | grep -o '"connected":[0-9]*' | awk -F: '{ n += $2 } END { print n + 0 }' || true)
    printf '%8s %9s %9s %8s %8s %10s\n' "$minute" "$rss" "$core" "$connected" "$(value meters "$status")" "$(value stored "$status")"
done
echo "greatest RSS $peak MiB (S5: 96 MiB and less than 5 % of one core)"
