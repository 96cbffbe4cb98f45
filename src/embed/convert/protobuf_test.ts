import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { ProtoMessage } from "./protobuf.ts";

/** Fields of an encoded message: number, and a bigint or bytes. */
function decode(bytes: Uint8Array): Array<[field: number, value: bigint | Uint8Array]> {
  const fields: Array<[number, bigint | Uint8Array]> = [];
  let offset = 0;
  function varint(): bigint {
    let value = 0n;
    for (let shift = 0n;; shift += 7n) {
      const byte = bytes[offset++] ?? 0;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  }
  while (offset < bytes.length) {
    const key = Number(varint());
    if ((key & 7) === 0) fields.push([key >> 3, varint()]);
    else {
      const length = (key & 7) === 5 ? 4 : Number(varint());
      fields.push([key >> 3, bytes.slice(offset, offset + length)]);
      offset += length;
    }
  }
  return fields;
}

Deno.test("ProtoMessage writes what the format's own documentation shows", () => {
  // https://protobuf.dev/programming-guides/encoding/
  assertEquals(new ProtoMessage().int(1, 150).finish().toHex(), "089601");
  assertEquals(new ProtoMessage().string(2, "testing").finish().toHex(), "120774657374696e67");
  assertEquals(
    new ProtoMessage().message(3, new ProtoMessage().int(1, 150)).finish().toHex(),
    "1a03089601",
  );
  assertEquals(new ProtoMessage().int(1, -2).finish().toHex(), "08feffffffffffffffff01");
  assertEquals(new ProtoMessage().float(2, 1.5).finish().toHex(), "150000c03f");
});

Deno.test("ProtoMessage keeps every field, its order and its size", () => {
  const field = fc.integer({ min: 1, max: 5_000 });
  fc.assert(
    fc.property(
      fc.array(fc.oneof(
        fc.tuple(field, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
        fc.tuple(field, fc.uint8Array({ maxLength: 300 })),
      )),
      (fields) => {
        const message = new ProtoMessage();
        for (const [number, value] of fields) {
          if (typeof value === "bigint") message.int(number, value);
          else message.bytes(number, value);
        }
        const bytes = message.finish();
        assertEquals(bytes.length, message.sizeBytes);
        assertEquals(decode(bytes), fields.map(([n, v]) => [n, v]));
      },
    ),
  );
});
