# An image of nothing but the program, which is static and needs no network:
#
#   docker build -t glidelint .
#   docker run --rm --network none --read-only -v "$PWD:/work:ro" glidelint scan .
FROM rust:1.95-slim-bookworm AS build
WORKDIR /source
COPY . .
# The host is named as target so that the flag does not reach build scripts.
RUN target="$(rustc --print host-tuple)" \
 && RUSTFLAGS="-C target-feature=+crt-static" \
    cargo build --locked --profile dist --target "$target" \
 && cp "target/$target/dist/glidelint" /glidelint

FROM scratch
COPY --from=build /glidelint /glidelint
# Nobody: the program reads what is mounted, and writes where it is told to.
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["/glidelint"]
CMD ["--help"]
