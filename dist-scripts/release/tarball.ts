/** Tarballs that are the same bytes on every machine with GNU tar, gzip and one version of xz. */

/** What {@linkcode writeTarball} needs. */
export interface TarballOptions {
  readonly folder: string;
  /** What of the folder to pack. */
  readonly entry: string;
  /** Time of everything in it, in seconds. */
  readonly timeS: number;
  /** Whether the program in it is for x86, which a filter of xz makes smaller. */
  readonly isX86?: boolean;
}

/** Packs a folder's `entry` into the file `path`, by gzip or by xz as its name ends. */
export async function writeTarball(path: string, options: TarballOptions): Promise<void> {
  const { folder, entry, timeS, isX86 = false } = options;
  const compress = path.endsWith(".xz")
    ? `xz --threads=1 ${isX86 ? "--x86 " : ""}--lzma2=preset=9e`
    : "gzip -9n";
  // Order, owners, times and modes are given; the name in gzip's header is left out.
  const tar = "tar --format=ustar --sort=name --owner=0 --group=0 --numeric-owner " +
    '--mode=u=rwX,go=rX --mtime="@$1" -cf - -C "$2" "$3"';
  const { success, stderr } = await new Deno.Command("sh", {
    args: [
      "-ec",
      `${tar} >"$4.tar" && ${compress} <"$4.tar" >"$4" && rm "$4.tar"`,
      "sh",
      String(timeS),
      folder,
      entry,
      path,
    ],
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`Packing ${path} failed: ${new TextDecoder().decode(stderr)}`);
}
