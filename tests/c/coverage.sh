#!/bin/sh
# coverage.sh - which branches of csrc the tests take, by gcc and gcovr.
#
# usage: PYTHON=python tests/c/coverage.sh OUT [pytest's arguments]
#
# Needs gcc, gcovr, and qemu-x86_64 to emulate processors without AVX-512. Copies the checkout
# to the new folder OUT, builds the extension and the C programs there with --coverage, runs
# the programs and the tests (by default those of csrc that are not slow), and prints a table
# of the branches that none of them took.
set -eu

out=$1
shift
python=${PYTHON:-python}
root=$(cd "$(dirname "$0")/../.." && pwd)
mkdir "$out"
out=$(cd "$out" && pwd)
(cd "$root" && git ls-files -coz --exclude-standard | xargs -0 tar -cf -) | tar -xf - -C "$out"
cd "$out"

compiler="$out/compiler" # options after those of the build, which asks for -O3
flags="-O0 --coverage -fprofile-update=atomic"
printf '#!/bin/sh\nexec gcc "$@" %s\n' "$flags" >"$compiler"
chmod +x "$compiler"
CC=$compiler MICROGRAD_C_REQUIRE_EXT=1 "$python" setup.py -q build_ext --inplace

# program NAME [OPTIONS]: one of tests/c with the library
program() {
    name=$1
    shift
    mkdir "$out/build/$name"
    for source in "$out"/csrc/*/*.c "$out/tests/c/$name.c"; do
        (cd "$out/build/$name" && "$compiler" -std=c11 -ffp-contract=off -pthread "$@" \
            -I"$out/csrc" -c "$source")
    done
    "$compiler" "$out/build/$name"/*.o -o "$out/build/$name/$name" -lm -pthread
}
program test_graph
build/test_graph/test_graph 200000
program test_net
build/test_net/test_net
program test_owners
build/test_owners/test_owners
program test_program
build/test_program/test_program
for cpu in qemu64 max; do # without AVX2, and with it but without AVX-512
    qemu-x86_64 -cpu $cpu build/test_graph/test_graph 1000
    qemu-x86_64 -cpu $cpu build/test_program/test_program
done
program test_threads
build/test_threads/test_threads 50
program test_limit -DMG_ID_BITS=16
build/test_limit/test_limit
program test_system -Dpthread_create=maybe_create -Dpthread_atfork=maybe_atfork
build/test_system/test_system
program fuzz -DREPLAY
mkdir build/corpus
tar -xf tests/c/fuzz_corpus.tar.xz -C build/corpus
build/fuzz/fuzz build/corpus/*

export PYTHONPATH="$out" GCOV_ERROR_FILE="$out/build/gcov_errors.txt"
if [ $# = 0 ]; then
    cd tests
    set -- engine nn jit optim/test_optim.py project/test_backend.py tools/test_parity_kinds.py \
        trust/test_l*.py trust/test_n*.py trust/test_p*.py \
        trust/test_s[pt]*.py trust/test_threads.py
    cd ..
    set -- -m "not slow" $(printf 'tests/%s ' "$@")
fi
"$python" -m pytest -q "$@" || echo "some tests failed"
MICROGRAD_C_TRUST=full "$python" -m pytest -q tests/trust/test_no_memory.py

"$python" -m gcovr --root . --filter 'csrc/[a-z_]*/[a-z_]*\.c' --exclude-unreachable-branches \
    --json coverage.json --txt-metric branch --txt -
