/**
 * The wire format of protocol buffers, as far as one message of fields goes: a field is a number, a kind of value and the
 * value. What the fields mean is the caller's business, so unknown ones can be kept and written back.
 * Source: protobuf.dev, "Encoding".
 */

/** One field: a varint or fixed 64 bits as a whole number, fixed 32 bits as their bytes, text and nested messages as bytes. */
export type Field = { number: number; wire: 0 | 1; value: bigint } | { number: number; wire: 2 | 5; value: Uint8Array };

/** Bytes that are no message; `at` counts from the start of the message. */
export class ProtobufFault extends Error {
  constructor(
    readonly at: number,
    fault: string,
  ) {
    super(fault);
  }
}

/** The fields of a message in their order. Values are views of `bytes`. Throws `ProtobufFault`. */
export function* readFields(bytes: Uint8Array): Generator<Field> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const varint = (): bigint => {
    const from = at;
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw new ProtobufFault(from, "cut off inside of a number");
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new ProtobufFault(from, "a number of more than ten bytes");
  };
  const take = (length: number, from: number): Uint8Array => {
    if (length > bytes.length - at)
      throw new ProtobufFault(from, `a value of ${length} bytes where ${bytes.length - at} are left`);
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const from = at;
    const tag = varint();
    const number = Number(tag >> 3n);
    const wire = Number(tag & 7n);
    if (number === 0 || number > 0x1fffffff) throw new ProtobufFault(from, `${number} is not the number of a field`);
    if (wire === 0) yield { number, wire, value: varint() };
    else if (wire === 1) {
      take(8, from);
      yield { number, wire, value: view.getBigUint64(at - 8, true) };
    } else if (wire === 2) yield { number, wire, value: take(Number(varint()), from) };
    else if (wire === 5) yield { number, wire, value: take(4, from) };
    else throw new ProtobufFault(from, `a field of the unknown kind ${wire}`);
  }
}

/** The bytes of a message. */
export function writeFields(fields: Iterable<Field>): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const field of fields) {
    parts.push(Uint8Array.from(varintBytes(BigInt(field.number * 8 + field.wire))));
    switch (field.wire) {
      case 0:
        parts.push(Uint8Array.from(varintBytes(field.value)));
        break;
      case 1:
        parts.push(new Uint8Array(BigUint64Array.of(field.value).buffer));
        break;
      case 2:
        parts.push(Uint8Array.from(varintBytes(BigInt(field.value.length))), field.value);
        break;
      case 5:
        parts.push(field.value);
        break;
    }
  }
  return Buffer.concat(parts);
}

/** Negative numbers take ten bytes, as their two's complement in 64 bits. */
function varintBytes(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return bytes;
}

export const numberField = (number: number, value: number): Field => ({ number, wire: 0, value: BigInt(value) });
export const flagField = (number: number, value: boolean): Field => numberField(number, value ? 1 : 0);
export const bytesField = (number: number, value: Uint8Array): Field => ({ number, wire: 2, value });
export const textField = (number: number, value: string): Field => bytesField(number, Buffer.from(value, "utf8"));

export function floatField(number: number, value: number): Field {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return { number, wire: 5, value: bytes };
}

/** A float of fixed 32 bits. */
export function floatOf(value: Uint8Array): number {
  return new DataView(value.buffer, value.byteOffset, 4).getFloat32(0, true);
}
