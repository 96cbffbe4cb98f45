/**
 * Checksums that need no waiting: against accidents, not against attackers.
 *
 * @module
 */

/** CRC-32 (IEEE 802.3, reflected) of `bytes`. */
export function crc32(bytes: Uint8Array): number {
  const table = new Uint32Array(256);
  for (let i = 0; i < 256; i++) {
    let entry = i;
    for (let bit = 0; bit < 8; bit++) {
      entry = (entry & 1) === 1 ? (entry >>> 1) ^ 0xedb88320 : entry >>> 1;
    }
    table[i] = entry;
  }
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ table[(crc ^ bytes[i]!) & 255]!;
  return (crc ^ 0xffffffff) >>> 0;
}

/** 64 bits of hash over strings, order and boundaries included, as 16 hexadecimal digits. */
export function fingerprint(parts: readonly string[]): string {
  let a = 0x9e3779b9;
  let b = 0x85ebca6b;
  const mix = (unit: number) => {
    a = Math.imul(a ^ unit, 0x01000193);
    a ^= a >>> 15;
    b = Math.imul(b + unit, 0xc2b2ae35);
    b ^= b >>> 13;
  };
  for (const part of parts) {
    for (let i = 0; i < part.length; i++) mix(part.charCodeAt(i));
    mix(0x10000);
  }
  const hex = (value: number) => (value >>> 0).toString(16).padStart(8, "0");
  return hex(a) + hex(Math.imul(b ^ (a >>> 7), 0x27d4eb2f));
}
