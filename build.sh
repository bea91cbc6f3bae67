#!/usr/bin/env bash
# The one door to building, running, testing, measuring and publishing Concentrator. Without an argument it prints its verbs.
set -euo pipefail
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

say() { printf '%s\n' "$*" >&2; }
die() { say "build.sh: $*"; exit 1; }

usage() {
    cat <<'USAGE'
usage: ./build.sh VERB [ARGUMENTS]

  build                         restore and build, warnings are errors; leaves artifacts/concentrator and artifacts/concentrator-sim
  run [--meters N] [--seed S] [--scenario NAME] [--mqtt PORT] [--head-end SCRIPT]
                                simulated meters, a radio, the service, a broker and a head-end that gives a few orders on this machine, until Ctrl-C
  test [filter]                 every test, or those whose full name contains the filter; ends with `Tests: N passed, N failed, N skipped`;
                                artifacts/conformance.md and .json say what they prove of the reference architecture
  bench [--quick] [name]        the benchmarks behind the promises, all or those whose name contains the argument; --quick takes the best of many short runs, for a machine that is shared;
                                plc: whole networks beside the ideal schedule; footprint [MINUTES] [METERS]: memory and processor of the NativeAOT service beside a substation
  trust [campaign] [--release]  the fault campaigns, with an evidence file per promise in artifacts/trust; --list: what they are called
  publish [rid]                 NativeAOT binaries (linux-x64, linux-arm64) in artifacts/publish
USAGE
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else die "$* needs root: run it yourself, then run me again"; fi
}

# need COMMAND PACKAGE...: installs Debian packages when the command is not there, and says so.
need() {
    local command=$1
    shift
    command -v "$command" >/dev/null && return 0
    command -v apt-get >/dev/null || die "$command is missing and there is no apt-get: install it (Debian packages: $*) and run me again"
    say "installing $* (for $command)"
    if [ -z "${APT_UPDATED:-}" ]; then
        as_root apt-get update -qq
        APT_UPDATED=1
    fi
    as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq "$@" >/dev/null
}

need_dotnet() { command -v dotnet >/dev/null || die "the .NET SDK 10 is missing: install it first, everything else I install myself"; }

need_broker() {
    command -v mosquitto >/dev/null && return 0
    need mosquitto mosquitto mosquitto-clients
    # A broker for tests only: the package starts a system service, which is not wanted here.
    if [ -d /run/systemd/system ]; then as_root systemctl disable --now mosquitto >/dev/null 2>&1 || true; else as_root service mosquitto stop >/dev/null 2>&1 || true; fi
}

need_native() {
    need clang clang zlib1g-dev
    need ld.lld lld
}

need_arm64() {
    need_native
    need aarch64-linux-gnu-objcopy gcc-aarch64-linux-gnu binutils-aarch64-linux-gnu libc6-dev-arm64-cross
}

