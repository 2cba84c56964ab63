import { crc32, deflateRawSync } from 'node:zlib';

/** Writes a zip archive as actions/upload-artifact does: sizes stand in the directory and in data descriptors, not in the local headers. */
export function zip(files: Readonly<Record<string, Buffer>>, options: { readonly deflate: boolean; readonly flags?: number; readonly method?: number }): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const packed = options.deflate ? deflateRawSync(content) : content;
    const nameBytes = Buffer.from(name);
    const flags = 8 | (options.flags ?? 0);
    const method = options.method ?? (options.deflate ? 8 : 0);
    const local = fields([[4, 0x04034b50], [2, 20], [2, flags], [2, method], [4, 0], [4, 0], [4, 0], [4, 0], [2, nameBytes.length], [2, 4]]);
    const descriptor = fields([[4, 0x08074b50], [4, checksum(content)], [4, packed.length], [4, content.length]]);
    const extra = Buffer.from([0x99, 0x99, 0, 0]);
    parts.push(local, nameBytes, extra, packed, descriptor);
    directory.push(fields([[4, 0x02014b50], [2, 20], [2, 20], [2, flags], [2, method], [4, 0], [4, checksum(content)], [4, packed.length], [4, content.length],
      [2, nameBytes.length], [2, 0], [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]]), nameBytes);
    offset += local.length + nameBytes.length + extra.length + packed.length + descriptor.length;
  }
  const central = Buffer.concat(directory);
  const count = Object.keys(files).length;
  const end = fields([[4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, central.length], [4, offset], [2, 0]]);
  return Buffer.concat([...parts, central, end]);
}

function fields(list: readonly (readonly [2 | 4, number])[]): Buffer {
  return Buffer.concat(list.map(([size, value]) => {
    const bytes = Buffer.alloc(size);
    bytes.writeUIntLE(value, 0, size);
    return bytes;
  }));
}

function checksum(content: Buffer): number {
  return crc32(content);
}
