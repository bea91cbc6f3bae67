#!/usr/bin/env bash
# ./build.sh run: a street of simulated meters, a radio on a pty, DLMS meters on a serial line, on TCP and on UDP and others that push, PRIME and G3 modems with meters on power lines, the shipped service and a broker, with live progress, and a head-end that gives a few orders, until Ctrl-C.
set -euo pipefail
cd "$(dirname "$0")/.."
meters=20 seed=1 scenario=all mqtt=1883 steps=tests/Simulation/Scripts/orders.steps
while [ $# -gt 0 ]; do
    case $1 in
        --meters) meters=$2 ;;
        --seed) seed=$2 ;;
        --scenario) scenario=$2 ;;
        --mqtt) mqtt=$2 ;;
        --head-end) steps=$2 ;;
        *) echo "run: $1 is no option; there are --meters --seed --scenario --mqtt --head-end" >&2; exit 2 ;;
    esac
    shift 2 || { echo "run: $1 wants a value" >&2; exit 2; }
done

[ "$steps" = none ] || [ -e "$steps" ] || { echo "run: there is no script $steps" >&2; exit 2; }
dir=$(mktemp -d /tmp/concentrator-run.XXXXXX)
artifacts/concentrator-sim --scenario "$scenario" --meters "$meters" --seed "$seed" --ports "$dir/ports" --keys "$dir/meters.keys" --shipment "$dir/shipment.csv" \
    --truth "$dir/truth.jsonl" --rows "$dir/head-end.jsonl" --mqtt "$mqtt" > "$dir/sim.out" 2> "$dir/sim.err" &
sim=$!
service= orders=
finish() {
    trap - INT TERM EXIT
    echo
    [ -z "$orders" ] || kill -TERM "$orders" 2>/dev/null || true
    kill -TERM "$sim" 2>/dev/null || true
    if [ -n "$service" ]; then
        sleep 1
        for _ in $(seq 15); do # the last readings are committed: from 200 meters on that takes 10 s
            take_status
            [ -n "$status" ] && [ "$(number kept)" != "$(number stored)" ] || break
            sleep 1
        done
        artifacts/concentrator reading query --jsonl --state "$dir/state" > "$dir/rows.jsonl" 2>> "$dir/service.log" || true
        kill -TERM "$service" 2>/dev/null || true
    fi
    wait 2>/dev/null || true
    echo "truth file: $dir/truth.jsonl     shipment list: $dir/shipment.csv"
    if [ -s "$dir/orders.out" ]; then
        show_orders
    fi
    if [ -s "$dir/rows.jsonl" ]; then
        [ ! -s "$dir/passed.jsonl" ] || cat "$dir/passed.jsonl" >> "$dir/rows.jsonl" # what went through the box to the head-end came to somebody too
        artifacts/concentrator-sim compare "$dir/truth.jsonl" "$dir/rows.jsonl" | tail -n 5
    fi
    if [ -n "$orders" ]; then
        grep '^head-end: ' "$dir/orders.out" || echo "head-end: stopped before its script was through"
    fi
    exit 0
}
# What the service says of itself, and a number out of it.
status=
take_status() { status=$(artifacts/concentrator status --json --state "$dir/state" 2>/dev/null || true); }
number() { sed -nE "s/.*\"$1\":([0-9]+).*/\1/p" <<<"$status"; }
# The head-end's lines, as they come, between those of the progress.
shown=0
show_orders() {
    local new
    new=$(tail -n +$((shown + 1)) "$dir/orders.out" 2>/dev/null | grep -v '^head-end: ' || true) # the sum comes at the end
    [ -n "$new" ] || return 0
    printf '\r%90s\r%s\n' '' "$new"
    shown=$((shown + $(wc -l <<<"$new")))
}
trap finish INT TERM EXIT
for _ in $(seq 300); do [ -s "$dir/sim.out" ] && [ -e "$dir/ports/im871a" ] && [ -e "$dir/meters.keys" ] && break; sleep 0.1; done
[ -s "$dir/sim.out" ] || { cat "$dir/sim.err" >&2; exit 1; }
head -n 1 "$dir/sim.out"
port=$(sed -nE '1s/.*127\.0\.0\.1:([0-9]+).*/\1/p' "$dir/sim.out")
http=$((8080 + port % 1000)) door=$((4059 + port % 1000)) broker=$port
box=dc-demo
[ -e "$dir/ports/dlms-tcp0.url" ] || steps=none # the script's meter is the one on TCP
artifacts/concentrator-sim head-end-keys "$dir/hes" --box "$box"
cat "$dir/meters.keys" "$dir/hes/box.keys" > "$dir/all.keys"
chmod 400 "$dir/all.keys"
part=nnap
[ "$scenario" = lnap ] && part=lnap
registers=1m profile=15m tasks=
if [ -e "$dir/ports/prime" ] || [ -e "$dir/ports/g3" ]; then # a power line is slow: what is read there must be worth its air time
    registers=1d profile=1d
