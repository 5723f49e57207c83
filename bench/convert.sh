#!/usr/bin/env bash
# Converts a checkpoint of 2 GiB (LAYERS=22) with the tool as a release has it for this platform (compiled ahead, ReadyToRun), and copies the same file with cp, in turns. Also quantizes it on the way into an image, fused.
# Prints rows: name, ours and cp (seconds, best of ROUNDS), ratio, and our peak memory in MiB.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$root"
rounds=${ROUNDS:-3}
dotnet build -c Release -v quiet -nologo bench/GGUFPacker.Benchmarks >/dev/null
work="$root/artifacts/bench"
mkdir -p "$work"
trap 'rm -rf "$work"' EXIT
dotnet publish -c Release --use-current-runtime --self-contained false -p:PublishReadyToRun=true -v quiet -nologo src/GGUFPacker.Cli -o "$work/tool" >/dev/null
tool="$work/tool/gguf-packer"
dotnet bench/GGUFPacker.Benchmarks/bin/Release/net10.0/GGUFPacker.Benchmarks.dll checkpoint samples/Austen/austen "$work/checkpoint" "${LAYERS:-22}"
cat >"$work/GGUFPackerfile" <<'FILE'
FROM scratch AS convert
CONVERT --from=context --type=auto checkpoint model.gguf
FROM scratch
QUANTIZE --from=convert --type=Q4_K_M model.gguf model.Q4_K_M.gguf
CMD ["-m", "model.Q4_K_M.gguf"]
FILE

# Runs a command; sets seconds and peak (KiB), the high-water mark that the kernel keeps of the process.
measure() {
    local start=$EPOCHREALTIME pid high
    "$@" >/dev/null 2>"$work/error" &
    pid=$!
    peak=0
    while high=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status" 2>/dev/null) && [ -n "$high" ]; do
        peak=$high
        sleep 0.05
    done
    wait "$pid" || { cat "$work/error" >&2; exit 1; }
    seconds=$(awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.2f", b - a }')
}

best() { awk -v a="$1" -v b="$2" 'BEGIN { print (a == "" || b < a) ? b : a }'; }

printf '%-16s %8s %8s %6s %9s\n' name ours cp ratio 'peak MiB'
for type in bf16 f16 q8_0 fused; do
    ours= peer= high=0
    for ((round = 0; round < rounds; round++)); do
        rm -rf "$work/out.gguf" "$work/copy" "$work/store"
        if [ "$type" = fused ]; then
            GGUF_PACKER_STORE_PATH="$work/store" measure "$tool" build "$work" -f "$work/GGUFPackerfile" -t bench/fused:1
        else
            measure "$tool" convert "$work/checkpoint" "$work/out.gguf" --outtype "$type"
        fi
        ours=$(best "$ours" "$seconds")
        [ "$peak" -le "$high" ] || high=$peak
        rm -rf "$work/out.gguf" "$work/store"
        measure cp "$work/checkpoint/model.safetensors" "$work/copy"
        peer=$(best "$peer" "$seconds")
    done
    awk -v n="$type" -v o="$ours" -v p="$peer" -v m="$high" 'BEGIN { printf "%-16s %8.2f %8.2f %6.2f %9.0f\n", n, o, p, o / p, m / 1024 }'
done
