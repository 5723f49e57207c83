#!/usr/bin/env bash
# Packs, pushes and pulls a model of SIZE MiB (default 1024) over Docker's registry on a loopback port, and lets skopeo move the same image.
# Needs docker-registry and skopeo (Debian: apt-get install docker-registry skopeo). Prints rows: name, ours, peer (seconds, median of RUNS), ratio.
set -euo pipefail
cd "$(dirname "$0")/.."
size=${SIZE:-1024} runs=${RUNS:-3}
for program in docker-registry skopeo curl; do
  command -v $program >/dev/null || { echo "registry: $program is not installed"; exit 0; }
done

dotnet build src/GGUFPacker.Cli -c Release -v q -nologo >/dev/null
tool=$PWD/src/GGUFPacker.Cli/bin/Release/net10.0/gguf-packer
work=$(mktemp -d "${TMPDIR:-/tmp}/registry bench.XXXXXX")
registry=
trap '[ -z "$registry" ] || kill "$registry"; rm -rf "$work"' EXIT

# A GGUF file of one F16 tensor whose bytes are random, as those of quantized weights are.
little() { local value=$1 i; for ((i = 0; i < $2; i++)); do printf "\\x$(printf %02x $((value & 255)))"; value=$((value >> 8)); done; }
text() { little ${#1} 8; printf %s "$1"; }
mkdir "$work/context"
columns=$((size * 1024 * 1024 / 2 / 4096))
{
  printf GGUF; little 3 4; little 1 8; little 1 8
  text general.architecture; little 8 4; text llama
  text w; little 2 4; little 4096 8; little $columns 8; little 1 4; little 0 8
} >"$work/context/model.gguf"
truncate -s %32 "$work/context/model.gguf"
head -c $((size * 1024 * 1024)) /dev/urandom >>"$work/context/model.gguf"
printf 'FROM scratch\nADD model.gguf model.gguf\nCMD ["-m", "model.gguf"]\n' >"$work/context/GGUFPackerfile"

port=$((20000 + RANDOM % 20000)) host=
start() {
  [ -z "$registry" ] || { kill "$registry"; wait "$registry" 2>/dev/null || true; }
  rm -rf "$work/data"
  host=127.0.0.1:$port
  printf 'version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\nstorage: {filesystem: {rootdirectory: "%s"}}\nhttp: {addr: "%s"}\n' "$work/data" "$host" >"$work/registry.yml"
  docker-registry serve "$work/registry.yml" >/dev/null 2>&1 &
  registry=$!
  until curl -sf "http://$host/v2/" >/dev/null; do kill -0 "$registry"; sleep 0.1; done
}

seconds() { local start=$EPOCHREALTIME; "$@" >/dev/null 2>"$work/error" || { cat "$work/error" >&2; exit 1; }; echo "$EPOCHREALTIME $start" | awk '{ printf "%.2f\n", $1 - $2 }'; }
median() { sort -n | awk '{ a[NR] = $1 } END { printf "%.2f", a[int((NR + 1) / 2)] }'; }
row() { awk -v name="$1" -v ours="$2" -v peer="$3" 'BEGIN { printf "%-24s %8.2f %8.2f %6.2f\n", name, ours, peer, peer / ours }'; }

for ((run = 0; run < runs; run++)); do
  start
  rm -rf "$work/store" "$work/pulled" "$work/copy"
  GGUF_PACKER_STORE_PATH=$work/store seconds "$tool" build "$work/context" -t "$host/bench/model:1" >>"$work/pack"
  GGUF_PACKER_STORE_PATH=$work/store seconds "$tool" push "$host/bench/model:1" >>"$work/push"
  GGUF_PACKER_STORE_PATH=$work/pulled seconds "$tool" pull "$host/bench/model:1" >>"$work/pull"
  seconds skopeo --insecure-policy copy --src-tls-verify=false "docker://$host/bench/model:1" "dir:$work/copy" >>"$work/peer-pull"
  start
  seconds skopeo --insecure-policy copy --dest-tls-verify=false --dest-compress=false "dir:$work/copy" "docker://$host/bench/model:1" >>"$work/peer-push"
done

printf '%-24s %8s %8s %6s\n' "$size MiB, seconds" ours skopeo ratio
row "push" "$(median <"$work/push")" "$(median <"$work/peer-push")"
row "pull" "$(median <"$work/pull")" "$(median <"$work/peer-pull")"
printf '%-24s %8s\n' "pack (build)" "$(median <"$work/pack")"
