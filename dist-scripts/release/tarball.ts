/** Tarballs that are the same bytes on every machine with GNU tar and gzip. */

/** Packs `entry` of `folder` into the file `path`; everything in it carries the time `timeS`. */
export async function writeTarball(
  path: string,
  options: { folder: string; entry: string; timeS: number },
): Promise<void> {
  const { folder, entry, timeS } = options;
  // Order, owners, times and modes are given; the name in gzip's header is left out.
  const tar = "tar --format=ustar --sort=name --owner=0 --group=0 --numeric-owner " +
    '--mode=u=rwX,go=rX --mtime="@$1" -cf - -C "$2" "$3"';
  const { success, stderr } = await new Deno.Command("sh", {
    args: [
      "-ec",
      `${tar} >"$4.tar" && gzip -9n <"$4.tar" >"$4" && rm "$4.tar"`,
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
