/**
 * Leaves the symbol table out of a program for Linux. Nothing reads it when the program runs, and
 * in Deno's base binary it has 24 MB; Deno's own executable is handed out without.
 */

/** The program without its symbol table, or why it is left as it is. */
export type Stripped =
  | { readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly bytes: undefined; readonly reason: string };

interface Section {
  readonly index: number;
  readonly type: number;
  readonly isAllocated: boolean;
  readonly offset: number;
  readonly sizeBytes: number;
  /** Index of the section that belongs to this one. */
  readonly link: number;
  /** Index of another one; undefined where the field means something else. */
  readonly info: number | undefined;
  readonly alignment: number;
}

interface Elf {
  readonly view: DataView;
  readonly sections: readonly Section[];
  /** Where sections' names are. */
  readonly namesIndex: number;
  /** Parts of the file that are mapped into memory, program headers included, as offset and end. */
  readonly mapped: ReadonlyArray<readonly [offset: number, end: number]>;
}

const headerBytes = 64;
const sectionHeaderBytes = 64;
const programHeaderBytes = 56;
/** Larger than any page. */
const mostAlignment = 1 << 21;
const symbolTable = 2;
const stringTable = 3;
const relocationTypes = [4, 9];
const noBits = 8;
const allocated = 0x2;
const infoIsIndex = 0x40;

/**
 * Removes `.symtab` and `.strtab` from a 64-bit little-endian ELF file. All that is mapped into
 * memory stays, byte for byte and at its place; the rest moves up behind it. A file that is not as
 * expected in any respect is refused.
 */
export function withoutSymbols(file: Uint8Array): Stripped {
  const elf = parse(file);
  if (typeof elf === "string") return refused(elf);
  const { sections, namesIndex } = elf;
  const dropped = new Set<number>();
  for (const { index, type, isAllocated, link } of sections) {
    if (type !== symbolTable || isAllocated) continue;
    const names = sections[link];
    if (names?.type !== stringTable || names.isAllocated || link === namesIndex) {
      return refused("its symbol table has no string table of its own");
    }
    dropped.add(index).add(link);
  }
  if (dropped.size === 0) return refused("it has no symbol table");
  const kept = sections.filter(({ index }) => !dropped.has(index));
  if (kept.some(({ link, info }) => dropped.has(link) || dropped.has(info ?? 0))) {
    return refused("another section needs its symbol table");
  }
  const lastAllocated = Math.max(...kept.filter((s) => s.isAllocated).map(({ index }) => index), 0);
  if ([...dropped].some((index) => index < lastAllocated)) {
    // Dynamic symbols name their sections by index.
    return refused("its symbol table is not behind the allocated sections");
  }
  const mappedEnd = Math.max(...elf.mapped.map(([, end]) => end));
  if ([...dropped].some((index) => (sections[index]?.offset ?? 0) < mappedEnd)) {
    return refused("its symbol table lies among what is mapped");
  }
  const bytes = assemble(file, { kept, namesIndex, mappedEnd });
  return isSameProgram(file, bytes, elf.mapped)
    ? { bytes }
    : refused("the program without it is not the same");
}

function refused(reason: string): Stripped {
  return { bytes: undefined, reason };
}