# The arm64 binary runs under qemu-user; its crypto needs libssl3 for arm64, unpacked beside it.
need_qemu() {
    need qemu-aarch64-static qemu-user-static
    local root=artifacts/arm64-root
    [ -e "$root/.whole" ] && return 0
    say "unpacking libssl3, zlib1g and libstdc++6 for arm64 into $root"
    dpkg --print-foreign-architectures | grep -qx arm64 || { as_root dpkg --add-architecture arm64; as_root apt-get update -qq; }
    mkdir -p "$root/packages"
    local ssl=libssl3
    apt-cache show libssl3t64:arm64 >/dev/null 2>&1 && ssl=libssl3t64
    (cd "$root/packages" && apt-get download -qq "$ssl:arm64" zlib1g:arm64 libstdc++6:arm64 libgcc-s1:arm64 libc6:arm64)
    for package in "$root"/packages/*.deb; do dpkg -x "$package" "$root"; done
    [ -e "$root/lib" ] || ln -s usr/lib "$root/lib"
    touch "$root/.whole"
}

build() {
    need_dotnet
    dotnet build Concentrator.sln -c Release -v quiet --nologo >&2
    mkdir -p artifacts
    ln -sfn bin/Concentrator/release/concentrator artifacts/concentrator
    ln -sfn bin/Simulation/release/concentrator-sim artifacts/concentrator-sim
}

publish() {
    need_dotnet
    case $1 in
        linux-x64)
            need_native
            dotnet publish src/Concentrator -c Release -r linux-x64 -o artifacts/publish/linux-x64 -v quiet --nologo
            ;;
        linux-arm64)
            need_arm64
            dotnet publish src/Concentrator -c Release -r linux-arm64 -o artifacts/publish/linux-arm64 -v quiet --nologo \
                -p:LinkerFlavor=lld -p:ObjCopyName=aarch64-linux-gnu-objcopy
            ;;
        *) die "publish: $1 is not a target; there are linux-x64 and linux-arm64" ;;
    esac
    say "published artifacts/publish/$1 ($(du -sh "artifacts/publish/$1/concentrator" | cut -f1))"
}

# Two builds that exist to be killed; nothing of them is ever shipped (src/Concentrator/Store/FaultPoint.cs).
build_faults() {
    dotnet build src/Concentrator -c Release -v quiet --nologo -p:FaultPoints=true >&2
    dotnet build src/Concentrator -c Release -v quiet --nologo -p:FaultPoints=true -p:AcknowledgeBeforeSync=true >&2
}

# The closing line is printed whatever happens before it: a crash or a hang counts as one failed test.
tests() {
    local filter=${1:-} log=artifacts/test.log
    local code=0 line=""
    trap 'printf "Tests: 0 passed, 1 failed, 0 skipped\n"' EXIT
    need_broker
    need strace strace
    need openssl openssl
    need chromium chromium
    build
    build_faults
    if [ -z "${CONCENTRATOR_SKIP_AOT:-}" ]; then
        publish linux-x64
        publish linux-arm64
        need_qemu
    fi
    local report=artifacts/test.xml
    local arguments=(-noColor -xml "$report")
    [ -n "$filter" ] && arguments+=(-method "*$filter*")
    rm -f "$report" artifacts/conformance.md artifacts/conformance.json # of a run that crashes nothing is left that looks like its outcome
    set +e
    timeout --kill-after=30 "${CONCENTRATOR_TEST_SECONDS:-3600}" artifacts/bin/Unit/release/Unit "${arguments[@]}" 2>&1 | tee "$log"
    code=${PIPESTATUS[0]}
    set -e
    trap - EXIT
    line=$(grep -aE 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+' "$log" | tail -n 1 || true)
    local total errors failed skipped
    total=$(sed -nE 's/.*Total: ([0-9]+).*/\1/p' <<<"$line")
    errors=$(sed -nE 's/.*Errors: ([0-9]+).*/\1/p' <<<"$line")
    failed=$(sed -nE 's/.*Failed: ([0-9]+).*/\1/p' <<<"$line")
    skipped=$(sed -nE 's/.*Skipped: ([0-9]+).*/\1/p' <<<"$line")
    if [ -z "$line" ]; then
        say "the test runner ended without its summary (exit code $code): a crash or a hang, counted as one failed test"
        [ "$code" != 0 ] || code=1
        printf 'Tests: %d passed, %d failed, %d skipped\n' "$(grep -acE '\[PASS\]' "$log" || true)" 1 0
        exit "$code"
    fi
    if [ "${total:-0}" = 0 ]; then
        say "no test was found"
        code=1
        failed=1
        total=1
    fi
    grep -aE '\[FAIL\]$' "$log" | sed -E 's/^ */failed: /; s/ \[FAIL\]$//' | sort -u || true # once more, where whoever reads only the end finds them
    if ! artifacts/bin/Requirements/release/Requirements "$report" artifacts ${filter:+--part "$filter"}; then [ "$code" != 0 ] || code=1; fi
    printf 'Tests: %d passed, %d failed, %d skipped\n' "$((total - failed - skipped))" "$((failed + errors))" "$skipped"
    exit "$code"
}

bench() {
    build
    if [ "${1:-}" = plc ]; then
        bench_power_line
        return
    fi
    if [ "${1:-}" = footprint ]; then
        [ -e artifacts/publish/linux-x64/concentrator ] || publish linux-x64
        shift
        exec tests/footprint.sh "$@"
    fi
    if [ "${1:-}" = --quick ]; then
        dotnet run --project tests/Benchmarks -c Release --no-build -- "$@"
        return
    fi
    dotnet run --project tests/Benchmarks -c Release --no-build -- --artifacts artifacts/bench --filter "*${1:-}*"
}

