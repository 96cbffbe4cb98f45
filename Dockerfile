# The container image: the executable and the C and C++ runtime libraries of Debian, nothing else.
#
#   docker build --tag atmosphere .
#
# The executable is taken from dist/ where it lies there, else it is built.

# A Debian with Node, which fetches Deno.
ARG BASE=docker.io/library/node:22.23.3-bookworm-slim@sha256:43ac6c60b8f89723f746e8a92ce91abd5017e627ce1ddfe4238355d3a30b772c

FROM ${BASE} AS build
# Only where Deno's download host is out of reach: the base of the executable, as in docs/packaging.md.
ARG DENORT_BIN
WORKDIR /src
COPY . .
RUN dist-scripts/container/lay_out.sh /image

# There is no shell here: nothing but COPY can work.
FROM scratch
ARG VERSION=0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Atmosphere" \
      org.opencontainers.image.description="The local front door to every AI capability you own" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.source="https://github.com/atmosphere/atmosphere" \
      org.opencontainers.image.documentation="https://github.com/atmosphere/atmosphere/blob/main/docs/packaging.md" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# Apart, so that a new version does not carry the libraries again.
COPY --from=build /image/system/ /
COPY --from=build /image/program/ /
ENV HOME=/var/lib/atmosphere \
    ATMOSPHERE_DATA_DIR=/var/lib/atmosphere \
    ATMOSPHERE_CACHE_DIR=/var/cache/atmosphere \
    ATMOSPHERE_HOST=0.0.0.0
# Everything else may be read-only. The cache holds libraries: a tmpfs there must allow exec.
VOLUME ["/var/lib/atmosphere", "/var/cache/atmosphere"]
USER 65532:65532
EXPOSE 11451
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["/usr/bin/atmosphere", "health", "--quiet"]
ENTRYPOINT ["/usr/bin/atmosphere"]
CMD ["serve"]