/** The file's structure, or what about it is not as expected. */
function parse(file: Uint8Array): Elf | string {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  // The magic number, 64 bits, little-endian, version 1.
  const isElf = file.byteLength >= headerBytes && view.getUint32(0) === 0x7f454c46 &&
    file[4] === 2 && file[5] === 1 && file[6] === 1;
  if (!isElf) return "it is not a 64-bit little-endian ELF file";
  const [phoff, shoff] = [long(view, 32), long(view, 40)];
  const [phentsize, phnum, shentsize, shnum, namesIndex] = [54, 56, 58, 60, 62].map((at) =>
    view.getUint16(at, true)
  ) as [number, number, number, number, number];
  if (
    view.getUint16(52, true) !== headerBytes || phentsize !== programHeaderBytes ||
    shentsize !== sectionHeaderBytes || namesIndex >= shnum ||
    shoff + shnum * shentsize > file.byteLength || phoff + phnum * phentsize > file.byteLength
  ) return "its headers are not as expected";
  const sections = Array.from({ length: shnum }, (_, index) => {
    return section(view, { index, at: shoff + index * shentsize });
  });
  if (sections.some(({ alignment }) => alignment > mostAlignment)) return "its alignment is odd";
  const mapped: Array<readonly [number, number]> = [
    [0, headerBytes],
    [phoff, phoff + phnum * phentsize],
  ];
  for (let at = phoff; at < phoff + phnum * phentsize; at += phentsize) {
    mapped.push([long(view, at + 8), long(view, at + 8) + long(view, at + 32)]);
  }
  const inFile = sections.filter(({ type }) => type !== noBits);
  for (const { isAllocated, offset, sizeBytes } of inFile) {
    if (isAllocated) mapped.push([offset, offset + sizeBytes]);
  }
  const ends = [...mapped.map(([, end]) => end), ...inFile.map((s) => s.offset + s.sizeBytes)];
  const end = Math.max(...ends, shoff + shnum * shentsize);
  if (end !== file.byteLength) return "it does not end where its headers say";
  return { view, sections, namesIndex, mapped };
}

function section(view: DataView, { index, at }: { index: number; at: number }): Section {
  const type = view.getUint32(at + 4, true);
  const flags = long(view, at + 8);
  const isIndex = relocationTypes.includes(type) || (flags & infoIsIndex) !== 0;
  return {
    index,
    type,
    isAllocated: (flags & allocated) !== 0,
    offset: long(view, at + 24),
    sizeBytes: long(view, at + 32),
    link: view.getUint32(at + 40, true),
    info: isIndex ? view.getUint32(at + 44, true) : undefined,
    alignment: Math.max(1, long(view, at + 48)),
  };
}

function long(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

function assemble(
  file: Uint8Array,
  options: { kept: readonly Section[]; namesIndex: number; mappedEnd: number },
): Uint8Array<ArrayBuffer> {
  const { kept, namesIndex, mappedEnd } = options;
  let end = mappedEnd;
  const places = kept.map(({ type, offset, sizeBytes, alignment }) => {
    if (type === 0 || type === noBits || offset < mappedEnd) return offset;
    const place = Math.ceil(end / alignment) * alignment;
    end = place + sizeBytes;
    return place;
  });
  const table = Math.ceil(end / 8) * 8;
  const bytes = new Uint8Array(table + kept.length * sectionHeaderBytes);
  const view = new DataView(bytes.buffer);
  bytes.set(file.subarray(0, mappedEnd));
  const from = long(new DataView(file.buffer, file.byteOffset), 40);
  const newIndex = new Map(kept.map(({ index }, at) => [index, at]));
  kept.forEach((section, at) => {
    const { index, type, offset, sizeBytes, link, info } = section;
    const place = places[at] ?? offset;
    if (type !== noBits) bytes.set(file.subarray(offset, offset + sizeBytes), place);
    const header = table + at * sectionHeaderBytes;
    const old = from + index * sectionHeaderBytes;
    bytes.set(file.subarray(old, old + sectionHeaderBytes), header);
    if (type === 0) return;
    view.setBigUint64(header + 24, BigInt(place), true);
    view.setUint32(header + 40, newIndex.get(link) ?? 0, true);
    if (info !== undefined) view.setUint32(header + 44, newIndex.get(info) ?? 0, true);
  });
  view.setBigUint64(40, BigInt(table), true);
  view.setUint16(60, kept.length, true);
  view.setUint16(62, newIndex.get(namesIndex) ?? 0, true);
  return bytes;
}

/** Whether all that is mapped is the same but for where the header says that sections are. */
function isSameProgram(
  before: Uint8Array,
  after: Uint8Array,
  mapped: Elf["mapped"],
): boolean {
  return mapped.every(([offset, end]) => {
    for (let at = offset; at < end; at++) {
      const isSectionField = (at >= 40 && at < 48) || (at >= 60 && at < 64);
      if (before[at] !== after[at] && !isSectionField) return false;
    }
    return true;
  });
}