# S3: jobs over whole networks on virtual time, beside the ideal schedule; with contention as the medium model has it, for comparison.
bench_power_line() {
    local network read meters contention
    printf '%-7s %-13s %6s %10s %9s %9s %7s %7s   medium\n' network read meters contention seconds ideal ratio use
    for contention in 0 32; do
        for network in prime g3; do
            for read in load-profile registers; do
                for meters in 200 1000 2000; do
                    [ "$contention" = 0 ] || [ "$meters" = 200 ] || continue
                    DOTNET_PROCESSOR_COUNT=1 DOTNET_ThreadPool_ForceMaxWorkerThreads=1 artifacts/bin/Substation/release/Substation job --network "$network" --read "$read" --shape quiet \
                        --meters "$meters" --contention "$contention" | sed -nE "s/.*\"Seconds\":([0-9.]+),\"Ideal\":([0-9.]+),\"Ratio\":([0-9.]+),\"Use\":([0-9.]+),.*\"Medium\":\"([^\"]*)\".*/\1 \2 \3 \4 \5/p" | {
                        read -r seconds ideal ratio use medium
                        printf '%-7s %-13s %6s %10s %9s %9s %7s %7s   %s\n' "$network" "$read" "$meters" "$contention" "$seconds" "$ideal" "$ratio" "$use" "$medium"
                    }
                done
            done
        done
    done
    printf '%-7s %-13s %6s %10s %9s %9s %7s   medium meanwhile\n' network read meters joining idle busy ratio
    for network in prime g3; do
        for read in load-profile registers; do
            DOTNET_PROCESSOR_COUNT=1 DOTNET_ThreadPool_ForceMaxWorkerThreads=1 artifacts/bin/Substation/release/Substation job --network "$network" --read "$read" --shape quiet --meters 200 --joining 20 |
                sed -nE "s/.*\"Joining\":([0-9]+),.*\"Idle\":([0-9.]+),\"Busy\":([0-9.]+),\"Ratio\":([0-9.]+),.*\"Medium\":\"([^\"]*)\".*/\1 \2 \3 \4 \5/p" | {
                read -r joining idle busy ratio medium
                printf '%-7s %-13s %6s %10s %9s %9s %7s   %s\n' "$network" "$read" 200 "$joining" "$idle" "$busy" "$ratio" "$medium"
            }
        done
    done
    dotnet run --project tests/Benchmarks -c Release --no-build -- --turnaround
    say "S3: nodes that join while a job runs (busy) take <= 2 x the seconds they take with nothing else to do (idle)"
    say "S3: ratio <= 1.10 and use >= 0.85 where no two transmissions ever meet (contention 0); with collisions (32) for comparison"
}

# The campaigns, by their names: those of their files, in small letters with hyphens between the words.
campaigns() {
    local file name
    for file in tests/Unit/Campaigns/*Campaign.cs; do
        name=$(basename "$file" Campaign.cs)
        printf '%s %s\n' "$(sed -E 's/([a-z])([A-Z])/\1-\L\2/g; s/^./\L&/' <<<"$name")" "Unit.Campaigns.${name}Campaign"
    done
}

trust() {
    local campaign="" release=0 family="" class="Unit.Campaigns.*"
    for argument in "$@"; do
        case $argument in
            --release) release=1 ;;
            --list) campaigns; return ;;
            *) campaign=$argument ;;
        esac
    done
    if [[ $campaign == fuzz-* ]]; then family=${campaign#fuzz-} campaign=fuzz; fi # one family of parsers alone
    if [ -n "$campaign" ]; then
        class=$(campaigns | sed -n "s/^$campaign //p")
        [ -n "$class" ] || die "trust: there is no campaign \"$campaign\"; there are $(campaigns | cut -d ' ' -f 1 | paste -sd ' '), and fuzz-FAMILY"
    fi
    need_broker
    need strace strace
    build
    [ -e artifacts/publish/linux-x64/concentrator ] || publish linux-x64
    mkdir -p artifacts/trust
    say "covered: R1 (kill; 20 kills, 200 come with the fault campaigns; orders-kill: the service is killed while it carries out an order of each kind), R2, R3 (cut), R7 (fuzz: each parser of octets from outside, guided by the edges it takes and by volume; keys files and decode lines with fewer inputs), R9 (hostile, on virtual time), R12 (secrets), C1, C3, C4, S3 (collection, on virtual time), C2 (demand, on virtual time)"
    say "proved by tests, not campaigns yet: R6 (model of 200,000 operations), R10 (counters, copies and restores)"
    say "not covered yet: R4 full size, R5, R8, R11, S6: their parts come with the issues that build them; S5: ./build.sh bench footprint"
    CONCENTRATOR_RELEASE_SIZE=$release CONCENTRATOR_FUZZ_FAMILY=$family artifacts/bin/Unit/release/Unit -noColor -class "$class"
    say "evidence: artifacts/trust/*.json"
}

[ $# -gt 0 ] || { usage; exit 0; }
verb=$1
shift
case $verb in
    build) build ;;
    run) need_broker; build; exec tests/run.sh "$@" ;;
    test) tests "$@" ;;
    bench) bench "$@" ;;
    trust) trust "$@" ;;
    publish) if [ $# -gt 0 ]; then publish "$1"; else publish linux-x64; publish linux-arm64; fi ;;
    help | --help | -h) usage ;;
    *) usage >&2; die "\"$verb\" is not a verb" ;;
esac
