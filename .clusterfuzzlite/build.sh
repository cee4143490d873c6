#!/bin/bash -eu
# Builds the fuzz targets for ClusterFuzzLite and OSS-Fuzz: as their documentation wants it, with CC, CXX, CXXFLAGS,
# LIB_FUZZING_ENGINE, SRC and OUT in the environment. TARGETS: only some of them; BUILD: where (tests set them).
source=${SRC:?}/stuntcam
build=${BUILD:-$SRC/build}
targets=${TARGETS:-$("$source/scripts/fuzz" --list)}

# Debian's libraries are built with libstdc++, so we are, too; the engine brings its own.
export CXXFLAGS="${CXXFLAGS//-stdlib=libc++/} -fsanitize-ignorelist=$source/fuzz/ignored"
cmake -S "$source" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=None -DSTUNTCAM_BUILD_TESTS=OFF -DSTUNTCAM_BUILD_BENCH=OFF \
  -DSTUNTCAM_FUZZING_ENGINE="${LIB_FUZZING_ENGINE:?}" -DCMAKE_BUILD_RPATH='$ORIGIN/lib' ${LAUNCHER:+-DCMAKE_CXX_COMPILER_LAUNCHER=$LAUNCHER}
names=()
for target in $targets; do names+=("fuzz_$target"); done
cmake --build "$build" --target "${names[@]}"

mkdir -p "$OUT/lib"
for target in $targets; do
  cp "$build/fuzz/fuzz_$target" "$OUT/"
  # The image that runs them has none of our libraries.
  ldd "$OUT/fuzz_$target" | awk '$3 ~ /^\// && $1 !~ /^lib(c|m|dl|rt|pthread|gcc_s|resolv)\.so/ {print $3}' |
    xargs -r -I {} cp -n {} "$OUT/lib/"
  dictionary=$("$source/scripts/fuzz" --dictionary "$target")
  if [ -n "$dictionary" ]; then cp "$source/$dictionary" "$OUT/fuzz_$target.dict"; fi
  python3 -m zipfile -c "$OUT/fuzz_${target}_seed_corpus.zip" "$source/fuzz/corpora/$target"/* "$source/fuzz/regressions/$target"/*
done
