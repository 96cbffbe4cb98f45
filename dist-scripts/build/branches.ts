/**
 * Makes code for x86 compress better: a call names its target by the distance to it, which differs
 * with each caller of one function; as places in the file they are all the same.
 */

/** Of the instructions `call` (E8) and `jmp` (E9), followed by a distance of 32 bits. */
const branchMask = 0xfe;
const branchCode = 0xe8;
const branchBytes = 5;

/** Replaces, in place, distances by places. {@linkcode placesToDistances} undoes it, for any bytes. */
export function distancesToPlaces(bytes: Uint8Array): void {
  rewrite(bytes, (distance, at, size) => {
    if (distance >= -at && distance < size - at) return distance + at;
    // What the former would otherwise map to.
    return distance >= size - at && distance < size ? distance - size : distance;
  });
}

/** Undoes {@linkcode distancesToPlaces}, in place. */
export function placesToDistances(bytes: Uint8Array): void {
  rewrite(bytes, (place, at, size) => {
    if (place >= 0 && place < size) return place - at;
    return place >= -at && place < 0 ? place + size : place;
  });
}

function rewrite(
  bytes: Uint8Array,
  replacementOf: (operand: number, at: number, size: number) => number,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = bytes.byteLength;
  for (let at = 0; at <= size - branchBytes; at++) {
    if (((bytes[at] ?? 0) & branchMask) !== branchCode) continue;
    view.setInt32(at + 1, replacementOf(view.getInt32(at + 1, true), at, size), true);
    // Whatever the operand looks like, it is not read as an instruction, here nor when undoing.
    at += branchBytes - 1;
  }
}
