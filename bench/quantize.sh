#!/usr/bin/env bash
# Our quantizer against llama.cpp's release libraries, in turns in one process, with the same bytes checked.
#   bench/quantize.sh            row kernels, then whole files, on one thread
#   LAYERS=22 THREADS=2 ROUNDS=1 bench/quantize.sh Q4_K_M Q5_K_M Q8_0      whole files only, 1.1 B weights
#   LAYERS=22 THREADS=2 ROUNDS=1 bench/quantize.sh all                     every type of the table
# Types whose name is followed by "+imatrix" get an importance matrix.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$root"
if [ -z "${GGUFPACKER_LLAMA_LIB:-}" ]; then
    eval "$(.ci/parts)"
fi

dotnet build -c Release -v quiet bench/GGUFPacker.Benchmarks
run() { dotnet bench/GGUFPacker.Benchmarks/bin/Release/net10.0/GGUFPacker.Benchmarks.dll "$@"; }

work="$root/artifacts/bench"
mkdir -p "$work"
trap 'rm -rf "$work"' EXIT
weighted=(Q4_0 Q4_1 Q5_0 Q5_1 Q2_K Q3_K Q4_K Q5_K Q6_K IQ1_M IQ2_S IQ3_XXS IQ3_S)
if [ $# -eq 0 ]; then
    run kernels "$GGUFPACKER_LLAMA_LIB" "${ROUNDS:-10}" F16 BF16 Q8_0 Q4_0 Q4_1 Q5_0 Q5_1 Q1_0 Q2_0 Q2_K Q3_K Q4_K Q5_K Q6_K TQ1_0 TQ2_0 \
        IQ1_S IQ1_M IQ2_XXS IQ2_XS IQ2_S IQ3_XXS IQ3_S \
        "${weighted[@]/%/+imatrix}"
    set -- Q4_K_M Q5_K_M Q6_K Q8_0 Q4_0
elif [ "$*" = all ]; then
    set -- Q2_K Q3_K_M Q4_K_S Q4_K_M Q5_K_M Q6_K Q8_0 F16 Q4_0 Q4_1 Q5_0 Q5_1 \
        Q4_0+imatrix Q4_1+imatrix Q5_0+imatrix Q5_1+imatrix Q2_K+imatrix Q3_K_M+imatrix Q4_K_M+imatrix Q6_K+imatrix \
        TQ1_0 TQ2_0 Q1_0 Q2_0 IQ4_NL IQ4_XS IQ3_S IQ3_XXS+imatrix IQ2_S+imatrix IQ2_XS+imatrix IQ2_XXS+imatrix IQ1_M+imatrix IQ1_S+imatrix
fi

run files "$GGUFPACKER_LLAMA_LIB" "$work" "${LAYERS:-2}" "${THREADS:-1}" "${ROUNDS:-3}" "$@"
