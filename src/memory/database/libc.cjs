// Answers for `@neon-rs/load` and `detect-libc`; see `known_libc.ts`.
exports.GLIBC = "glibc";
exports.MUSL = "musl";
exports.familySync = () => "glibc";
exports.currentTarget = () => `linux-${process.arch}-gnu`;
exports.load = () => null;