else
    tasks='{ read = "standard-log", every = "1h", start = "00:10" }, { read = "mbus-profile", every = "1h", start = "00:02" }, { read = "mbus-values", every = "5m", start = "00:00" },'
fi
cat > "$dir/concentrator.toml" <<CONFIG
id = "$box"
flag = "DEM"
profile = "$part"
[upstream.main]
url = "mqtt://127.0.0.1:$port"
acknowledge = "head-end"
[upstream.scada]
url = "dlms://127.0.0.1:$door"
allow = ["127.0.0.1"]
association = { mechanism = "hls-gmac", suite = 0 }
passThrough = ["SIM*"]
[[issuer]]
keyId = "hes-1"
publicKey = "$dir/hes/hes-1.pem"
orders = ["*"]
[[driver]]
name = "radio0"
family = "im871a"
port = "$dir/ports/im871a"
mode = "C1+T1"
[keys]
file = "$dir/all.keys"
[meters]
keep = "${CONCENTRATOR_KEEP:-all}"
[http]
listen = "127.0.0.1:$http"
[collection]
tasks = [ $tasks { read = "load-profile", every = "$profile", start = "00:01" }, { read = "daily-profile", every = "1d", start = "00:05" },
          { read = "registers", every = "$registers", start = "00:00" } ]
CONFIG
for port in "$dir"/ports/dlms*; do # DLMS meters on ports of their own: a pty with HDLC, or an address in a file (TCP or UDP)
    case $port in
        *.url) where=$(cat "$port") framing=wrapper physical=0 ;;
        *) [ -e "$port" ] || continue; where=$port framing=hdlc physical=17 ;;
    esac
    cat >> "$dir/concentrator.toml" <<CONFIG
[[driver]]
name = "$(basename "$port" .url)"
family = "dlms"
port = "$where"
framing = "$framing"
physical = $physical
profile = "idis"
association = { client = 1, server = 1, mechanism = "hls-gmac", suite = 0 }
CONFIG
done
for port in "$dir"/ports/push-*.listen "$dir"/ports/han0 "$dir"/ports/p1-0; do # meters that speak by themselves: over the network, on a customer interface, on a P1 port
    [ -e "$port" ] || continue
    case $port in
        *.listen) where="listen = \"$(cat "$port")\"" profile=idis ;;
        *p1-0) where="port = \"$port\"" profile=dsmr ;;
        *) where="port = \"$port\"" profile=plain ;;
    esac
    printf '[[driver]]\nname = "%s"\nfamily = "dlms"\n%s\nprofile = "%s"\n' "$(basename "$port" .listen)" "$where" "$profile" >> "$dir/concentrator.toml"
    case $port in *.listen) ;; *) printf 'framing = "push"\noffset = 60\n' >> "$dir/concentrator.toml" ;; esac
done
for family in prime g3; do # power line networks: meters join by themselves, and are known by the shipment list or by asking them
    [ -e "$dir/ports/$family" ] || continue
    cat >> "$dir/concentrator.toml" <<CONFIG
[[driver]]
name = "plc-$family"
family = "$family"
port = "$dir/ports/$family"
profile = "idis"
association = { client = 1, server = 1, mechanism = "hls-gmac", suite = 0 }
CONFIG
done
"${CONCENTRATOR_SERVICE:-artifacts/concentrator}" run --config "$dir/concentrator.toml" --state "$dir/state" > "$dir/service.log" 2>&1 &
service=$!
if [ "$steps" != none ]; then
    artifacts/concentrator-sim head-end "$steps" --box "$box" --mqtt "mqtt://127.0.0.1:$broker" --key "$dir/hes/hes-1.key.pem" --door "127.0.0.1:$door" --keys "$dir/all.keys" --rows "$dir/passed.jsonl" --trace "$dir/door.trace" \
        > "$dir/orders.out" 2>&1 &
    orders=$!
fi
echo "console:  http://127.0.0.1:$http/     service log: $dir/service.log     Ctrl-C ends it"
while kill -0 "$service" 2>/dev/null && kill -0 "$sim" 2>/dev/null; do
    show_orders
    take_status
    if [ -n "$status" ]; then
        printf '\r%s  meters %s  heard %s  decoded %s  kept %s  stored %s  delivered %s  waiting %s   ' "$(date +%T)" "$(number meters)" "$(number heard)" \
            "$(number decoded)" "$(number kept)" "$(number stored)" "$(number delivered)" "$(number reading)"
    fi
    sleep 1
done
echo "the service ended: see $dir/service.log" >&2
tail -n 5 "$dir/service.log" >&2
exit 1
